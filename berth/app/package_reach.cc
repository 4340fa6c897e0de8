// The part of index_reach.h about packages of distributions.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "berth/app/index_reach.h"
#include "berth/app/reacher.h"
#include "berth/image/private_apt.h"
#include "berth/sys/file.h"
#include "berth/sys/tool.h"

namespace berth::app {
namespace {

constexpr std::size_t kLargestConf = 1 << 20;

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
      has_certificates ? fmt::format("Acquire::https::CaInfo \"{}\";\n", in_container(kReachBundle)) : std::string();
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
  if (reacher.has_certificates()) reacher.set("SSL_CERT_FILE", in_container(kReachBundle));
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
