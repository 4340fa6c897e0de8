// The folder in which databases of advisories lie, one file a source, and its care.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/advisory_database.h"
#include "berth/vet/advisory_reader.h"

namespace berth::vet {

// What lies there, read.
struct StoredAdvisories {
  AdvisoryDatabase database;
  // Files that could not be read, and what is used instead: "pypa: its checksum is wrong; ...: the one before it is in
  // use, imported 2026-11-20T10:00:00Z".
  std::vector<std::string> problems;
};

// Where nothing that lies there covers the Python index, the start set is part of it (start_advisories.h). A folder
// that is not there holds nothing. Errors: those of reading the folder itself.
Result<StoredAdvisories> load_advisories(const std::filesystem::path& folder);

// Whether a source of a hundred advisories or more may be replaced by fewer than half of them.
enum class Shrinking { Refused, Taken };

// Puts a source's advisories in place of those that have its name, whole or not at all (kept_file.h): the old ones stay
// in use until the new ones lie there, synced and read back, and are kept beside them afterwards. `gathered.source`
// needs its name. Errors: InvalidInput for a name that is none, and for one that has shrunk too much; what writing
// says.
Result<SourceInfo> store_advisories(const std::filesystem::path& folder, GatheredAdvisories gathered,
                                    std::chrono::system_clock::time_point now,
                                    Shrinking shrinking = Shrinking::Refused);

// Errors: NotFound when there is no such source.
Result<void> remove_advisories(const std::filesystem::path& folder, std::string_view name);

// The name of a source that is given none: that of its file, without endings: "pypa-2024" of /x/pypa-2024.tar.gz.
std::string source_name_of(std::string_view origin);

// How old a source is: by the day that its contents are of, else by its import, or, where it is outdated, by its newest
// advisory. Nothing when it says neither, or a day to come.
std::optional<std::chrono::seconds> age_of(const SourceInfo& source, std::chrono::system_clock::time_point now);

// Whether it was old when it was imported: a public database of which nothing had changed for a month.
bool is_outdated(const SourceInfo& source);

}  // namespace berth::vet
