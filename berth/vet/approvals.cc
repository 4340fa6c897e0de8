#include "berth/vet/approvals.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "berth/base/utc_text.h"
#include "berth/base/utf8.h"
#include "berth/content/yaml_reader.h"
#include "berth/vet/distribution_version.h"
#include "berth/vet/policy.h"
#include "berth/vet/yaml_keys.h"

namespace berth::vet {
namespace {

using content::YamlNode;

constexpr std::size_t kMostApprovals = 10'000;
constexpr std::size_t kLongestId = 100;

// Nothing in it that can be seen: blanks of all kinds.
bool is_blank(std::string_view text) {
  while (!text.empty()) {
    const Utf8Char next = next_utf8(text);
    text.remove_prefix(next.size);
    const bool is_seen = next.code > 0x20 && next.code != 0xa0 && !(next.code >= 0x2000 && next.code <= 0x200f) &&
                         !(next.code >= 0x2028 && next.code <= 0x202f) && next.code != 0x2060 && next.code != 0x3000 &&
                         next.code != 0xfeff;
    if (is_seen) return false;
  }
  return true;
}

// "WHY", "why", "<WHY>", "...".
bool is_placeholder(std::string_view text, std::string_view proposed) {
  constexpr std::string_view kAround = " \t\r\n<>[](){}_*.?!:\"'";
  const std::size_t begin = text.find_first_not_of(kAround);
  if (begin == std::string_view::npos) return true;
  text = text.substr(begin, text.find_last_not_of(kAround) - begin + 1);
  return std::ranges::equal(text, proposed,
                            [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 'a' + 'A' : a) == b; });
}

Result<std::string> some_text(std::string_view text) {
  if (text.empty()) return fail(Errc::InvalidInput, "is empty");
  return std::string(text);
}

// Who answers for it, and why: not what is only there to be filled in. `proposed` is what messages write there.
auto parse_statement(std::string_view proposed) {
  return [proposed](std::string_view text) -> Result<std::string> {
    if (is_blank(text)) return fail(Errc::InvalidInput, "is blank");
    if (is_placeholder(text, proposed)) {
      return fail(Errc::InvalidInput, fmt::format("'{}' is only a place to be filled in: write {}", text,
                                                  proposed == "YOU" ? "who answers for it" : "why it may pass"));
    }
    return std::string(text);
  };
}

Result<Ecosystem> parse_ecosystem(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Ecosystem>, 6> kKnown = {{{"pypi", Ecosystem::PyPI},
                                                                                    {"debian", Ecosystem::Debian},
                                                                                    {"alpine", Ecosystem::Alpine},
                                                                                    {"rpm", Ecosystem::Rpm},
                                                                                    {"image", Ecosystem::Image},
                                                                                    {"list", Ecosystem::List}}};
  for (const auto& [word, ecosystem] : kKnown) {
    if (text == word) return ecosystem;
  }
  return fail(Errc::InvalidInput, "must be pypi, debian, alpine, rpm, image or list");
}

Result<std::string> parse_day(std::string_view text) {
  if (text.size() == 10 && parse_utc(text)) return std::string(text);
  return fail(Errc::InvalidInput, "needs a date of this century or the next, as in 2027-01-31");
}

// "CVE-2026-1", "GHSA-...": in any case, as people write them.
std::string upper(std::string_view text) {
  std::string big(text);
  for (char& c : big) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return big;
}

Result<std::string> parse_id(std::string_view text) {
  const bool is_id = text.find('-') != std::string_view::npos && text.size() <= kLongestId &&
                     std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
  if (is_id) return std::string(text);
  return fail(Errc::InvalidInput, "is no id of an advisory, such as CVE-2026-1, GHSA-... or PYSEC-...");
}

Result<Approval> parse_approval(const YamlNode& node, const YamlPlace& place) {
  Approval approval;
  approval.line = node.line;
  const std::vector<YamlKey> keys = {
      {"package", yaml_value(some_text, approval.name)},
      {"ecosystem", yaml_value(parse_ecosystem, approval.ecosystem)},
      {"versions", yaml_value(some_text, approval.written)},
      {"rule", yaml_value(parse_rule, approval.rule)},
      {"id", yaml_value(parse_id, approval.id)},
      {"reason", yaml_value(parse_statement("WHY"), approval.reason)},
      {"who", yaml_value(parse_statement("YOU"), approval.who)},
      {"until", yaml_value(parse_day, approval.until_text)},
  };
  BERTH_CHECK_OK(read_yaml_keys(node, place, keys));
  const std::pair<const char*, const std::string*> needed[] = {{"package", &approval.name},
                                                               {"rule", &approval.rule},
                                                               {"reason", &approval.reason},
                                                               {"who", &approval.who},
                                                               {"until", &approval.until_text}};
  for (const auto& [key, value] : needed) {
    if (value->empty()) return fail(Errc::InvalidInput, fmt::format("{} has no '{}'", place.text(node), key));
  }
  if (!approval.id.empty() && !approval.rule.starts_with("advisory.")) {
    return fail(Errc::InvalidInput, fmt::format("{} is of an advisory, and '{}' is no rule about advisories",
                                                place.below("id").text(node), approval.rule));
  }
  if (!is_valid_name(approval.ecosystem, approval.name)) {
    return fail(Errc::InvalidInput, place.below("package").text(node) + " is no name of a package");
  }
  approval.name = normal_name(approval.ecosystem, approval.name);
  if (approval.ecosystem == Ecosystem::PyPI) {
    BERTH_TRY(approval.versions,
              PythonSpecifiers::parse(approval.written).context([&] { return place.below("versions").text(node); }));
  } else if (!approval.written.empty() && !is_valid_version(approval.ecosystem, approval.written)) {
    return fail(Errc::InvalidInput, place.below("versions").text(node) + " needs one version, or none for all");
  }
  approval.until = *parse_utc(approval.until_text) + std::chrono::days(1);
  return approval;
}

}  // namespace

