// The tree that a YAML text becomes: text stays text, and every node knows where it stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::content {

enum class YamlKind : std::uint8_t { Null, Scalar, Sequence, Mapping };

class YamlNode;

struct YamlEntry {
  const YamlNode* key;  // always a scalar
  const YamlNode* value;
};

// One node, forty bytes, owned by its YamlDocument. No type is guessed from a plain scalar: the reader of a field asks
// for a boolean or a number, so that `no`, `1.10` and `010` are never anything but what stands in the file.
class YamlNode {
 public:
  YamlKind kind = YamlKind::Null;  // Null: nothing, `~` or `null`, unquoted
  bool quoted = false;             // quoted, a block scalar, or tagged !!str
  std::uint32_t line = 1;          // from 1
  std::uint32_t column = 1;        // from 1, in characters
  std::uint32_t begin = 0;         // bytes from the start of the text
  std::uint32_t end = 0;

  bool is_scalar() const { return kind == YamlKind::Scalar; }
  bool is_mapping() const { return kind == YamlKind::Mapping; }
  bool is_sequence() const { return kind == YamlKind::Sequence; }
  bool is_null() const { return kind == YamlKind::Null; }

  // Of a scalar, or of a null as it was written; empty for other kinds.
  std::string_view text() const;
  // Of a sequence; empty for other kinds.
  std::span<const YamlNode* const> items() const;
  // Of a mapping, in the order of the file, merged ones first; empty for other kinds.
  std::span<const YamlEntry> entries() const;
  // The value of `key`, or null. Takes time in proportion to the number of entries.
  const YamlNode* find(std::string_view key) const;

 private:
  friend class YamlBuilder;
  const void* contents_ = nullptr;
  std::size_t size_ = 0;
};

// A whole YAML document. Owns its nodes: they live as long as it does, also when it is moved. Immutable, so any
// thread may read it. Aliases share the node that they name.
class YamlDocument {
 public:
  const YamlNode& root() const { return *root_; }
  const std::string& name() const { return name_; }  // what errors call the text

 private:
  friend class YamlBuilder;
  explicit YamlDocument(std::string name) : name_(std::move(name)) {}
  void* allocate(std::size_t bytes, std::size_t alignment);

  std::string name_;
  const YamlNode* root_ = nullptr;
  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::byte* free_ = nullptr;
  std::size_t left_ = 0;
};

// The boolean that YAML 1.1 sees in a plain scalar (true, yes, on, false, no, off); also a quoted true or false, which
// content uses in the place of both.
std::optional<bool> as_bool(const YamlNode& node);
// A plain or quoted whole number, decimal without leading zeros: `010` means different numbers to different readers.
std::optional<std::int64_t> as_int(const YamlNode& node);

}  // namespace berth::content
