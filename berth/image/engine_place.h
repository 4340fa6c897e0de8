// Where Docker or Podman keeps its images, and how one of Berth's storage comes there.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/reference.h"
#include "berth/image/storage_tool.h"
#include "berth/sys/engine_program.h"

namespace berth::image {

struct EnginePlace {
  bool is_the_storage = false;              // it is the storage that Berth uses: its images are the engine's already
  std::string destination;                  // as skopeo calls it, before the name: "docker-daemon:"
  std::string id_mark;                      // what stands between that and an id: "sha256:"
  std::vector<std::string> options;         // of `skopeo copy`, for it
  std::vector<std::string> source_options;  // the same where it is copied from
  std::filesystem::path folder;             // what grows with its images; empty where the engine alone knows

  friend bool operator==(const EnginePlace&, const EnginePlace&) = default;
};

// The engine is asked, so that a context of Docker's and a configuration of Podman's count.
// Errors: NotFound without the program; Unavailable, with its words, and for one that is not on this machine.
Result<EnginePlace> find_engine_place(const sys::EngineProgram& program, const std::filesystem::path& graph_root);

// Copies the image `id` of `storage` to `place` under `name`, which has a tag. What is there under that name is
// replaced: who calls has looked. Errors: those of sys::run_tool; NotFound without skopeo.
Result<void> copy_to_engine(const StorageTool& storage, const std::string& id, const EnginePlace& place,
                            const Reference& name, std::chrono::milliseconds time_limit);

// Copies the image `id` of `place`, with its layers not packed, into the new folder `folder` in the form `dir:`.
// Errors: as above.
Result<void> copy_out_of_engine(const EnginePlace& place, const std::string& id, const std::filesystem::path& folder,
                                std::chrono::milliseconds time_limit, const std::function<Result<void>()>& watch);

// By what `docker context inspect` and `podman info` print with these formats. Pure, but for links in the paths.
inline constexpr std::string_view kDockerPlaceFormat = "{{.Endpoints.docker.Host}}";
inline constexpr std::string_view kPodmanPlaceFormat =
    "{{.Host.ServiceIsRemote}}\t{{.Store.GraphDriverName}}\t{{.Store.GraphRoot}}\t{{.Store.RunRoot}}";
Result<EnginePlace> docker_place(std::string_view said);
Result<EnginePlace> podman_place(std::string_view said, const std::filesystem::path& graph_root);

}  // namespace berth::image
