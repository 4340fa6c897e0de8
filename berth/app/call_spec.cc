#include "berth/app/call_spec.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "berth/app/debugger.h"
#include "berth/app/embedded.h"

namespace berth::app {
namespace {

container::Limits limits_of(const CallRequest& request, const CheckedCall& checked) {
  container::Limits limits = request.limits;
  if (!request.timeout_given && request.debugger_port) {
    limits.wall_time = kDebugTime;
  } else if (!request.timeout_given && checked.timeout) {
    limits.wall_time = std::chrono::ceil<std::chrono::milliseconds>(*checked.timeout);
  }
  return limits;
}

}  // namespace

container::LaunchSpec spec_for(const CallRequest& request, const CheckedCall& checked,
                               const image::ResolvedImage& resolved, const container::Guards& guards) {
  container::LaunchSpec spec;
  spec.image_name = image::to_string(resolved.used);
  spec.root = {resolved.image.id, resolved.image.layer_folders, resolved.image.config.volumes};
  spec.programs = container::interpreters_for(request.item.subtype);
  spec.limits = limits_of(request, checked);
  spec.guards = guards;
  spec.keep = request.keep;
  return spec;
}

void put_code(const content::AssembledCode& code, CodeCache cache, container::LaunchSpec& spec, wire::Job& job) {
  const std::string folder = std::string(container::kFixedFolder) + "/";
  if (auto compiled = code.before->text.empty() ? std::nullopt : cache.get(spec, *code.before)) {
    job.prelude = wire::Prelude{folder + compiled->prelude.name, code.item.first_line};
    spec.fixed = {std::move(compiled->loop), std::move(compiled->prelude)};
    job.code = code.item_text;
  } else {
    spec.fixed = {{"loop.py", std::string(embedded_loop()), {}}};
    job.prelude.reset();
    job.code = code.whole();
  }
  spec.arguments = {folder + spec.fixed.front().name, "frames", "3", "4"};
}

std::string_view why_alone(const CallRequest& request, const container::LaunchSpec& spec) {
  if (!spec.guards.all_up()) return "its container is isolated less than others (isolation.user_namespace, or a probe)";
  if (spec.keep) return "its container is to be kept (--keep)";
  if (!spec.files.empty()) return "files are put into its work folder before it begins";
  if (request.debugger_port) return "a debugger is to look at it (--debugpy)";
  if (request.published_port) return "a port of its container is published";
  return {};
}

}  // namespace berth::app
