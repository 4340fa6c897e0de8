#include "berth/doctor/engine.h"

#include <fmt/format.h>

#include <cstdlib>

#include "berth/doctor/words.h"
#include "berth/image/engine_images.h"
#include "berth/image/reference.h"
#include "berth/sys/engine_program.h"
#include "berth/sys/tool.h"

namespace berth::doctor {
namespace {

using container::EngineKind;

// The address of a daemon that is not a socket of this machine.
std::optional<std::string> remote_address(EngineKind kind) {
  const char* address = std::getenv(kind == EngineKind::Docker ? "DOCKER_HOST" : "CONTAINER_HOST");
  if (address == nullptr || *address == '\0' || std::string_view(address).starts_with("unix://")) return std::nullopt;
  return std::string(address);
}

Result<std::string> ask_version(EngineKind kind, const sys::EngineProgram& program) {
  const bool is_docker = kind == EngineKind::Docker;
  sys::ToolOptions options;
  options.time_limit = std::chrono::seconds(20);
  options.output_limit_bytes = 1 << 16;
  options.environment = program.environment;
  // That of the daemon; Podman has none, and looks at its storage.
  BERTH_TRY(const auto said, sys::run_tool({program.name, is_docker ? "version" : "info", "--format",
                                            is_docker ? "{{.Server.Version}}" : "{{.Version.Version}}"},
                                           options));
  return std::string(trimmed(said.out).substr(0, 60));
}

// Docker's one for all of its containers; Podman is told of one for each.
bool has_user_namespaces(const sys::EngineProgram& program) {
  sys::ToolOptions options;
  options.time_limit = std::chrono::seconds(20);
  options.output_limit_bytes = 1 << 16;
  options.environment = program.environment;
  const auto said = sys::run_tool({program.name, "info", "--format", "{{.SecurityOptions}}"}, options);
  return said && said->out.contains("name=userns");
}

Result<std::string> find_image(const sys::EngineProgram& program, const app::Settings& settings) {
  BERTH_TRY(const image::Reference wanted, image::parse_reference(settings.default_python3));
  image::EngineImages images(program);
  BERTH_TRY(const image::ResolvedImage* found, images.resolve(wanted, settings.substitutes, settings.trust));
  return image::to_string(found->used);
}

}  // namespace

EngineFacts engine_facts(const Asked& asked) {
  EngineFacts facts{asked.settings.engine, std::string(), std::nullopt, std::string(), false};
  if (facts.kind == EngineKind::Native) return facts;
  const sys::EngineProgram program = sys::engine_program(container::name_of(facts.kind));
  facts.remote = remote_address(facts.kind);
  facts.version = ask_version(facts.kind, program);
  if (facts.version && facts.kind == EngineKind::Docker && asked.settings.user_namespace) {
    facts.lacks_user_namespaces = !has_user_namespaces(program);
  }
  if (facts.version) facts.default_image = find_image(program, asked.settings);
  return facts;
}

CheckResult judge_engine(const EngineFacts& facts, bool root) {
  if (facts.kind == EngineKind::Native) return ok("native: Berth makes containers itself");
  const std::string name(container::name_of(facts.kind));
  const bool is_docker = facts.kind == EngineKind::Docker;
  if (!root) {
    return failure(fmt::format("the engine is {}, which root alone can use with Berth", name),
                   "set 'engine: native' in ~/.config/berth/berth.yaml");
  }
  if (facts.remote) {
    return failure(fmt::format("{} is set to be at {}, not on this machine", name, *facts.remote),
                   fmt::format("unset {}, or set 'engine: native'", is_docker ? "DOCKER_HOST" : "CONTAINER_HOST"));
  }
  if (!facts.version) {
    const std::string install = is_docker ? "'apt-get install docker.io', or this distribution's package of it"
                                          : "'apt-get install podman', or this distribution's package of it";
    const std::string start = is_docker ? "start its daemon: 'systemctl start docker'" : "see what 'podman info' says";
    return failure(facts.version.error().message(),
                   (facts.version.error().code() == Errc::NotFound ? install : start) + "; or set 'engine: native'");
  }
  const std::string found = fmt::format("{} {}", name, *facts.version);
  if (facts.lacks_user_namespaces) {
    return failure(fmt::format("{}, which gives its containers no user namespace: calls by it are refused", found),
                   "set \"userns-remap\": \"default\" in /etc/docker/daemon.json, or isolation.user_namespace: off");
  }
  if (!facts.default_image) {
    return warning(fmt::format("{}; {}", found, facts.default_image.error().message()),
                   fmt::format("images are the engine's: '{} pull' one, or 'skopeo copy' Berth's own to it", name));
  }
  return ok(fmt::format("{}, with the image {}", found, *facts.default_image));
}

}  // namespace berth::doctor
