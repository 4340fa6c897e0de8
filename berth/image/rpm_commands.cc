#include "berth/image/rpm_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <span>

#include "berth/image/rpm_scripts.h"

namespace berth::image {
namespace {

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view piece = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return piece;
}

std::vector<std::string_view> fields_of(std::string_view line, char between) {
  std::vector<std::string_view> fields;
  while (!line.empty()) {
    const std::string_view field = take_until(line, between);
    if (between != ' ' || !field.empty()) fields.push_back(field);
  }
  return fields;
}

Result<RpmResolution> parse_dnf(std::string_view text) {
  RpmResolution resolution;
  while (!text.empty()) {
    const std::string_view line = take_until(text, '\n');
    const std::vector<std::string_view> fields = fields_of(line, '\t');
    if (fields.size() >= 3 && fields[0] == "repository") {
      resolution.repositories.push_back({std::string(fields[1]), {}, fields[2] != "0", {}});
      for (const std::string_view key : std::span(fields).subspan(3)) {
        resolution.repositories.back().keys.emplace_back(key);
      }
    } else if (fields.size() >= 5 && fields[0] == "package") {
      const std::string_view hash = fields.size() > 5 ? fields[5] : std::string_view();
      resolution.packages.push_back({{std::string(fields[1]), std::string(fields[2]), std::string(fields[3])},
                                     std::string(fields[4]),
                                     std::string(hash)});
    } else if (line.starts_with("package")) {
      return fail(Errc::Corrupt, "dnf names a package without version or repository");
    }
  }
  return resolution;
}

// `name-[epoch:]version-release.arch`.
std::optional<Package> parse_nevra(std::string_view whole) {
  const std::size_t dot = whole.rfind('.');
  const std::size_t release = dot == std::string_view::npos ? dot : whole.rfind('-', dot);
  if (release == std::string_view::npos || release == 0) return std::nullopt;
  const std::size_t version = whole.rfind('-', release - 1);
  if (version == std::string_view::npos) return std::nullopt;
  return Package{std::string(whole.substr(0, version)), std::string(whole.substr(version + 1, dot - version - 1)),
                 std::string(whole.substr(dot + 1))};
}

// The words of a table's row: microdnf has ` NEVRA   repository   size unit`, dnf 5 `  name   arch   version
// repository   size unit`; below some stands ` replacing ...`.
Result<RpmPackage> parse_row(PackageManager manager, const std::vector<std::string_view>& words) {
  const bool whole = manager == PackageManager::Microdnf;
  const std::size_t fields = whole ? 2 : 4;
  if (words.size() < fields) return fail(Errc::Corrupt, "a row of its table is cut");
  const std::string repository(words[fields - 1]);
  if (!whole) {
    return RpmPackage{{std::string(words[0]), std::string(words[2]), std::string(words[1])}, repository, ""};
  }
  const auto package = parse_nevra(words[0]);
  if (!package) return fail(Errc::Corrupt, fmt::format("'{}' is no package", words[0]));
  return RpmPackage{*package, repository, ""};
}

bool is_put_in(std::string_view heading) {
  return heading.starts_with("Installing") || heading.starts_with("Upgrading") || heading.starts_with("Downgrading") ||
         heading.starts_with("Reinstalling");
}

// A table with headings, then its summary: ` Installing:   2 packages`.
Result<RpmResolution> parse_table(PackageManager manager, std::string_view text) {
  RpmResolution resolution;
  bool takes = false;
  bool is_summary = false;
  std::size_t promised = 0;
  while (!text.empty()) {
    const std::string_view line = take_until(text, '\n');
    const std::vector<std::string_view> words = fields_of(line, ' ');
    if (words.empty()) continue;
    if (!line.starts_with(' ')) {
      is_summary = line.starts_with("Transaction Summary");
      takes = !is_summary && is_put_in(line);
    } else if (is_summary && words.size() >= 2 && is_put_in(words[0])) {
      std::size_t count = 0;
      std::from_chars(words[1].data(), words[1].data() + words[1].size(), count);
      promised += count;
    } else if (takes && words[0] != "replacing") {
      BERTH_TRY(RpmPackage package, parse_row(manager, words));
      resolution.packages.push_back(std::move(package));
    }
  }
  if (promised == resolution.packages.size()) return resolution;
  return fail(Errc::Corrupt, fmt::format("{} lists {} packages, and says that there are {}", name_of(manager),
                                         resolution.packages.size(), promised));
}

// The words in front of a command's own.
std::vector<std::string> beginning(PackageManager manager, const RpmSources& sources, const RpmPlaces& places) {
  std::vector<std::string> command = {std::string(name_of(manager)), "--config=" + places.configuration};
  if (manager == PackageManager::Microdnf) {
    command.emplace_back("--noplugins");
    command.push_back(fmt::format("--setopt=cachedir={}/cache", places.state));
    command.emplace_back("--setopt=install_weak_deps=0");
  }
  // It is said of each, and counts more there than what is said of all.
  for (const RpmRepository& one : sources.repositories) {
    command.push_back(fmt::format("--setopt={}.skip_if_unavailable=0", one.id));
  }
  return command;
}

std::vector<std::string> of_python(std::string_view what, const RpmPlaces& places) {
  return {"sh",
          "-c",
          std::string(dnf_start_script()),
          "dnf",
          std::string(dnf_script()),
          std::string(what),
          places.configuration};
}

}  // namespace

