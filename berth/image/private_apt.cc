#include "berth/image/private_apt.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <set>

#include "berth/base/text_parts.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"
#include "berth/sys/tool.h"

namespace berth::image {
namespace {

constexpr std::string_view kDebMagic = "!<arch>\n";
constexpr std::size_t kDebTimeAt = 24;  // behind the magic and the first member's name
constexpr std::size_t kDebTimeSize = 12;

// Where apt looks is ours; it reads neither the machine's apt.conf.d, which may hold hooks, nor its pins.
std::string configuration(const std::filesystem::path& folder, std::string_view reach) {
  return fmt::format(
      "Dir::Etc::parts \"/dev/null\";\nDir::Etc::main \"/dev/null\";\n"
      "Dir::Etc::sourcelist \"{0}/sources.list\";\nDir::Etc::sourceparts \"/dev/null\";\n"
      "Dir::Etc::preferences \"{0}/preferences\";\nDir::Etc::preferencesparts \"/dev/null\";\n"
      "Dir::State \"{0}/state\";\nDir::State::status \"{0}/status\";\nDir::Cache \"{0}/cache\";\n"
      "APT::Install-Recommends \"false\";\nAPT::Update::Error-Mode \"any\";\nAcquire::Languages \"none\";\n{1}",
      folder.native(), reach);
}

std::vector<std::string> proxy_environment() {
  std::vector<std::string> variables;
  for (const char* name : {"http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy", "HTTP_PROXY",
                           "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}) {
    if (const char* value = std::getenv(name)) variables.push_back(fmt::format("{}={}", name, value));
  }
  return variables;
}

}  // namespace

std::string reach_settings(std::string_view dump) {
  std::string kept;
  while (!dump.empty()) {
    const std::string_view line = take_line(dump);
    const bool reach = line.starts_with("Acquire::") || line.starts_with("Dir::Etc::netrc");
    // Tables that apt fills in by itself, and what we set otherwise.
    const bool other = line.starts_with("Acquire::IndexTargets") || line.starts_with("Acquire::CompressionTypes") ||
                       line.starts_with("Acquire::Changelogs") || line.starts_with("Acquire::Languages") ||
                       line.starts_with("Acquire::GzipIndexes");
    if (reach && !other) kept += std::string(line) + "\n";
  }
  return kept;
}

std::vector<Package> parse_simulation(std::string_view text) {
  std::vector<Package> packages;
  while (!text.empty()) {
    std::string_view line = take_line(text);  // Inst NAME (VERSION ORIGIN... [ARCHITECTURE]) [...]
    if (!line.starts_with("Inst ")) continue;
    line.remove_prefix(5);
    const std::size_t open = line.find(" (");
    const std::size_t blank = open == std::string_view::npos ? open : line.find(' ', open + 2);
    const std::size_t bracket = blank == std::string_view::npos ? blank : line.find('[', blank);
    const std::size_t close = bracket == std::string_view::npos ? bracket : line.find(']', bracket);
    if (close == std::string_view::npos) continue;
    packages.push_back({.name = std::string(line.substr(0, line.find_first_of(" :"))),
                        .version = std::string(line.substr(open + 2, blank - open - 2)),
                        .architecture = std::string(line.substr(bracket + 1, close - bracket - 1))});
  }
  std::ranges::sort(packages);
  return packages;
}

std::string archive_name(const Package& package) {
  std::string version = package.version;
  if (const std::size_t colon = version.find(':'); colon != std::string::npos) version.replace(colon, 1, "%3a");
  return fmt::format("{}_{}_{}.deb", package.name, version, package.architecture);
}

Result<std::int64_t> parse_deb_time(std::string_view head) {
  if (head.size() < kDebTimeAt + kDebTimeSize || !head.starts_with(kDebMagic)) {
    return fail(Errc::Corrupt, "it is no Debian package");
  }
  const std::string_view field = head.substr(kDebTimeAt, kDebTimeSize);
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), seconds);
  const bool padded = std::all_of(end, field.data() + field.size(), [](char c) { return c == ' '; });
  if (error != std::errc() || !padded || seconds < 0) return fail(Errc::Corrupt, "its header holds no time");
  return seconds;
}

