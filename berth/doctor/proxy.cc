#include "berth/doctor/proxy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <expected>
#include <string_view>

#include "berth/base/lower_case.h"
#include "berth/doctor/words.h"

namespace berth::doctor {
namespace {

// The parts of a proxy's address, but for user and password.
struct Proxy {
  std::string scheme;  // empty: none written
  std::string host;
  std::string port;
};

bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    return text.size() > 3 && text.ends_with(']') &&
           text.find_first_not_of("0123456789abcdefABCDEF:.", 1) == text.size() - 1;
  }
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
  });
}

// What stands in `value`, or what is wrong with it. The latter repeats no part that may hold a password.
std::expected<Proxy, std::string> parse_proxy(std::string_view value) {
  Proxy proxy;
  if (const std::size_t end = value.find("://"); end != std::string_view::npos) {
    proxy.scheme = lower_case(value.substr(0, end));
    value.remove_prefix(end + 3);
    constexpr std::string_view kSchemes[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
    if (std::ranges::find(kSchemes, proxy.scheme) == std::end(kSchemes)) {
      return std::unexpected("its scheme is none of http, https, socks4, socks5");
    }
  }
  value = value.substr(0, value.find('/'));
  if (const std::size_t at = value.rfind('@'); at != std::string_view::npos) value.remove_prefix(at + 1);
  const std::size_t bracket = value.rfind(']');
  const std::size_t colon = value.rfind(':');
  const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  proxy.host = lower_case(value.substr(0, has_port ? colon : std::string_view::npos));
  if (has_port) proxy.port = value.substr(colon + 1);
  if (!is_host(proxy.host)) return std::unexpected("it has no host name or address that makes sense");
  if (has_port && number_of<std::uint16_t>(proxy.port).value_or(0) == 0) {
    return std::unexpected("its port is no number from 1 to 65535");
  }
  return proxy;
}

bool is_loopback(std::string_view host) { return host == "localhost" || host.starts_with("127.") || host == "[::1]"; }

// What is wrong with a list of exceptions; empty when nothing is.
std::string wrong_with_exceptions(std::string_view value) {
  for (const std::string_view entry : words_of(value, ", \t")) {
    // What stands before an @ may be a password.
    if (entry.find("://") != std::string_view::npos || entry.find('@') != std::string_view::npos) {
      return "an entry is an address with a scheme or a user, not a name";
    }
    if (entry != "*" && entry.find('*') != std::string_view::npos) {
      return fmt::format("'{}' has a star, which most clients take as a letter; write '{}'", entry,
                         entry.starts_with("*.") ? entry.substr(1) : entry);
    }
  }
  return "";
}

const std::string* value_of(const ProxyVariables& variables, std::string_view name) {
  const auto found = std::ranges::find(variables, name, &ProxyVariables::value_type::first);
  return found == variables.end() ? nullptr : &found->second;
}

std::string upper(std::string name) {
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace

ProxyVariables proxy_variables() {
  ProxyVariables variables;
  for (const std::string name : {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}) {
    for (const std::string& spelt : {name, upper(name)}) {
      const char* value = std::getenv(spelt.c_str());
      if (value != nullptr && *value != '\0') variables.emplace_back(spelt, value);
    }
  }
  return variables;
}

CheckResult judge_proxy(const ProxyVariables& variables) {
  if (variables.empty()) return ok("no proxy is set");
  std::vector<std::string> parts;
  std::optional<CheckResult> doubt;
  const auto doubted = [&](std::string found, std::string remedy) {
    if (!doubt) doubt = warning(std::move(found), std::move(remedy));
  };
  for (const auto& [name, value] : variables) {
    if (lower_case(name) == "no_proxy") {
      if (const auto wrong = wrong_with_exceptions(value); !wrong.empty()) {
        doubted(fmt::format("{}: {}", name, wrong), "list names and addresses with commas: 'localhost,.example.org'");
      }
      continue;
    }
    const auto proxy = parse_proxy(value);
    if (!proxy) {
      return failure(fmt::format("{}: {}", name, proxy.error()),
                     fmt::format("set {} to something like 'http://proxy.example:3128', or unset it", name));
    }
    if (proxy->scheme.empty()) {
      doubted(name + " has no scheme, which some clients refuse", fmt::format("write 'http://' in front of {}", name));
    }
    if (is_loopback(proxy->host)) {
      doubted(fmt::format("{} is on this machine ({}), where no container can reach it", name, proxy->host),
              "let the proxy listen on an address that containers reach, and name that");
    }
    const std::string* other = value_of(variables, upper(name));
    if (lower_case(name) == name && other != nullptr && *other != value) {
      doubted(fmt::format("{} and {} differ, and clients disagree on which counts", name, upper(name)),
              "set both to the same value");
    }
    const std::string part = proxy->port.empty() ? proxy->host : proxy->host + ":" + proxy->port;
    if (std::ranges::find(parts, part) == parts.end()) parts.push_back(part);
  }
  if (doubt) return *doubt;
  return ok(parts.empty() ? "no proxy is set" : listed(parts) + "; not tried");
}

}  // namespace berth::doctor
