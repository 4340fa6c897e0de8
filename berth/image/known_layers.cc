#include "berth/image/known_layers.h"

#include <fmt/format.h>

#include "berth/base/json.h"
#include "berth/image/reference.h"
#include "berth/image/stored_layout.h"
#include "berth/sys/file.h"

namespace berth::image {
namespace {

constexpr std::size_t kMaxListBytes = 256 << 20;

}  // namespace

Result<KnownLayers> parse_known_layers(std::string_view json) {
  KnownLayers known;
  BERTH_TRY(const std::vector<std::string_view> records, split_records(json));
  for (const std::string_view record : records) {
    auto parsed = parse_json(record);
    if (!parsed) return fail(Errc::Corrupt, fmt::format("read a layer's record: {}", parsed.error().message()));
    const std::string packed = parsed->text_or("compressed-diff-digest", "");
    const std::string unpacked = parsed->text_or("diff-digest", "");
    const Json* flags = parsed->find("flags");
    const bool broken_off = flags != nullptr && flags->find("incomplete") != nullptr;
    if (is_digest(packed) && is_digest(unpacked) && !broken_off) known.emplace(packed, unpacked);
  }
  return known;
}

Result<KnownLayers> read_known_layers(const std::filesystem::path& graph_root) {
  const std::filesystem::path file = graph_root / "overlay-layers/layers.json";
  auto text = sys::read_file(file, kMaxListBytes);
  if (!text && text.error().code() == Errc::NotFound) return KnownLayers();
  if (!text) return std::unexpected(std::move(text).error());
  return parse_known_layers(*text).context([&] { return fmt::format("read '{}'", file.native()); });
}

}  // namespace berth::image
