#include "berth/app/index_reach.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netdb.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

#include "berth/image/private_apt.h"
#include "berth/net/destination.h"
#include "berth/sys/file.h"
#include "berth/sys/tool.h"

namespace berth::app {
namespace {

constexpr std::size_t kLargestBundle = 8 << 20;
constexpr std::size_t kLargestConf = 1 << 20;
constexpr const char* kBundle = "build-ca.pem";
constexpr const char* kMachineBundle = "/etc/ssl/certs/ca-certificates.crt";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string in_container(std::string_view name) { return fmt::format("{}/{}", container::kFixedFolder, name); }

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

// Adds the places of one tool's indexes, one after the other.
class Reacher {
 public:
  explicit Reacher(const Settings& settings) : settings_(settings) {
    container::NetworkSpec& network = reach_.network;
    network.profile.reach = net::Reach::AllowList;
    network.by_operator = true;
    network.allowed = settings.network.allow_private;
    network.resolvers = settings.network.resolvers;
    network.way = settings.network.way;
    network.subnets = settings.network.subnets;
  }

  // An index, or the proxy that leads to it.
  Result<void> add_url(const std::string& url) {
    BERTH_TRY(const image::IndexUrl parsed, image::parse_index_url(url));
    std::ranges::copy(image::secrets_of(parsed), std::back_inserter(reach_.secrets));
    return add_endpoint(parsed.endpoint(), parsed.host, parsed.port);
  }

  Result<void> add_endpoint(const std::string& endpoint, const std::string& host, std::uint16_t port) {
    if (std::ranges::find(reach_.endpoints, endpoint) != reach_.endpoints.end()) return {};
    reach_.endpoints.push_back(endpoint);
    if (is_loopback(host)) {
      reach_.loopback_ports.push_back(port);
      return {};
    }
    BERTH_TRY(const net::Destination destination, net::parse_destination(endpoint));
    reach_.network.profile.destinations.push_back(destination);
    // Whoever set this machine up has named it: it may lie anywhere.
    std::vector<net::AddressRange>& allowed = reach_.network.allowed;
    if (const auto* range = std::get_if<net::AddressRange>(&destination.host)) {
      allowed.push_back(*range);
      return {};
    }
    BERTH_TRY(const std::vector<net::AddressRange> addresses, addresses_of(host));
    allowed.insert(allowed.end(), addresses.begin(), addresses.end());
    return {};
  }

  // What the environment says of proxies, for programs that read it. Gives whether there is one.
  Result<bool> add_proxies_of_environment() {
    bool found = false;
    for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}) {
      std::string value = variable(name);
      if (value.empty()) continue;
      if (!value.contains("://")) value.insert(0, "http://");
      BERTH_CHECK_OK(add_url(value).context([&] { return fmt::format("variable {}", name); }));
      reach_.environment.push_back(fmt::format("{}={}", name, value));
      found = true;
    }
    for (const char* name : {"no_proxy", "NO_PROXY"}) {
      if (std::string value = variable(name); !value.empty()) {
        reach_.environment.push_back(fmt::format("{}={}", name, value));
      }
    }
    return found;
  }

