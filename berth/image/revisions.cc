#include "berth/image/revisions.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include "berth/base/json.h"
#include "berth/base/unique_fd.h"
#include "berth/image/tag_order.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;

Result<Json> read_revisions(const std::filesystem::path& file) {
  auto text = sys::read_file(file, kMaxFileBytes);
  if (!text && text.error().code() == Errc::NotFound) return Json::object();
  if (!text) return std::unexpected(std::move(text).error());
  return parse_json(*text).context([&] { return fmt::format("read '{}'", file.native()); });
}

Result<std::string> tag_after(const Json& revisions, const std::string& key, std::string_view version,
                              const LocalStore& store, const Reference& name) {
  const Json* used = revisions.find(key);
  const bool known = used != nullptr && used->is_int() && *used->as_int() > 0;
  BERTH_TRY(const std::vector<std::string> tags, store.tags_of(name));
  return next_tag(version, tags, known ? static_cast<unsigned long>(*used->as_int()) : 0);
}

Result<UniqueFd> lock_beside(const std::filesystem::path& file) {
  BERTH_CHECK_OK(sys::make_folders(file.parent_path(), 0755));
  const std::string path = file.native() + ".lock";
  BERTH_TRY(int fd,
            sys::call([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); }, "open '{}'", path));
  UniqueFd lock(fd);
  BERTH_CHECK_OK(sys::check([&] { return ::flock(fd, LOCK_EX); }, "lock '{}'", path));
  return lock;
}

}  // namespace

Result<std::string> next_free_tag(const std::filesystem::path& file, const std::string& key, std::string_view version,
                                  const LocalStore& store, const Reference& name) {
  BERTH_TRY(const Json revisions, read_revisions(file));
  return tag_after(revisions, key, version, store, name);
}

Result<std::string> take_next_tag(const std::filesystem::path& file, const std::string& key, std::string_view version,
                                  const LocalStore& store, const Reference& name) {
  BERTH_TRY(const UniqueFd lock, lock_beside(file));
  BERTH_TRY(Json revisions, read_revisions(file));
  BERTH_TRY(std::string tag, tag_after(revisions, key, version, store, name));
  revisions.set(key, Json(static_cast<std::uint64_t>(revision_of(tag, version).value_or(0))));
  BERTH_CHECK_OK(sys::write_file_atomically(file, print_json_pretty(revisions) + "\n", 0644));
  return tag;
}

}  // namespace berth::image
