#include "berth/net/resolv_conf.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "berth/base/text_parts.h"

namespace berth::net {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";

std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
  rest.remove_prefix(word.size());
  return word;
}

// Any spelling that libc takes: the file is the machine's own, not a setting of ours.
std::optional<Resolver> read_resolver(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::size_t percent = text.find('%');
  const std::string address(text.substr(0, percent));
  Resolver resolver;
  if (percent != std::string_view::npos) resolver.zone = text.substr(percent + 1);
  if (percent != std::string_view::npos && (resolver.zone.empty() || resolver.zone.size() >= IF_NAMESIZE)) {
    return std::nullopt;
  }
  if (in_addr four = {}; resolver.zone.empty() && ::inet_aton(address.c_str(), &four) == 1) {
    resolver.address = Address::v4(reinterpret_cast<const std::uint8_t*>(&four));
    return resolver;
  }
  resolver.address.family = Family::V6;
  if (::inet_pton(AF_INET6, address.c_str(), resolver.address.bytes.data()) == 1) return resolver;
  return std::nullopt;
}

// The number behind `prefix`, from 1 to `limit`; larger ones mean the limit, as in libc.
std::optional<int> read_option(std::string_view word, std::string_view prefix, int limit) {
  if (!word.starts_with(prefix)) return std::nullopt;
  word.remove_prefix(prefix.size());
  int value = 0;
  const auto [end, err] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (err == std::errc::result_out_of_range) return limit;
  if (err != std::errc() || end != word.data() + word.size() || value < 1) return std::nullopt;
  return std::min(value, limit);
}

void read_options(std::string_view rest, ResolverSettings& settings) {
  constexpr int kMaxTimeout = 30;  // libc's limits
  constexpr int kMaxAttempts = 5;
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    if (const auto seconds = read_option(word, "timeout:", kMaxTimeout))
      settings.timeout = std::chrono::seconds(*seconds);
    if (const auto attempts = read_option(word, "attempts:", kMaxAttempts)) settings.attempts = *attempts;
  }
}

}  // namespace

ResolverSettings parse_resolv_conf(std::string_view text) {
  ResolverSettings settings;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view keyword = take_word(line);
    if (keyword == "options") read_options(line, settings);
    if (keyword != "nameserver" || settings.resolvers.size() == kMaxResolvers) continue;
    if (auto resolver = read_resolver(take_word(line))) settings.resolvers.push_back(*std::move(resolver));
  }
  if (settings.resolvers.empty()) {
    constexpr std::uint8_t kLoopback[] = {127, 0, 0, 1};
    settings.resolvers.push_back({.address = Address::v4(kLoopback)});
  }
  return settings;
}

}  // namespace berth::net
