#include "berth/image/rpm_header.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>

#include "berth/image/package_database.h"
#include "berth/image/package_words.h"

namespace berth::image {
namespace {

// As rpm itself bounds them.
constexpr std::uint64_t kMostEntries = 65'535;
constexpr std::uint64_t kMostData = (std::uint64_t{256} << 20) - 1;
constexpr std::size_t kEntryBytes = 16;
constexpr std::size_t kMostFiles = 1'000'000;  // of one package

enum Tag : std::uint32_t {
  Name = 1000,
  Version = 1001,
  Release = 1002,
  Epoch = 1003,
  Size = 1009,
  License = 1014,
  Arch = 1022,
  OldFileNames = 1027,
  SourceRpm = 1044,
  DirIndexes = 1116,
  BaseNames = 1117,
  DirNames = 1118,
  LongSize = 5009,
};

constexpr std::uint32_t kInt32 = 4;
constexpr std::uint32_t kInt64 = 5;
constexpr std::uint32_t kString = 6;
constexpr std::uint32_t kStrings = 8;
constexpr std::uint32_t kTranslated = 9;

std::unexpected<Error> damaged(std::string_view why) {
  return fail(Errc::Corrupt, fmt::format("read a header of rpm: {}", why));
}

// `count` bytes at `at`, which are there, as a number; the highest first.
std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t number = 0;
  for (const char c : bytes.substr(at, count)) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

// The entries of a header, by tag.
class Entries {
 public:
  static Result<Entries> open(std::string_view blob) {
    if (blob.size() < 8) return damaged("it breaks off");
    const std::uint64_t count = number_at(blob, 0, 4);
    const std::uint64_t bytes = number_at(blob, 4, 4);
    if (count == 0 || count > kMostEntries || bytes > kMostData)
      return damaged("its counts are none that there can be");
    const std::size_t data = 8 + kEntryBytes * static_cast<std::size_t>(count);
    if (blob.size() < data || blob.size() - data < bytes) return damaged("it breaks off");
    Entries entries;
    entries.data_ = blob.substr(data, static_cast<std::size_t>(bytes));
    for (std::size_t at = 8; at < data; at += kEntryBytes) {
      // What was added at the installation stands behind, and counts in place of what the package said.
      entries.entries_[static_cast<std::uint32_t>(number_at(blob, at, 4))] = {
          .type = static_cast<std::uint32_t>(number_at(blob, at + 4, 4)),
          .offset = static_cast<std::size_t>(number_at(blob, at + 8, 4)),
          .count = static_cast<std::size_t>(number_at(blob, at + 12, 4))};
    }
    return entries;
  }

  bool has(Tag tag) const { return entries_.contains(tag); }

  // Empty where there is none, or it does not end.
  std::string_view text(Tag tag) const {
    const Entry* entry = find(tag);
    if (entry == nullptr || (entry->type != kString && entry->type != kTranslated)) return {};
    const std::string_view rest = data_.substr(entry->offset);
    const std::size_t end = rest.find('\0');
    return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
  }

  std::optional<std::uint64_t> number(Tag tag) const {
    const Entry* entry = find(tag);
    if (entry == nullptr || (entry->type != kInt32 && entry->type != kInt64)) return std::nullopt;
    const std::size_t size = entry->type == kInt32 ? 4 : 8;
    if (entry->count == 0 || data_.size() - entry->offset < size) return std::nullopt;
    return number_at(data_, entry->offset, size);
  }

