#include "berth/app/leftover_prune.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "berth/app/create_journal.h"
#include "berth/app/engine_leftovers.h"
#include "berth/image/staging.h"
#include "berth/image/storage_places.h"

namespace berth::app {
namespace {

using Kind = image::Leftover::Kind;

LeftoverStep judge(image::Leftover leftover, bool all) {
  LeftoverStep step{std::move(leftover), true, {}};
  const image::Leftover& one = step.leftover;
  if (one.kind == Kind::WorkFolder) {
    step.goes = !one.is_in_use;
    step.reason = one.is_in_use ? fmt::format("{} works in it", one.maker)
                                : fmt::format("left by {} that was killed, and nobody works in it", one.maker);
  } else if (one.kind == Kind::Container) {
    step.goes = !one.is_in_use;
    step.reason = one.is_in_use ? fmt::format("the container that {} builds in", one.maker)
                                : fmt::format("the container of {} that was killed", one.maker);
  } else if (one.age > image::kBlobsForgotten) {
    const auto days = std::chrono::floor<std::chrono::days>(one.age).count();
    step.reason = fmt::format("left by {}, and nobody has gone on with it for {} days", one.maker, days);
  } else {
    step.goes = all;
    step.reason =
        all ? fmt::format("left by {}; the next one fetches it anew", one.maker)
            : fmt::format("left by {}, and the next one goes on with it; --all removes it as well", one.maker);
  }
  return step;
}

}  // namespace

std::vector<LeftoverStep> plan_leftovers(std::vector<image::Leftover> found, bool all) {
  std::vector<LeftoverStep> steps;
  for (image::Leftover& one : found) steps.push_back(judge(std::move(one), all));
  return steps;
}

std::vector<LeftoverStep> prune_leftovers(const Settings& settings, bool all, bool dry_run) {
  std::vector<image::Leftover> found = image::find_leftovers(settings.cache);
  const auto graph_root = image::find_graph_root(storage_places(settings));
  if (const auto build = graph_root ? find_left_build(settings, *graph_root) : std::nullopt) {
    found.push_back(image::left_container(*graph_root, build->container.layer, build->is_going_on));
    if (build->container.layer.empty()) found.back().path = engine_builds_file(settings.cache);
  }
  std::vector<LeftoverStep> steps = plan_leftovers(std::move(found), all);
  for (LeftoverStep& step : steps) {
    if (!step.goes || dry_run) continue;
    const auto removed = step.leftover.kind == Kind::Container ? remove_left_build(settings, *graph_root)
                                                               : image::remove_leftover(settings.cache, step.leftover);
    step.goes = removed.has_value();
    if (!removed) step.reason = removed.error().message();
  }
  return steps;
}

}  // namespace berth::app
