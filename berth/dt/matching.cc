#include "berth/dt/matching.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "berth/dt/script_request.h"

namespace berth::dt {

Result<Matching> Matching::make(const JavaScript& condition) {
  if (!condition.binds.empty()) {
    return fail(Errc::InvalidInput, fmt::format("'{}' is bound to a path, which a key to merge under has no use for",
                                                condition.binds[0].name));
  }
  return Matching(condition, NativeCondition::parse(condition.code));
}

std::unique_ptr<ListIndex> Matching::make_index() const {
  auto keys = native_ ? native_->keys() : std::vector<std::string>();
  return keys.empty() ? nullptr : std::make_unique<ListIndex>(std::move(keys));
}

Result<std::vector<std::size_t>> Matching::find(const Json::Array& list, const Json& obj, const ListIndex* index,
                                                Script& script, Deadline deadline) const {
  std::optional<std::vector<std::size_t>> positions;
  if (index != nullptr) positions = index->candidates(obj);
  if (!positions) {
    positions.emplace(list.size());
    std::iota(positions->begin(), positions->end(), std::size_t{0});
  }
  std::vector<std::size_t> matching;
  std::vector<std::size_t> unsure;
  std::array<std::pair<std::string_view, const Json*>, 2> names = {{{"val", nullptr}, {"obj", &obj}}};
  for (const std::size_t at : *positions) {
    names[0].second = &list[at];
    const auto holds = native_ ? native_->holds(names) : std::nullopt;
    if (holds && *holds) matching.push_back(at);
    if (!holds) unsure.push_back(at);
  }
  if (unsure.empty()) return matching;

  ScriptJob job{.code = condition_->code, .bindings = {{"obj", {&obj}}}, .wanted = ScriptJob::Wanted::Truth};
  for (const std::size_t at : unsure) job.values.push_back(&list[at]);
  if (std::chrono::steady_clock::now() >= deadline) {
    return fail(Errc::TimedOut, fmt::format("{}: all values together took longer than they may", describe(job)));
  }
  BERTH_TRY(const Json::Array results, script.evaluate(job));
  for (std::size_t i = 0; i < unsure.size(); ++i) {
    if (results[i] == Json(true)) matching.push_back(unsure[i]);
  }
  std::ranges::sort(matching);
  return matching;
}

}  // namespace berth::dt