std::vector<std::string> rpm_resolve_command(PackageManager manager, const std::vector<PackageWish>& wishes,
                                             const RpmSources& sources, const RpmPlaces& places) {
  if (manager == PackageManager::Dnf) {
    std::vector<std::string> command = of_python("resolve", places);
    for (const PackageWish& wish : wishes) command.push_back(to_string(wish));
    return command;
  }
  std::vector<std::string> command = beginning(manager, sources, places);
  command.insert(command.end(), {"install", "--assumeno"});
  for (const PackageWish& wish : wishes) {
    command.push_back(wish.version.empty() ? wish.name : fmt::format("{}-{}", wish.name, wish.version));
  }
  return command;
}

bool has_resolved(PackageManager manager, int status, std::string_view out, std::string_view err) {
  if (status == 0) return true;
  if (manager != PackageManager::Dnf5 || status != 1) return false;
  return out.contains("Operation aborted by the user") || err.contains("Operation aborted by the user");
}

std::string without_log(std::string_view err) {
  std::string kept;
  while (!err.empty()) {
    const std::string_view line = take_until(err, '\n');
    if (!line.empty() && !line.starts_with("(process:")) kept += fmt::format("{}\n", line);
  }
  return kept;
}

Result<RpmResolution> parse_rpm_resolution(PackageManager manager, std::string_view printed) {
  BERTH_TRY(RpmResolution resolution,
            manager == PackageManager::Dnf ? parse_dnf(printed) : parse_table(manager, printed));
  for (const RpmPackage& one : resolution.packages) BERTH_CHECK_OK(check_package(manager, one.package));
  std::ranges::sort(resolution.packages);
  return resolution;
}

std::vector<std::string> rpm_fetch_command(PackageManager manager, const std::vector<RpmPackage>& packages,
                                           const RpmSources& sources, const RpmPlaces& places) {
  if (manager == PackageManager::Dnf) {
    std::vector<std::string> command = of_python("fetch", places);
    for (const auto& [package, repository, hash] : packages) {
      command.push_back(
          fmt::format("{}\t{}\t{}\t{}\t{}", package.name, package.version, package.architecture, repository, hash));
    }
    return command;
  }
  std::vector<std::string> command = beginning(manager, sources, places);
  command.emplace_back("download");
  for (const RpmPackage& one : packages) command.push_back(pinned_text(manager, one.package));
  return command;
}

std::vector<RpmPackage> to_be_checked(PackageManager manager, const std::vector<RpmPackage>& packages,
                                      const std::vector<RpmRepository>& repositories) {
  if (manager == PackageManager::Microdnf) return {};  // its `download` does
  std::vector<RpmPackage> found;
  for (const RpmPackage& one : packages) {
    const auto of = std::ranges::find(repositories, one.repository, &RpmRepository::id);
    const bool some = std::ranges::any_of(repositories, &RpmRepository::checks_signatures);
    // Of whom it is not known where it comes from, all that any repository wants is wanted.
    if (of == repositories.end() ? some : of->checks_signatures) found.push_back(one);
  }
  return found;
}

std::vector<std::string> signature_command(const std::vector<RpmRepository>& repositories,
                                           const std::vector<std::string>& files, const RpmPlaces& places) {
  std::set<std::string> keys;
  for (const RpmRepository& one : repositories) {
    if (one.checks_signatures) keys.insert(one.keys.begin(), one.keys.end());
  }
  std::vector<std::string> command = {
      "sh", "-c", std::string(signature_script()), "rpmkeys", places.state + "/keys", fmt::format("{}", keys.size())};
  for (const std::string& key : keys) {
    command.push_back(key.starts_with("file://") ? key.substr(std::string_view("file://").size()) : key);
  }
  command.insert(command.end(), files.begin(), files.end());
  return command;
}

}  // namespace berth::image
