#include "berth/dt/evaluate.h"

#include "berth/dt/bindings.h"

namespace berth::dt {
namespace {

Result<std::vector<const Json*>> select(const Selector& selector, const std::vector<const Json*>& found,
                                        const Json& root, Script& script) {
  std::vector<const Json*> elements = elements_of(found);
  BERTH_TRY(const std::vector<bool> holds, BoundScript(selector.condition, root).judge(elements, script));
  std::vector<const Json*> kept;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (holds[i]) kept.push_back(elements[i]);
  }
  return kept;
}

Result<std::vector<const Json*>> take(const Step& step, const std::vector<const Json*>& found, const Json& root,
                                      Script& script) {
  if (const auto* selector = std::get_if<Selector>(&step)) return select(*selector, found, root, script);
  if (const auto* key = std::get_if<Key>(&step)) return enter(*key, found);
  if (const auto* index = std::get_if<Index>(&step)) return enter(*index, found);
  return enter(std::get<Slice>(step), found);
}

}  // namespace

Result<Json> evaluate(const Path& path, const Json& root, Script& script) {
  // The root itself is no list that a path went through.
  if (path.steps.empty() && !path.mutator) return root;
  return evaluate_from(root, path, root, script);
}

Result<Json> evaluate_from(const Json& start, const Path& path, const Json& root, Script& script) {
  std::vector<const Json*> found = {&start};
  for (const Step& step : path.steps) {
    BERTH_TRY(found, take(step, found, root, script));
  }
  if (!path.mutator) return collapse(found);
  BERTH_TRY(Json::Array changed, BoundScript(*path.mutator, root).transform(elements_of(found), script));
  if (changed.empty()) return Json();
  return changed.size() == 1 ? std::move(changed[0]) : Json(std::move(changed));
}

Result<Json> evaluate(std::string_view expression, const Json& root, Script& script) {
  BERTH_TRY(const Path path, parse_path(expression));
  return evaluate(path, root, script);
}

}  // namespace berth::dt
