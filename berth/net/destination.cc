#include "berth/net/destination.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "berth/base/lower_case.h"
#include "berth/base/utf8.h"

namespace berth::net {
namespace {

constexpr std::size_t kMaxNameBytes = 253;
constexpr std::size_t kMaxLabelBytes = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_label_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '_';
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabelBytes && std::ranges::all_of(label, is_label_char);
}

// What inet_aton(3) and browsers read as part of an IPv4 address.
bool is_number(std::string_view label) {
  if (std::ranges::all_of(label, is_digit)) return true;
  const auto is_hex = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  return label.size() >= 2 && label[0] == '0' && (label[1] | 0x20) == 'x' &&
         std::ranges::all_of(label.substr(2), is_hex);
}

std::optional<std::uint16_t> read_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, err] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  const bool whole = err == std::errc() && end == digits.data() + digits.size();
  return whole && port != 0 && digits[0] != '0' ? std::optional(port) : std::nullopt;
}

std::optional<PortRange> read_ports(std::string_view text) {
  if (text == "*") return PortRange{1, 65535};
  const std::size_t dash = text.find('-');
  const auto first = read_port(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : read_port(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return PortRange{*first, *last};
}

using Host = std::variant<NamePattern, AddressRange>;

Result<Host> parse_host(std::string_view text) {
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) return fail(Errc::InvalidInput, "']' is missing after the IPv6 address");
    BERTH_TRY(const AddressRange range, parse_address_range(text.substr(1, text.size() - 2)));
    if (range.first.family != Family::V6) return fail(Errc::InvalidInput, "only IPv6 addresses stand in brackets");
    return range;
  }
  if (text.find(':') != std::string_view::npos) {
    return fail(Errc::InvalidInput, "an IPv6 address stands in brackets: '[fd00::1]:443'");
  }
  const std::string_view last = text.substr(text.rfind('.') + 1);
  const bool is_range = text.find('/') != std::string_view::npos;
  if (is_range || (!last.empty() && std::ranges::all_of(last, is_digit))) {
    BERTH_TRY(const AddressRange range, parse_address_range(text));
    return range;
  }
  BERTH_TRY(NamePattern pattern, parse_name_pattern(text));
  return pattern;
}

}  // namespace

bool NamePattern::matches(std::string_view host) const {
  if (!below) return host == name;
  return host.size() > name.size() + 1 && host.ends_with(name) && host[host.size() - name.size() - 1] == '.';
}

bool is_host_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes) return false;
  for (std::string_view rest = name;;) {
    const std::size_t dot = rest.find('.');
    const std::string_view label = rest.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == std::string_view::npos) return !is_number(label);
    rest.remove_prefix(dot + 1);
  }
}

Result<NamePattern> parse_name_pattern(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return fail(Errc::InvalidInput, fmt::format("name '{}': {}", to_visible(text, false), why));
  };
  NamePattern pattern;
  std::string_view name = text;
  if (name.starts_with("*.")) {
    pattern.below = true;
    name.remove_prefix(2);
  }
  if (name.ends_with('.')) name.remove_suffix(1);
  if (std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    return refuse("it has letters outside ASCII: write it as it is registered, each such label in its 'xn--' form");
  }
  if (name.find('*') != std::string_view::npos) return refuse("'*' stands for whole labels, in front: '*.example.com'");
  if (!is_host_name(name)) {
    return refuse("a name has labels of letters, digits, '-' and '_', and its last label is no number");
  }
  if (pattern.below && name.find('.') == std::string_view::npos) {
    return refuse("'*' over a whole top-level domain allows nearly everything: name a domain below it");
  }
  pattern.name = lower_case(name);
  return pattern;
}

Result<Destination> parse_destination(std::string_view text) {
  const auto naming = [&] { return fmt::format("destination '{}'", to_visible(text, false)); };
  const std::size_t colon = text.rfind(':');
  const bool inside_brackets = text.starts_with('[') && text.ends_with(']');
  if (colon == std::string_view::npos || colon == 0 || inside_brackets) {
    return fail(Errc::InvalidInput, naming() + ": write HOST:PORT, for example 'example.com:443'");
  }
  const auto ports = read_ports(text.substr(colon + 1));
  if (!ports) {
    return fail(Errc::InvalidInput, naming() + ": a port is a number from 1 to 65535, a range '8000-8010', or '*'");
  }
  BERTH_TRY(Host host, parse_host(text.substr(0, colon)).context(naming));
  return Destination{std::move(host), *ports};
}

Result<std::vector<Destination>> parse_destinations(std::string_view text) {
  std::vector<Destination> destinations;
  for (std::string_view rest = text;;) {
    const std::size_t comma = rest.find(',');
    BERTH_TRY(Destination destination, parse_destination(rest.substr(0, comma)));
    destinations.push_back(std::move(destination));
    if (comma == std::string_view::npos) return destinations;
    rest.remove_prefix(comma + 1);
  }
}

std::string to_text(const NamePattern& pattern) { return (pattern.below ? "*." : "") + pattern.name; }

std::string to_text(const Destination& destination) {
  std::string host;
  if (const auto* range = std::get_if<AddressRange>(&destination.host)) {
    host = range->first.family == Family::V6 ? fmt::format("[{}]", to_text(*range)) : to_text(*range);
  } else {
    host = to_text(std::get<NamePattern>(destination.host));
  }
  const PortRange& ports = destination.ports;
  if (ports == PortRange{1, 65535}) return host + ":*";
  if (ports.first == ports.last) return fmt::format("{}:{}", host, ports.first);
  return fmt::format("{}:{}-{}", host, ports.first, ports.last);
}

}  // namespace berth::net
