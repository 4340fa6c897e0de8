// What an operator takes into an image: vet.yaml (docs/vetting.md lists its keys). Pure.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/finding.h"
#include "berth/vet/known_list.h"
#include "berth/vet/licence_rules.h"
#include "berth/vet/severity.h"

namespace berth::vet {

// A place that advisories or a list are fetched from.
struct Source {
  std::string name;     // of advisories; empty for a list
  std::string address;  // https://..., or an absolute path
  std::string sha256;   // of the bytes that must lie there; empty where any are taken
};

struct ListPolicy {
  std::optional<Source> source;
  std::chrono::seconds max_age = {};
};

struct Policy {
  LicenceRules licences;              // of Python packages
  Verdict no_licence = Verdict::Ask;  // nothing says which
  LicenceRules distribution_licences = licences_of_distributions();
  bool binds_distributions = false;  // the policy names them itself: then images that are made are held to it, too

  std::map<SeverityLevel, Verdict> advisories = {
      {SeverityLevel::Critical, Verdict::Refuse}, {SeverityLevel::High, Verdict::Refuse},
      {SeverityLevel::Medium, Verdict::Ask},      {SeverityLevel::Low, Verdict::Allow},
      {SeverityLevel::None, Verdict::Allow},      {SeverityLevel::Unknown, Verdict::Ask},
  };
  std::chrono::seconds database_age = std::chrono::days(7);
  Verdict no_database = Verdict::Ask;  // there is none, or it is older than that
  Verdict start_set = Verdict::Allow;  // of the index, there is none but the one that came with the program
  Verdict uncovered = Verdict::Allow;  // of a distribution whose packages are judged, there are none
  // Where nothing else is said, the export of osv.dev for the Python index.
  std::vector<Source> sources = {{"osv-pypi", "https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip", ""}};

  // New licences are unknown, and so asked about, in an old list of them: it needs no limit.
  std::map<ListKind, ListPolicy> lists = {
      {ListKind::Popular, {.source = std::nullopt, .max_age = std::chrono::days(365)}},
      {ListKind::Malicious, {.source = std::nullopt, .max_age = std::chrono::days(365)}},
      {ListKind::Licences, {.source = std::nullopt, .max_age = std::chrono::days(3650)}},
      {ListKind::Exceptions, {.source = std::nullopt, .max_age = std::chrono::days(3650)}},
  };
  Verdict stale_list = Verdict::Ask;  // one is older than that, or damaged

  std::chrono::seconds release_age = std::chrono::days(7);
  Verdict young = Verdict::Ask;
  Verdict undated = Verdict::Ask;  // the index was asked, and does not say when it came
  Verdict yanked = Verdict::Refuse;
  std::chrono::seconds silence = std::chrono::days(1095);  // without a release, after which nobody looks after it
  Verdict unmaintained = Verdict::Allow;

  std::vector<std::string> private_names;  // normalised: of an index of one's own
  std::map<std::string, Verdict> rules;    // by the id of a rule, in the place of its own verdict

  // GPL and its like are what distributions are made of; they are reported, and taken.
  static LicenceRules licences_of_distributions();
};

// Errors: InvalidInput, with file, line, key and remedy.
Result<Policy> parse_policy(std::string_view text, std::string_view name);

// "allow", "ask", "refuse". Errors: InvalidInput.
Result<Verdict> parse_verdict(std::string_view text);
// "7d", "36h", "0". Errors: InvalidInput.
Result<std::chrono::seconds> parse_age(std::string_view text);
// The ids of all rules.
std::vector<std::string> known_rules();
// The id of a rule that there is, or of all below one: "licence.*". Errors: InvalidInput with a suggestion.
Result<std::string> parse_rule(std::string_view text);

}  // namespace berth::vet
