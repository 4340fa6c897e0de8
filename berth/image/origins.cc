#include "berth/image/origins.h"

#include <fmt/format.h>

#include <chrono>

#include "berth/base/json.h"
#include "berth/image/staging.h"
#include "berth/sys/file.h"

namespace berth::image {
namespace {

constexpr std::size_t kMaxBytes = 16 << 20;
constexpr auto kPatience = std::chrono::seconds(30);

std::filesystem::path file_in(const std::filesystem::path& state_folder) { return state_folder / "image-origins.json"; }

Result<Json> read_list(const std::filesystem::path& file) {
  auto text = sys::read_file(file, kMaxBytes);
  if (!text && text.error().code() == Errc::NotFound) return Json::object();
  if (!text) return std::unexpected(std::move(text).error());
  auto json = parse_json(*text);
  if (!json || !json->is_object()) {
    return fail(Errc::Corrupt, fmt::format("read '{0}': it is no list of origins; remove it, and the next 'berth image "
                                           "update' asks the registries anew",
                                           file.native()));
  }
  return *std::move(json);
}

std::optional<Origin> origin_in(const Json& list, const Reference& name) {
  const Json* entry = list.find(to_string(normalized(name)));
  if (entry == nullptr) return std::nullopt;
  return Origin{entry->text_or("source", ""), entry->text_or("digest", "")};
}

}  // namespace

Result<void> remember_origin(const std::filesystem::path& state_folder, const Reference& name, const Origin& origin) {
  const std::filesystem::path file = file_in(state_folder);
  BERTH_TRY(const Json before, read_list(file));
  if (origin_in(before, name) == origin) return {};
  BERTH_TRY(const UniqueFd lock, lock_images(state_folder, "origins", std::chrono::steady_clock::now() + kPatience));
  BERTH_TRY(Json list, read_list(file));
  Json entry = Json::object();
  entry.set("source", origin.source_digest).set("digest", origin.digest);
  list.set(to_string(normalized(name)), std::move(entry));
  return sys::write_file_atomically(file, print_json_pretty(list) + "\n", 0644);
}

Result<std::optional<Origin>> find_origin(const std::filesystem::path& state_folder, const Reference& name) {
  BERTH_TRY(const Json list, read_list(file_in(state_folder)));
  return origin_in(list, name);
}

}  // namespace berth::image
