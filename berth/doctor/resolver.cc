#include "berth/doctor/resolver.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "berth/doctor/words.h"
#include "berth/sys/file.h"

namespace berth::doctor {
namespace {

constexpr std::size_t kMostUsed = 3;  // libc asks no more (resolv.conf(5))

bool is_address(std::string_view text) {
  in6_addr parsed = {};
  const std::string bare(text.substr(0, text.find('%')));
  if (::inet_pton(AF_INET6, bare.c_str(), &parsed) == 1) return true;
  return bare.size() == text.size() && ::inet_pton(AF_INET, bare.c_str(), &parsed) == 1;
}

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

// Whether a line of /proc/net/udp or udp6 is a socket on port 53 of `address`, or of all addresses. An IPv4 address is
// there in hexadecimal, as the machine holds it in memory.
bool has_listener(std::string_view table, std::string_view address) {
  in_addr parsed = {};
  std::string wanted = "00000000000000000000000001000000";  // ::1
  if (::inet_pton(AF_INET, std::string(address).c_str(), &parsed) == 1) wanted = fmt::format("{:08X}", parsed.s_addr);
  for (const std::string_view line : lines_of(table)) {
    const auto words = words_of(line);
    if (words.size() < 2 || !words[1].ends_with(":0035")) continue;
    const std::string_view host = words[1].substr(0, words[1].find(':'));
    if (host == wanted || host.find_first_not_of('0') == std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

ResolverFacts resolver_facts() {
  return {.conf = sys::read_file("/etc/resolv.conf", 1 << 16),
          .udp = small_file("/proc/net/udp").value_or(""),
          .udp6 = small_file("/proc/net/udp6").value_or("")};
}

CheckResult judge_resolver(const ResolverFacts& facts) {
  constexpr const char* kRemedy = "put 'nameserver ADDRESS' lines into /etc/resolv.conf, or let what writes it do so";
  if (!facts.conf) return failure(facts.conf.error().message(), kRemedy);
  std::vector<std::string> servers;
  std::vector<std::string> malformed;
  for (const std::string_view line : lines_of(*facts.conf)) {
    const auto words = words_of(trimmed(line));
    if (words.empty() || words[0].starts_with('#') || words[0].starts_with(';')) continue;
    if (words[0] == "nameserver") {
      const bool good = words.size() >= 2 && is_address(words[1]);
      (good ? servers : malformed).emplace_back(good ? words[1] : trimmed(line));
    } else if (words[0] != "search" && words[0] != "domain" && words[0] != "options" && words[0] != "sortlist") {
      malformed.emplace_back(trimmed(line));
    }
  }
  if (servers.empty() && !malformed.empty()) {
    return failure(fmt::format("/etc/resolv.conf names no resolver that makes sense: '{}'", malformed.front()),
                   kRemedy);
  }
  if (servers.empty()) {
    return warning("/etc/resolv.conf names no resolver, which means one on this machine (127.0.0.1)", kRemedy);
  }
  if (!malformed.empty()) {
    return warning(fmt::format("/etc/resolv.conf has a line that is passed over: '{}'", malformed.front()),
                   "correct or remove that line");
  }
  servers.resize(std::min(servers.size(), kMostUsed));
  const bool all_here = std::ranges::all_of(servers, [](const std::string& server) { return is_loopback(server); });
  const bool any_listens = std::ranges::any_of(servers, [&](const std::string& server) {
    return has_listener(facts.udp, server) || has_listener(facts.udp6, server);
  });
  if (all_here && !any_listens) {
    return warning(
        fmt::format("the only resolvers are on this machine ({}), and nothing listens there", listed(servers)),
        "start the resolver ('systemctl start systemd-resolved', dnsmasq, unbound), or name another one in "
        "/etc/resolv.conf");
  }
  return ok(listed(servers));
}

}  // namespace berth::doctor
