#include "berth/net/dns_name.h"

#include <algorithm>

namespace berth::net {
namespace {

constexpr std::size_t kMaxLabelBytes = 63;
constexpr std::uint8_t kPointerBits = 0xc0;

}  // namespace

bool DnsName::append_label(Bytes label) {
  if (label.empty() || label.size() > kMaxLabelBytes || size_ + 1 + label.size() > bytes_.size()) return false;
  std::uint8_t* end = bytes_.data() + size_ - 1;  // over the root's empty label
  *end = static_cast<std::uint8_t>(label.size());
  std::ranges::copy(label, end + 1);
  size_ += 1 + label.size();
  bytes_[size_ - 1] = 0;
  return true;
}

std::optional<DnsName> DnsName::read(Bytes message, std::size_t& at) {
  DnsName name;
  std::size_t here = at;
  std::size_t lowest = at;  // where the part of the name that is being read begins
  std::optional<std::size_t> behind;
  while (here < message.size()) {
    const std::uint8_t length = message[here];
    if (length == 0) {
      at = behind.value_or(here + 1);
      return name;
    }
    if ((length & kPointerBits) == kPointerBits) {
      if (here + 1 >= message.size()) return std::nullopt;
      const std::size_t target = static_cast<std::size_t>(length & ~kPointerBits) << 8 | message[here + 1];
      if (target >= lowest) return std::nullopt;
      if (!behind) behind = here + 2;
      here = lowest = target;
      continue;
    }
    if (length > kMaxLabelBytes || here + 1 + length > message.size()) return std::nullopt;
    if (!name.append_label(message.subspan(here + 1, length))) return std::nullopt;
    here += 1u + length;
  }
  return std::nullopt;
}

std::optional<DnsName> DnsName::from_text(std::string_view text) {
  DnsName name;
  if (text.ends_with('.')) text.remove_suffix(1);
  while (!text.empty()) {
    const std::string_view label = text.substr(0, text.find('.'));
    if (!name.append_label(Bytes(reinterpret_cast<const std::uint8_t*>(label.data()), label.size())))
      return std::nullopt;
    text.remove_prefix(label.size());
    if (text == ".") return std::nullopt;
    if (!text.empty()) text.remove_prefix(1);
  }
  return name;
}

std::string DnsName::to_text() const {
  std::string text;
  text.reserve(size_);
  for (std::size_t at = 0; bytes_[at] != 0; at += 1u + bytes_[at]) {
    if (at != 0) text += '.';
    for (const std::uint8_t byte : Bytes(bytes_).subspan(at + 1, bytes_[at])) {
      text += byte > ' ' && byte < 0x7f && byte != '.' ? static_cast<char>(byte) : '?';
    }
  }
  return text;
}

bool DnsName::equals_any_case(const DnsName& other) const {
  // Lengths are below 64, letters above: folding cannot take one for the other.
  return std::ranges::equal(wire(), other.wire(), {}, lower_case, lower_case);
}

DnsName DnsName::in_lower_case() const {
  DnsName lower = *this;
  std::ranges::transform(lower.bytes_, lower.bytes_.begin(), lower_case);
  return lower;
}

}  // namespace berth::net