  // All of them, or none where they break off.
  std::vector<std::string_view> texts(Tag tag) const {
    const Entry* entry = find(tag);
    std::vector<std::string_view> all;
    if (entry == nullptr || entry->type != kStrings) return all;
    std::string_view rest = data_.substr(entry->offset);
    if (entry->count > rest.size() || entry->count > kMostFiles) return all;
    for (std::size_t i = 0; i < entry->count; ++i) {
      const std::size_t end = rest.find('\0');
      if (end == std::string_view::npos) return {};
      all.push_back(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    return all;
  }

  std::vector<std::size_t> numbers(Tag tag) const {
    const Entry* entry = find(tag);
    std::vector<std::size_t> all;
    if (entry == nullptr || entry->type != kInt32 || entry->count > kMostFiles) return all;
    if ((data_.size() - entry->offset) / 4 < entry->count) return all;
    for (std::size_t i = 0; i < entry->count; ++i) {
      all.push_back(static_cast<std::size_t>(number_at(data_, entry->offset + 4 * i, 4)));
    }
    return all;
  }

 private:
  struct Entry {
    std::uint32_t type = 0;
    std::size_t offset = 0;
    std::size_t count = 0;
  };

  // Only such as begin inside the data.
  const Entry* find(Tag tag) const {
    const auto found = entries_.find(tag);
    return found == entries_.end() || found->second.offset > data_.size() ? nullptr : &found->second;
  }

  std::string_view data_;
  std::map<std::uint32_t, Entry> entries_;
};

// "bash" and "5.1.8-6.el9" of "bash-5.1.8-6.el9.src.rpm"; empty for what is no such name.
std::pair<std::string_view, std::string_view> source_of(std::string_view file) {
  for (const std::string_view end : {".src.rpm", ".nosrc.rpm"}) {
    if (!file.ends_with(end)) continue;
    file.remove_suffix(end.size());
    const std::size_t release = file.rfind('-');
    const std::size_t version =
        release == 0 || release == std::string_view::npos ? release : file.rfind('-', release - 1);
    if (version == 0 || version == std::string_view::npos) return {};
    return {file.substr(0, version), file.substr(version + 1)};
  }
  return {};
}

// The folder or file of Python's metadata that `path` is; empty for others. A package may own what is in such a folder
// and not the folder.
std::string_view metadata_in(std::string_view folder, std::string_view name) {
  if (is_python_metadata(name)) return name;
  if (folder.ends_with('/')) folder.remove_suffix(1);
  return is_python_metadata(folder) ? std::string_view("/") : std::string_view();
}

std::vector<std::string> python_metadata_of(const Entries& entries) {
  const std::vector<std::string_view> names = entries.texts(BaseNames);
  const std::vector<std::string_view> folders = entries.texts(DirNames);
  const std::vector<std::size_t> indexes = entries.numbers(DirIndexes);
  std::vector<std::string> paths;
  if (names.size() != indexes.size()) return paths;
  for (std::size_t i = 0; i < names.size() && paths.size() < kMostMetadata; ++i) {
    if (indexes[i] >= folders.size()) continue;
    std::string_view folder = folders[indexes[i]];
    if (folder.size() + names[i].size() > kLongestPath) continue;
    const std::string_view found = metadata_in(folder, names[i]);
    if (found.empty()) continue;
    while (folder.starts_with('/')) folder.remove_prefix(1);
    std::string path(folder);
    if (found != "/") {
      path += found;
    } else if (path.ends_with('/')) {
      path.pop_back();
    }
    if (paths.empty() || paths.back() != path) paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace

Result<RpmHeader> parse_rpm_header(std::string_view blob) {
  BERTH_TRY(const Entries entries, Entries::open(blob));
  RpmHeader header;
  DistributionPackage& package = header.package;
  package.format = PackageFormat::Rpm;
  package.name = entries.text(Name);
  const auto epoch = entries.number(Epoch);
  package.version =
      fmt::format("{}{}-{}", epoch ? fmt::format("{}:", *epoch) : "", entries.text(Version), entries.text(Release));
  const bool is_whole = is_package_word(entries.text(Version)) && is_package_word(entries.text(Release));
  if (!is_package_word(package.name) || !is_whole || !is_package_word(package.version)) {
    return damaged("it names no proper package or version");
  }
  package.architecture = word_or(entries.text(Arch), "");
  const auto [source, source_version] = source_of(entries.text(SourceRpm));
  package.source = word_or(source, package.name);
  package.source_version = word_or(source_version, package.version);
  package.licence = shown_package_text(entries.text(License));
  const std::uint64_t size = entries.number(LongSize).value_or(entries.number(Size).value_or(0));
  constexpr auto kMostSize = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  package.installed_bytes = size <= kMostSize ? size : 0;
  header.is_key = package.name == "gpg-pubkey" && !entries.has(BaseNames) && !entries.has(OldFileNames);
  header.python_metadata = python_metadata_of(entries);
  return header;
}

}  // namespace berth::image
