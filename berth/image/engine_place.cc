#include "berth/image/engine_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "berth/base/text_parts.h"
#include "berth/sys/interrupt.h"
#include "berth/sys/tool.h"

namespace berth::image {
namespace {

namespace fs = std::filesystem;

constexpr auto kAnswerTime = std::chrono::seconds(60);

std::string_view take_field(std::string_view& line) {
  const std::string_view field = line.substr(0, line.find('\t'));
  line.remove_prefix(std::min(field.size() + 1, line.size()));
  return field;
}

// What skopeo reads the words of a storage apart by cannot stand in them.
bool can_be_written(std::string_view path) {
  return path.starts_with('/') && path.find_first_of("[]+:@\n") == std::string_view::npos;
}

bool is_same_folder(const fs::path& one, const fs::path& other) {
  std::error_code error;
  return one == other || (fs::equivalent(one, other, error) && !error);
}

std::unexpected<Error> elsewhere(std::string_view engine, std::string_view where) {
  return fail(Errc::Unavailable, fmt::format("{} is at '{}', not on this machine", engine, where));
}

}  // namespace

Result<EnginePlace> docker_place(std::string_view said) {
  const std::string_view host = without_line_end(said);
  if (!host.starts_with("unix://")) return elsewhere("docker", host);
  return EnginePlace{.is_the_storage = false,
                     .destination = "docker-daemon:",
                     .id_mark = "sha256:",
                     .options = {"--dest-daemon-host", std::string(host)},
                     .source_options = {"--src-daemon-host", std::string(host)},
                     .folder = {}};
}

Result<EnginePlace> podman_place(std::string_view said, const fs::path& graph_root) {
  std::string_view line = without_line_end(said);
  const std::string_view is_remote = take_field(line);
  const std::string_view driver = take_field(line);
  const std::string_view root = take_field(line);
  const std::string_view run_root = line;
  if (is_remote != "false") return elsewhere("podman", "a service");
  const bool is_driver =
      !driver.empty() && driver.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
  if (!is_driver || !can_be_written(root) || !can_be_written(run_root)) {
    return fail(Errc::Unavailable,
                fmt::format("podman keeps its images at '{}', which cannot be told to skopeo", root));
  }
  return EnginePlace{.is_the_storage = is_same_folder(root, graph_root),
                     .destination = fmt::format("containers-storage:[{}@{}+{}]", driver, root, run_root),
                     .id_mark = "@",
                     .options = {},
                     .source_options = {},
                     .folder = root};
}

Result<EnginePlace> find_engine_place(const sys::EngineProgram& program, const fs::path& graph_root) {
  const bool is_docker = program.name == "docker";
  sys::ToolOptions options;
  options.time_limit = kAnswerTime;
  options.environment = program.environment;
  std::vector<std::string> question = {program.name};
  if (is_docker) question.insert(question.end(), {"context", "inspect"});
  if (!is_docker) question.emplace_back("info");
  question.insert(question.end(), {"--format", std::string(is_docker ? kDockerPlaceFormat : kPodmanPlaceFormat)});
  BERTH_TRY(const auto said, sys::run_tool(question, options));
  return is_docker ? docker_place(said.out) : podman_place(said.out, graph_root);
}

Result<void> copy_to_engine(const StorageTool& storage, const std::string& id, const EnginePlace& place,
                            const Reference& name, std::chrono::milliseconds time_limit) {
  sys::ToolOptions options;
  options.time_limit = time_limit;
  options.watch = sys::check_interrupted;
  options.environment = storage_environment(storage);
  // The policy judges images of strangers; this one was made here.
  std::vector<std::string> argv = {"skopeo", "--insecure-policy", "copy", "--quiet"};
  argv.insert(argv.end(), place.options.begin(), place.options.end());
  argv.push_back(fmt::format("containers-storage:{}@{}", storage_words(storage), id));
  argv.push_back(place.destination + to_string(name));
  BERTH_CHECK_OK(sys::run_tool(argv, options));
  return {};
}

Result<void> copy_out_of_engine(const EnginePlace& place, const std::string& id, const fs::path& folder,
                                std::chrono::milliseconds time_limit, const std::function<Result<void>()>& watch) {
  sys::ToolOptions options;
  options.time_limit = time_limit;
  options.watch = watch;
  // What was built is judged afterwards, by what lies in it.
  std::vector<std::string> argv = {"skopeo", "--insecure-policy", "--tmpdir", folder.parent_path().native(), "copy",
                                   "--quiet"};
  argv.insert(argv.end(), place.source_options.begin(), place.source_options.end());
  argv.push_back(place.destination + place.id_mark + id);
  argv.push_back("dir:" + folder.native());
  BERTH_CHECK_OK(sys::run_tool(argv, options));
  return {};
}

}  // namespace berth::image
