#include "berth/vet/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <memory>

#include "berth/base/utf8.h"
#include "berth/content/suggestion.h"
#include "berth/content/yaml_reader.h"
#include "berth/vet/source_info.h"
#include "berth/vet/yaml_keys.h"

namespace berth::vet {
namespace {

using content::YamlNode;

// All rules that findings are made by (judge.h, name_findings.h).
constexpr std::string_view kRules[] = {
    "name.invalid",        "name.malicious",      "name.look-alike",      "name.confusion",
    "name.free",           "name.unknown",        "licence.denied",       "licence.asked",
    "licence.none",        "licence.unclear",     "licence.disagreement", "advisory.malicious",
    "advisory.critical",   "advisory.high",       "advisory.medium",      "advisory.low",
    "advisory.none",       "advisory.unknown",    "database.missing",     "database.stale",
    "database.damaged",    "database.start-set",  "database.uncovered",   "release.young",
    "release.undated",     "release.yanked",      "release.unseen",       "release.unmaintained",
    "release.quarantined", "version.none",        "version.unreadable",   "source.elsewhere",
    "facts.missing",       "list.stale",          "list.damaged",         "build.remote-add",
    "build.secret",        "build.pipe-to-shell", "build.unverified",     "build.extra-index",
    "build.moving-tag",    "build.root",          "build.unread",         "dependencies.unresolved",
    "source.hash",
};

std::string shown(std::string_view text) { return to_visible(text.substr(0, 60), false); }

// In which list each licence stands, of those that exclude one another.
using ListsOfLicences = std::map<std::string, std::string_view, std::less<>>;

// One list; a licence of it may stand in no other.
YamlSetter licence_list(std::string_view key, std::vector<LicenceTerm>& into,
                        const std::shared_ptr<ListsOfLicences>& lists) {
  return [key, &into, lists](const YamlNode& node, const YamlPlace& place) -> Result<void> {
    BERTH_CHECK_OK(yaml_list(parse_licence_entry, into)(node, place));
    for (std::size_t i = 0; i < into.size(); ++i) {
      const auto [other, is_new] = lists->emplace(into[i].text(), key);
      if (is_new || other->second == key) continue;
      return fail(Errc::InvalidInput, fmt::format("{} has '{}', which stands in '{}', too: write it in one of them",
                                                  place.text(*node.items()[i]), into[i].text(), other->second));
    }
    return {};
  };
}

// Verdicts by group, as keys of a mapping.
void add_groups(std::vector<YamlKey>& keys, LicenceRules& rules) {
  for (const auto group : {LicenceGroup::Permissive, LicenceGroup::WeakCopyleft, LicenceGroup::Copyleft,
                           LicenceGroup::Restrictive, LicenceGroup::Other}) {
    keys.push_back({group_text(group), yaml_value(parse_verdict, rules.groups[group])});
  }
  const auto lists = std::make_shared<ListsOfLicences>();
  keys.push_back({"allow", licence_list("allow", rules.allowed, lists)});
  keys.push_back({"ask", licence_list("ask", rules.asked, lists)});
  keys.push_back({"refuse", licence_list("refuse", rules.refused, lists)});
}

Result<std::string> parse_name(std::string_view text) {
  if (is_valid_name(Ecosystem::PyPI, text)) return normal_name(Ecosystem::PyPI, text);
  return fail(Errc::InvalidInput, fmt::format("'{}' is no name of a Python package", shown(text)));
}

// Others could change what comes without being seen, or read what is asked for.
Result<std::string> parse_address(std::string_view text) {
  if (to_visible(text, false) != text) return fail(Errc::InvalidInput, "an address holds invisible characters");
  if (text.starts_with('/')) return std::string(text);
  constexpr std::string_view kHttps = "https://";
  const std::string_view rest = text.starts_with(kHttps) ? text.substr(kHttps.size()) : std::string_view();
  const std::string_view host = rest.substr(0, rest.find('/'));
  if (host.empty())
    return fail(Errc::InvalidInput, fmt::format("'{}' is neither an https address nor an absolute path", shown(text)));
  if (host.find('@') != std::string_view::npos) {
    return fail(Errc::InvalidInput,
                "an address holds a user or a password; put them into ~/.netrc, and write it without");
  }
  return std::string(text);
}

Result<std::string> parse_sha256(std::string_view text) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (text.size() == 64 && std::ranges::all_of(text, is_hex)) return std::string(text);
  return fail(Errc::InvalidInput, fmt::format("'{}' is no SHA-256: 64 digits and small letters a to f", shown(text)));
}

// An address, or a mapping of it and the SHA-256 of what lies there.
Result<void> read_source(const YamlNode& node, const YamlPlace& place, Source& source) {
  if (!node.is_mapping()) return yaml_value(parse_address, source.address)(node, place);
  BERTH_CHECK_OK(read_yaml_keys(
      node, place,
      {{"address", yaml_value(parse_address, source.address)}, {"sha256", yaml_value(parse_sha256, source.sha256)}}));
  if (source.address.empty()) return fail(Errc::InvalidInput, place.text(node) + " needs an 'address'");
  return {};
}

// In the place of those of the default.
Result<void> read_sources(const YamlNode& node, const YamlPlace& place, std::vector<Source>& sources) {
  sources.clear();
  if (node.is_null()) return {};
  if (!node.is_mapping()) return fail(Errc::InvalidInput, place.text(node) + " is no mapping of names to addresses");
  for (const auto& [key, value] : node.entries()) {
    Source source;
    BERTH_CHECK_OK(yaml_value(parse_source_name, source.name)(*key, place.below(key->text())));
    BERTH_CHECK_OK(read_source(*value, place.below(key->text()), source));
    sources.push_back(std::move(source));
  }
  return {};
}

// The keys of one list.
YamlSetter list_keys(ListPolicy& list) {
  const auto source = [&list](const YamlNode& node, const YamlPlace& place) {
    return read_source(node, place, list.source.emplace());
  };
  return yaml_group({{"source", source}, {"max_age", yaml_value(parse_age, list.max_age)}});
}

Result<void> read_rules(const YamlNode& node, const YamlPlace& place, std::map<std::string, Verdict>& rules) {
  if (node.is_null()) return {};
  if (!node.is_mapping()) return fail(Errc::InvalidInput, place.text(node) + " is no mapping of rules to verdicts");
  for (const auto& [key, value] : node.entries()) {
    const YamlPlace here = place.below(key->text());
    std::string rule;
    BERTH_CHECK_OK(yaml_value(parse_rule, rule)(*key, here));
    if (rule.ends_with(".malicious") || rule.ends_with('*')) {
      return fail(Errc::InvalidInput,
                  here.text(*key) + " cannot be set here; approvals.yaml can let one package through");
    }
    BERTH_CHECK_OK(yaml_value(parse_verdict, rules[rule])(*value, here));
  }
  return {};
}

}  // namespace

