#include "berth/vet/lock_findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <ranges>
#include <utility>

#include "berth/base/lower_case.h"
#include "berth/base/utf8.h"
#include "berth/vet/lock_file.h"

namespace berth::vet {
namespace {

constexpr std::string_view kPublicIndex = "pypi.org";
constexpr std::string_view kPublicTestIndex = "test.pypi.org";
constexpr std::string_view kOldPublicIndex = "pypi.python.org";

// Hosts that keep the files of an index's pages.
constexpr auto kFileHosts = std::to_array<std::pair<std::string_view, std::string_view>>({
    {kPublicIndex, "files.pythonhosted.org"},
    {kPublicTestIndex, "test-files.pythonhosted.org"},
});

// `scheme://host[:port]/path`, apart; without a scheme all of it is the path.
struct Address {
  std::string scheme;
  std::string host;  // with a port that is not the scheme's own
  std::string path;
};

Address address_of(std::string_view text) {
  const std::string bare = without_credentials(text.substr(0, text.find_first_of("?#")));
  const std::size_t colon = bare.find("://");
  if (colon == std::string::npos) return {"", "", bare};
  Address address;
  address.scheme = lower_case(std::string_view(bare).substr(0, colon));
  const std::size_t begin = colon + 3;
  const std::size_t slash = std::min(bare.find('/', begin), bare.size());
  address.host = lower_case(std::string_view(bare).substr(begin, slash - begin));
  address.path = bare.substr(slash);
  const std::string_view port = address.scheme == "https" ? ":443" : address.scheme == "http" ? ":80" : "";
  if (!port.empty() && address.host.ends_with(port)) address.host.resize(address.host.size() - port.size());
  if (address.host == kOldPublicIndex) address.host = kPublicIndex;
  return address;
}

bool keeps_files(const Address& file, const MachineIndexes& machine) {
  const auto is_of = [&](const std::string& index) {
    const Address address = address_of(index);
    if (file.scheme != address.scheme && file.scheme != "https") return false;
    const auto is_known = [&](const auto& pair) { return pair.first == address.host && pair.second == file.host; };
    return file.host == address.host || std::ranges::any_of(kFileHosts, is_known);
  };
  return std::ranges::any_of(machine.indexes, is_of) || std::ranges::any_of(machine.find_links, is_of);
}

// A path or file: nobody can take a name there. What holds a variable may be anything.
bool is_folder_here(std::string_view index) {
  const std::string scheme = address_of(index).scheme;
  return !index.contains('$') && (scheme.empty() || scheme == "file");
}

std::string shown(std::string_view text) { return to_visible(text, false); }

std::string asked(const MachineIndexes& machine) { return fmt::format("'{}'", fmt::join(machine.indexes, "', '")); }

}  // namespace

std::string normal_index(std::string_view address) {
  Address parts = address_of(address);
  while (parts.path.ends_with('/')) parts.path.pop_back();
  return parts.scheme.empty() ? parts.path : fmt::format("{}://{}{}", parts.scheme, parts.host, parts.path);
}

std::optional<Finding> finding_about_source(const LockedPackage& locked, const MachineIndexes& machine) {
  if (!locked.location.empty()) return std::nullopt;
  const auto finding = [&](std::string evidence) {
    return Finding{Verdict::Ask, "source.elsewhere", locked.package, std::move(evidence),
                   "take it from the index that pip of this machine asks, make that one pip's (pip config set "
                   "global.index-url), or approve it"};
  };
  if (!locked.paths.empty()) {
    return finding(fmt::format("{} takes a file of it from the path '{}': nothing says that it is the index's",
                               shown(locked.package.origin), shown(locked.paths.front())));
  }
  const auto is_index = [&](const std::string& index) { return normal_index(index) == normal_index(locked.index); };
  const bool is_asked =
      std::ranges::any_of(machine.indexes, is_index) || std::ranges::any_of(machine.find_links, is_index);
  if (!locked.index.empty() && locked.index != kNoIndex && !is_asked) {
    return finding(
        fmt::format("{} takes it from the index '{}', and pip of this machine asks {}: all else that is "
                    "said of it here is what that has",
                    shown(locked.package.origin), shown(locked.index), asked(machine)));
  }
  // A path is beside the lock, or below the index.
  const auto is_strange = [&](const std::string& file) {
    const Address address = address_of(file);
    return !address.scheme.empty() && !keeps_files(address, machine);
  };
  const auto strange = std::ranges::find_if(locked.files, is_strange);
  if (strange != locked.files.end()) {
    return finding(
        fmt::format("{} takes a file of it from '{}', which is no host of the index of this machine's pip, {}",
                    shown(locked.package.origin), shown(*strange), asked(machine)));
  }
  if (locked.unproven.empty()) return std::nullopt;
  return Finding{
      Verdict::Ask, "source.hash", locked.package,
      fmt::format("{} takes a file of it from '{}' without a SHA-256, or with another hash beside it: whether "
                  "it is the index's is not known",
                  shown(locked.package.origin), shown(locked.unproven.front())),
      "lock it anew with SHA-256 alone, as the lock's own tool does from an index that gives them, or "
      "approve it"};
}

bool is_public_index(std::string_view address) {
  constexpr auto kHosts =
      std::to_array<std::string_view>({kPublicIndex, kPublicTestIndex, kOldPublicIndex, "testpypi.python.org"});
  const std::string place = address_of(without_credentials(address)).host;
  std::string_view host = std::string_view(place).substr(0, place.find(':'));
  while (host.ends_with('.')) host.remove_suffix(1);
  if (host.starts_with("www.")) host.remove_prefix(4);
  return std::ranges::find(kHosts, host) != kHosts.end();
}

void add_indexes(Facts& facts, const LockedPackage& locked, const MachineIndexes& machine) {
  const auto is_asked = [](const std::string& index) { return !is_folder_here(index); };
  const bool has_more = locked.more_indexes && std::ranges::any_of(*locked.more_indexes, is_asked);
  if (!locked.location.empty() || (locked.index.empty() && !has_more)) return;
  // In one spelling, and as they are shown.
  std::map<std::string, std::string> all;
  const auto add = [&](const std::string& index) {
    if (is_asked(index)) all.try_emplace(normal_index(index), index);
  };
  if (!locked.index.empty()) add(locked.index);
  if (locked.index.empty()) std::ranges::for_each(machine.indexes, add);
  if (has_more) std::ranges::for_each(*locked.more_indexes, add);
  const auto is_public = [](const auto& one) { return is_public_index(one.first); };
  facts.is_public_asked = all.size() > 1 || std::ranges::any_of(all, is_public);
  facts.taken_from.clear();
  if (!facts.is_public_asked) return;
  facts.taken_from = fmt::format("{} takes it from '{}'", shown(locked.package.origin),
                                 shown(fmt::format("{}", fmt::join(all | std::views::values, "', '"))));
}

Finding finding_about_unknown_files(const Package& package, std::string_view why) {
  return {Verdict::Ask, "source.hash", package,
          fmt::format("{} says where its files lie; whether they are those that the index has for this version is not "
                      "known: {}",
                      shown(package.origin), shown(why)),
          "take it from an index whose pages give hashes in JSON, or approve it"};
}

Package list_package(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return make_package(Ecosystem::List, is_valid_name(Ecosystem::List, name) ? name : "list", "", path);
}

std::optional<Facts> facts_of_list(const LockFile& lock, std::string_view path) {
  Facts facts;
  facts.package = list_package(path);
  const std::string approving = fmt::format("or approve it (package: {}, ecosystem: list)", facts.package.name);
  for (const LeftOut& one : lock.left_out) {
    Package place = facts.package;
    place.origin = one.origin;
    facts.findings.push_back({Verdict::Ask, "source.elsewhere", std::move(place),
                              fmt::format("{}: {}", one.origin, one.why),
                              "name a package and take it from the index, " + approving});
  }
  for (const ListSetting& one : lock.settings) {
    Package place = facts.package;
    place.origin = one.origin;
    facts.findings.push_back({Verdict::Ask, one.rule, std::move(place), fmt::format("{}: {}", one.origin, one.why),
                              "leave the option out, " + approving});
  }
  for (const std::string& index : lock.more_indexes) {
    facts.findings.push_back({Verdict::Ask, "build.extra-index", facts.package,
                              fmt::format("{} names a second index '{}'", path, index),
                              "ask one index (--index-url) that has all: of two, whoever offers the higher version "
                              "wins; " +
                                  approving});
  }
  if (facts.findings.empty()) return std::nullopt;
  return facts;
}

}  // namespace berth::vet
