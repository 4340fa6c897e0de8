#include "berth/content/item_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "berth/base/utf8.h"
#include "berth/content/marketplace.h"
#include "berth/content/yaml_text.h"

namespace berth::content {
namespace {

constexpr std::size_t kMostWarnings = 100;
// A mapping that stands for an item, a command or an argument; it keeps the searches below short.
constexpr std::size_t kMostKeys = 500;
// Commands, arguments, parameters: later checks compare them with each other.
constexpr std::size_t kMostSections = 2'000;

std::string shown(std::string_view text) {
  const std::string visible = to_visible(text.substr(0, 80), false);
  return text.size() > 80 ? visible + "..." : visible;
}

std::string_view kind_of(const YamlNode& node) {
  if (node.is_mapping()) return "a mapping";
  if (node.is_sequence()) return "a list";
  return node.is_null() ? "empty" : "text";
}

}  // namespace

void ItemNotes::warn(const YamlNode& where, std::string key, std::string text) {
  if (warnings_.size() >= kMostWarnings) {
    ++left_out_;
    return;
  }
  warnings_.push_back({file_, where.line, std::move(key), std::move(text)});
}

void ItemNotes::refuse(const YamlNode& where, std::string_view key, std::string_view reason) {
  if (error_) return;
  error_ = refuse_at(file_, {where.line, where.column}, fmt::format("key '{}': {}", key, reason)).error();
}

std::vector<Warning> ItemNotes::take_warnings() && {
  if (left_out_ > 0) warnings_.push_back({file_, 0, "", fmt::format("{} more warnings are left out", left_out_)});
  return std::move(warnings_);
}

Section::Section(const YamlNode& mapping, std::string way, ItemNotes& notes)
    : node_(&mapping), way_(std::move(way)), notes_(&notes) {
  if (!mapping.is_mapping()) {
    notes.refuse(mapping, way_, fmt::format("it is {}, not a mapping of keys to values", kind_of(mapping)));
    return;
  }
  if (mapping.entries().size() > kMostKeys) {
    notes.refuse(mapping, way_, fmt::format("it holds more than {} keys", kMostKeys));
    return;
  }
  resolve_marketplace();
}

void Section::resolve_marketplace() {
  std::vector<std::pair<int, YamlEntry>> own;
  for (const YamlEntry& entry : node_->entries()) {
    const std::string_view suffix = marketplace_suffix(entry.key->text());
    if (suffix.empty()) entries_.push_back({entry.key, entry.value});
    if (const int rank = suffix_rank(suffix, notes_->marketplace()); rank > 0) own.emplace_back(rank, entry);
  }
  // The best one last, so that it stays.
  std::ranges::stable_sort(own, {}, [](const auto& ranked) { return ranked.first; });
  for (const auto& [rank, entry] : own) {
    const std::string_view key = entry.key->text();
    Entry* plain = find(key.substr(0, key.rfind(':')));
    if (plain == nullptr) {
      notes_->warn(*entry.key, way_to(key), "dropped: it replaces a key without the suffix, and there is none");
    } else {
      plain->value = entry.value;
    }
  }
}

Section::Entry* Section::find(std::string_view key) {
  const auto entry =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key->text() == key; });
  return entry == entries_.end() ? nullptr : &*entry;
}

std::string Section::way_to(std::string_view key) const {
  return way_.empty() ? shown(key) : fmt::format("{}.{}", way_, shown(key));
}

void Section::mistyped(const YamlNode& value, std::string_view key, std::string_view wanted, Weight weight) {
  const std::string reason = value.is_scalar() ? fmt::format("'{}' is not {}", shown(value.text()), wanted)
                                               : fmt::format("it is {}, not {}", kind_of(value), wanted);
  if (weight == Weight::Needed) {
    notes_->refuse(value, way_to(key), reason);
  } else {
    notes_->warn(value, way_to(key), reason + "; left aside");
  }
}

const YamlNode* Section::take(std::string_view key) {
  Entry* entry = find(key);
  if (entry == nullptr) return nullptr;
  entry->known = true;
  return entry->value->is_null() ? nullptr : entry->value;
}

std::string Section::text(std::string_view key, Weight weight) {
  const YamlNode* value = take(key);
  if (value == nullptr) return {};
  if (value->is_scalar()) return std::string(value->text());
  mistyped(*value, key, "text", weight);
  return {};
}

std::string Section::needed_text(std::string_view key) {
  std::string value = text(key, Weight::Needed);
  if (value.empty()) notes_->refuse(*node_, way_to(key), "it is missing or empty; add it");
  return value;
}

bool Section::flag(std::string_view key, Weight weight) {
  const YamlNode* value = take(key);
  if (value == nullptr) return false;
  if (const auto truth = as_bool(*value)) return *truth;
  mistyped(*value, key, "true or false", weight);
  return false;
}

std::optional<std::int64_t> Section::whole(std::string_view key, Weight weight) {
  const YamlNode* value = take(key);
  if (value == nullptr) return std::nullopt;
  const auto number = as_int(*value);
  if (!number) mistyped(*value, key, "a whole number", weight);
  return number;
}

std::vector<std::string> Section::texts(std::string_view key, Weight weight) {
  const YamlNode* value = take(key);
  if (value == nullptr) return {};
  if (!value->is_sequence()) {
    mistyped(*value, key, "a list", weight);
    return {};
  }
  std::vector<std::string> result;
  for (const YamlNode* item : value->items()) {
    if (item->is_scalar() || item->is_null()) {
      result.emplace_back(item->text());
    } else {
      mistyped(*item, key, "text", weight);
    }
  }
  return result;
}

std::vector<Section> Section::sections(std::string_view key, Weight weight) {
  const YamlNode* value = take(key);
  if (value == nullptr) return {};
  if (!value->is_sequence()) {
    mistyped(*value, key, "a list", weight);
    return {};
  }
  if (value->items().size() > kMostSections) {
    notes_->refuse(*value, way_to(key), fmt::format("it lists more than {} entries", kMostSections));
    return {};
  }
  std::vector<Section> result;
  for (std::size_t i = 0; i < value->items().size(); ++i) {
    const YamlNode& item = *value->items()[i];
    if (item.is_mapping()) {
      result.emplace_back(item, fmt::format("{}[{}]", way_to(key), i), *notes_);
    } else {
      mistyped(item, key, "a mapping", weight);
    }
  }
  return result;
}

std::optional<Section> Section::section(std::string_view key) {
  const YamlNode* value = take(key);
  if (value == nullptr) return std::nullopt;
  return Section(*value, way_to(key), *notes_);
}

void Section::leave(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) take(key);
}

void Section::finish() {
  for (const Entry& entry : entries_) {
    if (entry.known || entry.key->text().ends_with("_x2")) continue;
    notes_->warn(*entry.key, way_to(entry.key->text()), "unknown key; check its spelling");
  }
}

}  // namespace berth::content
