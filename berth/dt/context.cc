#include "berth/dt/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "berth/base/utf8.h"
#include "berth/dt/context_tree.h"
#include "berth/dt/json_size.h"
#include "berth/dt/matching.h"
#include "berth/dt/path.h"

namespace berth::dt {
namespace {

constexpr std::size_t kMostIndexes = 64;

// A key of an EntryContext: names, each with the condition behind it.
struct Part {
  std::string name;
  std::optional<Matching> matching;
  bool is_chosen() const { return matching.has_value(); }
};

std::string shown(std::string_view key) { return to_visible(to_valid_utf8(key.substr(0, 200)), false); }

// `path` must outlive the parts.
Result<std::vector<Part>> parts_of(const Path& path) {
  if (path.mutator) return fail(Errc::InvalidInput, "a mutator has no place in a path to write to");
  std::vector<Part> parts;
  for (const Step& step : path.steps) {
    if (const auto* key = std::get_if<Key>(&step)) {
      parts.push_back({key->name, std::nullopt});
      continue;
    }
    const auto* selector = std::get_if<Selector>(&step);
    if (selector == nullptr) return fail(Errc::InvalidInput, "an index has no place in a path to write to");
    if (parts.empty() || parts.back().matching) {
      return fail(Errc::InvalidInput, "a name must stand in front of each condition of a path to write to");
    }
    BERTH_TRY(parts.back().matching, Matching::make(selector->condition));
  }
  if (parts.empty()) return fail(Errc::InvalidInput, "it names nothing to write to");
  return parts;
}

// Opens a value as a list for as long as this lives. One value alone is alone again if it stays so, unless it is new
// and `keep_new`.
class OpenList {
 public:
  OpenList(ContextTree& tree, Json& value, bool keep_new) : tree_(tree), value_(value) {
    const bool is_new = value.is_null();
    closes_ = tree_.open_list(value_) && !(is_new && keep_new);
  }
  OpenList(const OpenList&) = delete;
  OpenList& operator=(const OpenList&) = delete;
  ~OpenList() {
    if (closes_) tree_.close_list(value_);
  }

  Json::Array& items() { return *value_.as_array(); }

 private:
  ContextTree& tree_;
  Json& value_;
  bool closes_;
};

// One merge on its way through the tree.
class Merge {
 public:
  Merge(ContextTree& tree, const std::vector<Part>& parts, Script& script, std::chrono::milliseconds time)
      : tree_(tree),
        parts_(parts),
        script_(script),
        deadline_(std::chrono::steady_clock::now() + time),
        overwrites_(parts.back().matching && parts.back().matching->is_always()) {}

  bool overwrites() const { return overwrites_; }

  // `index` belongs to the list at the end of the path, or is null.
  Result<void> add(Json& root, Json value, ListIndex* index) {
    is_list_ = value.is_array();
    if (!is_list_ || overwrites_) return add_below(root, 0, std::move(value), index);
    for (Json& item : *value.as_array()) BERTH_CHECK_OK(add_below(root, 0, std::move(item), index));
    return {};
  }

 private:
  // `at` holds the part number `level`.
  Result<void> add_below(Json& at, std::size_t level, Json value, ListIndex* index) {
    if (std::chrono::steady_clock::now() >= deadline_) return fail(Errc::TimedOut, "it took longer than it may");
    const Part& part = parts_[level];
    const bool is_last = level + 1 == parts_.size();
    BERTH_TRY(Json* const place, tree_.open_member(at, part.name));
    if (!part.matching && !is_last) return add_below(*place, level + 1, std::move(value), index);
    if (is_last && overwrites_) return tree_.replace(*place, std::move(value));
    OpenList list(tree_, *place, is_last && is_list_);
    if (!part.matching) return tree_.append(list.items(), std::move(value));
    if (is_last && index != nullptr) {
      for (std::size_t i = index->size(); i < list.items().size(); ++i) index->add(list.items()[i]);
    }
    BERTH_TRY(const auto matching,
              part.matching->find(list.items(), value, is_last ? index : nullptr, script_, deadline_));
    if (matching.empty()) {
      if (is_last) return tree_.append(list.items(), std::move(value));
      BERTH_CHECK_OK(tree_.append(list.items(), Json::object()));
      return add_below(list.items().back(), level + 1, std::move(value), nullptr);
    }
    for (const std::size_t i : matching) {
      Json one = value;
      BERTH_CHECK_OK(is_last ? tree_.overlay(list.items()[i], std::move(one))
                             : add_below(list.items()[i], level + 1, std::move(one), nullptr));
    }
    return {};
  }

