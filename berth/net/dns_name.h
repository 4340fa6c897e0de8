// A name as the DNS carries it: labels with their lengths, no compression.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace berth::net {

using Bytes = std::span<const std::uint8_t>;

// At most 255 bytes, labels at most 63 (RFC 1035, section 2.3.4); any byte may stand in a label. Held in place, so
// that hostile messages cost no memory.
class DnsName {
 public:
  DnsName() = default;  // the root

  // Reads the name that starts at `at` in `message`, and moves `at` behind it. Pointers lead backwards only, each
  // further than the one before, so that no message keeps the reader busy. Nothing: the name breaks its rules.
  static std::optional<DnsName> read(Bytes message, std::size_t& at);

  // "example.com", case as given, without escapes. Nothing: no such name can be.
  static std::optional<DnsName> from_text(std::string_view text);

  Bytes wire() const { return Bytes(bytes_).first(size_); }

  // Without a last dot; the root is "". A '.' within a label and what is no printable ASCII become '?', so that
  // the text is safe to show and never passes for the name of a host.
  std::string to_text() const;

  bool equals_any_case(const DnsName& other) const;
  DnsName in_lower_case() const;

 private:
  bool append_label(Bytes label);

  std::array<std::uint8_t, 255> bytes_ = {};
  std::size_t size_ = 1;  // of what is used, the root's empty label included
};

// ASCII letters in lower case; other bytes as they are.
constexpr std::uint8_t lower_case(std::uint8_t byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<std::uint8_t>(byte | 0x20) : byte;
}

}  // namespace berth::net
