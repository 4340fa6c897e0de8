#include "berth/vet/project_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "berth/base/json.h"
#include "berth/base/lower_case.h"
#include "berth/base/utc_text.h"
#include "berth/base/utf8.h"
#include "berth/vet/python_version.h"

namespace berth::vet {
namespace {

constexpr std::size_t kLongestReason = 500;
constexpr std::array<std::string_view, 7> kSourceEndings = {".tar.gz", ".zip", ".tar.bz2", ".tgz",
                                                            ".tar.xz", ".tar", ".egg"};

ProjectFile file_of(const Json& member) {
  ProjectFile file;
  file.name = member.text_or("filename", "");
  if (const Json* hashes = member.find("hashes")) file.sha256 = lower_case(hashes->text_or("sha256", ""));
  file.uploaded = parse_utc(member.text_or("upload-time", ""));
  // PEP 714: the newer name first.
  for (const char* key : {"core-metadata", "dist-info-metadata", "data-dist-info-metadata"}) {
    const Json* metadata = member.find(key);
    if (metadata == nullptr || file.metadata_sha256) continue;
    const bool* whether = metadata->as_bool();
    if (metadata->is_object() || (whether != nullptr && *whether)) {
      file.metadata_sha256 = metadata->is_object() ? lower_case(metadata->text_or("sha256", "")) : std::string();
    }
  }
  const Json* yanked = member.find("yanked");
  if (yanked == nullptr) return file;
  if (const std::string* reason = yanked->as_string()) {
    file.is_yanked = true;
    file.yanked_reason = reason->substr(0, kLongestReason);
  } else if (const bool* whether = yanked->as_bool()) {
    file.is_yanked = *whether;
  }
  return file;
}

// What is no word of PEP 792, or of a later one, says nothing.
void add_status(const Json& page, ProjectPage& read) {
  const Json* status = page.find("project-status");
  if (status == nullptr || !status->is_object()) return;
  const std::string word = status->text_or("status", "");
  if (!is_project_status(word)) return;
  read.status = word;
  read.status_reason = status->text_or("reason", "").substr(0, kLongestReason);
}

// Equal for versions that are: 1.0 and 1.0.0.
std::string version_key(std::string_view text) {
  const auto version = PythonVersion::parse(text);
  return version ? version->key() : std::string(text);
}

// The files that may be meant: that of the hash, or those of the version whose hash no index gives; without a hash all
// of the version.
std::vector<const ProjectFile*> files_meant(const Facts& facts, const std::vector<IndexAnswer>& answers) {
  std::vector<const ProjectFile*> by_hash;
  std::vector<const ProjectFile*> by_version;
  const std::string wanted = version_key(facts.package.version);
  for (const IndexAnswer& answer : answers) {
    for (const ProjectFile& file : answer.page.files) {
      if (!facts.sha256.empty() && file.sha256 == facts.sha256) by_hash.push_back(&file);
      if (facts.package.version.empty()) continue;
      const std::string version = version_in_file_name(file.name, facts.package.name);
      if (!version.empty() && version_key(version) == wanted) by_version.push_back(&file);
    }
  }
  if (!by_hash.empty()) return by_hash;
  // A hash that no index knows speaks for no file with another one.
  if (!facts.sha256.empty()) std::erase_if(by_version, [](const ProjectFile* file) { return !file->sha256.empty(); });
  return by_version;
}

void add_presence(Facts& facts, const std::vector<IndexAnswer>& answers) {
  using enum IndexAnswer::Presence;
  const auto count = [&](auto&& holds) { return std::ranges::count_if(answers, holds); };
  const auto there = count([](const IndexAnswer& one) { return one.presence == There; });
  const bool some_unknown = count([](const IndexAnswer& one) { return one.presence == Unknown; }) > 0;
  const bool some_public = count([](const IndexAnswer& one) { return one.is_public; }) > 0;
  const bool there_publicly = count([](const IndexAnswer& one) { return one.is_public && one.presence == There; }) > 0;
  // One index that is nobody else's cannot be confused with another.
  facts.is_public_asked = some_public || answers.size() > 1;
  if (there > 0) facts.is_on_index = true;
  if (there == 0 && !some_unknown) facts.is_on_index = false;
  if (there_publicly || there > 1) facts.is_on_public_index = true;
  if (!facts.is_on_public_index && !some_unknown) facts.is_on_public_index = false;
}

void add_standing(Facts& facts, const std::vector<IndexAnswer>& answers) {
  std::set<std::string> versions;
  for (const IndexAnswer& answer : answers) {
    for (const ProjectFile& file : answer.page.files) {
      if (file.uploaded && (!facts.last_released || *file.uploaded > *facts.last_released)) {
        facts.last_released = file.uploaded;
      }
      if (file.uploaded && (!facts.first_released || *file.uploaded < *facts.first_released)) {
        facts.first_released = file.uploaded;
      }
      const std::string version = version_in_file_name(file.name, facts.package.name);
      if (!version.empty()) versions.insert(version_key(version));
    }
  }
  if (!versions.empty()) facts.releases = static_cast<int>(versions.size());
}

void add_care(Facts& facts, const std::vector<IndexAnswer>& answers) {
  for (const IndexAnswer& answer : answers) {
    const ProjectPage& page = answer.page;
    if (page.status.empty()) continue;
    const std::string said =
        fmt::format("{}{}{}", page.status, page.status_reason.empty() ? "" : ": ", page.status_reason);
    if (page.status != "quarantined") {
      facts.given_up = said;
      continue;
    }
    facts.findings.push_back({Verdict::Refuse, "release.quarantined", facts.package,
                              fmt::format("{} says of the project: {}", answer.index, said),
                              "do not install it: an index does that with what it takes for harmful"});
  }
}

// What an index has for the version: the SHA-256 of its files, or why that is not known.
struct KnownHashes {
  std::set<std::string> all;
  std::string why_none;
};

// A hash of an index's file is one of the version, or of a file whose name tells no version. A file of the version
// without one may be what is locked.
KnownHashes known_hashes(const Facts& facts, const std::vector<IndexAnswer>& answers) {
  if (facts.package.version.empty()) return {{}, "its version is not known"};
  const auto may_have_more = [](const IndexAnswer& one) {
    return one.presence != IndexAnswer::Presence::Absent && !one.problem.empty();
  };
  if (const auto silent = std::ranges::find_if(answers, may_have_more); silent != answers.end()) {
    return {{}, fmt::format("the index '{}' does not say: {}", silent->index, silent->problem)};
  }
  const std::string wanted = version_key(facts.package.version);
  KnownHashes known;
  bool has_version = false;
  for (const IndexAnswer& answer : answers) {
    for (const ProjectFile& file : answer.page.files) {
      const std::string version = version_in_file_name(file.name, facts.package.name);
      if (file.sha256.empty() && version.empty()) continue;
      if (!version.empty() && version_key(version) != wanted) continue;
      if (file.sha256.empty()) {
        return {{}, fmt::format("the index '{}' gives no SHA-256 of '{}'", answer.index, to_visible(file.name, false))};
      }
      has_version = has_version || !version.empty();
      known.all.insert(file.sha256);
    }
  }
  if (!has_version) return {{}, "no index that was asked gives the hash of any"};
  return known;
}

void add_hashes(Facts& facts, const std::vector<IndexAnswer>& answers) {
  if (facts.locked_sha256.empty()) return;
  const KnownHashes known = known_hashes(facts, answers);
  if (!known.why_none.empty()) return;  // then there is nothing to hold them against
  const auto is_strange = [&](const std::string& hash) { return !known.all.contains(hash); };
  const auto strange = std::ranges::count_if(facts.locked_sha256, is_strange);
  if (strange == 0) return;
  const bool is_all = strange == std::ranges::ssize(facts.locked_sha256);
  facts.findings.push_back(
      {is_all ? Verdict::Refuse : Verdict::Ask, "source.hash", facts.package,
       fmt::format("{} of the {} hashes that {} gives for it are of no file that the index has for this version: {}",
                   strange, facts.locked_sha256.size(), facts.package.origin,
                   *std::ranges::find_if(facts.locked_sha256, is_strange)),
       "find out where that file comes from, and lock the package anew from the index"});
}

// Where no index answered, that is why pip had nothing.
void name_silent_indexes(Facts& facts, const std::vector<IndexAnswer>& answers) {
  const auto is_silent = [](const IndexAnswer& one) {
    return one.presence == IndexAnswer::Presence::Unknown && !one.problem.empty();
  };
  if (!std::ranges::all_of(answers, is_silent)) return;
  for (Finding& finding : facts.findings) {
    if (finding.rule != "facts.missing") continue;
    finding.evidence.clear();
    for (const IndexAnswer& answer : answers) {
      finding.evidence += fmt::format("{}the index '{}' could not be asked: {}", finding.evidence.empty() ? "" : "; ",
                                      answer.index, answer.problem);
    }
    finding.remedy =
        "see that the index can be reached from here ('pip config list' and PIP_* say which it is and "
        "through which proxy), and ask again";
  }
}

// It may be withdrawn, by a page that nobody could read.
void add_unread(Facts& facts, const std::vector<IndexAnswer>& answers) {
  const auto is_unread = [](const IndexAnswer& one) {
    return one.presence != IndexAnswer::Presence::Absent && !one.problem.empty();
  };
  const auto unread = std::ranges::find_if(answers, is_unread);
  const auto is_told = [](const Finding& finding) { return finding.rule == "facts.missing"; };
  if (unread == answers.end() || facts.package.version.empty()) return;
  if (std::ranges::any_of(facts.findings, is_told)) return;
  facts.findings.push_back(
      {Verdict::Ask, "facts.missing", facts.package,
       fmt::format("whether the release was withdrawn is not known: the index '{}' does not tell: {}", unread->index,
                   unread->problem),
       "ask again; or take it from an index whose pages can be read, or approve it"});
}

}  // namespace

bool is_project_status(std::string_view word) {
  return word == "archived" || word == "deprecated" || word == "quarantined";
}

Result<ProjectPage> parse_project_page(std::string_view json) {
  const auto reading = [] { return "the page of a project"; };
  if (json.size() > kMostPageBytes) return fail(Errc::Exhausted, "the page of a project is too large");
  BERTH_TRY(const Json page, parse_json(json, {.depth = 64, .values = 5'000'000}).context(reading));
  const Json* files = page.find("files");
  if (files == nullptr || !files->is_array()) {
    return fail(Errc::InvalidInput, "the page of a project has no list 'files'");
  }
  if (files->as_array()->size() > kMostFiles) return fail(Errc::Exhausted, "the page of a project has too many files");
  ProjectPage read;
  for (const Json& member : *files->as_array()) {
    if (!member.is_object()) continue;
    ProjectFile file = file_of(member);
    if (file.name.size() <= kLongestFileName) read.files.push_back(std::move(file));
  }
  add_status(page, read);
  return read;
}

std::string version_in_file_name(std::string_view file, std::string_view project) {
  if (file.size() > kLongestFileName) return {};
  if (file.ends_with(".whl")) {
    const std::size_t begin = std::min(file.find('-'), file.size() - 1) + 1;
    return std::string(file.substr(begin, file.substr(begin).find('-')));
  }
  for (const std::string_view ending : kSourceEndings) {
    if (!file.ends_with(ending)) continue;
    const std::string_view stem = file.substr(0, file.size() - ending.size());
    for (std::size_t at = stem.find('-'); at != std::string_view::npos; at = stem.find('-', at + 1)) {
      const std::string_view version = stem.substr(at + 1);
      if (normal_name(Ecosystem::PyPI, stem.substr(0, at)) == project && PythonVersion::parse(version))
        return std::string(version);
    }
    return {};
  }
  return {};
}

std::string why_no_hashes(const Facts& facts, const std::vector<IndexAnswer>& answers) {
  return known_hashes(facts, answers).why_none;
}

void add_answers(Facts& facts, const std::vector<IndexAnswer>& answers) {
  if (answers.empty()) return;
  add_presence(facts, answers);
  add_standing(facts, answers);
  add_care(facts, answers);
  add_hashes(facts, answers);
  name_silent_indexes(facts, answers);
  const auto meant = files_meant(facts, answers);
  if (meant.empty()) add_unread(facts, answers);
  for (const ProjectFile* file : meant) {
    if (file->is_yanked) {
      facts.is_yanked = true;
      if (facts.yanked_reason.empty()) facts.yanked_reason = file->yanked_reason;
    }
    if (file->metadata_sha256 && !facts.sha256.empty()) facts.metadata_sha256 = file->metadata_sha256;
    if (file->uploaded && (!facts.released || *file->uploaded > *facts.released)) facts.released = file->uploaded;
  }
  if (facts.released) return;
  for (const IndexAnswer& answer : answers) {
    const std::string& why = answer.problem.empty() ? answer.undated : answer.problem;
    if (why.empty()) continue;
    facts.why_undated += fmt::format("{}{}: {}", facts.why_undated.empty() ? "" : "; ", answer.index, why);
  }
  if (facts.why_undated.empty()) {
    facts.why_undated = meant.empty() ? "no index that was asked lists the file" : "the index gives no time of upload";
  }
}

}  // namespace berth::vet