  ContextTree& tree_;
  const std::vector<Part>& parts_;
  Script& script_;
  Matching::Deadline deadline_;
  bool overwrites_;
  bool is_list_ = false;
};

Result<void> check_depth(const std::vector<Part>& parts, const Json& value, std::size_t most) {
  if (2 * parts.size() + json_depth(value) <= most) return {};
  return fail(Errc::Exhausted, fmt::format("lists and objects would be nested more than {} deep", most));
}

}  // namespace

Context::Context(Json root, ContextLimits limits)
    : root_(std::move(root)), limits_(limits), bytes_(json_bytes(root_)) {}

Json Context::take() && { return std::move(root_); }

ListIndex* Context::index_for(std::string_view key, std::string_view first, const Matching& matching) {
  const auto known = indexed_.find(first);
  if (known != indexed_.end() && known->second.key == key) return known->second.index.get();
  if (indexed_.size() >= kMostIndexes) indexed_.clear();
  auto index = matching.make_index();
  ListIndex* const made = index.get();
  indexed_.insert_or_assign(std::string(first), Indexed{std::string(key), std::move(index)});
  return made;
}

Result<void> Context::merge(std::string_view key, Json value, Script& script) {
  return merge_under(key, std::move(value), script).context([&] {
    return fmt::format("merge into the context under '{}'", shown(key));
  });
}

Result<void> Context::merge_under(std::string_view key, Json value, Script& script) {
  BERTH_TRY(const Path path, parse_path(key));
  BERTH_TRY(const std::vector<Part> parts, parts_of(path));
  BERTH_CHECK_OK(check_depth(parts, value, limits_.depth));
  ContextTree tree(members_, bytes_, limits_.bytes, limits_.members);
  Merge merge(tree, parts, script, limits_.time);
  if (!merge.overwrites() && value.is_null()) return {};
  BERTH_CHECK_OK(tree.check_room(merge.overwrites() ? 0 : json_bytes(value)));
  // Only what this merge itself changes, at one place, can be followed in an index.
  const bool is_one_place = std::ranges::none_of(std::span(parts).first(parts.size() - 1), &Part::is_chosen);
  ListIndex* index = nullptr;
  if (is_one_place && parts.back().matching && !merge.overwrites()) {
    index = index_for(key, parts[0].name, *parts.back().matching);
  } else {
    indexed_.erase(parts[0].name);
  }
  return merge.add(root_, std::move(value), index);
}

Result<void> Context::merge_all(const Json& entry_context, Script& script) {
  const Json::Object* members = entry_context.as_object();
  if (members == nullptr) return fail(Errc::InvalidInput, "merge into the context: what is to be merged is no object");
  for (const auto& [key, value] : *members) BERTH_CHECK_OK(merge(key, value, script));
  return {};
}

Result<void> Context::set(std::string_view path, Json value) {
  const auto doing = [&] { return fmt::format("set the context path '{}'", shown(path)); };
  return set_at(path, std::move(value)).context(doing);
}

Result<void> Context::set_at(std::string_view text, Json value) {
  BERTH_TRY(const Path path, parse_path(text));
  BERTH_TRY(const std::vector<Part> parts, parts_of(path));
  if (std::ranges::any_of(parts, &Part::is_chosen)) {
    return fail(Errc::InvalidInput, "a condition has no place in a path to set");
  }
  BERTH_CHECK_OK(check_depth(parts, value, limits_.depth));
  indexed_.erase(parts[0].name);
  ContextTree tree(members_, bytes_, limits_.bytes, limits_.members);
  std::vector<std::string_view> names;
  for (const Part& part : parts) names.push_back(part.name);
  BERTH_CHECK_OK(tree.check_set(root_, names, json_bytes(value)));
  Json* at = &root_;
  for (const Part& part : parts) {
    BERTH_TRY(at, tree.open_member(*at, part.name));
  }
  return tree.replace(*at, std::move(value));
}

}  // namespace berth::dt
