#include "berth/image/index_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "berth/base/base64.h"
#include "berth/base/lower_case.h"
#include "berth/base/percent.h"
#include "berth/base/userinfo.h"

namespace berth::image {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool is_host(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || std::string_view("-._:").contains(c);
  });
}

std::string_view take_word(std::string_view& text) {
  const std::size_t first = std::min(text.find_first_not_of(kBlanks), text.size());
  const std::size_t end = std::min(text.find_first_of(kBlanks, first), text.size());
  const std::string_view word = text.substr(first, end - first);
  text.remove_prefix(end);
  return word;
}

struct Entry {
  std::string machine;
  std::string login;
  std::string password;
};

std::string without_comments(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (!line.starts_with('#')) plain += std::string(line) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return plain;
}

std::vector<Entry> entries_of(std::string_view given) {
  const std::string plain = without_comments(given);
  std::string_view text = plain;
  std::vector<Entry> entries;
  while (true) {
    const std::string_view word = take_word(text);
    if (word.empty()) return entries;
    if (word == "machine" || word == "default") {
      entries.push_back({word == "default" ? "" : std::string(take_word(text)), "", ""});
    } else if (word == "macdef") {
      // A macro's text goes up to the first empty line, and is nothing for us.
      text.remove_prefix(std::min(text.find("\n\n"), text.size()));
    } else if (!entries.empty() && (word == "login" || word == "password" || word == "account")) {
      const std::string_view value = take_word(text);
      if (word == "login") entries.back().login = value;
      if (word == "password") entries.back().password = value;
    }
  }
}

// `host[:port][/path]`, apt's with a scheme in front where it is wanted.
std::string host_of_machine(std::string_view machine) {
  if (const std::size_t scheme = machine.find("://"); scheme != std::string_view::npos) {
    machine.remove_prefix(scheme + 3);
  }
  return lower_case(machine.substr(0, machine.find_first_of(":/")));
}

}  // namespace

std::string IndexUrl::endpoint() const {
  return host.contains(':') ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Result<IndexUrl> parse_index_url(std::string_view url) {
  const auto refused = [&](std::string_view reason) {
    return fail(Errc::InvalidInput, fmt::format("address '{}': {}", shown_url(url), reason));
  };
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) return refused("it has no scheme; write https://...");
  IndexUrl parsed;
  parsed.scheme = lower_case(url.substr(0, colon));
  if (parsed.scheme != "http" && parsed.scheme != "https") return refused("only http and https are reached");
  std::string_view place = url.substr(colon + 3);
  place = place.substr(0, place.find_first_of("/?#"));
  if (const std::size_t at = place.rfind('@'); at != std::string_view::npos) {
    parsed.userinfo = place.substr(0, at);
    place.remove_prefix(at + 1);
  }
  const std::size_t bracket = place.starts_with('[') ? place.find(']') : std::string_view::npos;
  if (place.starts_with('[') && bracket == std::string_view::npos) return refused("nothing closes its '['");
  const std::size_t port_at = bracket == std::string_view::npos ? place.find(':') : place.find(':', bracket);
  parsed.host = lower_case(bracket == std::string_view::npos ? place.substr(0, port_at) : place.substr(1, bracket - 1));
  while (parsed.host.ends_with('.')) parsed.host.pop_back();
  if (!is_host(parsed.host)) return refused("it names no host");
  parsed.port = parsed.scheme == "https" ? 443 : 80;
  if (port_at != std::string_view::npos && port_at + 1 < place.size()) {
    const std::string_view digits = place.substr(port_at + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed.port);
    if (error != std::errc() || end != digits.data() + digits.size() || parsed.port == 0) {
      return refused("its port is no number up to 65535");
    }
  }
  return parsed;
}

std::vector<std::string> secrets_of(const IndexUrl& url) {
  std::vector<std::string> secrets;
  if (url.userinfo.empty()) return secrets;
  const std::size_t colon = url.userinfo.find(':');
  const std::string secret = colon == std::string::npos ? url.userinfo : url.userinfo.substr(colon + 1);
  if (secret.empty()) return secrets;
  secrets.push_back(secret);
  if (std::string plain = percent_decoded(secret); plain != secret) secrets.push_back(std::move(plain));
  return secrets;
}

std::string authorization_of(const IndexUrl& url) {
  if (url.userinfo.empty()) return "";
  const std::string plain = percent_decoded(url.userinfo);
  return "Basic " + to_base64(plain.contains(':') ? plain : plain + ":");
}

std::string shown_url(std::string_view url) {
  const auto userinfo = userinfo_of(url);
  if (!userinfo) return std::string(url);
  // With a port that is empty it may be host and path as well: neither is what stands behind the `@`.
  const std::size_t colon = url.find_first_of(":/?#", userinfo->begin);
  const bool is_port_empty =
      userinfo->is_broken && url[colon] == ':' && std::string_view("/?#").contains(url[colon + 1]);
  if (is_port_empty) return fmt::format("{}***", url.substr(0, colon + 1));
  return fmt::format("{}***{}", url.substr(0, userinfo->begin), url.substr(userinfo->end));
}

std::string netrc_for(std::string_view text, const std::vector<std::string>& hosts) {
  std::string kept;
  for (const Entry& entry : entries_of(text)) {
    if (std::ranges::find(hosts, host_of_machine(entry.machine)) == hosts.end() || entry.machine.empty()) continue;
    kept += fmt::format("machine {} login {} password {}\n", entry.machine, entry.login, entry.password);
  }
  return kept;
}

std::vector<std::string> netrc_secrets(std::string_view text) {
  std::vector<std::string> secrets;
  for (const Entry& entry : entries_of(text)) {
    if (!entry.password.empty()) secrets.push_back(entry.password);
  }
  return secrets;
}

}  // namespace berth::image