Result<PrivateApt> PrivateApt::open(std::filesystem::path folder, std::vector<PackageSource> sources,
                                    Deadline deadline) {
  // Readable for all: apt fetches as its own unprivileged user.
  for (const char* inside : {"state/lists/partial", "cache/archives/partial"}) {
    BERTH_CHECK_OK(sys::make_folders(folder / inside, 0755));
  }
  BERTH_TRY(const sys::ToolOutput dump, sys::run_tool({"apt-config", "dump"}));
  const std::string text = configuration(folder, reach_settings(dump.out));
  BERTH_CHECK_OK(sys::write_file_atomically(folder / "apt.conf", text, 0600));
  BERTH_CHECK_OK(sys::write_file_atomically(folder / "preferences", kPreferences, 0644));
  BERTH_CHECK_OK(sys::write_file_atomically(folder / "status", "", 0644));
  PrivateApt apt(std::move(folder), std::move(sources), deadline);
  BERTH_CHECK_OK(apt.write_sources());
  return apt;
}

Result<void> PrivateApt::write_sources() const {
  return sys::write_file_atomically(sources_file(), print_sources(sources_), 0644);
}

Result<std::string> PrivateApt::run(const std::vector<std::string>& argv) const {
  sys::ToolOptions options = {.environment = proxy_environment()};
  options.time_limit = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::max(deadline_ - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration::zero()));
  options.environment.push_back("APT_CONFIG=" + (folder_ / "apt.conf").native());
  options.environment.push_back("DEBIAN_FRONTEND=noninteractive");
  BERTH_TRY(sys::ToolOutput output, sys::run_tool(argv, options));
  return std::move(output.out);
}

Result<void> PrivateApt::update(std::string_view origin) {
  BERTH_CHECK_OK(run({"apt-get", "-q=2", "update"}));
  BERTH_TRY(const std::string targets,
            run({"apt-get", "indextargets", "--format", "$(ORIGIN)\t$(REPO_URI)\t$(RELEASE)", "Identifier: Packages"}));
  std::set<std::string> foreign;  // "uri\tsuite"
  for (std::string_view text = targets; !text.empty();) {
    const std::string_view line = take_line(text);
    const std::size_t tab = line.find('\t');
    if (tab != std::string_view::npos && line.substr(0, tab) != origin) foreign.emplace(line.substr(tab + 1));
  }
  std::erase_if(sources_, [&](const PackageSource& source) {
    return foreign.contains(source.uri + "\t" + source.suite) || foreign.contains(source.uri + "/\t" + source.suite);
  });
  if (sources_.empty()) {
    return fail(Errc::Unavailable, fmt::format("none of the package sources signs with the origin '{}'", origin));
  }
  return write_sources();
}

Result<std::vector<Package>> PrivateApt::resolve(const std::vector<std::string>& wanted) {
  std::vector<std::string> argv = {"apt-get", "-q=2", "--yes", "--simulate", "install"};
  argv.insert(argv.end(), wanted.begin(), wanted.end());
  BERTH_TRY(const std::string text, run(argv));
  std::vector<Package> packages = parse_simulation(text);
  if (packages.empty()) return fail(Errc::Unavailable, "apt-get names no package to install");
  return packages;
}

Result<void> PrivateApt::download(const std::vector<std::string>& wanted, const std::vector<Package>& packages) {
  std::set<std::string> names;
  for (const Package& package : packages) names.insert(archive_name(package));
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(archives(), error)) {
    if (entry.path().extension() == ".deb" && !names.contains(entry.path().filename())) {
      std::filesystem::remove(entry.path(), error);
    }
  }
  std::vector<std::string> argv = {"apt-get", "-q=2", "--yes", "--download-only", "install"};
  argv.insert(argv.end(), wanted.begin(), wanted.end());
  BERTH_CHECK_OK(run(argv));
  for (const std::string& name : names) {
    if (!std::filesystem::exists(archives() / name, error)) {
      return fail(Errc::Unavailable, fmt::format("apt-get did not fetch '{}'", name));
    }
  }
  return {};
}

Result<std::int64_t> PrivateApt::newest_package_time() const {
  std::int64_t newest = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(archives(), error)) {
    if (entry.path().extension() != ".deb") continue;
    const std::string name = entry.path().native();
    BERTH_TRY(int fd, sys::call([&] { return ::open(name.c_str(), O_RDONLY | O_CLOEXEC); }, "open '{}'", name));
    const UniqueFd file(fd);
    std::array<char, kDebTimeAt + kDebTimeSize> head = {};
    BERTH_TRY(int got, sys::call([&] { return ::read(file.get(), head.data(), head.size()); }, "read '{}'", name));
    const auto where = [&] { return fmt::format("read package '{}'", name); };
    BERTH_TRY(std::int64_t time,
              parse_deb_time(std::string_view(head.data(), static_cast<std::size_t>(got))).context(where));
    newest = std::max(newest, time);
  }
  if (newest == 0) return fail(Errc::Unavailable, fmt::format("no package lies in '{}'", archives().native()));
  return newest;
}

}  // namespace berth::image
