#include "berth/image/package_manager.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "berth/base/text_parts.h"
#include "berth/base/utf8.h"
#include "berth/image/requirement.h"

namespace berth::image {
namespace {

constexpr std::size_t kLongestName = 128;
constexpr std::string_view kBetween = ", \t\r\n";

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_package_name(std::string_view text) {
  if (text.empty() || text.size() > kLongestName || !is_alphanumeric(text.front()) || text.back() == '-') return false;
  return std::ranges::all_of(text,
                             [](char c) { return is_alphanumeric(c) || c == '+' || c == '.' || c == '-' || c == '_'; });
}

bool is_package_version(std::string_view text) {
  if (text.empty() || text.size() > kLongestName || !is_alphanumeric(text.front())) return false;
  return std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || c == '+' || c == '.' || c == '-' || c == '_' || c == '~' || c == ':' || c == '^';
  });
}

// The value of `key` in os-release, without quotes.
std::string_view release_value(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (!line.starts_with(key) || line.substr(key.size(), 1) != "=") continue;
    line.remove_prefix(key.size() + 1);
    if (line.size() >= 2 && (line.front() == '"' || line.front() == '\'')) line = line.substr(1, line.size() - 2);
    return line;
  }
  return {};
}

struct Kind {
  std::string_view id;
  PackageManager manager;
};
constexpr std::array<Kind, 10> kKinds = {{{"debian", PackageManager::Apt},
                                          {"ubuntu", PackageManager::Apt},
                                          {"alpine", PackageManager::Apk},
                                          {"wolfi", PackageManager::Apk},
                                          {"rhel", PackageManager::Dnf},
                                          {"fedora", PackageManager::Dnf},
                                          {"centos", PackageManager::Dnf},
                                          {"rocky", PackageManager::Dnf},
                                          {"almalinux", PackageManager::Dnf},
                                          {"ol", PackageManager::Dnf}}};

std::optional<PackageManager> known_kind(std::string_view id) {
  const auto found = std::ranges::find(kKinds, id, &Kind::id);
  return found == kKinds.end() ? std::nullopt : std::optional(found->manager);
}

// `(1/2) Installing libidn2 (2.3.4-r1)`, and `Upgrading name (old -> new)`.
std::vector<Package> parse_apk(std::string_view text) {
  std::vector<Package> packages;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::size_t verb = line.find(") ");
    if (!line.starts_with('(') || verb == std::string_view::npos) continue;
    line.remove_prefix(verb + 2);
    if (!line.starts_with("Installing ") && !line.starts_with("Upgrading ") && !line.starts_with("Downgrading ")) {
      continue;
    }
    line.remove_prefix(line.find(' ') + 1);
    const std::size_t open = line.find(" (");
    if (open == std::string_view::npos || !line.ends_with(')')) continue;
    std::string_view version = line.substr(open + 2, line.size() - open - 3);
    if (const std::size_t arrow = version.find(" -> "); arrow != std::string_view::npos) {
      version.remove_prefix(arrow + 4);
    }
    packages.push_back({std::string(line.substr(0, open)), std::string(version), ""});
  }
  return packages;
}

std::vector<std::string> with_wishes(std::vector<std::string> command, const std::vector<PackageWish>& wishes) {
  for (const PackageWish& wish : wishes) command.push_back(to_string(wish));
  return command;
}

std::vector<std::string> all_pinned(PackageManager manager, const std::vector<Package>& packages) {
  std::vector<std::string> list;
  for (const Package& package : packages) list.push_back(pinned_text(manager, package));
  return list;
}

}  // namespace

std::optional<PackageManager> manager_of(std::string_view os_release) {
  if (const auto manager = known_kind(release_value(os_release, "ID"))) return manager;
  std::string_view like = release_value(os_release, "ID_LIKE");
  while (!like.empty()) {
    const std::size_t end = std::min(like.find(' '), like.size());
    if (const auto manager = known_kind(like.substr(0, end))) return manager;
    like.remove_prefix(std::min(end + 1, like.size()));
  }
  return std::nullopt;
}

bool is_rpm(PackageManager manager) { return manager != PackageManager::Apt && manager != PackageManager::Apk; }

std::optional<PackageManager> rpm_manager_of(bool has_dnf5, bool has_dnf, bool has_microdnf) {
  if (has_dnf5) return PackageManager::Dnf5;
  if (has_dnf) return PackageManager::Dnf;
  return has_microdnf ? std::optional(PackageManager::Microdnf) : std::nullopt;
}

std::string_view name_of(PackageManager manager) {
  switch (manager) {
    case PackageManager::Apt:
      return "apt";
    case PackageManager::Apk:
      return "apk";
    case PackageManager::Dnf:
      return "dnf";
    case PackageManager::Dnf5:
      return "dnf5";
    case PackageManager::Microdnf:
      return "microdnf";
  }
  return "";
}

Result<std::vector<PackageWish>> parse_package_wishes(std::string_view text) {
  std::vector<PackageWish> list;
  for (std::size_t at = text.find_first_not_of(kBetween); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kBetween, at), text.size());
    const std::string_view piece = text.substr(at, end - at);
    at = text.find_first_not_of(kBetween, end);
    const std::size_t equals = piece.find('=');
    PackageWish wish{std::string(piece.substr(0, equals)), ""};
    if (!is_package_name(wish.name)) {
      return fail(Errc::InvalidInput,
                  fmt::format("package '{}': '{}' is no name of a package: letters, digits, '+', '-', '.' and '_', "
                              "beginning with a letter or digit, the last no '-'",
                              piece, wish.name));
    }
    if (equals != std::string_view::npos) {
      wish.version = piece.substr(equals + 1);
      if (!is_package_version(wish.version)) {
        return fail(Errc::InvalidInput, fmt::format("package '{}': '{}' is no version", piece, wish.version));
      }
    }
    if (std::ranges::find(list, wish.name, &PackageWish::name) != list.end()) {
      return fail(Errc::InvalidInput, fmt::format("package '{}' stands twice", wish.name));
    }
    list.push_back(std::move(wish));
    if (list.size() > kMostWishes) return fail(Errc::Exhausted, fmt::format("more than {} packages", kMostWishes));
  }
  std::ranges::sort(list);
  return list;
}

