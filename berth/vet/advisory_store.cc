#include "berth/vet/advisory_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "berth/base/utc_text.h"
#include "berth/base/utf8.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"
#include "berth/vet/utc_time.h"

namespace berth::vet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestDatabase = std::size_t{2} << 30;
constexpr std::size_t kLongestName = 60;
constexpr std::string_view kEnding = ".advisories";
constexpr std::string_view kOldEnding = ".advisories.old";

bool is_source_name(std::string_view name) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= kLongestName && name.front() != '.' && std::ranges::all_of(name, is_part);
}

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

// The current file stays under its name until the new one takes it: the old one gets a second name.
Result<void> keep_old(const fs::path& current, const fs::path& old) {
  const std::string draft = old.native() + ".draft";
  ::unlink(draft.c_str());
  const auto linked = sys::call([&] { return ::link(current.c_str(), draft.c_str()); }, "link '{}'", draft);
  if (!linked && linked.error().os_error() == ENOENT) return {};
  if (!linked) return std::unexpected(linked.error());
  BERTH_CHECK_OK(sys::call([&] { return ::rename(draft.c_str(), old.c_str()); }, "rename '{}'", draft));
  return {};
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
  stored.database = AdvisoryDatabase(std::move(files));
  return stored;
}

Result<SourceInfo> store_advisories(const fs::path& folder, GatheredAdvisories gathered,
                                    std::chrono::system_clock::time_point now) {
  SourceInfo& source = gathered.source;
  if (!is_source_name(source.name)) {
    return fail(Errc::InvalidInput,
                fmt::format("'{}' is no name of a source: small letters, digits, '-', '_' and '.', at most {}",
                            to_visible(source.name.substr(0, kLongestName), false), kLongestName));
  }
  source.imported = utc_text(now);
  const std::string bytes = encode_advisories(source, gathered.advisories);
  // What could not be read back would be found out when it is needed.
  BERTH_CHECK_OK(decode_advisories(std::vector<char>(bytes.begin(), bytes.end())));
  BERTH_CHECK_OK(sys::make_folders(folder, 0755));
  const fs::path current = file_of(folder, source.name, kEnding);
  // Only what can be read is worth keeping.
  if (read_database(current)) BERTH_CHECK_OK(keep_old(current, file_of(folder, source.name, kOldEnding)));
  BERTH_CHECK_OK(sys::write_file_atomically(current, bytes, 0644));
  return std::move(source);
}

Result<void> remove_advisories(const fs::path& folder, std::string_view name) {
  BERTH_TRY(const std::vector<std::string> names, names_in(folder));
  if (std::ranges::find(names, name) == names.end()) {
    return fail(Errc::NotFound,
                fmt::format("there is no source '{}'", to_visible(name.substr(0, kLongestName), false)));
  }
  for (const std::string_view ending : {kEnding, kOldEnding}) {
    std::error_code error;
    fs::remove(file_of(folder, name, ending), error);
    if (error) return std::unexpected(Error::from_errno(error.value(), fmt::format("remove source '{}'", name)));
  }
  return {};
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
  const auto imported = parse_utc(source.imported);
  if (!imported) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(now - *imported);
}

}  // namespace berth::vet