  Result<void> add_certificates(const std::filesystem::path& own) {
    std::string text;
    std::vector<std::filesystem::path> files;
    if (!own.empty()) {
      files = {own};
    } else {
      for (const char* name : {"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}) {
        if (files.empty() && !variable(name).empty()) files.emplace_back(variable(name));
      }
      if (files.empty() && std::filesystem::exists(kMachineBundle)) files.emplace_back(kMachineBundle);
    }
    if (!settings_.containers.ca_bundle.empty()) files.push_back(settings_.containers.ca_bundle);
    for (const std::filesystem::path& file : files) {
      BERTH_TRY(const std::string one, sys::read_file(file, kLargestBundle).context([] {
        return "read the certificates by which package indexes are known";
      }));
      text += one + "\n";
    }
    if (!text.empty()) add_file(kBundle, std::move(text));
    return {};
  }

  void add_file(std::string name, std::string bytes) {
    reach_.files.push_back({std::move(name), std::move(bytes), {}});
  }
  void set(std::string_view name, std::string_view value) {
    if (!value.empty()) reach_.environment.push_back(fmt::format("{}={}", name, value));
  }
  void add_secrets(const std::vector<std::string>& secrets) {
    std::ranges::copy(secrets, std::back_inserter(reach_.secrets));
  }
  bool has_certificates() const {
    return std::ranges::any_of(reach_.files, [](const auto& file) { return file.name == kBundle; });
  }

  std::vector<std::string> hosts() const {
    std::vector<std::string> list;
    for (const std::string& endpoint : reach_.endpoints) list.push_back(endpoint.substr(0, endpoint.rfind(':')));
    return list;
  }

  IndexReach reach() && { return std::move(reach_); }

 private:
  const Settings& settings_;
  IndexReach reach_;
};

// Files of an index may lie elsewhere than its pages: those of the public one do.
Result<void> add_hosts_of_files(Reacher& reacher, const IndexSettings& settings, const std::vector<std::string>& urls) {
  for (const std::string& index : urls) {
    BERTH_TRY(const image::IndexUrl parsed, image::parse_index_url(index));
    if (parsed.host == "pypi.org") BERTH_CHECK_OK(reacher.add_url("https://files.pythonhosted.org"));
  }
  for (const std::string& url : settings.package_hosts) BERTH_CHECK_OK(reacher.add_url(url));
  return {};
}

std::string joined(const std::vector<std::string>& list) { return fmt::format("{}", fmt::join(list, " ")); }

// The value in quotes at the end of a line of apt-config's.
std::string_view quoted_value(std::string_view line) {
  const std::size_t open = line.find('"');
  const std::size_t close = line.rfind('"');
  return open == std::string_view::npos || close <= open ? "" : line.substr(open + 1, close - open - 1);
}

// How the machine's apt reaches archives, without what names files or programs of this machine.
Result<std::string> machine_reach(Reacher& reacher) {
  auto dump = sys::run_tool({"apt-config", "dump"});
  if (!dump) return std::string();  // no machine of that kind: nothing is inherited
  const std::string settings = image::reach_settings(dump->out);
  std::string kept;
  for (std::string_view rest = settings; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto names = [&](std::string_view part) { return line.contains(part); };
    if (names("netrc") || names("AutoDetect") || names("Auto-Detect") || names("::Ca") || names("::Ssl")) continue;
    const std::string_view value = quoted_value(line);
    const bool proxy = names("::Proxy") || names("::proxy");
    if (proxy && !value.empty() && value != "DIRECT") BERTH_CHECK_OK(reacher.add_url(std::string(value)));
    kept += std::string(line) + "\n";
  }
  return kept;
}

std::string apt_credentials() {
  std::string text;
  if (const auto one = sys::read_file("/etc/apt/auth.conf", kLargestConf)) text += *one + "\n";
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/etc/apt/auth.conf.d", ignored)) {
    if (entry.path().extension() != ".conf") continue;
    if (const auto one = sys::read_file(entry.path(), kLargestConf)) text += *one + "\n";
  }
  return text;
}

std::string apt_conf(std::string_view reach, bool has_certificates) {
  const std::string ca =
      has_certificates ? fmt::format("Acquire::https::CaInfo \"{}\";\n", in_container(kBundle)) : std::string();
  return fmt::format(
      "Dir::Etc::parts \"/dev/null\";\nDir::Etc::main \"/dev/null\";\nDir::Etc::sourcelist \"{0}/sources.list\";\n"
      "Dir::Etc::sourceparts \"/dev/null\";\nDir::Etc::preferencesparts \"/dev/null\";\n"
      "Dir::Etc::preferences \"/dev/null\";\nDir::Etc::netrc \"{0}/apt-auth.conf\";\n"
      "Dir::Etc::netrcparts \"/dev/null\";\nDir::State \"{1}/apt\";\nDir::State::status \"/var/lib/dpkg/status\";\n"
      "Dir::State::extended_states \"/var/lib/apt/extended_states\";\nDir::Cache \"{1}/apt\";\n"
      "APT::Install-Recommends \"false\";\nAPT::Update::Error-Mode \"any\";\nAPT::Cmd::Pattern-Only \"true\";\n"
      "APT::Sandbox::User \"\";\nAcquire::Languages \"none\";\nDebug::NoLocking \"1\";\n{2}{3}",
      container::kFixedFolder, container::kWorkFolder, reach, ca);
}

}  // namespace

