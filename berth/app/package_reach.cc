// The part of index_reach.h about packages of distributions.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "berth/app/index_reach.h"
#include "berth/app/machine_apt.h"
#include "berth/app/reacher.h"
#include "berth/sys/file.h"
#include "berth/sys/tool.h"

namespace berth::app {
namespace {

constexpr std::size_t kLargestConf = 1 << 20;

std::string apt_conf(std::string_view reach, const Reacher& reacher) {
  std::string more;
  if (reacher.has_certificates()) more = fmt::format("Acquire::https::CaInfo \"{}\";\n", in_container(kReachBundle));
  // A gate before a proxy passes on one request of a connection.
  if (reacher.has_proxy()) more += "Acquire::http::Pipeline-Depth \"0\";\n";
  return fmt::format(
      "Dir::Etc::parts \"/dev/null\";\nDir::Etc::main \"/dev/null\";\nDir::Etc::sourcelist \"{0}/sources.list\";\n"
      "Dir::Etc::sourceparts \"/dev/null\";\nDir::Etc::preferencesparts \"/dev/null\";\n"
      "Dir::Etc::preferences \"/dev/null\";\nDir::Etc::netrc \"{0}/apt-auth.conf\";\n"
      "Dir::Etc::netrcparts \"/dev/null\";\nDir::State \"{1}/apt\";\nDir::State::status \"/var/lib/dpkg/status\";\n"
      "Dir::State::extended_states \"/var/lib/apt/extended_states\";\nDir::Cache \"{1}/apt\";\n"
      "APT::Install-Recommends \"false\";\nAPT::Update::Error-Mode \"any\";\nAPT::Cmd::Pattern-Only \"true\";\n"
      "APT::Sandbox::User \"\";\nAcquire::Languages \"none\";\nDebug::NoLocking \"1\";\n{2}{3}",
      container::kFixedFolder, container::kWorkFolder, reach, more);
}

Result<void> add_package_hosts(Reacher& reacher, const IndexSettings& indexes) {
  for (const std::string& url : indexes.package_hosts) BERTH_CHECK_OK(reacher.add_url(url));
  return {};
}

}  // namespace

Result<IndexReach> reach_for_apt(const Settings& settings, const IndexSettings& indexes, AptSources sources) {
  Reacher reacher(settings);
  BERTH_CHECK_OK(reacher.add_proxies());
  const auto dump = sys::run_tool({"apt-config", "dump"});  // no machine of that kind: nothing is inherited
  BERTH_TRY(const AptReach inherited,
            take_apt_settings(dump ? dump->out : "", sources.by_image ? AptKeys::Kept : AptKeys::Given, reacher));
  BERTH_CHECK_OK(add_package_hosts(reacher, indexes));
  std::vector<std::string> hosts;
  std::size_t keyrings = 0;
  for (image::PackageSource& source : sources.list) {
    const auto doing = [] { return "package source"; };
    BERTH_TRY(const image::IndexUrl parsed, image::parse_index_url(source.uri).context(doing));
    reacher.add_secrets(image::secrets_of(parsed));
    hosts.push_back(parsed.host);
    BERTH_CHECK_OK(sources.by_image
                       ? reacher.add_foreign_url(source.uri).context([] { return "package source of the base"; })
                       : reacher.add_url(source.uri));
    // A path in what an image says means a file of the image: this machine's are not its to name.
    if (source.signed_by.empty() || sources.by_image) continue;
    // The machine's, where it has it: else the path means one in the image.
    if (auto keyring = sys::read_file(source.signed_by, kLargestConf)) {
      const char* ending = source.signed_by.ends_with(".asc") ? "asc" : "gpg";
      const std::string name = fmt::format("keyring-{}.{}", ++keyrings, ending);
      reacher.add_file(name, *std::move(keyring));
      source.signed_by = in_container(name);
    }
  }
  BERTH_CHECK_OK(reacher.add_certificates(inherited.certificates));
  const std::string credentials =
      sources.by_image ? std::string() : image::netrc_for(read_apt_credentials(indexes.etc_apt), hosts);
  reacher.add_secrets(image::netrc_secrets(credentials));
  reacher.add_file("apt-auth.conf", credentials);
  reacher.add_file("sources.list", image::print_sources(sources.list));
  reacher.add_file("apt.conf", apt_conf(inherited.settings, reacher));
  reacher.set("APT_CONFIG", in_container("apt.conf"));
  reacher.set("DEBIAN_FRONTEND", "noninteractive");
  return std::move(reacher).reach();
}

Result<IndexReach> reach_for_apk(const Settings& settings, const IndexSettings& indexes, const image::ImageTree& base) {
  Reacher reacher(settings);
  BERTH_CHECK_OK(reacher.add_proxies());
  BERTH_CHECK_OK(add_package_hosts(reacher, indexes));
  BERTH_TRY(const std::string list, base.read_file("etc/apk/repositories", kLargestConf).context([] {
    return "read the base's package sources";
  }));
  for (std::string_view rest = list; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.starts_with('@')) line.remove_prefix(std::min(line.find(' ') + 1, line.size()));
    if (!line.starts_with("http")) continue;
    BERTH_CHECK_OK(reacher.add_foreign_url(std::string(line)).context([] { return "package source of the base"; }));
  }
  BERTH_CHECK_OK(reacher.add_certificates({}));
  if (reacher.has_certificates()) reacher.set("SSL_CERT_FILE", in_container(kReachBundle));
  return std::move(reacher).reach();
}

Result<AptSources> apt_sources_for(const IndexSettings& indexes, const image::ImageTree& base) {
  if (!indexes.apt_sources.empty()) {
    BERTH_TRY(std::vector<image::PackageSource> named, image::read_sources_file(indexes.apt_sources));
    return AptSources{std::move(named), false};
  }
  BERTH_TRY(const std::string release, base.read_file("etc/os-release", kLargestConf).context([] {
    return "read which distribution the base is of";
  }));
  const image::Distribution theirs = image::parse_os_release(release);
  const auto own = sys::read_file("/etc/os-release", kLargestConf);
  if (own) {
    const image::Distribution ours = image::parse_os_release(*own);
    if (ours.id == theirs.id && ours.codename == theirs.codename && !ours.codename.empty()) {
      BERTH_TRY(std::vector<image::PackageSource> named, image::read_distribution_sources(indexes.etc_apt, ours));
      return AptSources{std::move(named), false};
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
  return AptSources{std::move(sources), true};
}

}  // namespace berth::app
