// Reports speak of what strangers wrote: whatever it is, what is printed as SARIF is read back as it was, names rules
// and places as the form wants it, and moves no terminal's cursor.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "berth/base/error.h"
#include "berth/base/utf8.h"
#include "berth/vet/report_json.h"

namespace {

using namespace berth;

constexpr std::array<std::string_view, 3> kRules = {"advisory.high", "licence.denied", "database.uncovered"};

// Takes a text that ends with a zero byte, or with the input.
std::string take(std::string_view& bytes) {
  const std::string_view text = bytes.substr(0, bytes.find('\0'));
  bytes.remove_prefix(std::min(text.size() + 1, bytes.size()));
  return std::string(text);
}

vet::Report report_of(std::string_view bytes) {
  vet::Report report;
  while (!bytes.empty()) {
    const auto flags = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    const auto ecosystem = static_cast<vet::Ecosystem>(flags % 5);
    const std::string name = take(bytes);
    const std::string version = take(bytes);
    vet::JudgedPackage judged;
    judged.facts.package = vet::make_package(ecosystem, name, version, take(bytes));
    const std::string_view rule = kRules.at(flags % kRules.size());
    vet::Finding finding = {.verdict = static_cast<vet::Verdict>(flags / 5 % 3),
                            .rule = std::string(rule),
                            .package = judged.facts.package,
                            .evidence = take(bytes),
                            .remedy = take(bytes)};
    if (flags & 0x80U) {
      report.general.push_back(std::move(finding));
      continue;
    }
    judged.findings.push_back({.finding = std::move(finding), .approval = std::nullopt});
    if (flags & 0x40U) {
      vet::Approval approval;
      approval.rule = rule;
      approval.reason = to_valid_utf8(take(bytes));  // as YAML has it
      judged.findings.back().approval = std::move(approval);
    }
    report.packages.push_back(std::move(judged));
  }
  return report;
}

void check(const Json& result, const Json::Array& rules) {
  const auto index = result.find("ruleIndex")->as_int();
  BERTH_ASSERT(index && *index >= 0 && static_cast<std::size_t>(*index) < rules.size());
  BERTH_ASSERT(*rules[static_cast<std::size_t>(*index)].find("id") == *result.find("ruleId"));
  const std::string text = result.find("message")->text_or("text", "");
  BERTH_ASSERT(!text.empty() && to_visible(text, false) == text);
  for (const Json& location : *result.find("locations")->as_array()) {
    const Json* place = location.find("physicalLocation");
    const std::string uri = place->find("artifactLocation")->text_or("uri", "");
    BERTH_ASSERT(!uri.empty());
    for (const char c : uri)
      BERTH_ASSERT(c > ' ' && c < 0x7f && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos);
    if (const Json* region = place->find("region")) BERTH_ASSERT(*region->find("startLine")->as_int() > 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const vet::Report report = report_of({reinterpret_cast<const char*>(data), size});
  const Json sarif = vet::sarif_of_report(report, "0.1.0");
  for (const std::string& printed : {print_json(sarif), print_json_pretty(sarif)}) {
    const auto back = parse_json(printed);
    BERTH_ASSERT(back.has_value() && *back == sarif);
  }
  const Json& run = sarif.find("runs")->as_array()->front();
  const Json::Array& rules = *run.find("tool")->find("driver")->find("rules")->as_array();
  for (const Json& result : *run.find("results")->as_array()) check(result, rules);
  const auto own = parse_json(print_json(vet::json_of_report(report)));
  BERTH_ASSERT(own.has_value());
  return 0;
}
