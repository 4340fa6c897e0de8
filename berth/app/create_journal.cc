#include "berth/app/create_journal.h"

#include "berth/image/work_folder.h"
#include "berth/sys/file.h"

namespace berth::app {
namespace {

constexpr std::size_t kLargestText = 1 << 20;

}  // namespace

std::filesystem::path create_folder(const Settings& settings) { return settings.cache / "create"; }

std::filesystem::path create_journal(const Settings& settings) { return settings.cache / "create-journal"; }

std::optional<Unfinished> unfinished_image(const Settings& settings) {
  // The lock first: what ends in between has taken its journal along.
  const bool is_going_on = image::WorkFolder::is_held(create_folder(settings));
  auto name = sys::read_file(create_journal(settings), kLargestText);
  if (!name) return std::nullopt;
  return Unfinished{std::move(*name), is_going_on};
}

std::vector<std::string> images_without_name(const image::LocalStore& store,
                                             const std::vector<image::StoredImage>& images, const std::string& name) {
  std::vector<std::string> ids;
  for (const image::StoredImage& one : images) {
    if (!one.names.empty()) continue;
    const auto image = store.read_image(one);
    if (image && image->config.env_value("DOCKER_IMAGE") == name) ids.push_back(one.id);
  }
  return ids;
}

}  // namespace berth::app