std::string to_string(const PackageWish& wish) {
  return wish.version.empty() ? wish.name : fmt::format("{}={}", wish.name, wish.version);
}

Result<void> check_wishes(PackageManager manager, const std::vector<PackageWish>& wishes) {
  if (is_rpm(manager)) return {};
  for (const PackageWish& wish : wishes) {
    const bool upper = std::ranges::any_of(wish.name, [](char c) { return c >= 'A' && c <= 'Z'; });
    const bool apt = manager == PackageManager::Apt;
    if (!upper && !(apt && (wish.name.size() < 2 || wish.name.contains('_')))) continue;
    return fail(Errc::InvalidInput,
                fmt::format("package '{}': {} knows only names of lower-case letters, digits, '+', '-' and '.'{}",
                            wish.name, name_of(manager), apt ? ", of at least two characters" : " and '_'"));
  }
  return {};
}

std::vector<std::string> update_command(PackageManager manager) {
  if (manager == PackageManager::Apt) return {"apt-get", "-q=2", "update"};
  return {};
}

std::vector<std::string> resolve_command(PackageManager manager, const std::vector<PackageWish>& wishes) {
  if (manager == PackageManager::Apt) {
    return with_wishes({"apt-get", "-q=2", "--yes", "--simulate", "--no-install-recommends", "install"}, wishes);
  }
  return with_wishes({"apk", "add", "--simulate", "--no-cache", "--no-progress"}, wishes);
}

Result<void> check_package(PackageManager manager, const Package& package) {
  const bool architecture = package.architecture.empty() || is_package_name(package.architecture);
  if (is_package_name(package.name) && is_package_version(package.version) && architecture) return {};
  return fail(Errc::Corrupt,
              fmt::format("{} names the package '{}' with version '{}', which cannot be", name_of(manager),
                          to_visible(package.name, false), to_visible(package.version, false)));
}

Result<std::vector<Package>> parse_resolution(PackageManager manager, std::string_view printed) {
  std::vector<Package> packages = manager == PackageManager::Apt ? parse_simulation(printed) : parse_apk(printed);
  for (const Package& package : packages) BERTH_CHECK_OK(check_package(manager, package));
  std::ranges::sort(packages);
  return packages;
}

std::vector<std::string> fetch_command(PackageManager manager, const std::vector<Package>& packages) {
  std::vector<std::string> command;
  if (manager == PackageManager::Apt) {
    command = {"apt-get", "-q=2", "download"};
    for (const Package& one : packages) {
      const std::string of = one.architecture.empty() || one.architecture == "all" ? "" : ":" + one.architecture;
      command.push_back(fmt::format("{}{}={}", one.name, of, one.version));
    }
    return command;
  }
  command = {"apk", "fetch", "--no-cache", "--no-progress"};
  std::ranges::move(all_pinned(manager, packages), std::back_inserter(command));
  return command;
}

std::string pinned_text(PackageManager manager, const Package& package) {
  if (!is_rpm(manager)) return fmt::format("{}={}", package.name, package.version);
  return fmt::format("{}-{}.{}", package.name, package.version, package.architecture);
}

std::string file_name_of(PackageManager manager, const Package& package) {
  if (manager == PackageManager::Apt) return archive_name(package);
  if (manager == PackageManager::Apk) return fmt::format("{}-{}.apk", package.name, package.version);
  return fmt::format("{}-{}.{}.rpm", package.name, package.version.substr(package.version.find(':') + 1),
                     package.architecture);
}

std::string install_line(PackageManager manager, std::string_view folder) {
  if (manager == PackageManager::Apt) {
    return fmt::format(
        "apt-get -q=2 --yes --no-install-recommends -o APT::Sandbox::User=root "
        "-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=/dev/null -o Dpkg::Use-Pty=0 "
        "-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install {}/*.deb",
        folder);
  }
  if (manager == PackageManager::Apk) {
    return fmt::format("apk add --no-network --no-cache --no-progress --repositories-file /dev/null {}/*.apk", folder);
  }
  // What was resolved, older ones too. Signatures have been checked, with keys that rpm here has not.
  return fmt::format(
      "rpm --upgrade --oldpackage --replacepkgs --excludedocs --define '_pkgverify_level digest' {}/*.rpm", folder);
}

std::string dockerfile_line(PackageManager manager, const std::vector<Package>& packages) {
  const std::string list = fmt::format("{}", fmt::join(all_pinned(manager, packages), " \\\n      "));
  if (manager == PackageManager::Apt) {
    return fmt::format(
        "RUN apt-get update \\\n && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "
        "\\\n      {} \\\n && rm -rf /var/lib/apt/lists/*\n",
        list);
  }
  if (manager == PackageManager::Apk) return fmt::format("RUN apk add --no-cache \\\n      {}\n", list);
  return fmt::format(
      "RUN {0} install -y --setopt=tsflags=nodocs --setopt=install_weak_deps=0 \\\n      {1} \\\n && {0} clean all\n",
      name_of(manager), list);
}

}  // namespace berth::image
