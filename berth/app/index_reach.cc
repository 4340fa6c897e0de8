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
    const bool direct =
        !proxied || !variable_of_process("no_proxy").empty() || !variable_of_process("NO_PROXY").empty();
    if (direct) BERTH_CHECK_OK(reacher.add_url(url));
  }
  if (!proxied) BERTH_CHECK_OK(add_hosts_of_files(reacher, indexes, pip.indexes));
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
    for (const char* name : {"PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"})
      reacher.set(name, in_container(kReachBundle));
  }
  return std::move(reacher).reach();
}

}  // namespace berth::app
