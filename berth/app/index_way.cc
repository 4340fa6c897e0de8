#include "berth/app/index_way.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

constexpr std::size_t kLargestBundle = 8 << 20;
constexpr const char* kMachineBundle = "/etc/ssl/certs/ca-certificates.crt";
constexpr std::string_view kCertificate = "-----BEGIN CERTIFICATE-----";

Result<std::string> certificates_in(const std::filesystem::path& file, const char* origin) {
  return sys::read_file(file, kLargestBundle).context([origin] {
    return fmt::format("read the certificates by which package indexes are known, of {}", origin);
  });
}

// What takes the place of this machine's certificates: pip's own setting, then the variables that pip obeys.
std::pair<std::filesystem::path, const char*> named_bundle(const std::filesystem::path& own) {
  if (!own.empty()) return {own, "the setting of pip or apt"};
  for (const char* name : {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    if (std::string value = variable_of_process(name); !value.empty()) return {std::move(value), name};
  }
  return {};
}

}  // namespace

std::string variable_of_process(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::vector<ProxyVariable> proxy_variables(const ContainerSettings& settings) {
  std::vector<ProxyVariable> variables;
  const auto add = [&](const char* name, const std::string& value, std::string origin) {
    if (!value.empty()) variables.push_back({name, value, std::move(origin)});
  };
  if (!settings.http_proxy.empty() || !settings.https_proxy.empty()) {
    for (const char* name : {"http_proxy", "HTTP_PROXY"}) add(name, settings.http_proxy, "containers.proxy.http");
    for (const char* name : {"https_proxy", "HTTPS_PROXY"}) add(name, settings.https_proxy, "containers.proxy.https");
    for (const char* name : {"no_proxy", "NO_PROXY"}) add(name, settings.no_proxy, "containers.proxy.no_proxy");
    return variables;
  }
  for (const char* name :
       {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}) {
    add(name, variable_of_process(name), fmt::format("variable {}", name));
  }
  return variables;
}

Result<std::string> index_certificates(const ContainerSettings& settings, const std::filesystem::path& own) {
  std::string text;
  const auto [named, origin] = named_bundle(own);
  if (!named.empty()) {
    BERTH_TRY(text, certificates_in(named, origin));
  } else if (std::error_code ignored; std::filesystem::exists(kMachineBundle, ignored)) {
    BERTH_TRY(text, certificates_in(kMachineBundle, "this machine"));
  }
  if (!text.empty()) text += "\n";
  if (settings.ca_bundle.empty()) return text;
  BERTH_TRY(const std::string site, certificates_in(settings.ca_bundle, "containers.ca_bundle"));
  if (!site.contains(kCertificate)) {
    return fail(Errc::InvalidInput, fmt::format("containers.ca_bundle: '{}' holds no certificate in PEM form",
                                                settings.ca_bundle.native()));
  }
  return text + site + "\n";
}

std::vector<std::string> environment_of(const IndexWay& way) {
  std::vector<std::string> all = way.environment;
  if (way.kept) all.push_back(fmt::format("PIP_CERT={}", way.certificates));
  return all;
}

Result<IndexWay> index_way(const ContainerSettings& settings, const image::PipSettings& pip) {
  IndexWay way;
  way.proxies = proxy_variables(settings);
  for (const ProxyVariable& one : way.proxies) {
    way.environment.push_back(fmt::format("{}={}", one.name, one.value));
  }
  if (settings.ca_bundle.empty()) {
    for (const char* name : {"SSL_CERT_FILE", "SSL_CERT_DIR"}) {
      if (const std::string value = variable_of_process(name); !value.empty()) {
        way.environment.push_back(fmt::format("{}={}", name, value));
      }
    }
    way.certificates = named_bundle(pip.certificates).first;
    return way;
  }
  // In memory, so that nothing stays behind whatever ends this process.
  BERTH_TRY(const std::string joined, index_certificates(settings, pip.certificates));
  BERTH_TRY(const int file,
            sys::call([] { return ::memfd_create("certificates", MFD_CLOEXEC); }, "make a file in memory"));
  way.kept.reset(file);
  BERTH_CHECK_OK(sys::write_all(file, joined, "a file in memory"));
  way.certificates = fmt::format("/proc/{}/fd/{}", ::getpid(), file);
  return way;
}

}  // namespace berth::app
