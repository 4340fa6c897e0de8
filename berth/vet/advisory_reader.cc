#include "berth/vet/advisory_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <system_error>

#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/content/zip_archive.h"
#include "berth/sys/file.h"
#include "berth/vet/tar_reader.h"

namespace berth::vet {
namespace {

constexpr std::size_t kLargestFile = std::size_t{512} << 20;
constexpr std::size_t kMostUnpacked = std::size_t{4} << 30;
constexpr std::size_t kLargestRecord = std::size_t{16} << 20;
constexpr std::size_t kMostFiles = 500'000;
constexpr std::size_t kMostProblems = 200;
constexpr std::size_t kReadableOf = 100;  // one unreadable record in so many is borne

constexpr std::string_view kTaken =
    "taken are a record or a list of them in JSON or YAML, and a .zip or .tar.gz of such ('tar czf FILE FOLDER' makes "
    "one)";

bool is_record_name(std::string_view name) {
  return name.ends_with(".json") || name.ends_with(".yaml") || name.ends_with(".yml");
}

// Collects records, and what is wrong with them.
class Gathering {
 public:
  void add(Result<Advisory> advisory) {
    ++records_;
    if (!advisory) {
      ++unreadable_;
      return note(advisory.error().message());
    }
    // Of another ecosystem, or of commits alone: it can say nothing of any package here.
    if (advisory->affected.empty() && !advisory->is_withdrawn) {
      ++source_.left_out;
      return;
    }
    for (const std::string& problem : advisory->problems) note(fmt::format("{}: {}", advisory->id, problem));
    const auto [place, is_new] = by_id_.try_emplace(advisory->id, *advisory);
    if (!is_new && place->second.modified < advisory->modified) place->second = *std::move(advisory);
  }

  Result<GatheredAdvisories> finish() && {
    if (records_ == 0) return fail(Errc::InvalidInput, "there is no advisory in it");
    if (unreadable_ * kReadableOf > records_) {
      return fail(Errc::InvalidInput, fmt::format("{} of {} advisories cannot be read: {}", unreadable_, records_,
                                                  source_.problems.front()));
    }
    if (by_id_.empty()) {
      return fail(Errc::InvalidInput,
                  fmt::format("none of its {} advisories speaks of a package of the Python index or of a distribution "
                              "that Berth judges: take an export of one of those",
                              records_));
    }
    GatheredAdvisories gathered;
    for (auto& [id, advisory] : by_id_) {
      for (const std::string& one : contradictions_of(advisory)) {
        ++source_.contradictions;
        note(fmt::format("{}: {}", id, one));
      }
      source_.newest = std::max(source_.newest, advisory.modified);
      source_.withdrawn += advisory.is_withdrawn ? 1 : 0;
      gathered.advisories.push_back(std::move(advisory));
    }
    source_.advisories = gathered.advisories.size();
    gathered.source = std::move(source_);
    return gathered;
  }

 private:
  void note(std::string_view problem) {
    if (source_.problems.size() < kMostProblems) source_.problems.push_back(to_visible(problem, false));
  }

  std::map<std::string, Advisory> by_id_;
  SourceInfo source_;
  std::size_t records_ = 0;
  std::size_t unreadable_ = 0;
};

Result<void> gather_zip(std::string_view bytes, Gathering& gathering) {
  const content::ZipLimits limits = {.archive_bytes = kLargestFile,
                                     .entries = kMostFiles,
                                     .entry_bytes = kLargestRecord,
                                     .total_bytes = kMostUnpacked};
  BERTH_TRY(const auto archive, content::ZipArchive::parse(bytes, "archive", limits));
  for (const content::ZipEntry& entry : archive.entries()) {
    if (entry.is_folder || !is_record_name(entry.name)) continue;
    BERTH_TRY(const std::string record, archive.unpack(entry));
    gathering.add(parse_advisory(record, entry.name));
  }
  return {};
}

Result<void> gather_tar(std::string_view bytes, Gathering& gathering) {
  GzipReader unpacked(bytes, kMostUnpacked);
  TarReader archive(unpacked, {.files = kMostFiles, .file_bytes = kLargestRecord});
  for (;;) {
    BERTH_TRY(const auto file, archive.next());
    if (!file) return {};
    if (is_record_name(file->name)) gathering.add(parse_advisory(file->bytes, file->name));
  }
}

Result<void> gather_records(std::string_view bytes, std::string_view name, Gathering& gathering) {
  const std::size_t begin = bytes.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || bytes[begin] != '[') {
    if (bytes.size() > kLargestRecord) return fail(Errc::Exhausted, "one record of more than 16 MiB");
    gathering.add(parse_advisory(bytes, name));
    return {};
  }
  BERTH_TRY(const Json records, parse_json(bytes, {.depth = 65, .values = 20'000'000}));
  for (const Json& record : *records.as_array()) {
    gathering.add(advisory_of_json(record).context([&] { return record.text_or("id", "a record"); }));
  }
  return {};
}

// What it is, of an archive that is not taken.
std::string_view other_archive(std::string_view bytes) {
  constexpr std::size_t kTarMagic = 257;
  if (bytes.size() > kTarMagic && bytes.substr(kTarMagic).starts_with("ustar")) return "tar, not packed";
  if (bytes.starts_with("\xfd"
                        "7zXZ")) {
    return "xz";
  }
  if (bytes.starts_with("BZh")) return "bzip2";
  return bytes.starts_with("\x28\xb5\x2f\xfd") ? "zstd" : "";
}

Result<GatheredAdvisories> gather(std::string_view bytes, std::string_view name) {
  Gathering gathering;
  if (bytes.starts_with("PK\x03\x04")) {
    BERTH_CHECK_OK(gather_zip(bytes, gathering));
  } else if (bytes.starts_with("\x1f\x8b")) {
    BERTH_CHECK_OK(gather_tar(bytes, gathering));
  } else if (const std::string_view packed = other_archive(bytes); !packed.empty()) {
    return fail(Errc::InvalidInput, fmt::format("it is an archive of another form ({}): {}", packed, kTaken));
  } else {
    BERTH_CHECK_OK(gather_records(bytes, name, gathering));
  }
  BERTH_TRY(GatheredAdvisories gathered, std::move(gathering).finish());
  gathered.source.sha256 = sha256_hex(bytes);
  return gathered;
}

}  // namespace

Result<GatheredAdvisories> gather_advisories(std::string_view bytes, std::string_view name) {
  return gather(bytes, name).context([&] { return fmt::format("read advisories from '{}'", name); });
}

Result<GatheredAdvisories> read_advisories(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return fail(Errc::InvalidInput, fmt::format("'{}' is a folder: {}", path.native(), kTaken));
  }
  BERTH_TRY(const std::string bytes, sys::read_file(path, kLargestFile));
  BERTH_TRY(GatheredAdvisories gathered, gather_advisories(bytes, path.native()));
  gathered.source.origin = path.native();
  return gathered;
}

}  // namespace berth::vet
