// The part of index_reach.h about the repositories of RPM distributions.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "berth/app/index_reach.h"
#include "berth/app/reacher.h"

namespace berth::app {

image::RpmPlaces rpm_places() {
  return {.configuration = in_container("dnf.conf"), .state = std::string(container::kWorkFolder) + "/rpm"};
}

Result<IndexReach> reach_for_rpm(const Settings& settings, const IndexSettings& indexes,
                                 const image::RpmSources& sources) {
  Reacher reacher(settings);
  BERTH_CHECK_OK(reacher.add_proxies());
  for (const std::string& url : indexes.package_hosts) BERTH_CHECK_OK(reacher.add_url(url));
  for (const image::RpmRepository& one : sources.repositories) {
    const auto doing = [&] { return fmt::format("repository '{}' of the base", one.id); };
    std::vector<std::string> urls = one.urls;
    if (one.checks_signatures) urls.insert(urls.end(), one.keys.begin(), one.keys.end());
    for (const std::string& url : urls) {
      BERTH_TRY(const std::string server, image::server_of(one, url));
      if (!server.empty()) BERTH_CHECK_OK(reacher.add_foreign_url(server).context(doing));
    }
  }
  BERTH_CHECK_OK(reacher.add_certificates({}));
  const image::RpmPlaces places = rpm_places();
  image::RpmOptions ours = {
      {"cachedir", places.state + "/cache"},
      {"system_cachedir", places.state + "/cache"},
      {"persistdir", places.state + "/state"},
      {"logdir", places.state + "/log"},
      {"reposdir", fmt::format("{}", fmt::join(image::rpm_repository_folders(), ","))},
      {"plugins", "0"},
      {"install_weak_deps", "0"},
      {"deltarpm", "0"},
      {"skip_if_unavailable", "0"},
      {"retries", "3"},
  };
  if (reacher.has_certificates()) {
    ours.emplace_back("sslcacert", in_container(kReachBundle));
    for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) reacher.set(name, in_container(kReachBundle));
  }
  reacher.add_file("dnf.conf", image::print_rpm_configuration(sources.main, ours));
  return std::move(reacher).reach();
}

}  // namespace berth::app
