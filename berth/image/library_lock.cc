#include "berth/image/library_lock.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/image/inventory.h"
#include "berth/image/requirement.h"

namespace berth::image {
namespace {

constexpr std::size_t kMostLibraries = kMostWishes * 10;
constexpr std::size_t kLongestLicence = 200;
constexpr std::size_t kLongestFileName = 255;
constexpr JsonLimits kReportLimits = {.depth = 32, .values = 4'000'000};

bool is_sha256(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// Newer reports have a table of hashes, older ones `sha256=...` alone.
std::string hash_of(const Json& archive) {
  if (const Json* hashes = archive.find("hashes")) {
    if (std::string hash = hashes->text_or("sha256", ""); !hash.empty()) return hash;
  }
  constexpr std::string_view kPrefix = "sha256=";
  const std::string hash = archive.text_or("hash", "");
  return hash.starts_with(kPrefix) ? hash.substr(kPrefix.size()) : "";
}

std::string licence_of(const Json& metadata) {
  std::string text = metadata.text_or("license_expression", "");
  if (text.empty()) text = metadata.text_or("license", "");
  text = text.substr(0, text.find('\n'));
  if (text.size() > kLongestLicence) text.resize(kLongestLicence);
  return to_visible(text, false);
}

std::vector<std::string> extras_of(const Json& metadata) {
  std::vector<std::string> extras;
  const Json* provided = metadata.find("provides_extra");
  if (provided == nullptr || !provided->is_array()) return extras;
  for (const Json& one : *provided->as_array()) {
    if (one.is_string()) extras.push_back(normalized_python_name(*one.as_string()));
  }
  return extras;
}

Result<LockedLibrary> read_library(const Json& item) {
  const Json* metadata = item.find("metadata");
  const Json* download = item.find("download_info");
  if (metadata == nullptr || download == nullptr) {
    return fail(Errc::Corrupt, "an entry of 'install' has no 'metadata' or no 'download_info'");
  }
  const std::string name = metadata->text_or("name", "");
  if (!is_library_name(name)) return fail(Errc::Corrupt, fmt::format("'{}' is no name of a library", name));
  LockedLibrary library;
  library.name = normalized_python_name(name);
  library.version = metadata->text_or("version", "");
  if (!is_library_version(library.version)) {
    return fail(Errc::Corrupt, fmt::format("'{}' is no version of '{}'", library.version, library.name));
  }
  const Json* archive = download->find("archive_info");
  if (archive == nullptr || download->find("dir_info") != nullptr || download->find("vcs_info") != nullptr) {
    return fail(Errc::InvalidInput,
                fmt::format("'{}' comes from a folder or a repository; only archives of an index have a hash to hold "
                            "them to",
                            library.name));
  }
  library.sha256 = hash_of(*archive);
  if (!is_sha256(library.sha256)) {
    return fail(Errc::InvalidInput,
                fmt::format("the index gives no SHA-256 of '{}' {}", library.name, library.version));
  }
  const std::string url = download->text_or("url", "");
  library.is_wheel = url.substr(0, url.find_first_of("?#")).ends_with(".whl");
  const Json* requested = item.find("requested");
  library.requested = requested != nullptr && requested->is_bool() && *requested->as_bool();
  library.licence = licence_of(*metadata);
  library.extras = extras_of(*metadata);
  return library;
}

}  // namespace

Result<std::vector<LockedLibrary>> parse_pip_report(std::string_view json) {
  const auto doing = [] { return "read pip's report"; };
  BERTH_TRY(const Json report, parse_json(json, kReportLimits).context(doing));
  if (report.text_or("version", "") != "1") {
    return fail(Errc::Corrupt,
                fmt::format("{}: it is of version '{}', not '1'", doing(), report.text_or("version", "")));
  }
  const Json* install = report.find("install");
  if (install == nullptr || !install->is_array()) {
    return fail(Errc::Corrupt, fmt::format("{}: it has no list 'install'", doing()));
  }
  if (install->as_array()->size() > kMostLibraries) {
    return fail(Errc::Exhausted, fmt::format("{}: more than {} libraries", doing(), kMostLibraries));
  }
  std::vector<LockedLibrary> libraries;
  for (const Json& item : *install->as_array()) {
    BERTH_TRY(LockedLibrary library, read_library(item).context(doing));
    libraries.push_back(std::move(library));
  }
  std::ranges::sort(libraries, {}, &LockedLibrary::name);
  const auto twice = std::ranges::adjacent_find(libraries, {}, &LockedLibrary::name);
  if (twice != libraries.end()) {
    return fail(Errc::Corrupt, fmt::format("{}: '{}' stands twice", doing(), twice->name));
  }
  return libraries;
}

Result<void> check_extras(const Requirement& wish, const LockedLibrary& library) {
  for (const std::string& extra : wish.extras) {
    if (std::ranges::find(library.extras, extra) != library.extras.end()) continue;
    std::string those = "it has none";
    if (!library.extras.empty()) those = fmt::format("it has {}", fmt::join(library.extras, ", "));
    return fail(Errc::InvalidInput, fmt::format("resolve the library '{}': version {} has no extra '{}'; {}",
                                                to_string(wish), library.version, extra, to_visible(those, false)));
  }
  return {};
}

std::string print_lock(const std::vector<LockedLibrary>& libraries) {
  std::string lock;
  for (const LockedLibrary& one : libraries) {
    lock += fmt::format("{}=={} --hash=sha256:{}\n", one.name, one.version, one.sha256);
  }
  return lock;
}

std::string print_installed(const std::vector<LockedLibrary>& libraries) {
  std::string lock;
  for (const LockedLibrary& one : libraries) {
    lock += fmt::format("{}=={} --hash=sha256:{}\n", one.name, one.version, one.wheel_sha256);
  }
  return lock;
}

bool is_wheel_name(std::string_view name) {
  if (name.size() > kLongestFileName || !name.ends_with(".whl") || name.front() == '.' || name.front() == '-')
    return false;
  return std::ranges::count(name, '-') >= 4 && std::ranges::all_of(name, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view("._+!-").contains(c);
         });
}

bool is_wheel_of(std::string_view name, const LockedLibrary& library) {
  if (!is_wheel_name(name)) return false;
  const std::size_t dash = name.find('-');
  const std::string_view version = name.substr(dash + 1, name.find('-', dash + 1) - dash - 1);
  // File names write a local version's `+` and `-` as `_` at times.
  const auto alike = [](std::string_view text) {
    std::string plain(text);
    std::ranges::replace_if(plain, [](char c) { return c == '-' || c == '+'; }, '_');
    return plain;
  };
  return normalized_python_name(name.substr(0, dash)) == library.name && alike(version) == alike(library.version);
}

}  // namespace berth::image
