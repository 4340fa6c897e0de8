#include "berth/app/reacher.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "berth/net/address_rules.h"
#include "berth/net/destination.h"

namespace berth::app {
namespace {

constexpr std::uint16_t kFirstGate = 61'080;  // of the container's own loopback interface

// Where distributions keep their packages: what an image names is no wish of its own then.
constexpr std::string_view kPublicArchives[] = {"deb.debian.org",        "security.debian.org", "archive.debian.org",
                                                "archive.ubuntu.com",    "security.ubuntu.com", "ports.ubuntu.com",
                                                "dl-cdn.alpinelinux.org"};

bool names_exceptions(const ProxyVariable& one) { return one.name == "no_proxy" || one.name == "NO_PROXY"; }

// What it is the proxy of; empty for all.
std::string_view scheme_of(const ProxyVariable& one) {
  if (one.name == "http_proxy" || one.name == "HTTP_PROXY") return "http";
  return one.name == "https_proxy" || one.name == "HTTPS_PROXY" ? "https" : "";
}

bool is_loopback(std::string_view host) { return host == "localhost" || host.starts_with("127."); }

// The addresses of a name, as this machine resolves it.
Result<std::vector<net::AddressRange>> addresses_of(const std::string& host) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list); error != 0) {
    return fail(Errc::Unavailable, fmt::format("look up '{}': {}", host, ::gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> held(list, ::freeaddrinfo);
  std::vector<net::AddressRange> ranges;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    if (one->ai_family == AF_INET) {
      const auto* address = reinterpret_cast<const sockaddr_in*>(one->ai_addr);
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(&address->sin_addr);
      ranges.push_back(net::AddressRange::single(net::Address::v4(bytes)));
    } else if (one->ai_family == AF_INET6) {
      const auto* address = reinterpret_cast<const sockaddr_in6*>(one->ai_addr);
      ranges.push_back(net::AddressRange::single(net::Address::v6(address->sin6_addr.s6_addr)));
    }
  }
  return ranges;
}

}  // namespace

std::string in_container(std::string_view name) { return fmt::format("{}/{}", container::kFixedFolder, name); }

Reacher::Reacher(const Settings& settings) : settings_(settings), proxies_(proxy_variables(settings.containers)) {
  container::NetworkSpec& network = reach_.network;
  network.profile.reach = net::Reach::AllowList;
  network.by_operator = true;
  network.allowed = settings.network.allow_private;
  network.resolvers = settings.network.resolvers;
  network.way = settings.network.way;
  network.subnets = settings.network.subnets;
}

bool Reacher::knows(const std::string& endpoint) const {
  return std::ranges::find(reach_.endpoints, endpoint) != reach_.endpoints.end();
}

void Reacher::show(const std::string& endpoint) {
  if (!knows(endpoint)) reach_.endpoints.push_back(endpoint);
}

Result<void> Reacher::add_url(const std::string& url) {
  BERTH_TRY(const image::IndexUrl parsed, image::parse_index_url(url));
  std::ranges::copy(image::secrets_of(parsed), std::back_inserter(reach_.secrets));
  if (!has_proxy_for(parsed)) return add_directly(parsed);
  BERTH_TRY(const net::Destination destination, net::parse_destination(parsed.endpoint()));
  show(parsed.endpoint());
  behind_proxy_.push_back(destination);
  if (std::ranges::none_of(proxies_, names_exceptions)) return {};
  auto added = add_directly(parsed);
  if (!added && added.error().code() == Errc::Unavailable) return {};  // a name that only the proxy can look up
  return added;
}

Result<void> Reacher::add_foreign_url(const std::string& url) {
  BERTH_TRY(const image::IndexUrl parsed, image::parse_index_url(url));
  std::ranges::copy(image::secrets_of(parsed), std::back_inserter(reach_.secrets));
  const std::string endpoint = parsed.endpoint();
  if (knows(endpoint)) return {};
  // Where this machine finds these is its operator's doing: a mirror of the site, as a rule.
  const bool is_usual_port = parsed.port == 80 || parsed.port == 443;
  const bool is_archive = std::ranges::find(kPublicArchives, parsed.host) != std::end(kPublicArchives);
  if (is_usual_port && is_archive) return add_url(url);
  const auto refused = [&](const std::string& why) {
    return fail(Errc::Denied, fmt::format("{} {}: what an image names is reached where it is public; open it with "
                                          "--package-host {}",
                                          endpoint, why, image::shown_url(url)));
  };
  BERTH_TRY(const net::Destination destination, net::parse_destination(endpoint));
  std::vector<net::AddressRange> addresses;
  if (const auto* range = std::get_if<net::AddressRange>(&destination.host)) {
    addresses = {*range};
  } else if (auto found = addresses_of(parsed.host)) {
    addresses = *std::move(found);
  } else if (!has_proxy_for(parsed)) {
    return std::unexpected(std::move(found).error());
  } else {
    // The proxy would resolve it, and may find something inside.
    return refused("cannot be looked up here");
  }
  const net::AddressRules rules;
  for (const net::AddressRange& one : addresses) {
    const net::AddressRule* refusal = rules.refusal_of(one.first);
    if (refusal != nullptr)
      return refused(fmt::format("leads to {}, which is {}", net::to_text(one.first), refusal->what));
  }
  show(endpoint);
  if (has_proxy_for(parsed)) {
    behind_proxy_.push_back(destination);
    return {};
  }
  direct_.push_back(endpoint);
  reach_.network.profile.destinations.push_back(destination);
  // The rules for addresses hold then, for names as they resolve when they are used.
  reach_.network.by_operator = false;
  return {};
}