Result<IndexReach> reach_for_pip(const Settings& settings, const IndexSettings& indexes, const image::PipSettings& pip) {
  Reacher reacher(settings);
  BERTH_TRY(bool proxied, reacher.add_proxies_of_environment());
  if (!pip.proxy.empty()) {
    const std::string url = pip.proxy.contains("://") ? pip.proxy : "http://" + pip.proxy;
    BERTH_CHECK_OK(reacher.add_url(url).context([] { return "proxy of pip"; }));
    reacher.set("PIP_PROXY", url);
    proxied = true;
  }
  std::vector<std::string> all = pip.indexes;
  all.insert(all.end(), pip.find_links.begin(), pip.find_links.end());
  for (const std::string& url : all) {
    BERTH_TRY(const image::IndexUrl parsed, image::parse_index_url(url).context([] { return "index of pip"; }));
    reacher.add_secrets(image::secrets_of(parsed));
    // Behind a proxy nothing else is reached, but for what no_proxy may name.
    const bool direct = !proxied || !variable("no_proxy").empty() || !variable("NO_PROXY").empty();
    if (direct) BERTH_CHECK_OK(reacher.add_url(url));
  }
  if (!proxied) BERTH_CHECK_OK(add_hosts_of_files(reacher, indexes, pip.indexes));
  BERTH_CHECK_OK(reacher.add_certificates(pip.certificates));

  std::vector<std::string> hosts = reacher.hosts();
  for (const std::string& url : all) {
    if (const auto parsed = image::parse_index_url(url)) hosts.push_back(parsed->host);
  }
  const std::string netrc = variable("NETRC").empty() ? variable("HOME") + "/.netrc" : variable("NETRC");
  if (const auto text = sys::read_file(netrc, kLargestConf)) {
    std::string ours = image::netrc_for(*text, hosts);
    reacher.add_secrets(image::netrc_secrets(ours));
    reacher.add_file("netrc", std::move(ours));
    reacher.set("NETRC", in_container("netrc"));
  }
  if (!pip.client_certificate.empty()) {
    BERTH_TRY(std::string text, sys::read_file(pip.client_certificate, kLargestConf));
    reacher.add_file("client.pem", std::move(text));
    reacher.set("PIP_CLIENT_CERT", in_container("client.pem"));
  }
  if (!pip.indexes.empty()) {
    reacher.set("PIP_INDEX_URL", pip.indexes.front());
    reacher.set("PIP_EXTRA_INDEX_URL", joined({pip.indexes.begin() + 1, pip.indexes.end()}));
  } else {
    reacher.set("PIP_NO_INDEX", "1");
  }
  reacher.set("PIP_FIND_LINKS", joined(pip.find_links));
  reacher.set("PIP_TRUSTED_HOST", joined(pip.trusted_hosts));
  reacher.set("PIP_DEFAULT_TIMEOUT", pip.timeout);
  reacher.set("PIP_RETRIES", pip.retries);
  reacher.set("PIP_CONFIG_FILE", "/dev/null");
  reacher.set("PIP_DISABLE_PIP_VERSION_CHECK", "1");
  reacher.set("PIP_NO_INPUT", "1");
  if (reacher.has_certificates()) {
    for (const char* name : {"PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}) reacher.set(name, in_container(kBundle));
  }
  return std::move(reacher).reach();
}

Result<IndexReach> reach_for_apt(const Settings& settings, std::vector<image::PackageSource> sources) {
  Reacher reacher(settings);
  BERTH_TRY(const bool by_environment, reacher.add_proxies_of_environment());
  const std::size_t before = reacher.hosts().size();
  BERTH_TRY(const std::string inherited, machine_reach(reacher));
  const bool proxied = by_environment || reacher.hosts().size() > before;
  std::vector<std::string> hosts;
  std::size_t keyrings = 0;
  for (image::PackageSource& source : sources) {
    const auto doing = [] { return "package source"; };
    BERTH_TRY(const image::IndexUrl parsed, image::parse_index_url(source.uri).context(doing));
    reacher.add_secrets(image::secrets_of(parsed));
    hosts.push_back(parsed.host);
    if (!proxied) BERTH_CHECK_OK(reacher.add_url(source.uri));
    if (source.signed_by.empty()) continue;
    // The machine's, where it has it: else the path means one in the image.
    if (auto keyring = sys::read_file(source.signed_by, kLargestConf)) {
      const char* ending = source.signed_by.ends_with(".asc") ? "asc" : "gpg";
      const std::string name = fmt::format("keyring-{}.{}", ++keyrings, ending);
      reacher.add_file(name, *std::move(keyring));
      source.signed_by = in_container(name);
    }
  }
  BERTH_CHECK_OK(reacher.add_certificates({}));
  const std::string credentials = image::netrc_for(apt_credentials(), hosts);
  reacher.add_secrets(image::netrc_secrets(credentials));
  reacher.add_file("apt-auth.conf", credentials);
  reacher.add_file("sources.list", image::print_sources(sources));
  reacher.add_file("apt.conf", apt_conf(inherited, reacher.has_certificates()));
  reacher.set("APT_CONFIG", in_container("apt.conf"));
  reacher.set("DEBIAN_FRONTEND", "noninteractive");
  return std::move(reacher).reach();
}

Result<IndexReach> reach_for_apk(const Settings& settings, const image::ImageTree& base) {
  Reacher reacher(settings);
  BERTH_TRY(const bool proxied, reacher.add_proxies_of_environment());
  BERTH_TRY(const std::string list, base.read_file("etc/apk/repositories", kLargestConf).context([] {
    return "read the base's package sources";
  }));
  for (std::string_view rest = list; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.starts_with('@')) line.remove_prefix(std::min(line.find(' ') + 1, line.size()));
    if (!line.starts_with("http") || proxied) continue;
    BERTH_CHECK_OK(reacher.add_url(std::string(line)).context([] { return "package source of the base"; }));
  }
  BERTH_CHECK_OK(reacher.add_certificates({}));
  if (reacher.has_certificates()) reacher.set("SSL_CERT_FILE", in_container(kBundle));
  return std::move(reacher).reach();
}

Result<std::vector<image::PackageSource>> apt_sources_for(const IndexSettings& indexes, const image::ImageTree& base) {
  if (!indexes.apt_sources.empty()) return image::read_sources_file(indexes.apt_sources);
  BERTH_TRY(const std::string release, base.read_file("etc/os-release", kLargestConf).context([] {
    return "read which distribution the base is of";
  }));
  const image::Distribution theirs = image::parse_os_release(release);
  const auto own = sys::read_file("/etc/os-release", kLargestConf);
  if (own) {
    const image::Distribution ours = image::parse_os_release(*own);
    if (ours.id == theirs.id && ours.codename == theirs.codename && !ours.codename.empty()) {
      return image::read_distribution_sources("/etc/apt", ours);
    }
  }
  std::vector<image::PackageSource> sources;
  const auto add = [&](const std::filesystem::path& file) {
    const auto text = base.read_file(file, kLargestConf);
    if (!text) return;
    const bool stanzas = file.extension() == ".sources";
    std::ranges::move(stanzas ? image::parse_deb822_sources(*text) : image::parse_one_line_sources(*text),
                      std::back_inserter(sources));
  };
  add("etc/apt/sources.list");
  if (const auto entries = base.list_folder("etc/apt/sources.list.d")) {
    for (const image::TreeEntry& entry : *entries) add(std::filesystem::path("etc/apt/sources.list.d") / entry.name);
  }
  if (sources.empty()) {
    return fail(Errc::Unavailable,
                fmt::format("the base is of '{} {}', which is not this machine's release, and names no package sources "
                            "of its own; name a file of them with --apt-sources",
                            theirs.id, theirs.codename));
  }
  return sources;
}

}  // namespace berth::app
