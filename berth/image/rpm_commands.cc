#include "berth/image/rpm_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "berth/base/json.h"
#include "berth/base/text_parts.h"
#include "berth/base/utf8.h"
#include "berth/image/rpm_scripts.h"

namespace berth::image {
namespace {

bool has(const std::vector<RpmRepository>& repositories, std::string_view id) {
  return std::ranges::find(repositories, id, &RpmRepository::id) != repositories.end();
}

std::unexpected<Error> no_answer(std::string_view why) {
  return fail(Errc::Corrupt, fmt::format("dnf's answer is none that is known: {}", why));
}

Result<RpmRepository> read_repository(const Json& one) {
  RpmRepository repository{.id = one.text_or("id", "")};
  const Json* checks = one.find("checks");
  const Json* keys = one.find("keys");
  if (repository.id.empty() || checks == nullptr || !checks->is_bool() || keys == nullptr || !keys->is_array()) {
    return no_answer("it has a repository without id, checks or keys");
  }
  repository.checks_signatures = *checks->as_bool();
  for (const Json& key : *keys->as_array()) {
    if (!key.is_string()) return no_answer("a key is no text");
    repository.keys.push_back(*key.as_string());
  }
  return repository;
}

Result<RpmResolution> parse_dnf(std::string_view text) {
  BERTH_TRY(const Json answer, parse_json(text).context([] { return "read dnf's answer"; }));
  const Json* repositories = answer.find("repositories");
  const Json* packages = answer.find("packages");
  if (repositories == nullptr || !repositories->is_array() || packages == nullptr || !packages->is_array()) {
    return no_answer("it has no repositories or no packages");
  }
  RpmResolution resolution;
  for (const Json& one : *repositories->as_array()) {
    BERTH_TRY(RpmRepository repository, read_repository(one));
    if (has(resolution.repositories, repository.id)) {
      return no_answer(fmt::format("the repository '{}' stands twice", to_visible(repository.id, false)));
    }
    resolution.repositories.push_back(std::move(repository));
  }
  for (const Json& one : *packages->as_array()) {
    RpmPackage package{{one.text_or("name", ""), one.text_or("version", ""), one.text_or("architecture", "")},
                       one.text_or("repository", ""),
                       one.text_or("sha256", "")};
    resolution.packages.push_back(std::move(package));
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
  // A name with blanks in it would shift the columns.
  const bool is_row = whole ? words.size() >= 2 : words.size() == 6;
  if (!is_row) return fail(Errc::Corrupt, fmt::format("a row of {}'s table is none that is known", name_of(manager)));
  const std::string repository(words[whole ? 1 : 3]);
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
    const std::vector<std::string_view> words = words_of(line, " ");
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
  const auto twice = std::ranges::adjacent_find(resolution.packages, {}, &RpmPackage::package);
  if (twice == resolution.packages.end()) return resolution;
  return fail(Errc::Corrupt,
              fmt::format("{} names the package '{}' twice", name_of(manager), pinned_text(manager, twice->package)));
}

Result<void> settle_repositories(PackageManager manager, RpmResolution& resolution,
                                 const std::vector<RpmRepository>& repositories) {
  if (manager == PackageManager::Microdnf) return {};  // it finds and checks each by itself
  for (RpmPackage& one : resolution.packages) {
    if (has(repositories, one.repository)) continue;
    std::string_view beginning_of_id = one.repository;
    for (const std::string_view cut : {"...", "\u2026"}) {
      if (beginning_of_id.ends_with(cut)) beginning_of_id.remove_suffix(cut.size());
    }
    std::set<std::string> ids;
    for (const RpmRepository& of : repositories) {
      if (manager == PackageManager::Dnf5 && of.id.starts_with(beginning_of_id)) ids.insert(of.id);
    }
    if (ids.size() != 1 || beginning_of_id.empty()) {
      return fail(Errc::Corrupt,
                  fmt::format("{} has the package '{}' of the repository '{}', which is not known as one of the base",
                              name_of(manager), pinned_text(manager, one.package), to_visible(one.repository, false)));
    }
    one.repository = *ids.begin();
  }
  return {};
}

std::vector<std::vector<std::string>> rpm_fetch_commands(PackageManager manager,
                                                         const std::vector<RpmPackage>& packages,
                                                         const RpmSources& sources, const RpmPlaces& places) {
  if (manager == PackageManager::Dnf) {
    std::vector<std::string> command = of_python("fetch", places);
    for (const auto& [package, repository, hash] : packages) {
      command.push_back(
          fmt::format("{}\t{}\t{}\t{}\t{}", package.name, package.version, package.architecture, repository, hash));
    }
    return {command};
  }
  std::map<std::string, std::vector<std::string>> by_repository;
  for (const RpmPackage& one : packages) {
    std::string from = manager == PackageManager::Dnf5 ? one.repository : std::string();
    by_repository[std::move(from)].push_back(pinned_text(manager, one.package));
  }
  std::vector<std::vector<std::string>> commands;
  for (const auto& [repository, pinned] : by_repository) {
    std::vector<std::string> command = beginning(manager, sources, places);
    // Another repository may have one of the same version, and no signatures.
    if (!repository.empty()) command.push_back(fmt::format("--repo={}", repository));
    command.emplace_back("download");
    command.insert(command.end(), pinned.begin(), pinned.end());
    commands.push_back(std::move(command));
  }
  return commands;
}

std::vector<std::vector<std::string>> signature_commands(PackageManager manager,
                                                         const std::vector<RpmPackage>& packages,
                                                         const std::vector<RpmRepository>& repositories,
                                                         const RpmPlaces& places) {
  if (manager == PackageManager::Microdnf) return {};  // its `download` does
  std::map<std::string, std::set<std::string>> keys_of;
  for (const RpmRepository& one : repositories) {
    if (one.checks_signatures) keys_of[one.id].insert(one.keys.begin(), one.keys.end());
  }
  std::vector<std::vector<std::string>> commands;
  for (const auto& [id, keys] : keys_of) {
    std::vector<std::string> files;
    for (const RpmPackage& one : packages) {
      if (one.repository == id) files.push_back(file_name_of(manager, one.package));
    }
    if (files.empty()) continue;
    std::vector<std::string> command = {"sh",
                                        "-c",
                                        std::string(signature_script()),
                                        "rpmkeys",
                                        fmt::format("{}/keys-{}", places.state, commands.size() + 1),
                                        fmt::format("{}", keys.size())};
    for (const std::string& key : keys) {
      command.push_back(key.starts_with("file://") ? key.substr(std::string_view("file://").size()) : key);
    }
    command.insert(command.end(), files.begin(), files.end());
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace berth::image
