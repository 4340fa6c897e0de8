#include "berth/content/package_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <memory>

#include "berth/base/lower_case.h"
#include "berth/base/utf8.h"
#include "berth/sys/file.h"

namespace berth::content {
namespace {

constexpr std::size_t kMostNames = 100'000;

// Anywhere in a name, in lower case: tests, stand-ins for the server, and what tooling copies into packages.
constexpr std::array<std::string_view, 12> kNoCode = {"commonserverpython.py",
                                                      "commonserveruserpython.py",
                                                      "demistomock.py",
                                                      "_test.py",
                                                      "conftest.py",
                                                      "__init__.py",
                                                      "apimodule.py",
                                                      "vulture_whitelist.py",
                                                      "commonserverpowershell.ps1",
                                                      "commonserveruserpowershell.ps1",
                                                      "demistomock.ps1",
                                                      ".tests.ps1"};

std::string_view extension_of(Language language) {
  if (language == Language::PowerShell) return ".ps1";
  return language == Language::JavaScript ? ".js" : ".py";
}

bool may_hold_code(std::string_view name) {
  const std::string lower = lower_case(name);
  return std::none_of(kNoCode.begin(), kNoCode.end(),
                      [&](std::string_view part) { return lower.find(part) != std::string::npos; });
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

// Through no link at all first; then with links held inside, so that a link within the tree still works and one that
// leads out is told apart from a file that is not there.
Result<UniqueFd> open_inside(const std::filesystem::path& root, const std::filesystem::path& inside, int flags) {
  BERTH_TRY(const UniqueFd folder, sys::open_folder(root));
  const std::string what = fmt::format("'{}'", root.native());
  auto file = sys::open_without_links(folder.get(), inside, flags, what);
  if (file || file.error().code() != Errc::Denied) return file;
  auto held = sys::open_in_root(folder.get(), inside, flags, what);
  if (held) return held;
  return fail(Errc::Denied, fmt::format("open '{}' inside {}: it is reached through a symbolic link that leads out, or "
                                        "may not be read; put the file itself there",
                                        inside.native(), what));
}

bool is_of_kind(int folder, const dirent& entry, bool folders) {
  if (entry.d_type == DT_REG) return !folders;
  if (entry.d_type == DT_DIR) return folders;
  // A link counts as what it stands for, so that opening it decides; so does an unknown type.
  if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return false;
  struct stat status = {};
  if (::fstatat(folder, entry.d_name, &status, 0) != 0) return !folders;  // a broken link: its name is a file's
  return folders ? S_ISDIR(status.st_mode) : S_ISREG(status.st_mode);
}

}  // namespace

std::optional<std::string> code_file_of(std::string_view folder, std::vector<std::string> names, Language language) {
  const std::string_view extension = extension_of(language);
  if (folder.starts_with("CommonServer") || folder.ends_with("ApiModule")) {
    std::string own = fmt::format("{}{}", folder, extension);
    if (std::find(names.begin(), names.end(), own) != names.end()) return own;
    return std::nullopt;
  }
  std::sort(names.begin(), names.end());
  for (std::string& name : names) {
    if (name.ends_with(extension) && may_hold_code(name)) return std::move(name);
  }
  return std::nullopt;
}

Result<std::string> yaml_file_of(const std::filesystem::path& folder, const std::vector<std::string>& names) {
  std::vector<std::string> yamls;
  for (const std::string& name : names) {
    if (name.ends_with(".yml") || name.ends_with(".yaml")) yamls.push_back(name);
  }
  if (yamls.size() == 1) return yamls.front();
  if (yamls.empty()) {
    return fail(Errc::InvalidInput,
                fmt::format("{}: no YAML file in the folder; a package holds one beside its code", folder.native()));
  }
  return fail(Errc::InvalidInput,
              fmt::format("{}: {} YAML files in the folder, '{}' and '{}' among them; name the one that is meant",
                          folder.native(), yamls.size(), yamls[0], yamls[1]));
}

Result<std::string> ContentFolder::read(const std::filesystem::path& inside, std::size_t limit_bytes) const {
  // Non-blocking, so that a fifo in the file's place cannot hold us.
  const std::string name = (root_ / inside).native();
  auto opened = open_inside(root_, inside, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!opened && stamps_ != nullptr && opened.error().code() == Errc::NotFound) stamps_->add_missing(name);
  BERTH_TRY(const UniqueFd file, std::move(opened));
  if (struct stat status = {}; stamps_ != nullptr && ::fstat(file.get(), &status) == 0) stamps_->add(name, status);
  return sys::read_file(file, limit_bytes, name);
}

Result<std::vector<std::string>> ContentFolder::files(const std::filesystem::path& inside) const {
  return names(inside, false);
}

Result<std::vector<std::string>> ContentFolder::folders(const std::filesystem::path& inside) const {
  return names(inside, true);
}

Result<std::vector<std::string>> ContentFolder::names(const std::filesystem::path& inside, bool folders) const {
  BERTH_TRY(UniqueFd fd, open_inside(root_, inside, O_RDONLY | O_DIRECTORY));
  const std::unique_ptr<DIR, CloseFolder> folder(::fdopendir(fd.get()));
  if (folder == nullptr) {
    const int err = errno;
    return std::unexpected(Error::from_errno(err, fmt::format("list '{}'", (root_ / inside).native())));
  }
  const int number = fd.release();  // the DIR owns it now
  std::vector<std::string> result;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name.starts_with('.') || to_visible(name, false) != name || !is_of_kind(number, *entry, folders)) continue;
    if (result.size() == kMostNames) {
      return fail(Errc::Exhausted,
                  fmt::format("list '{}': it holds more than {} names", (root_ / inside).native(), kMostNames));
    }
    result.emplace_back(name);
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace berth::content
