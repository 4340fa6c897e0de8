#include "berth/app/content_lines.h"

#include <algorithm>
#include <charconv>

#include "berth/content/item_parser.h"
#include "berth/content/item_reader.h"
#include "berth/content/yaml_reader.h"
#include "berth/sys/file.h"

namespace berth::app {
namespace {

using content::YamlNode;

const YamlNode* element_of(const YamlNode& list, std::string_view number) {
  std::size_t at = 0;
  std::from_chars(number.data(), number.data() + number.size(), at);
  return at < list.items().size() ? list.items()[at] : nullptr;
}

const YamlNode* key_of(const YamlNode& mapping, std::string_view name) {
  for (const auto& [key, value] : mapping.entries()) {
    if (key->text() == name) return key;
  }
  return nullptr;
}

}  // namespace

std::uint32_t line_in_error(std::string_view error, const std::filesystem::path& file) {
  const std::size_t at = error.find(file.native() + ":");
  if (at == std::string_view::npos) return 0;
  const char* const begin = error.data() + at + file.native().size() + 1;
  std::uint32_t line = 0;
  std::from_chars(begin, error.data() + error.size(), line);
  return line;
}

std::uint32_t line_of_key(const std::filesystem::path& file, std::string_view way) {
  const auto text = sys::read_file(file, content::kLargestYaml);
  if (!text) return 0;
  const auto document = content::parse_yaml(*text, file.native());
  if (!document) return 0;
  const YamlNode* node = &document->root();
  std::uint32_t line = 1;
  while (!way.empty() && node != nullptr) {
    const std::size_t end = std::min(way.find_first_of(".["), way.size());
    const std::string_view part = way.substr(0, end);
    way.remove_prefix(end);
    if (!part.empty()) {
      const YamlNode* key = key_of(*node, part);
      if (key == nullptr) return line;
      line = key->line;
      node = node->find(part);
    }
    if (way.starts_with('[')) {
      const std::size_t close = std::min(way.find(']'), way.size());
      node = element_of(*node, way.substr(1, close - 1));
      if (node != nullptr) line = node->line;
      way.remove_prefix(std::min(close + 1, way.size()));
    }
    if (way.starts_with('.')) way.remove_prefix(1);
  }
  return line;
}

bool is_readable_yaml(const std::filesystem::path& file) {
  const auto text = sys::read_file(file, content::kLargestYaml);
  if (!text) return false;
  const auto document = content::parse_yaml(*text, file.native());
  return document && content::parse_item(*document);
}

}  // namespace berth::app
