#include "berth/image/stored_containers.h"

#include <fmt/format.h>

#include "berth/base/json.h"
#include "berth/image/stored_layout.h"
#include "berth/sys/file.h"

namespace berth::image {
namespace {

constexpr std::size_t kMostBytes = 64 << 20;
constexpr JsonLimits kLimits = {.depth = 32, .values = 100'000};

std::string name_in(const Json& record, const std::string& id) {
  const Json* names = record.find("names");
  const Json* first =
      names != nullptr && names->is_array() && !names->as_array()->empty() ? &names->as_array()->front() : nullptr;
  return first != nullptr && first->is_string() ? *first->as_string() : id.substr(0, 12);
}

}  // namespace

std::string text_of(const StoredContainer& container) {
  return fmt::format("container '{}' of buildah or podman", container.name);
}

Result<std::vector<StoredContainer>> parse_stored_containers(std::string_view json) {
  BERTH_TRY(const std::vector<std::string_view> records, split_records(json));
  std::vector<StoredContainer> containers;
  for (const std::string_view record : records) {
    const auto parsed = parse_json(record, kLimits);
    if (!parsed) return fail(Errc::Corrupt, parsed.error().message());
    StoredContainer container{
        parsed->text_or("id", ""), {}, parsed->text_or("image", ""), parsed->text_or("layer", "")};
    container.name = name_in(*parsed, container.id);
    containers.push_back(std::move(container));
  }
  return containers;
}

Result<std::vector<StoredContainer>> read_stored_containers(const std::filesystem::path& graph_root) {
  const std::filesystem::path file = graph_root / "overlay-containers/containers.json";
  const auto text = sys::read_file(file, kMostBytes);
  if (!text && text.error().code() == Errc::NotFound) return std::vector<StoredContainer>();
  if (!text) return std::unexpected(text.error());
  return parse_stored_containers(*text).context([&] { return fmt::format("read '{}'", file.native()); });
}

}  // namespace berth::image
