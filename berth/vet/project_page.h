// What package indexes say of one project: its files, when each came there, and what was withdrawn. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/facts.h"

namespace berth::vet {

// Largest page that is read.
inline constexpr std::size_t kMostPageBytes = std::size_t{64} << 20;
inline constexpr std::size_t kMostFiles = 200'000;
// Of a file's name, as file systems have it; a file with a longer one is none, and is passed over.
inline constexpr std::size_t kLongestFileName = 255;

struct ProjectFile {
  std::string name;                                               // "mechanize-0.4.10-py2.py3-none-any.whl"
  std::string sha256;                                             // empty where the index gives none
  std::optional<std::chrono::system_clock::time_point> uploaded;  // PEP 700
  bool is_yanked = false;                                         // PEP 592
  std::string yanked_reason;
  std::optional<std::string> metadata_sha256 = {};  // of its METADATA, which lies beside it (PEP 658); may be empty
};

struct ProjectPage {
  std::vector<ProjectFile> files;
  std::string status;  // PEP 792: "archived", "deprecated", "quarantined"; empty where nothing or "active" is said
  std::string status_reason;
};

// A project's page in the JSON form of the simple API (PEP 691, 700 and 792). Members that are not known, or of another
// kind, say nothing. Errors: InvalidInput when it is no such page; Exhausted past a bound.
Result<ProjectPage> parse_project_page(std::string_view json);

// Whether it is a word of PEP 792 that says something: "archived", "deprecated" or "quarantined".
bool is_project_status(std::string_view word);

// The version in a file's name (PEP 427, PEP 625 and what came before), for the normalised name `project`; empty where
// there is none, and for names that are too long.
std::string version_in_file_name(std::string_view file, std::string_view project);

// What one index answered when it was asked for a project.
struct IndexAnswer {
  enum class Presence { There, Absent, Unknown };

  std::string index;       // its address, for people
  bool is_public = false;  // anybody may publish there
  Presence presence = Presence::Unknown;
  std::string problem;    // why presence is not known, or the page is not read
  std::string undated;    // why a page that is read tells no dates
  ProjectPage page = {};  // where it is one that tells more
};

// Puts into `facts` what the answers say: whether its name is there, publicly too, how long and with how many releases,
// and whether anybody looks after it; and of its version when it came, and whether it was withdrawn. A project that its
// index keeps in quarantine gets the finding `release.quarantined` (Refuse). The version's file is known by its hash;
// without one the latest file of the version counts, for a file can be added to an old release. Without an answer
// nothing changes but `why_undated`, and a finding `facts.missing`, which names the index and what was wrong with
// asking it: there is one (Ask) for each version that no page has which could be read, since it may be withdrawn.
// Hashes that a lock gives and that no index has for the version are the finding `source.hash`: Refuse where none of
// them is known, Ask where some are.
void add_answers(Facts& facts, const std::vector<IndexAnswer>& answers);

// Why the hashes that a lock gives cannot be held against the files that the indexes have for the version, which each
// must have a SHA-256; empty where they can.
std::string why_no_hashes(const Facts& facts, const std::vector<IndexAnswer>& answers);

}  // namespace berth::vet
