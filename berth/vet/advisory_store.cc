#include "berth/vet/advisory_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "berth/base/utc_text.h"
#include "berth/base/utf8.h"
#include "berth/sys/file.h"
#include "berth/vet/kept_file.h"
#include "berth/vet/source_info.h"
#include "berth/vet/start_advisories.h"

namespace berth::vet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestDatabase = std::size_t{2} << 30;
constexpr std::size_t kLongestName = 60;
// A database with so many advisories is a public one, and of these none goes without a change for so long.
constexpr std::size_t kPublic = 1'000;
constexpr auto kQuiet = std::chrono::days(30);
// Of so many advisories more than half do not go away.
constexpr std::size_t kMany = 100;
constexpr std::string_view kEnding = ".advisories";
constexpr std::string_view kOldEnding = ".advisories.old";

bool is_source_name(std::string_view name) { return parse_source_name(name).has_value(); }

fs::path file_of(const fs::path& folder, std::string_view name, std::string_view ending) {
  return folder / fmt::format("{}{}", name, ending);
}

Result<AdvisoryFile> read_database(const fs::path& path) {
  BERTH_TRY(const std::string bytes, sys::read_file(path, kLargestDatabase));
  return decode_advisories(std::vector<char>(bytes.begin(), bytes.end()));
}

// The names of all sources, also of those of which only the old file is left.
Result<std::vector<std::string>> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string file = at->path().filename().native();
    for (const std::string_view ending : {kOldEnding, kEnding}) {
      if (!file.ends_with(ending)) continue;
      const std::string name = file.substr(0, file.size() - ending.size());
      if (is_source_name(name) && std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return std::unexpected(Error::from_errno(error.value(), fmt::format("list folder '{}'", folder.native())));
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

Result<StoredAdvisories> load_advisories(const fs::path& folder) {
  BERTH_TRY(const std::vector<std::string> names, names_in(folder));
  StoredAdvisories stored;
  std::vector<AdvisoryFile> files;
  for (const std::string& name : names) {
    auto file = read_database(file_of(folder, name, kEnding));
    if (!file) {
      auto old = read_database(file_of(folder, name, kOldEnding));
      const std::string what = old ? fmt::format("the one before it is in use, imported {}", old->source.imported)
                                   : "nothing of it is in use";
      stored.problems.push_back(fmt::format("{}: {}: {}", name, file.error().message(), what));
      file = std::move(old);
    }
    if (file) files.push_back(*std::move(file));
  }
  if (std::ranges::none_of(files, covers_index)) files.push_back(start_advisories());
  stored.database = AdvisoryDatabase(std::move(files));
  return stored;
}

Result<SourceInfo> store_advisories(const fs::path& folder, GatheredAdvisories gathered,
                                    std::chrono::system_clock::time_point now, Shrinking shrinking) {
  SourceInfo& source = gathered.source;
  BERTH_CHECK_OK(parse_source_name(source.name));
  const fs::path current = file_of(folder, source.name, kEnding);
  if (auto before = read_database(current); before && shrinking == Shrinking::Refused) {
    const std::size_t had = before->source.advisories;
    if (had >= kMany && source.advisories * 2 < had) {
      return fail(
          Errc::InvalidInput,
          fmt::format("it has {} advisories, and '{}' has {} now: that is another file, or one that was cut off; "
                      "'berth vet db import --force' takes it, and --name gives it a name of its own",
                      source.advisories, source.name, had));
    }
  }
  source.imported = utc_text(now);
  const std::string bytes = encode_advisories(source, gathered.advisories);
  // What could not be read back would be found out when it is needed.
  BERTH_CHECK_OK(decode_advisories(std::vector<char>(bytes.begin(), bytes.end())));
  const auto is_good = [&] { return read_database(current).has_value(); };
  BERTH_CHECK_OK(replace_kept_file(current, bytes, is_good));
  return std::move(source);
}

Result<void> remove_advisories(const fs::path& folder, std::string_view name) {
  BERTH_TRY(const std::vector<std::string> names, names_in(folder));
  if (std::ranges::find(names, name) == names.end()) {
    return fail(Errc::NotFound,
                fmt::format("there is no source '{}'", to_visible(name.substr(0, kLongestName), false)));
  }
  return remove_kept_file(file_of(folder, name, kEnding));
}

std::string source_name_of(std::string_view origin) {
  origin = origin.substr(0, origin.find_first_of("?#"));
  while (origin.ends_with('/')) origin.remove_suffix(1);
  const std::string_view file = origin.substr(origin.rfind('/') + 1);
  std::string name;
  for (const char c : file) {
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    name += is_source_name(std::string_view(&small, 1)) || small == '.' ? small : '-';
  }
  for (const std::string_view ending : {".gz", ".tar", ".tgz", ".zip", ".json", ".yaml", ".yml"}) {
    if (name.size() > ending.size() && name.ends_with(ending)) name.resize(name.size() - ending.size());
  }
  while (name.starts_with('.')) name.erase(0, 1);
  name.resize(std::min(name.size(), kLongestName));
  return name.empty() ? "advisories" : name;
}

std::optional<std::chrono::seconds> age_of(const SourceInfo& source, std::chrono::system_clock::time_point now) {
  const auto date = parse_utc(source.dated.empty() ? source.imported : source.dated);
  if (!date || *date > now + std::chrono::days(1)) return std::nullopt;
  const auto from = is_outdated(source) ? *parse_utc(source.newest) + kQuiet : *date;
  return std::chrono::duration_cast<std::chrono::seconds>(now - from);
}

bool is_outdated(const SourceInfo& source) {
  const auto date = parse_utc(source.dated.empty() ? source.imported : source.dated);
  const auto newest = parse_utc(source.newest);
  return source.advisories >= kPublic && date && newest && *newest + kQuiet < *date;
}

}  // namespace berth::vet