LicenceRules Policy::licences_of_distributions() {
  LicenceRules rules;
  rules.groups[LicenceGroup::Copyleft] = Verdict::Allow;
  rules.groups[LicenceGroup::Restrictive] = Verdict::Ask;
  rules.groups[LicenceGroup::Other] = Verdict::Allow;
  return rules;
}

Result<Verdict> parse_verdict(std::string_view text) {
  for (const Verdict verdict : {Verdict::Allow, Verdict::Ask, Verdict::Refuse}) {
    if (text == verdict_text(verdict)) return verdict;
  }
  return fail(Errc::InvalidInput, fmt::format("'{}' is no verdict; write allow, ask or refuse", shown(text)));
}

Result<std::chrono::seconds> parse_age(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const bool is_known = unit == "d" || unit == "h" || (unit.empty() && count == 0);
  if (problem != std::errc() || !is_known || count < 0 || count > 10'000) {
    return fail(Errc::InvalidInput,
                fmt::format("'{}' is no age; write days or hours, as in 7d and 36h, or 0", shown(text)));
  }
  return unit == "d" ? std::chrono::days(count) : std::chrono::seconds(std::chrono::hours(count));
}

std::vector<std::string> known_rules() { return {std::ranges::begin(kRules), std::ranges::end(kRules)}; }

