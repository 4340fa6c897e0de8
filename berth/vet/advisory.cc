#include "berth/vet/advisory.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/utf8.h"
#include "berth/content/yaml_reader.h"
#include "berth/vet/affected_events.h"
#include "berth/vet/distribution_release.h"
#include "berth/vet/distribution_version.h"
#include "berth/vet/yaml_json.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostPackages = 2'000;
constexpr std::size_t kMostVersions = 100'000;
constexpr std::size_t kMostAliases = 200;
constexpr std::size_t kLongestId = 100;
constexpr std::size_t kLongestSummary = 200;
constexpr std::size_t kLongestProblem = 60;
constexpr std::size_t kMostProblems = 20;

std::unexpected<Error> refuse(std::string_view key, std::string_view why) {
  return fail(Errc::InvalidInput, fmt::format("key '{}' {}", key, why));
}

std::string shown(std::string_view text) { return to_visible(text.substr(0, kLongestProblem), false); }

// The list `key` of an object, which may be missing or null; at most so many items.
Result<std::vector<const Json*>> list_of(const Json& object, std::string_view key, std::size_t most) {
  std::vector<const Json*> items;
  const Json* list = object.find(key);
  if (list == nullptr || list->is_null()) return items;
  if (!list->is_array()) return refuse(key, "is no list");
  if (list->as_array()->size() > most) {
    return fail(Errc::Exhausted,
                fmt::format("key '{}' has {} items, more than {}", key, list->as_array()->size(), most));
  }
  for (const Json& item : *list->as_array()) items.push_back(&item);
  return items;
}

