#include "berth/image/registry_access.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace berth::image {
namespace {

constexpr std::string_view kHub = "docker.io";
constexpr std::string_view kHubServer = "registry-1.docker.io";

bool is_there(const std::filesystem::path& file) { return ::access(file.c_str(), R_OK) == 0; }

void take_certificates(const std::filesystem::path& folder, HttpAccess& access) {
  if (access.ca_file.empty() && is_there(folder / "ca.crt")) access.ca_file = folder / "ca.crt";
  if (access.client_certificate.empty() && is_there(folder / "client.cert")) {
    access.client_certificate = folder / "client.cert";
    access.client_key = folder / "client.key";
  }
}

RegistryPlace place_of(const RegistrySettings& settings, const std::string& registry) {
  RegistryPlace place = {.registry = registry};
  if (const auto row = settings.rows.find(registry); row != settings.rows.end()) {
    place.insecure = row->second.insecure;
    place.sends_to = row->second.sends_to;
    place.access.ca_file = row->second.ca;
    place.access.client_certificate = row->second.client_certificate;
    place.access.client_key = row->second.client_key;
  }
  place.base = fmt::format("https://{}", registry == kHub ? kHubServer : std::string_view(registry));
  place.access.verify = !place.insecure;
  for (const std::filesystem::path& folder : settings.certificate_folders) {
    take_certificates(folder / registry, place.access);
  }
  if (place.access.ca_file.empty()) place.access.ca_file = settings.ca_bundle;
  place.access.http_proxy = settings.http_proxy;
  place.access.https_proxy = settings.https_proxy;
  place.access.no_proxy = settings.no_proxy;
  return place;
}

// The domain that a host lies in, when it has three parts or more; else nothing, as for an address.
std::string_view narrow_domain(std::string_view host) {
  if (host.find_first_not_of("0123456789.") == std::string_view::npos || host.contains(':')) return {};
  const std::string_view domain = host.substr(std::min(host.find('.'), host.size() - 1) + 1);
  return std::ranges::count(domain, '.') >= 2 ? domain : std::string_view();
}

// Servers of tokens of registries that everybody knows.
constexpr std::pair<std::string_view, std::string_view> kKnownServers[] = {{kHubServer, "auth.docker.io"},
                                                                           {"registry.gitlab.com", "gitlab.com"}};

}  // namespace

bool RegistryPlace::is_named(const Url& url) const {
  const auto own = parse_url(base);
  if (own && own->host == url.host && own->port == url.port) return true;
  const bool is_six = url.host.contains(':');
  const std::string with_port = fmt::format("{}{}{}:{}", is_six ? "[" : "", url.host, is_six ? "]" : "", url.port);
  return std::ranges::any_of(sends_to, [&](const std::string& host) { return host == url.host || host == with_port; });
}

std::vector<RegistryPlace> places_of(const RegistrySettings& settings, std::string_view registry) {
  std::vector<RegistryPlace> places;
  if (const auto row = settings.rows.find(registry); row != settings.rows.end()) {
    for (const std::string& mirror : row->second.mirrors) {
      const std::size_t slash = std::min(mirror.find('/'), mirror.size());
      places.push_back(place_of(settings, mirror.substr(0, slash)));
      places.back().prefix = mirror.substr(std::min(slash + 1, mirror.size()));
    }
  }
  places.push_back(place_of(settings, std::string(registry)));
  return places;
}

bool may_have_credentials(const RegistryPlace& place, const Url& url) {
  if (url.has_user || (url.scheme != "https" && !place.insecure)) return false;
  if (place.is_named(url)) return true;
  const auto own = parse_url(place.base);
  if (!own) return false;
  if (own->host == url.host) return true;
  if (std::ranges::find(kKnownServers, std::pair<std::string_view, std::string_view>(own->host, url.host)) !=
      std::ranges::end(kKnownServers)) {
    return true;
  }
  const std::string_view domain = narrow_domain(own->host);
  return !domain.empty() && (url.host == domain || narrow_domain(url.host) == domain);
}

}  // namespace berth::image
