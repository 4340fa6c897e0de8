#include "berth/image/image_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "berth/base/json.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

constexpr std::int64_t kSchema = 1;
constexpr std::size_t kMostBytes = 16 << 20;
constexpr JsonLimits kLimits = {.depth = 8, .values = 500'000};
constexpr std::string_view kRemedy =
    "make it anew with 'berth image lock TREE --update', where TREE is the folder that it lies in";

}  // namespace

std::string print_image_lock(const ImageLock& lock) {
  Json::Object members;
  for (const auto& [written, digest] : lock.digests) members.emplace_back(written, Json(digest));
  Json json = Json::object();
  json.set("schema", kSchema).set("images", Json(std::move(members)));
  return print_json_pretty(json) + "\n";
}

Result<ImageLock> parse_image_lock(std::string_view text, std::string_view name) {
  const auto refuse = [&](std::string_view why) {
    return fail(Errc::InvalidInput, fmt::format("read lock file '{}': {}; {}", name, why, kRemedy));
  };
  const auto json = parse_json(text, kLimits);
  if (!json) return refuse(json.error().message());
  const Json* schema = json->find("schema");
  if (schema == nullptr || !schema->is_int()) return refuse("it has no schema");
  if (*schema->as_int() != kSchema) {
    return fail(Errc::Unavailable,
                fmt::format("read lock file '{}': its schema is {}, and this version of berth reads {}; "
                            "use a newer version, or {}",
                            name, *schema->as_int(), kSchema, kRemedy));
  }
  const Json* images = json->find("images");
  if (images == nullptr || !images->is_object()) return refuse("it has no images");
  ImageLock lock;
  for (const auto& [written, digest] : *images->as_object()) {
    if (!parse_reference(written)) return refuse(fmt::format("'{}' is no name of an image", written.substr(0, 80)));
    if (!digest.is_string() || !is_digest(*digest.as_string())) {
      return refuse(fmt::format("what '{}' is locked to is no digest", written));
    }
    lock.digests[written] = *digest.as_string();
  }
  return lock;
}

Result<std::optional<ImageLock>> read_image_lock(const std::filesystem::path& root) {
  const std::filesystem::path file = root / kLockFile;
  const auto open = [&] { return ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY); };
  const auto fd = sys::call(open, "read lock file '{}'", file.native());
  if (!fd && fd.error().code() == Errc::NotFound) return std::nullopt;
  if (!fd) return std::unexpected(fd.error());
  BERTH_TRY(const std::string text, sys::read_file(UniqueFd(*fd), kMostBytes, file.native()));
  BERTH_TRY(ImageLock lock, parse_image_lock(text, file.native()));
  return lock;
}

Result<LockedReference> locked(const ImageLock& lock, std::string_view written, Reference reference) {
  const auto entry = lock.digests.find(std::string(written));
  if (entry == lock.digests.end()) return LockedReference{std::move(reference), false};
  if (!reference.digest.empty() && reference.digest != entry->second) {
    return fail(Errc::InvalidInput, fmt::format("the item pins '{}', and the lock file has {} for it; {}", written,
                                                entry->second, kRemedy));
  }
  reference.digest = entry->second;
  return LockedReference{std::move(reference), true};
}

}  // namespace berth::image