Result<std::vector<std::string>> texts_of(const Json& object, std::string_view key, std::size_t most) {
  BERTH_TRY(const auto items, list_of(object, key, most));
  std::vector<std::string> texts;
  for (const Json* item : items) {
    if (!item->is_string()) return refuse(key, "holds what is no text");
    texts.push_back(*item->as_string());
  }
  return texts;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kLongestId &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string first_line(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  const bool is_cut = text.size() > kLongestSummary;
  return to_valid_utf8(text.substr(0, kLongestSummary)) + (is_cut ? "..." : "");
}

// The gravest of what `severity` lists and of the word that a database gives.
Result<Severity> severity_of(const Json& object) {
  Severity severity;
  BERTH_TRY(const auto listed, list_of(object, "severity", 20));
  for (const Json* one : listed) severity = graver(severity, severity_of_vector(one->text_or("score", "")));
  for (const char* key : {"database_specific", "ecosystem_specific"}) {
    const Json* specific = object.find(key);
    if (specific == nullptr || severity.level != SeverityLevel::Unknown) continue;
    for (const char* name : {"severity", "urgency"}) {
      const std::string word = specific->text_or(name, "");
      const SeverityLevel level = level_of_word(word);
      if (level != SeverityLevel::Unknown) severity = {.level = level, .score = std::nullopt, .from = word};
    }
  }
  return severity;
}

Result<void> read_affected(const Json& item, Advisory& advisory) {
  const Json* package = item.find("package");
  if (package == nullptr) return {};  // by commits alone
  if (!package->is_object()) return refuse("affected.package", "is no object");
  const std::string written = package->text_or("ecosystem", "");
  const auto ecosystem = ecosystem_of_osv(written);
  if (!ecosystem) return {};
  AffectedPackage affected = {.ecosystem = *ecosystem, .release = {}, .name = {}, .intervals = {}, .versions = {}};
  if (*ecosystem != Ecosystem::PyPI) affected.release = written;
  const std::string name = package->text_or("name", "");
  if (!is_valid_name(*ecosystem, name))
    return refuse("affected.package.name", fmt::format("'{}' is no name", shown(name)));
  affected.name = normal_name(*ecosystem, name);
  BERTH_TRY(affected.versions, texts_of(item, "versions", kMostVersions));
  BERTH_TRY(const auto ranges, list_of(item, "ranges", kMostPackages));
  for (const Json* range : ranges) {
    const std::string type = range->text_or("type", "");
    if (type != "ECOSYSTEM" && type != "SEMVER") continue;
    BERTH_TRY(const auto events, list_of(*range, "events", 20'000));
    BERTH_TRY(EventIntervals found, intervals_of_events(events, *ecosystem));
    for (const std::string& problem : found.problems) {
      advisory.problems.push_back(fmt::format("{}: {}", affected.name, problem));
    }
    affected.intervals.insert(affected.intervals.end(), found.intervals.begin(), found.intervals.end());
  }
  // Neither versions nor ranges that we can read: nobody is named, which is no word that all are.
  BERTH_TRY(const Severity severity, severity_of(item));
  advisory.severity = graver(advisory.severity, severity);
  advisory.affected.push_back(std::move(affected));
  return {};
}

}  // namespace

Result<Advisory> advisory_of_json(const Json& record) {
  if (!record.is_object()) return fail(Errc::InvalidInput, "an advisory is an object with keys");
  Advisory advisory;
  advisory.id = record.text_or("id", "");
  if (!is_id(advisory.id)) return refuse("id", "is missing, or no id");
  BERTH_TRY(advisory.aliases, texts_of(record, "aliases", kMostAliases));
  if (!std::ranges::all_of(advisory.aliases, is_id)) return refuse("aliases", "holds what is no id");
  advisory.summary = first_line(record.text_or("summary", ""));
  if (advisory.summary.empty()) advisory.summary = first_line(record.text_or("details", ""));
  advisory.modified = shown(record.text_or("modified", ""));
  const Json* withdrawn = record.find("withdrawn");
  advisory.is_withdrawn = withdrawn != nullptr && !withdrawn->is_null();
  BERTH_TRY(advisory.severity, severity_of(record));
  BERTH_TRY(const auto affected, list_of(record, "affected", kMostPackages));
  for (const Json* item : affected) BERTH_CHECK_OK(read_affected(*item, advisory));
  advisory.problems.resize(std::min(advisory.problems.size(), kMostProblems));
  return advisory;
}

Result<Advisory> parse_advisory(std::string_view text, std::string_view name) {
  const auto reading = [&] { return std::string(name); };
  // A YAML text that begins so is JSON as well.
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != std::string_view::npos && text[begin] == '{') {
    BERTH_TRY(const Json record, parse_json(text, {.depth = 64, .values = 500'000}).context(reading));
    return advisory_of_json(record).context(reading);
  }
  BERTH_TRY(const content::YamlDocument document, content::parse_yaml(text, name));
  return advisory_of_json(json_of_yaml(document.root())).context(reading);
}

bool holds(const AffectedInterval& interval, Ecosystem ecosystem, std::string_view version) {
  if (!interval.introduced.empty() && compare_versions(ecosystem, version, interval.introduced) < 0) return false;
  if (interval.end == AffectedInterval::End::Never) return true;
  const auto order = compare_versions(ecosystem, version, interval.last);
  return interval.end == AffectedInterval::End::Fixed ? order < 0 : order <= 0;
}

std::vector<std::string> contradictions_of(const Advisory& advisory) {
  std::vector<std::string> found;
  for (const AffectedPackage& affected : advisory.affected) {
    if (affected.intervals.empty()) continue;
    for (const std::string& version : affected.versions) {
      // What the ecosystem cannot read is in no order: the list alone speaks of it.
      if (!is_valid_version(affected.ecosystem, version)) continue;
      const bool is_held = std::ranges::any_of(affected.intervals, [&](const AffectedInterval& interval) {
        return holds(interval, affected.ecosystem, version);
      });
      if (!is_held) {
        found.push_back(fmt::format("{}: {} is listed, and no range affects it", affected.name, shown(version)));
      }
    }
  }
  return found;
}

}  // namespace berth::vet
