#include "berth/vet/kept_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <vector>

#include "berth/base/unique_fd.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::vet {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOld = ".old";
constexpr std::string_view kDraft = ".draft";
constexpr std::size_t kRandom = 6;  // letters that mkostemp puts behind a name

// Drafts of one of our files: "pypa.advisories.Xy1234", "pypa.advisories.old.draft".
bool is_draft(std::string_view file) {
  if (file.ends_with(kDraft) && file.substr(0, file.size() - kDraft.size()).ends_with(kOld)) return true;
  const std::size_t dot = file.rfind('.');
  if (dot == std::string_view::npos || file.size() - dot - 1 != kRandom) return false;
  const std::string_view rest = file.substr(0, dot);
  return rest.ends_with(".advisories") || rest.ends_with(".list");
}

// Only who holds the lock writes here, so that drafts are of those who were killed.
void remove_drafts(const fs::path& folder) {
  std::vector<fs::path> drafts;
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    if (is_draft(at->path().filename().native())) drafts.push_back(at->path());
  }
  for (const fs::path& draft : drafts) fs::remove(draft, error);
}

// Until the descriptor is closed.
Result<UniqueFd> lock(const fs::path& folder) {
  BERTH_TRY(UniqueFd held, sys::open_folder(folder));
  BERTH_CHECK_OK(sys::check([&] { return ::flock(held.get(), LOCK_EX); }, "lock folder '{}'", folder.native()));
  return held;
}

// The current file stays under its name until the new one takes it: the old one gets a second name.
Result<void> keep(const fs::path& current) {
  const fs::path old = file_before(current);
  const std::string draft = fmt::format("{}{}", old.native(), kDraft);
  BERTH_CHECK_OK(sys::check([&] { return ::link(current.c_str(), draft.c_str()); }, "link '{}'", draft));
  return sys::check([&] { return ::rename(draft.c_str(), old.c_str()); }, "rename '{}'", draft);
}

}  // namespace

fs::path file_before(const fs::path& path) { return fmt::format("{}{}", path.native(), kOld); }

Result<void> replace_kept_file(const fs::path& path, std::string_view bytes, const std::function<bool()>& is_good) {
  const fs::path folder = path.parent_path();
  BERTH_CHECK_OK(sys::make_folders(folder, 0755));
  BERTH_TRY(const UniqueFd held, lock(folder));
  remove_drafts(folder);
  if (is_good()) BERTH_CHECK_OK(keep(path));
  BERTH_CHECK_OK(sys::write_file_atomically(path, bytes, 0644));
  return sys::check([&] { return ::fsync(held.get()); }, "fsync '{}'", folder.native());
}

Result<void> remove_kept_file(const fs::path& path) {
  bool was_there = false;
  for (const fs::path& file : {path, file_before(path)}) {
    std::error_code error;
    was_there = fs::remove(file, error) || was_there;
    if (error) return std::unexpected(Error::from_errno(error.value(), fmt::format("remove '{}'", file.native())));
  }
  if (was_there) return {};
  return fail(Errc::NotFound, fmt::format("there is no '{}'", path.native()));
}

}  // namespace berth::vet
