#include "berth/content/yaml_node.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace berth::content {
namespace {

constexpr std::size_t kChunkBytes = 64 << 10;

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// As YAML 1.1 spells them: lower case, upper case, or a capital first letter.
constexpr std::array<std::string_view, 9> kTrue = {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"};
constexpr std::array<std::string_view, 9> kFalse = {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"};

}  // namespace

std::string_view YamlNode::text() const {
  if (kind != YamlKind::Scalar && kind != YamlKind::Null) return {};
  return {static_cast<const char*>(contents_), size_};
}

std::span<const YamlNode* const> YamlNode::items() const {
  if (kind != YamlKind::Sequence) return {};
  return {static_cast<const YamlNode* const*>(contents_), size_};
}

std::span<const YamlEntry> YamlNode::entries() const {
  if (kind != YamlKind::Mapping) return {};
  return {static_cast<const YamlEntry*>(contents_), size_};
}

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const YamlEntry& entry : entries()) {
    if (entry.key->text() == key) return entry.value;
  }
  return nullptr;
}

void* YamlDocument::allocate(std::size_t bytes, std::size_t alignment) {
  const std::size_t skip = (alignment - reinterpret_cast<std::uintptr_t>(free_) % alignment) % alignment;
  if (free_ != nullptr && bytes + skip <= left_) {
    std::byte* start = free_ + skip;
    free_ = start + bytes;
    left_ -= bytes + skip;
    return start;
  }
  // A large piece gets a chunk of its own, so that the rest of the present one stays in use.
  const bool large = bytes > kChunkBytes / 4;
  chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(large ? bytes : kChunkBytes));
  std::byte* start = chunks_.back().get();
  if (!large) {
    free_ = start + bytes;
    left_ = kChunkBytes - bytes;
  }
  return start;
}

std::optional<bool> as_bool(const YamlNode& node) {
  if (!node.is_scalar()) return std::nullopt;
  const std::string_view text = node.text();
  if (node.quoted && text.size() < 4) return std::nullopt;  // a quoted "no" is a word
  if (is_one_of(text, kTrue)) return true;
  if (is_one_of(text, kFalse)) return false;
  return std::nullopt;
}

std::optional<std::int64_t> as_int(const YamlNode& node) {
  if (!node.is_scalar()) return std::nullopt;
  const std::string_view text = node.text();
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace berth::content
