#include "berth/app/image_folder.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "berth/sys/file.h"

namespace berth::app {

Result<void> export_image_folder(const image::CreateRecipe& recipe, const std::filesystem::path& folder) {
  const auto doing = [&] { return fmt::format("write the image's folder '{}'", folder.native()); };
  std::error_code error;
  const bool there = std::filesystem::exists(folder, error);
  if (there && !std::filesystem::is_empty(folder, error)) {
    return fail(Errc::AlreadyExists, doing() + ": there is something in it; name a new one");
  }
  // Beside it first, so that it is there whole or not at all.
  std::filesystem::path part = folder;
  if (!part.has_filename()) part = part.parent_path();
  part += ".part";
  std::filesystem::remove_all(part, error);
  BERTH_CHECK_OK(sys::make_folders(part, 0755).context(doing));
  std::vector<std::pair<const char*, std::string>> files = {{"Dockerfile", image::dockerfile(recipe)},
                                                            {"build.conf", image::build_conf()},
                                                            {"verify.py", image::verify_script(recipe)}};
  if (!recipe.libraries.empty()) files.emplace_back("requirements.txt", image::print_lock(recipe.libraries));
  for (const auto& [name, text] : files) {
    BERTH_CHECK_OK(sys::write_file_atomically(part / name, text, 0644).context(doing));
  }
  if (there) std::filesystem::remove(folder, error);
  std::filesystem::rename(part, folder, error);
  if (error) return std::unexpected(Error::from_errno(error.value(), doing()));
  return {};
}

}  // namespace berth::app
