#include "berth/content/yaml_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>

#include "berth/base/utf8.h"
#include "berth/content/yaml_text.h"

namespace berth::content {
namespace {

constexpr std::string_view kCore = "tag:yaml.org,2002:";
constexpr std::array<std::string_view, 6> kScalarTags = {"str", "int", "float", "bool", "null", "timestamp"};

bool is_core_tag(std::string_view tag, YamlKind kind) {
  if (tag.empty() || tag == "!") return true;
  if (!tag.starts_with(kCore)) return false;
  tag.remove_prefix(kCore.size());
  if (kind == YamlKind::Mapping) return tag == "map";
  if (kind == YamlKind::Sequence) return tag == "seq";
  return std::find(kScalarTags.begin(), kScalarTags.end(), tag) != kScalarTags.end();
}

std::string short_tag(std::string_view tag) {
  std::string text = tag.starts_with(kCore) ? fmt::format("!!{}", tag.substr(kCore.size())) : std::string(tag);
  if (text.size() > 80) text.resize(80);
  return to_visible(text, false);
}

bool is_null_word(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

bool is_merge_key(const YamlNode& key) { return !key.quoted && key.text() == "<<"; }

// Keys for messages: visible and of bearable length.
std::string shown(std::string_view text) {
  const std::string visible = to_visible(text.substr(0, 80), false);
  return text.size() > 80 ? visible + "..." : visible;
}

// Two entries with the same key, the first one first, or null pointers. Sorts instead of hashing: no choice of keys
// makes that slow.
std::pair<const YamlNode*, const YamlNode*> twins(const std::vector<YamlEntry>& entries) {
  std::vector<const YamlNode*> keys;
  keys.reserve(entries.size());
  for (const YamlEntry& entry : entries) keys.push_back(entry.key);
  // Sorted by text, then by place: std::stable_sort would draw in what newer libraries call deprecated.
  std::sort(keys.begin(), keys.end(), [](const YamlNode* a, const YamlNode* b) {
    return a->text() != b->text() ? a->text() < b->text() : a->begin < b->begin;
  });
  const auto same = [](const YamlNode* a, const YamlNode* b) { return a->text() == b->text(); };
  const auto twin = std::adjacent_find(keys.begin(), keys.end(), same);
  if (twin == keys.end()) return {nullptr, nullptr};
  return {*twin, *(twin + 1)};
}

}  // namespace

std::unexpected<Error> YamlBuilder::refuse(const YamlNode& at, std::string_view reason) const {
  return refuse_at(document_.name(), {at.line, at.column}, reason);
}

std::unexpected<Error> YamlBuilder::exhausted(const YamlMark& at, std::string_view limit) const {
  return fail(Errc::Exhausted, fmt::format("{}:{}:{}: {}", document_.name(), at.line, at.column, limit));
}

Result<void> YamlBuilder::count(std::size_t nodes, std::size_t bytes, const YamlMark& at) {
  nodes_ += nodes;
  bytes_ += bytes;
  if (nodes_ > limits_.nodes) {
    return exhausted(at, fmt::format("more than {} values, aliases written out; make the file smaller", limits_.nodes));
  }
  if (bytes_ > limits_.alias_bytes) {
    return exhausted(at, fmt::format("more than {} bytes of text, aliases written out; write what is meant without "
                                     "aliases",
                                     limits_.alias_bytes));
  }
  return {};
}

Result<YamlNode*> YamlBuilder::make_node(YamlKind kind, const YamlMark& mark) {
  auto* node = new (document_.allocate(sizeof(YamlNode), alignof(YamlNode))) YamlNode;
  if (++written_ > limits_.written_nodes) {
    return exhausted(mark, fmt::format("more than {} values; make the file smaller", limits_.written_nodes));
  }
  node->kind = kind;
  node->line = mark.line;
  node->column = mark.column;
  node->begin = mark.begin;
  node->end = mark.end;
  if (!is_core_tag(mark.tag, kind)) {
    return refuse(*node, fmt::format("tag '{}' is not allowed; remove it, values are plain data", short_tag(mark.tag)));
  }
  if (!mark.anchor.empty()) anchors_[std::string(mark.anchor)] = {};
  return node;
}

template <class T>
void YamlBuilder::store(YamlNode& node, const T* first, std::size_t size) {
  node.size_ = size;
  if (size == 0) return;
  T* copy = static_cast<T*>(document_.allocate(size * sizeof(*first), alignof(T)));
  std::uninitialized_copy_n(first, size, copy);
  node.contents_ = static_cast<const void*>(copy);
}

bool YamlBuilder::at_key() const {
  if (levels_.empty() || levels_.back().node->kind != YamlKind::Mapping) return false;
  return (children_.size() - levels_.back().first_child) % 2 == 0;
}

Result<void> YamlBuilder::add(const YamlNode* node, std::size_t height) {
  if (levels_.empty()) {
    document_.root_ = node;
    return {};
  }
  if (at_key() && (node->is_mapping() || node->is_sequence())) {
    return refuse(*node, "a key is a list or a mapping; keys must be text");
  }
  if (at_key() && node->text().empty()) return refuse(*node, "a key is empty; give it a name, or quote the value");
  levels_.back().height = std::max(levels_.back().height, height);
  children_.push_back(node);
  return {};
}

Result<void> YamlBuilder::scalar(std::string_view text, bool plain, const YamlMark& mark) {
  BERTH_CHECK_OK(count(1, text.size(), mark));
  BERTH_TRY(YamlNode * node, make_node(YamlKind::Scalar, mark));
  const bool is_text = mark.tag == "!" || mark.tag == std::string(kCore) + "str";
  node->quoted = !plain || is_text;
  if (!node->quoted && is_null_word(text)) node->kind = YamlKind::Null;
  store(*node, text.data(), text.size());
  if (!mark.anchor.empty()) anchors_[std::string(mark.anchor)] = {node, {1, text.size(), 0}};
  return add(node, 0);
}

Result<void> YamlBuilder::open(YamlKind kind, const YamlMark& mark) {
  if (levels_.size() >= limits_.depth) {
    return exhausted(mark, fmt::format("nested deeper than {} levels; flatten the file", limits_.depth));
  }
  const std::size_t nodes_before = nodes_;
  const std::size_t bytes_before = bytes_;
  BERTH_CHECK_OK(count(1, 0, mark));
  BERTH_TRY(YamlNode * node, make_node(kind, mark));
  if (at_key()) return refuse(*node, "a key is a list or a mapping; keys must be text");
  levels_.push_back({node, children_.size(), nodes_before, bytes_before, 0, std::string(mark.anchor)});
  return {};
}

Result<void> YamlBuilder::close() {
  BERTH_ASSERT(!levels_.empty());
  Level level = std::move(levels_.back());
  levels_.pop_back();
  if (level.node->kind == YamlKind::Sequence) {
    store(*level.node, children_.data() + level.first_child, children_.size() - level.first_child);
  } else {
    std::vector<YamlEntry> entries;
    for (std::size_t i = level.first_child; i + 1 < children_.size(); i += 2) {
      entries.push_back({children_[i], children_[i + 1]});
    }
    BERTH_CHECK_OK(close_mapping(*level.node, std::move(entries)));
  }
  children_.resize(level.first_child);
  if (!level.anchor.empty()) {
    const Weight weight = {nodes_ - level.nodes_before, bytes_ - level.bytes_before, level.height + 1};
    anchors_[level.anchor] = {level.node, weight};
  }
  return add(level.node, level.height + 1);
}

Result<void> YamlBuilder::close_mapping(YamlNode& node, std::vector<YamlEntry> entries) {
  if (const auto [first, second] = twins(entries); second != nullptr) {
    return refuse(*second, fmt::format("key '{}' stands twice, first in line {}; keep one of them",
                                       shown(second->text()), first->line));
  }
  const auto is_merge = [](const YamlEntry& entry) { return is_merge_key(*entry.key); };
  if (std::any_of(entries.begin(), entries.end(), is_merge)) {
    BERTH_TRY(entries, merged(std::move(entries)));
  }
  store(node, entries.data(), entries.size());
  return {};
}

Result<std::vector<YamlEntry>> YamlBuilder::merged(std::vector<YamlEntry> entries) {
  const auto merge = std::find_if(entries.begin(), entries.end(), [](const auto& e) { return is_merge_key(*e.key); });
  const YamlNode& key = *merge->key;
  const YamlNode* value = merge->value;
  entries.erase(merge);

  std::vector<const YamlNode*> sources;
  if (value->is_sequence()) {
    sources.assign(value->items().begin(), value->items().end());
  } else {
    sources.push_back(value);
  }
  // Last in the order of strength comes first here, so that a later entry wins over an earlier one of the same key.
  std::vector<YamlEntry> all;
  const YamlMark mark = {.line = key.line, .column = key.column};
  for (auto source = sources.rbegin(); source != sources.rend(); ++source) {
    if (!(*source)->is_mapping()) return refuse(key, "merge key '<<' needs a mapping, or a list of mappings");
    BERTH_CHECK_OK(count((*source)->entries().size(), 0, mark));
    all.insert(all.end(), (*source)->entries().begin(), (*source)->entries().end());
  }
  all.insert(all.end(), entries.begin(), entries.end());

  std::vector<std::size_t> order(all.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto by_key = [&](std::size_t a, std::size_t b) {
    const std::string_view first = all[a].key->text();
    const std::string_view second = all[b].key->text();
    return first != second ? first < second : a < b;
  };
  std::sort(order.begin(), order.end(), by_key);
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool last = i + 1 == order.size() || all[order[i]].key->text() != all[order[i + 1]].key->text();
    if (last) kept.push_back(order[i]);
  }
  std::sort(kept.begin(), kept.end());
  std::vector<YamlEntry> result;
  for (const std::size_t index : kept) result.push_back(all[index]);
  return result;
}

Result<void> YamlBuilder::alias(const YamlMark& mark) {
  const auto anchored = anchors_.find(mark.anchor);
  const std::string name = shown(mark.anchor);
  const TextPlace place = {mark.line, mark.column};
  if (anchored == anchors_.end()) {
    return refuse_at(document_.name(), place,
                     fmt::format("alias '*{}' names no anchor above it; add '&{}'", name, name));
  }
  const auto& [node, weight] = anchored->second;
  if (node == nullptr) {
    return refuse_at(document_.name(), place, fmt::format("alias '*{}' stands inside what it names; remove it", name));
  }
  BERTH_CHECK_OK(count(weight.nodes, weight.bytes, mark));
  if (levels_.size() + weight.height > limits_.depth) {
    return exhausted(mark, fmt::format("nested deeper than {} levels through alias '*{}'", limits_.depth, name));
  }
  return add(node, weight.height);
}

YamlDocument YamlBuilder::take() && {
  if (document_.root_ == nullptr) {
    document_.root_ = new (document_.allocate(sizeof(YamlNode), alignof(YamlNode))) YamlNode;
  }
  return std::move(document_);
}

}  // namespace berth::content