bool Approval::covers(const Finding& finding) const {
  if (finding.package.ecosystem != ecosystem || finding.package.name != name) return false;
  const bool is_wide = rule.ends_with(".*") && !finding.rule.ends_with(".malicious");
  const bool is_rule =
      is_wide ? finding.rule.starts_with(std::string_view(rule).substr(0, rule.size() - 1)) : finding.rule == rule;
  if (!is_rule) return false;
  const auto is_meant = [&](const std::string& one) { return upper(one) == upper(id); };
  if (!id.empty() && std::ranges::none_of(finding.ids, is_meant)) return false;
  const std::string& version = finding.package.version;
  if (ecosystem == Ecosystem::PyPI) return versions.takes_all() || (!version.empty() && versions.contains(version));
  return written.empty() || compare_versions(ecosystem, version, written) == 0;
}

std::string Approval::text() const {
  return fmt::format("{}{}{} of {}{}{} (approved by {} until {}: {})", rule, id.empty() ? "" : " ", id, name,
                     written.empty() ? "" : " ", written, who, until_text, reason);
}

Result<std::vector<Approval>> parse_approvals(std::string_view text, std::string_view name) {
  BERTH_TRY(const content::YamlDocument document, content::parse_yaml(text, name));
  std::vector<Approval> approvals;
  std::string version;
  const auto list = [&](const YamlNode& node, const YamlPlace& place) -> Result<void> {
    if (node.is_null()) return {};
    if (!node.is_sequence()) return fail(Errc::InvalidInput, place.text(node) + " is no list");
    if (node.items().size() > kMostApprovals) return fail(Errc::Exhausted, place.text(node) + " is too long");
    for (const YamlNode* one : node.items()) {
      BERTH_TRY(Approval approval, parse_approval(*one, place));
      approvals.push_back(std::move(approval));
    }
    return {};
  };
  const std::vector<YamlKey> keys = {{"version", yaml_value(some_text, version)}, {"approvals", list}};
  BERTH_CHECK_OK(read_yaml_keys(document.root(), {name, ""}, keys));
  if (version != "1") return fail(Errc::InvalidInput, fmt::format("{}: 'version' must be 1", name));
  return approvals;
}

}  // namespace berth::vet
