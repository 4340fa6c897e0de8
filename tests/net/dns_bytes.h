// Messages for tests, written byte by byte where a defect is wanted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/net/address.h"
#include "berth/net/dns_message.h"

namespace berth::testing {

inline net::Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string text_of(net::Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

inline std::string two_bytes(unsigned value) {
  return {static_cast<char>(value >> 8 & 0xff), static_cast<char>(value & 0xff)};
}

inline net::DnsName name_of(std::string_view text) { return *net::DnsName::from_text(text); }

// id 0x1234, then flags and the four counts.
inline std::string header(unsigned flags, unsigned questions, unsigned answers, unsigned additionals = 0) {
  return "\x12\x34" + two_bytes(flags) + two_bytes(questions) + two_bytes(answers) + two_bytes(0) +
         two_bytes(additionals);
}

inline std::string question(std::string_view name, unsigned type, unsigned dns_class = 1) {
  return text_of(name_of(name).wire()) + two_bytes(type) + two_bytes(dns_class);
}

// A record whose owner is the name of the question.
inline std::string record(unsigned type, std::string_view data, unsigned dns_class = 1) {
  return "\xc0\x0c" + two_bytes(type) + two_bytes(dns_class) + two_bytes(0) + two_bytes(300) +
         two_bytes(static_cast<unsigned>(data.size())) + std::string(data);
}

inline net::DnsRecord address_record(std::string_view owner, std::string_view address, std::uint32_t ttl = 300) {
  const net::Address parsed = *net::parse_address(address);
  const auto type = parsed.family == net::Family::V4 ? net::DnsType::A : net::DnsType::AAAA;
  const std::string_view bytes(reinterpret_cast<const char*>(parsed.bytes.data()), parsed.bits() / 8);
  return {name_of(owner), static_cast<std::uint16_t>(type), ttl, std::string(bytes)};
}

inline net::DnsRecord cname_record(std::string_view owner, std::string_view target, std::uint32_t ttl = 300) {
  const auto type = static_cast<std::uint16_t>(net::DnsType::CNAME);
  return {name_of(owner), type, ttl, text_of(name_of(target).wire())};
}

}  // namespace berth::testing
