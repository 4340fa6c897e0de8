// One mapping of an item's YAML, read key by key; what nobody asked for is noted.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/content/item.h"
#include "berth/content/yaml_node.h"

namespace berth::content {

// Collects, for one file, the warnings and the first thing that makes the item unusable. Reading goes on after that,
// with defaults, so that readers need no branch a line; the item is dropped at the end.
class ItemNotes {
 public:
  explicit ItemNotes(std::string file, std::string_view marketplace = "xsoar")
      : file_(std::move(file)), marketplace_(marketplace) {}

  // Keeps the first hundred warnings; the last one then says how many more there are.
  void warn(const YamlNode& where, std::string key, std::string text);
  void refuse(const YamlNode& where, std::string_view key, std::string_view reason);

  const std::string& file() const { return file_; }
  const std::string& marketplace() const { return marketplace_; }  // as which one the file is read
  bool is_refused() const { return error_.has_value(); }
  Error take_error() && { return std::move(*error_); }
  std::vector<Warning> take_warnings() &&;

 private:
  std::string file_;
  std::string marketplace_;
  std::vector<Warning> warnings_;
  std::size_t left_out_ = 0;
  std::optional<Error> error_;
};

// What a value of the wrong type does: ends the reading, or is left aside with a warning.
enum class Weight { Needed, Noise };

// A mapping as it looks in the marketplace of the notes, for example `xsoar`: `key:xsoar` has replaced `key`, keys of
// other marketplaces are gone.
// Borrows the document and the notes.
class Section {
 public:
  // `way` leads here from the root: "script.commands[3]", empty at the root. Anything but a mapping is refused.
  Section(const YamlNode& mapping, std::string way, ItemNotes& notes);

  // The value of `key`, or null when it is missing or null. Each of these makes the key known.
  const YamlNode* take(std::string_view key);
  std::string text(std::string_view key, Weight weight = Weight::Noise);
  // Refused when it is missing or empty.
  std::string needed_text(std::string_view key);
  bool flag(std::string_view key, Weight weight = Weight::Noise);
  std::optional<std::int64_t> whole(std::string_view key, Weight weight = Weight::Noise);
  std::vector<std::string> texts(std::string_view key, Weight weight = Weight::Noise);
  std::vector<Section> sections(std::string_view key, Weight weight = Weight::Noise);
  std::optional<Section> section(std::string_view key);

  // Keys that are known and of no use to a call.
  void leave(std::initializer_list<std::string_view> keys);
  // Warns about every key that nobody knows. Keys that end in `_x2` belong to an older server.
  void finish();

  const YamlNode& node() const { return *node_; }
  std::string way_to(std::string_view key) const;
  ItemNotes& notes() const { return *notes_; }

 private:
  struct Entry {
    const YamlNode* key;
    const YamlNode* value;
    bool known = false;
  };
  void resolve_marketplace();
  Entry* find(std::string_view key);
  void mistyped(const YamlNode& value, std::string_view key, std::string_view wanted, Weight weight);

  const YamlNode* node_;
  std::string way_;
  ItemNotes* notes_;
  std::vector<Entry> entries_;
};

}  // namespace berth::content