Result<std::string> parse_rule(std::string_view text) {
  if (std::ranges::find(kRules, text) != std::ranges::end(kRules)) return std::string(text);
  const bool is_wide = text.ends_with(".*") && std::ranges::any_of(kRules, [&](std::string_view rule) {
                         return rule.starts_with(text.substr(0, text.size() - 1));
                       });
  if (is_wide) return std::string(text);
  return fail(Errc::InvalidInput,
              fmt::format("'{}' is no rule{}", shown(text), content::suggestion_for(text, known_rules())));
}

Result<Policy> parse_policy(std::string_view text, std::string_view name) {
  BERTH_TRY(const content::YamlDocument document, content::parse_yaml(text, name));
  Policy policy;
  std::string version;
  const auto any_text = [](std::string_view given) -> Result<std::string> { return std::string(given); };
  std::vector<YamlKey> distribution;
  add_groups(distribution, policy.distribution_licences);
  std::vector<YamlKey> licences = {
      {"none", yaml_value(parse_verdict, policy.no_licence)},
      {"distribution", [&, group = yaml_group(std::move(distribution))](const YamlNode& node, const YamlPlace& place) {
         policy.binds_distributions = !node.is_null();
         return group(node, place);
       }}};
  add_groups(licences, policy.licences);
  const auto sources = [&](const YamlNode& node, const YamlPlace& place) {
    return read_sources(node, place, policy.sources);
  };
  std::vector<YamlKey> advisories = {{"max_age", yaml_value(parse_age, policy.database_age)},
                                     {"missing", yaml_value(parse_verdict, policy.no_database)},
                                     {"start_set", yaml_value(parse_verdict, policy.start_set)},
                                     {"uncovered", yaml_value(parse_verdict, policy.uncovered)},
                                     {"sources", sources}};
  for (auto& [level, verdict] : policy.advisories) {
    advisories.push_back({level_text(level), yaml_value(parse_verdict, verdict)});
  }
  std::vector<YamlKey> lists = {{"stale", yaml_value(parse_verdict, policy.stale_list)}};
  for (auto& [kind, list] : policy.lists) lists.push_back({list_kind_text(kind), list_keys(list)});
  const auto rules = [&](const YamlNode& node, const YamlPlace& place) {
    return read_rules(node, place, policy.rules);
  };
  const std::vector<YamlKey> keys = {
      {"version", yaml_value(any_text, version)},
      {"licences", yaml_group(std::move(licences))},
      {"advisories", yaml_group(std::move(advisories))},
      {"lists", yaml_group(std::move(lists))},
      {"releases", yaml_group({{"min_age", yaml_value(parse_age, policy.release_age)},
                               {"young", yaml_value(parse_verdict, policy.young)},
                               {"undated", yaml_value(parse_verdict, policy.undated)},
                               {"yanked", yaml_value(parse_verdict, policy.yanked)},
                               {"max_silence", yaml_value(parse_age, policy.silence)},
                               {"unmaintained", yaml_value(parse_verdict, policy.unmaintained)}})},
      {"names", yaml_group({{"private", yaml_list(parse_name, policy.private_names)}})},
      {"rules", rules},
  };
  BERTH_CHECK_OK(read_yaml_keys(document.root(), {name, ""}, keys));
  if (version != "1") return fail(Errc::InvalidInput, fmt::format("{}: 'version' must be 1", name));
  return policy;
}

}  // namespace berth::vet
