#include "berth/app/index_reach.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "berth/app/reacher.h"
#include "berth/sys/file.h"

namespace berth::app {
namespace {

constexpr std::size_t kLargestConf = 1 << 20;

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

}  // namespace

Result<IndexReach> reach_for_pip(const Settings& settings, const IndexSettings& indexes,
                                 const image::PipSettings& pip) {
  Reacher reacher(settings);
  BERTH_CHECK_OK(reacher.add_proxies());
  std::string conf = "[global]\n";
  const auto configure = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) conf += fmt::format("{} = {}\n", name, value);
  };
  if (!pip.proxy.empty()) {
    BERTH_TRY(const std::string used, reacher.add_proxy(pip.proxy).context([] { return "proxy of pip"; }));
    configure("proxy", used);
  }
  std::vector<std::string> all = pip.indexes;
  all.insert(all.end(), pip.find_links.begin(), pip.find_links.end());
  for (const std::string& url : all) {
    BERTH_TRY(const image::IndexUrl parsed, image::parse_index_url(url).context([] { return "index of pip"; }));
    reacher.add_secrets(image::secrets_of(parsed));
    BERTH_CHECK_OK(reacher.add_url(url));
  }
  BERTH_CHECK_OK(add_hosts_of_files(reacher, indexes, pip.indexes));
  BERTH_CHECK_OK(reacher.add_certificates(pip.certificates));

  std::vector<std::string> hosts = reacher.hosts();
  for (const std::string& url : all) {
    if (const auto parsed = image::parse_index_url(url)) hosts.push_back(parsed->host);
  }
  const std::string netrc =
      variable_of_process("NETRC").empty() ? variable_of_process("HOME") + "/.netrc" : variable_of_process("NETRC");
  if (const auto text = sys::read_file(netrc, kLargestConf)) {
    std::string ours = image::netrc_for(*text, hosts);
    reacher.add_secrets(image::netrc_secrets(ours));
    reacher.add_file("netrc", std::move(ours));
    reacher.set("NETRC", in_container("netrc"));
  }
  if (!pip.client_certificate.empty()) {
    BERTH_TRY(std::string text, sys::read_file(pip.client_certificate, kLargestConf));
    reacher.add_file("client.pem", std::move(text));
    configure("client-cert", in_container("client.pem"));
  }
  // In a file: an environment is written into logs by programs that fail.
  if (!pip.indexes.empty()) {
    configure("index-url", pip.indexes.front());
    configure("extra-index-url", joined({pip.indexes.begin() + 1, pip.indexes.end()}));
  } else {
    configure("no-index", "true");
  }
  configure("find-links", joined(pip.find_links));
  configure("trusted-host", joined(pip.trusted_hosts));
  configure("timeout", pip.timeout);
  configure("retries", pip.retries);
  reacher.add_file("pip.conf", std::move(conf));
  reacher.set("PIP_CONFIG_FILE", in_container("pip.conf"));
  reacher.set("PIP_DISABLE_PIP_VERSION_CHECK", "1");
  reacher.set("PIP_NO_INPUT", "1");
  if (reacher.has_certificates()) {
    for (const char* name : {"PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"})
      reacher.set(name, in_container(kReachBundle));
  }
  return std::move(reacher).reach();
}

}  // namespace berth::app
