#include "berth/vet/build_folder.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "berth/base/utf8.h"
#include "berth/sys/file.h"
#include "berth/vet/build_rules.h"
#include "berth/vet/dockerfile.h"
#include "berth/vet/lock_file.h"
#include "berth/vet/requirements.h"
#include "berth/vet/text_lines.h"

namespace berth::vet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostConfBytes = std::size_t{1} << 16;
constexpr std::size_t kMostLists = 64;
constexpr auto kConfKeys = std::to_array<std::string_view>(
    {"version", "devonly", "deprecated", "deprecated_reason", "dont_generate_requirements"});
constexpr auto kConfSwitches = std::to_array<std::string_view>({"devonly", "deprecated", "dont_generate_requirements"});

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

Finding unread(const Package& package, std::string origin, std::string evidence) {
  Package place = package;
  place.origin = std::move(origin);
  return {Verdict::Ask, "build.unread", std::move(place), std::move(evidence), "correct it, or approve it"};
}

Result<std::string> read_inside(const UniqueFd& root, const fs::path& name, std::size_t limit) {
  BERTH_TRY(const UniqueFd file, sys::open_without_links(root.get(), name, O_RDONLY | O_NONBLOCK, "the folder"));
  return sys::read_file(file, limit, name.native());
}

// Names of the files in `folder` that say what is installed, sorted.
std::vector<std::string> lists_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().native();
    const auto kind = lock_kind_of(name);
    if (!kind || names.size() == kMostLists) continue;
    if (*kind != LockKind::Requirements || name.starts_with("requirements")) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

Result<LockFile> read_list(const UniqueFd& root, const fs::path& folder, const std::string& name) {
  if (lock_kind_of(name) == LockKind::Requirements) {
    // A link is refused here; lists that it includes are held in the folder by their reader.
    BERTH_CHECK_OK(read_inside(root, name, kMostLockBytes));
    return read_requirements(folder, name);
  }
  BERTH_TRY(const std::string text, read_inside(root, name, kMostLockBytes));
  return parse_lock(*lock_kind_of(name), text, name);
}

void add(LockFile& lock, LockFile more) {
  std::ranges::move(more.packages, std::back_inserter(lock.packages));
  std::ranges::move(more.left_out, std::back_inserter(lock.left_out));
}

// A name that an approval can say.
std::string image_name(const fs::path& folder) {
  std::error_code error;
  fs::path whole = fs::weakly_canonical(folder, error);
  const std::string name = error ? folder.filename().native() : whole.filename().native();
  return is_valid_name(Ecosystem::Image, name) ? name : "image";
}

}  // namespace

std::vector<Finding> findings_about_build_conf(std::string_view text, const Package& package, std::string_view file) {
  std::vector<Finding> findings;
  std::set<std::string_view> seen;
  for (TextLines lines(text); const auto line = lines.next();) {
    const std::string_view whole = trimmed(line->text);
    if (whole.empty() || whole.starts_with('#')) continue;
    const std::string origin = fmt::format("{}:{}", file, line->number);
    const auto add_finding = [&](const std::string& what) {
      findings.push_back(unread(package, origin, fmt::format("{}: {}", origin, what)));
    };
    const std::size_t equals = whole.find('=');
    const std::string_view key = whole.substr(0, equals);
    const std::string shown = to_visible(key.substr(0, 60), false);
    if (equals == std::string_view::npos) {
      add_finding("it is no line NAME=VALUE");
      continue;
    }
    const std::string_view value = whole.substr(equals + 1);
    if (std::ranges::find(kConfKeys, key) == kConfKeys.end()) add_finding(fmt::format("'{}' is no key here", shown));
    if (!seen.insert(key).second) add_finding(fmt::format("'{}' stands twice", shown));
    const bool is_switch = std::ranges::find(kConfSwitches, key) != kConfSwitches.end();
    if (is_switch && !value.empty() && value != "true") {
      add_finding(fmt::format("any value switches '{}' on: write true, or nothing", shown));
    }
  }
  return findings;
}

Result<std::optional<BuildFolder>> read_build_folder(const fs::path& folder) {
  const auto reading = [&] { return fmt::format("read the image folder '{}'", folder.native()); };
  BERTH_TRY(const UniqueFd root, sys::open_folder(folder).context(reading));
  std::error_code error;
  const bool is_there = fs::symlink_status(folder / "Dockerfile", error).type() != fs::file_type::not_found;
  if (!is_there) return std::optional<BuildFolder>();
  const auto reading_it = [&] { return fmt::format("read '{}'", (folder / "Dockerfile").native()); };
  BERTH_TRY(const std::string text, read_inside(root, "Dockerfile", kMostDockerfileBytes).context(reading));
  BERTH_TRY(const Dockerfile dockerfile, parse_dockerfile(text).context(reading_it));
  BuildFolder read;
  read.image.package = make_package(Ecosystem::Image, image_name(folder), "", "Dockerfile");
  read.image.findings = findings_about_build(dockerfile, read.image.package, "Dockerfile");
  read.asks = pip_words_of(dockerfile, "Dockerfile");
  if (const auto conf = read_inside(root, "build.conf", kMostConfBytes)) {
    std::ranges::move(findings_about_build_conf(*conf, read.image.package, "build.conf"),
                      std::back_inserter(read.image.findings));
  } else if (conf.error().code() != Errc::NotFound) {
    read.image.findings.push_back(unread(read.image.package, "build.conf", to_visible(conf.error().message(), false)));
  }
  for (const std::string& name : lists_in(folder)) {
    auto list = read_list(root, folder, name);
    if (!list) {
      read.image.findings.push_back(unread(read.image.package, name, to_visible(list.error().message(), false)));
      continue;
    }
    for (const std::string& more : list->more_indexes) {
      Package place = read.image.package;
      place.origin = name;
      read.image.findings.push_back({Verdict::Ask, "build.extra-index", std::move(place),
                                     fmt::format("{} names a second index '{}'", name, more),
                                     "ask one index (--index-url) that has all"});
    }
    add(read.asks, *std::move(list));
  }
  for (LeftOut& one : read.asks.left_out) {
    read.image.findings.push_back(unread(read.image.package, one.origin, fmt::format("{}: {}", one.origin, one.why)));
  }
  read.asks.left_out.clear();
  return std::optional(std::move(read));
}

}  // namespace berth::vet
