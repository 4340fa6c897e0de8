// What `image create` is making: written down before it is there, because until the last step it has no name.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/image/builder.h"
#include "berth/image/local_store.h"
#include "berth/image/stored_containers.h"

namespace berth::app {

// The folder that it works in, whose lock it holds, and the file that says what is to be.
std::filesystem::path create_folder(const Settings& settings);
std::filesystem::path create_journal(const Settings& settings);

// How it builds there: in a container of buildah, whose name tells of this folder.
image::BuilderOptions builder_options(const Settings& settings, const std::filesystem::path& graph_root);

// The container of a build that is not gone: of one that is going on, or that was killed. One that an engine keeps
// apart from Berth's storage has no layer there, and may be gone: the engine is not asked.
struct LeftBuild {
  image::StoredContainer container;
  bool is_going_on = false;
};
std::optional<LeftBuild> find_left_build(const Settings& settings, const std::filesystem::path& graph_root);

// The names that they have now, whoever builds by the settings: buildah's, and those that are noted of engines.
std::vector<std::string> left_build_names(const Settings& settings, const std::filesystem::path& graph_root);

// Removes them all where nobody is at it, each by its builder, whoever builds by the settings now. Errors: TimedOut
// when somebody is; those of Builder and of engines.
Result<void> remove_left_build(const Settings& settings, const std::filesystem::path& graph_root);

class CreateJournal {
 public:
  explicit CreateJournal(const Settings& settings) : settings_(settings) {}

  // Errors: those of writing.
  Result<void> begin(const std::string& own_name) const;
  void end() const;

  // Removes what an interrupted making has left. Errors: those of the storage and of buildah.
  Result<void> sweep(const std::filesystem::path& graph_root, const image::ImageBuilder& builder) const;

 private:
  const Settings& settings_;
};

// The name that an image is to have, "example_name:1.0.0.1", and whether somebody is at it: otherwise it was
// interrupted. None where nothing is unfinished.
struct Unfinished {
  std::string name;
  bool is_going_on = false;
};
std::optional<Unfinished> unfinished_image(const Settings& settings);

// The ids of those of `images` that were made to be `name` and have no name yet.
std::vector<std::string> images_without_name(const image::LocalStore& store,
                                             const std::vector<image::StoredImage>& images, const std::string& name);

}  // namespace berth::app
