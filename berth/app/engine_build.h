// Images that are made by Docker or Podman: the engine runs the script, and Berth writes what the image says of itself.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/container/engine_kind.h"
#include "berth/image/builder.h"
#include "berth/image/engine_place.h"
#include "berth/image/image_on_base.h"
#include "berth/image/local_store.h"
#include "berth/sys/engine_program.h"

namespace berth::app {

// Whether the settings leave the building to an engine: not where Berth itself makes the containers, and not for an
// ordinary user, whose calls are native.
bool is_built_by_engine(const Settings& settings);

struct EngineBuildOptions {
  image::BuilderOptions storage;      // Berth's own, and the name and time of the build
  image::LocalImage base;             // of Berth's storage
  std::filesystem::path work_folder;  // of the making, whose lock is held
  std::function<void(std::string_view)> on_step;
};

// The script runs in a container of the engine, without a network, with bounds of memory and processes. Of the image
// that the engine makes of it the uppermost layer alone counts: its files get the time of the order, and Berth puts it
// on the base with a configuration of its own. The image comes to lie in Berth's storage, as Builder's does; buildah is
// not needed. A watcher removes the container when this process dies.
class EngineBuilder final : public image::ImageBuilder {
 public:
  // Errors: NotFound without the engine's program or skopeo; those of find_engine_place.
  static Result<EngineBuilder> open(EngineBuildOptions options, const Settings& settings);

  std::string_view isolation() const override { return program_.name; }
  Result<image::BuiltImage> build(const image::BuildOrder& order) const override;
  Result<void> give_name(const std::string& id, const std::string& name) const override;
  Result<void> remove_image(const std::string& id) const override;
  Result<void> sweep() const override;

 private:
  // What the engine has given out: a file for each layer.
  struct Made {
    std::filesystem::path folder;
    std::vector<image::PlainLayer> layers;
  };

  EngineBuilder(EngineBuildOptions options, container::EngineKind kind);

  Result<std::string> engine(std::vector<std::string> words) const;
  Result<std::string> base_in_engine() const;
  Result<image::BuiltImage> build_on(const std::string& base_id, const image::BuildOrder& order) const;
  Result<std::string> store(const Made& built, const image::BuildOrder& order) const;
  Result<std::string> labelled(const Made& built, const image::BuildOrder& order, std::string id) const;
  image::StorageTool storage_tool() const;
  Result<image::ToolBounds> bounds() const;
  Result<void> watch(const std::filesystem::path& growing) const;  // the folder that a step fills; empty for none

  EngineBuildOptions options_;
  container::EngineKind kind_;
  sys::EngineProgram program_;
  image::EnginePlace place_;
  std::string container_;  // its name: no other build's, whose watcher may come to remove it late
};

// Who builds by the settings: an engine, or buildah. Errors: those of their open().
Result<std::unique_ptr<image::ImageBuilder>> open_image_builder(const Settings& settings, EngineBuildOptions options);

struct EngineBuildPlan {
  container::EngineKind kind = container::EngineKind::Docker;
  std::string name;     // of the container, and its label, by which what it leaves is found
  std::string base_id;  // the engine's
  std::uint64_t memory_bytes = 0;
  std::uint64_t open_files = 1024;  // that may be open at once in a process; of Podman's, which else asks for too many
  bool base_has_mtab = false;       // Podman makes one where there is none
};
// What makes the container of a build; the order's script runs when it is started. Pure.
std::vector<std::string> build_command(const EngineBuildPlan& plan, const image::BuildOrder& order);

}  // namespace berth::app
