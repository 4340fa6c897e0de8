#include "berth/app/container_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "berth/base/lower_case.h"
#include "berth/sys/file.h"

namespace berth::app {
namespace {

constexpr std::size_t kLargestBundle = 8 << 20;
constexpr const char* kMachineBundle = "/etc/ssl/certs/ca-certificates.crt";
constexpr const char* kBundleName = "ca-bundle.pem";
constexpr std::string_view kCertificate = "-----BEGIN CERTIFICATE-----";

void add_both_cases(std::string_view name, const std::string& value, std::vector<std::string>& variables) {
  if (value.empty()) return;
  variables.push_back(fmt::format("{}={}", name, value));
  variables.push_back(fmt::format("{}={}", lower_case(name), value));
}

// The password in "scheme://user:password@host"; empty when there is none.
std::string password_in(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::string_view rest = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  const std::size_t at = rest.rfind('@', rest.find('/'));
  if (at == std::string_view::npos) return "";
  const std::size_t colon = rest.find(':');
  return colon < at ? std::string(rest.substr(colon + 1, at - colon - 1)) : "";
}

Result<std::string> whole_bundle(const std::filesystem::path& own) {
  BERTH_TRY(std::string text, sys::read_file(own, kLargestBundle));
  if (text.find(kCertificate) == std::string::npos) {
    return fail(Errc::InvalidInput, fmt::format("'{}' holds no certificate in PEM form", own.native()));
  }
  if (auto machine = sys::read_file(kMachineBundle, kLargestBundle)) {
    if (!machine->ends_with('\n')) *machine += '\n';
    text.insert(0, *machine);
  }
  return text;
}

}  // namespace

Result<ContainerAdditions> additions_of(const ContainerSettings& settings,
                                        const std::optional<net::Destination>& network_proxy) {
  ContainerAdditions additions;
  const std::string otherwise = network_proxy ? "http://" + net::to_text(*network_proxy) : "";
  for (const auto& [name, url] :
       {std::pair{"HTTP_PROXY", &settings.http_proxy}, {"HTTPS_PROXY", &settings.https_proxy}}) {
    add_both_cases(name, url->empty() ? otherwise : *url, additions.variables);
    if (std::string password = password_in(*url); !password.empty()) additions.secrets.push_back(std::move(password));
  }
  add_both_cases("NO_PROXY", settings.no_proxy, additions.variables);
  if (!settings.ca_bundle.empty()) {
    BERTH_TRY(std::string bundle, whole_bundle(settings.ca_bundle).context([] { return "containers.ca_bundle"; }));
    additions.files.push_back({kBundleName, std::move(bundle)});
    for (const char* name :
         {"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "PIP_CERT", "NODE_EXTRA_CA_CERTS"}) {
      additions.variables.push_back(fmt::format("{}={}/{}", name, container::kFixedFolder, kBundleName));
    }
  }
  for (const auto& [name, value] : settings.variables) additions.variables.push_back(fmt::format("{}={}", name, value));
  return additions;
}

Result<std::string> parse_proxy_url(std::string_view text) {
  const auto wrong = [](std::string_view why) {
    // Not the text itself: it may hold a password.
    return fail(Errc::InvalidInput, fmt::format("{}; write it as http://proxy.example.com:3128", why));
  };
  const std::size_t end = text.find("://");
  std::string url = end == std::string_view::npos ? fmt::format("http://{}", text) : std::string(text);
  const std::string_view scheme = std::string_view(url).substr(0, url.find("://"));
  if (scheme != "http" && scheme != "https" && scheme != "socks5" && scheme != "socks5h") {
    return wrong("its scheme is none of http, https, socks5 and socks5h");
  }
  const std::string_view host = std::string_view(url).substr(scheme.size() + 3);
  if (host.empty() || host.front() == '/') return wrong("it names no host");
  if (std::ranges::any_of(url, [](char c) { return c <= ' ' || c == 0x7f; })) return wrong("it holds a blank");
  std::string_view place = host.substr(0, host.find('/'));
  place.remove_prefix(place.rfind('@') + 1);  // npos + 1 is 0
  if (!place.ends_with(']') && place.contains(':')) {
    const std::string_view port = place.substr(place.rfind(':') + 1);
    unsigned number = 0;
    const auto [end_of_number, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc() || end_of_number != port.data() + port.size() || number == 0 || number > 65535) {
      return wrong("its port is no number from 1 to 65535");
    }
  }
  return url;
}

Result<std::string> parse_variable_name(std::string_view text) {
  const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) != 0 ||
      !std::ranges::all_of(text, is_part)) {
    return fail(Errc::InvalidInput, fmt::format("'{}' is no name of a variable: letters, digits and _", text));
  }
  if (container::steers_the_start(text)) {
    return fail(Errc::InvalidInput,
                fmt::format("'{}' would steer the dynamic linker or the interpreter's start and cannot be set", text));
  }
  return std::string(text);
}

}  // namespace berth::app
