#include "berth/content/image_edit.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/content/marketplace.h"
#include "berth/content/yaml_node.h"
#include "berth/content/yaml_reader.h"

namespace berth::content {
namespace {

constexpr std::string_view kKey = "dockerimage";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kBlanks = " \t";

std::unexpected<Error> refuse(std::string_view name, const YamlNode& at, std::string_view reason) {
  return fail(Errc::InvalidInput,
              fmt::format("{}:{}:{}: the image cannot be set here: {}", name, at.line, at.column, reason));
}

// The key of the image that counts in `marketplace`; null for none. A key of its own wins over the plain one.
const YamlEntry* find_key(const YamlNode& mapping, std::string_view marketplace) {
  const YamlEntry* best = nullptr;
  int best_rank = 0;
  for (const YamlEntry& entry : mapping.entries()) {
    const std::string_view key = entry.key->text();
    if (!key.starts_with(kKey)) continue;
    const std::string_view suffix = marketplace_suffix(key);
    const bool is_plain = key == kKey;
    if (!is_plain && (suffix.empty() || key.size() != kKey.size() + 1 + suffix.size())) continue;
    const int rank = is_plain ? 1 : suffix_rank(suffix, marketplace) == 0 ? 0 : 1 + suffix_rank(suffix, marketplace);
    if (rank <= best_rank) continue;
    best = &entry;
    best_rank = rank;
  }
  return best;
}

// Whether two trees are the same, but for the value of `key` in the mapping `changed` of the first, which it may lack.
bool is_same(const YamlNode& a, const YamlNode& b, const YamlNode* changed, std::string_view key) {
  if (a.kind != b.kind || a.quoted != b.quoted || a.text() != b.text()) return false;
  if (a.items().size() != b.items().size()) return false;
  for (std::size_t i = 0; i < a.items().size(); ++i) {
    if (!is_same(*a.items()[i], *b.items()[i], changed, key)) return false;
  }
  auto left = a.entries();
  auto right = b.entries();
  const bool is_changed = &a == changed;
  while (!left.empty() || !right.empty()) {
    if (is_changed && !right.empty() && right.front().key->text() == key) {
      if (!left.empty() && left.front().key->text() == key) left = left.subspan(1);
      right = right.subspan(1);
      continue;
    }
    if (left.empty() || right.empty() || left.front().key->text() != right.front().key->text()) return false;
    if (!is_same(*left.front().value, *right.front().value, changed, key)) return false;
    left = left.subspan(1);
    right = right.subspan(1);
  }
  return true;
}

// What is to be written where, in the place of what stands there.
struct Splice {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string before_value;  // put in front of the value
  std::string after_value;
};

std::string spliced(std::string_view text, const Splice& splice, std::string_view value) {
  std::string result(text.substr(0, splice.begin));
  result += splice.before_value;
  result += value;
  result += splice.after_value;
  result += text.substr(splice.end);
  return result;
}

Result<Splice> replace_value(std::string_view text, std::string_view name, const YamlEntry& entry) {
  const YamlNode& value = *entry.value;
  if (!value.is_scalar() && !value.is_null()) return refuse(name, value, "its value is not one word");
  if (value.begin < value.end && value.begin > entry.key->end) {
    const char first = text[value.begin];
    if (first == '|' || first == '>') return refuse(name, value, "it is written as a block; write it in one line");
    const bool is_bare = std::string_view("&*!").find(first) == std::string_view::npos;
    if (!is_bare) return refuse(name, value, "it has an anchor or a tag, or is an alias; write it out");
    return Splice{value.begin, value.end, {}, {}};
  }
  if (value.begin < value.end) return refuse(name, *entry.key, "its value stands elsewhere; write it out");
  // Nothing stands there: the value goes behind the colon.
  const std::size_t colon = text.find_first_not_of(kBlanks, entry.key->end);
  if (colon == std::string_view::npos || text[colon] != ':') {
    return refuse(name, *entry.key, "no colon stands behind its key");
  }
  return Splice{colon + 1, colon + 1, " ", {}};
}

Result<Splice> insert_line(std::string_view text, std::string_view name, const YamlNode& mapping) {
  const auto entries = mapping.entries();
  const auto type = std::ranges::find_if(entries, [](const YamlEntry& one) { return one.key->text() == "type"; });
  if (type == entries.end()) return refuse(name, mapping, "it names no image and has no key 'type' to put one beside");
  const std::size_t key = type->key->begin;
  const std::size_t break_before = text.substr(0, key).find_last_of("\r\n");
  std::size_t line = break_before == std::string_view::npos ? 0 : break_before + 1;
  if (line == 0 && text.starts_with(kByteOrderMark)) line = kByteOrderMark.size();
  const std::string_view indent = text.substr(line, key - line);
  if (indent.find_first_not_of(' ') != std::string_view::npos) {
    return refuse(name, *type->key, "its keys do not stand in lines of their own; write 'dockerimage' beside 'type'");
  }
  const std::size_t end = text.find_first_of("\r\n", key);
  std::string line_end = "\n";
  if (end != std::string_view::npos) line_end = text.substr(end).starts_with("\r\n") ? "\r\n" : text.substr(end, 1);
  return Splice{line, line, fmt::format("{}{}: ", indent, kKey), std::move(line_end)};
}

const YamlNode* section_of(const YamlNode& root) {
  const YamlNode* script = root.find("script");
  return script != nullptr && script->is_mapping() ? script : &root;
}

}  // namespace

Result<ImageEdit> with_image(std::string_view yaml, std::string_view name, std::string_view image,
                             std::string_view marketplace) {
  BERTH_TRY(const YamlDocument document, parse_yaml(yaml, name));
  if (!document.root().is_mapping()) return refuse(name, document.root(), "the file describes no item");
  const YamlNode* section = section_of(document.root());
  const YamlEntry* entry = find_key(*section, marketplace);
  const std::string key(entry == nullptr ? kKey : entry->key->text());
  BERTH_TRY(const Splice splice,
            entry == nullptr ? insert_line(yaml, name, *section) : replace_value(yaml, name, *entry));
  const bool is_quoted = splice.begin < splice.end && (yaml[splice.begin] == '"' || yaml[splice.begin] == '\'');
  const std::string quote = is_quoted ? std::string(1, yaml[splice.begin]) : std::string();
  // As it was written; in quotes where a plain word would be something else, such as "[::1]:5000/a:1".
  for (const std::string& mark : {quote, std::string("'")}) {
    std::string text = spliced(yaml, splice, fmt::format("{0}{1}{0}", mark, image));
    const auto again = parse_yaml(text, name);
    if (!again || !again->root().is_mapping()) continue;
    const YamlNode* value = section_of(again->root())->find(key);
    if (value == nullptr || !value->is_scalar() || value->text() != image) continue;
    if (!is_same(document.root(), again->root(), section, key)) continue;
    return ImageEdit{std::move(text), section == &document.root() ? key : "script." + key,
                     entry == nullptr ? std::string() : std::string(entry->value->text())};
  }
  return refuse(name, entry == nullptr ? *section : *entry->key,
                "the value cannot be changed without changing something else; write it by hand");
}

}  // namespace berth::content
