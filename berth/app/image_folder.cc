#include "berth/app/image_folder.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

// A new folder, which is removed with what is in it unless it is kept.
class PartFolder {
 public:
  PartFolder() = default;
  PartFolder(const PartFolder&) = delete;
  PartFolder& operator=(const PartFolder&) = delete;
  ~PartFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  // `pattern` ends in XXXXXX. Errors: those of mkdtemp(3).
  Result<void> make(std::string pattern) {
    if (::mkdtemp(pattern.data()) == nullptr)
      return std::unexpected(Error::from_errno(errno, "make a folder beside it"));
    path_ = pattern;
    return sys::check([&] { return ::chmod(path_.c_str(), 0755); }, "chmod '{}'", path_.native());
  }
  const std::filesystem::path& path() const { return path_; }
  void keep() { path_.clear(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

Result<void> check_export_folder(const std::filesystem::path& folder) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(folder, error);
  if (!std::filesystem::exists(folder, error) || (is_folder && std::filesystem::is_empty(folder, error))) return {};
  return fail(Errc::AlreadyExists, fmt::format("write the image's folder '{}': {}; name a new one", folder.native(),
                                               is_folder ? "there is something in it" : "it is no folder"));
}

Result<void> export_image_folder(const image::CreateRecipe& recipe, const std::filesystem::path& folder) {
  const auto doing = [&] { return fmt::format("write the image's folder '{}'", folder.native()); };
  BERTH_CHECK_OK(check_export_folder(folder));
  // Beside it first, in a folder that nobody else has, so that it is there whole or not at all.
  const std::filesystem::path target = folder.has_filename() ? folder : folder.parent_path();
  const std::filesystem::path parent = target.has_parent_path() ? target.parent_path() : ".";
  BERTH_CHECK_OK(sys::make_folders(parent, 0755).context(doing));
  PartFolder part;
  BERTH_CHECK_OK(part.make((parent / (target.filename().native() + ".part-XXXXXX")).native()).context(doing));
  std::vector<std::pair<const char*, std::string>> files = {{"Dockerfile", image::dockerfile(recipe)},
                                                            {"build.conf", image::build_conf()},
                                                            {"verify.py", image::verify_script(recipe)}};
  if (!recipe.libraries.empty()) files.emplace_back("requirements.txt", image::print_lock(recipe.libraries));
  for (const auto& [name, text] : files) {
    BERTH_CHECK_OK(sys::write_file_atomically(part.path() / name, text, 0644).context(doing));
  }
  std::error_code error;
  // Onto an empty folder, too; never onto one that something has come to lie in meanwhile.
  std::filesystem::rename(part.path(), target, error);
  if (error) return std::unexpected(Error::from_errno(error.value(), doing()));
  part.keep();
  return {};
}

}  // namespace berth::app