Result<void> Reacher::add_directly(const image::IndexUrl& url) {
  const std::string endpoint = url.endpoint();
  if (std::ranges::find(direct_, endpoint) != direct_.end()) return {};
  if (is_loopback(url.host)) {
    reach_.loopback_ports.push_back(url.port);
  } else {
    BERTH_TRY(const net::Destination destination, net::parse_destination(endpoint));
    // Whoever set this machine up has named it: it may lie anywhere.
    std::vector<net::AddressRange>& allowed = reach_.network.allowed;
    if (const auto* range = std::get_if<net::AddressRange>(&destination.host)) {
      allowed.push_back(*range);
    } else {
      BERTH_TRY(const std::vector<net::AddressRange> addresses, addresses_of(url.host));
      allowed.insert(allowed.end(), addresses.begin(), addresses.end());
    }
    reach_.network.profile.destinations.push_back(destination);
  }
  direct_.push_back(endpoint);
  show(endpoint);
  return {};
}

bool Reacher::has_proxy_for(const image::IndexUrl& url) const {
  return url.scheme == "https" ? has_https_proxy_ : has_http_proxy_;
}

Result<std::string> Reacher::add_proxy(const std::string& given, std::string_view scheme) {
  std::string url = given.contains("://") ? given : "http://" + given;
  BERTH_TRY(const image::IndexUrl parsed, image::parse_index_url(url));
  std::ranges::copy(image::secrets_of(parsed), std::back_inserter(reach_.secrets));
  if (scheme != "https") has_http_proxy_ = true;
  if (scheme != "http") has_https_proxy_ = true;
  if (parsed.scheme == "https") {
    BERTH_CHECK_OK(add_directly(parsed));
    reach_.remarks.push_back(
        fmt::format("the proxy {} is spoken to over TLS, so nothing narrows where it leads", parsed.endpoint()));
    return url;
  }
  container::GatePlan plan;
  if (const auto address = net::parse_address(parsed.host)) {
    plan.addresses = {*address};
  } else {
    BERTH_TRY(const std::vector<net::AddressRange> found, addresses_of(parsed.host));
    for (const net::AddressRange& one : found) plan.addresses.push_back(one.first);
  }
  plan.proxy_port = parsed.port;
  plan.authorization = image::authorization_of(parsed);
  const auto same = std::ranges::find_if(reach_.gates, [&](const container::GatePlan& other) {
    return other.addresses == plan.addresses && other.proxy_port == plan.proxy_port &&
           other.authorization == plan.authorization;
  });
  plan.port = static_cast<std::uint16_t>(kFirstGate + reach_.gates.size());
  const std::uint16_t port = same == reach_.gates.end() ? plan.port : same->port;
  if (same == reach_.gates.end()) reach_.gates.push_back(std::move(plan));
  return fmt::format("http://127.0.0.1:{}", port);
}

Result<void> Reacher::add_proxies() {
  for (const ProxyVariable& one : proxies_) {
    if (names_exceptions(one)) {
      set(one.name, one.value);
      continue;
    }
    BERTH_TRY(const std::string used, add_proxy(one.value, scheme_of(one)).context([&] { return one.origin; }));
    set(one.name, used);
  }
  return {};
}

IndexReach Reacher::reach() && {
  for (container::GatePlan& gate : reach_.gates) gate.allowed = behind_proxy_;
  return std::move(reach_);
}

Result<void> Reacher::add_certificates(const std::filesystem::path& own) {
  BERTH_TRY(std::string text, index_certificates(settings_.containers, own));
  if (!text.empty()) add_file(kReachBundle, std::move(text));
  return {};
}

bool Reacher::has_certificates() const {
  return std::ranges::any_of(reach_.files, [](const auto& file) { return file.name == kReachBundle; });
}

void Reacher::add_file(std::string name, std::string bytes) {
  reach_.files.push_back({std::move(name), std::move(bytes), {}});
}

void Reacher::set(std::string_view name, std::string_view value) {
  if (!value.empty()) reach_.environment.push_back(fmt::format("{}={}", name, value));
}

void Reacher::add_secrets(const std::vector<std::string>& secrets) {
  std::ranges::copy(secrets, std::back_inserter(reach_.secrets));
}

std::vector<std::string> Reacher::hosts() const {
  std::vector<std::string> list;
  for (const std::string& endpoint : reach_.endpoints) list.push_back(endpoint.substr(0, endpoint.rfind(':')));
  return list;
}

}  // namespace berth::app
