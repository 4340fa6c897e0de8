#include "berth/dt/bindings.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/dt/json_size.h"
#include "berth/dt/script_request.h"

namespace berth::dt {
namespace {

// Lists in lists are entered, too: a name is looked for in every object below.
void find_members(const Json& value, const std::string& name, std::vector<const Json*>& found) {
  if (const Json::Array* items = value.as_array()) {
    for (const Json& item : *items) find_members(item, name, found);
  } else if (const Json* member = value.find(name)) {
    found.push_back(member);
  }
}

// `at` as a position in a list of `size`, counted from the end below 0; it may lie outside.
std::int64_t position(std::int64_t at, std::size_t size) { return at < 0 ? at + static_cast<std::int64_t>(size) : at; }

}  // namespace

std::vector<const Json*> elements_of(const std::vector<const Json*>& found) {
  std::vector<const Json*> elements;
  for (const Json* value : found) {
    if (const Json::Array* items = value->as_array()) {
      for (const Json& item : *items) elements.push_back(&item);
    } else {
      elements.push_back(value);
    }
  }
  return elements;
}

std::vector<const Json*> enter(const Place& place, const std::vector<const Json*>& found) {
  std::vector<const Json*> next;
  if (const auto* key = std::get_if<Key>(&place)) {
    for (const Json* value : found) find_members(*value, key->name, next);
    return next;
  }
  const std::vector<const Json*> elements = elements_of(found);
  if (const auto* index = std::get_if<Index>(&place)) {
    const std::int64_t at = position(index->at, elements.size());
    if (at >= 0 && at < static_cast<std::int64_t>(elements.size()))
      next.push_back(elements[static_cast<std::size_t>(at)]);
    return next;
  }
  const auto& slice = std::get<Slice>(place);
  const std::int64_t first = std::max<std::int64_t>(position(slice.first, elements.size()), 0);
  const std::int64_t last =
      std::min<std::int64_t>(position(slice.last, elements.size()), static_cast<std::int64_t>(elements.size()) - 1);
  for (std::int64_t at = first; at <= last; ++at) next.push_back(elements[static_cast<std::size_t>(at)]);
  return next;
}

std::vector<const Json*> follow(const std::vector<Place>& places, const Json& root) {
  std::vector<const Json*> found = {&root};
  for (const Place& place : places) found = enter(place, found);
  return found;
}

Json collapse(const std::vector<const Json*>& found) {
  if (found.empty()) return {};
  if (found.size() == 1) {
    const Json::Array* items = found[0]->as_array();
    return items != nullptr && items->size() == 1 ? (*items)[0] : *found[0];
  }
  const std::vector<const Json*> elements = elements_of(found);
  if (elements.size() == 1) return *elements[0];
  Json::Array list;
  list.reserve(elements.size());
  for (const Json* element : elements) list.push_back(*element);
  return list;
}

BoundScript::BoundScript(const JavaScript& script, const Json& root,
                         std::vector<std::pair<std::string_view, const Json*>> fixed)
    : script_(script), native_(NativeCondition::parse(script.code)), names_(std::move(fixed)) {
  for (const Bind& bind : script.binds) {
    if (!bind.is_relative) names_.emplace_back(bind.name, hold(follow(bind.places, root)));
  }
}

const Json* BoundScript::hold(const std::vector<const Json*>& found) {
  if (found.size() == 1) {
    const Json::Array* items = found[0]->as_array();
    return items != nullptr && items->size() == 1 ? items->data() : found[0];
  }
  for (const Json* value : found) owned_bytes_ += json_bytes(*value);
  owned_.push_back(owned_bytes_ > kMostBoundBytes ? Json() : collapse(found));
  return &owned_.back();
}

Result<ScriptJob> BoundScript::job_for(const std::vector<const Json*>& values) {
  ScriptJob job{.code = script_.code, .values = values};
  for (const auto& [name, value] : names_) job.bindings.push_back({std::string(name), {value}});
  for (const Bind& bind : script_.binds) {
    if (!bind.is_relative) continue;
    Binding relative{bind.name, {}};
    for (const Json* value : values) relative.values.push_back(hold(follow(bind.places, *value)));
    job.bindings.push_back(std::move(relative));
  }
  if (owned_bytes_ > kMostBoundBytes) {
    return fail(Errc::Exhausted,
                fmt::format("{}: its binds stand for more than {} bytes", describe(job), kMostBoundBytes));
  }
  return job;
}

std::optional<std::vector<bool>> BoundScript::judge_natively(const std::vector<const Json*>& values) {
  const bool has_relative = std::ranges::any_of(script_.binds, [](const Bind& bind) { return bind.is_relative; });
  if (!native_ || has_relative || owned_bytes_ > kMostBoundBytes) return std::nullopt;
  auto names = names_;
  names.emplace_back("val", nullptr);
  std::vector<bool> answers;
  answers.reserve(values.size());
  for (const Json* value : values) {
    names.back().second = value;
    const auto holds = native_->holds(names);
    if (!holds) return std::nullopt;
    answers.push_back(*holds);
  }
  return answers;
}

Result<std::vector<bool>> BoundScript::judge(const std::vector<const Json*>& values, Script& engine) {
  if (values.empty()) return std::vector<bool>();
  if (auto answers = judge_natively(values)) return *std::move(answers);
  BERTH_TRY(ScriptJob job, job_for(values));
  job.wanted = ScriptJob::Wanted::Truth;
  BERTH_TRY(const Json::Array results, engine.evaluate(job));
  std::vector<bool> answers;
  for (const Json& result : results) answers.push_back(result == Json(true));
  return answers;
}

Result<Json::Array> BoundScript::transform(const std::vector<const Json*>& values, Script& engine) {
  if (values.empty()) return Json::Array();
  BERTH_TRY(const ScriptJob job, job_for(values));
  return engine.evaluate(job);
}

}  // namespace berth::dt
