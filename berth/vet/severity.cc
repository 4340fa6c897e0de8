#include "berth/vet/severity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "berth/base/lower_case.h"

namespace berth::vet {
namespace {

constexpr std::size_t kLongestVector = 300;

constexpr std::array<std::string_view, 6> kLevels = {"unknown", "none", "low", "medium", "high", "critical"};

bool equals(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower_letter, lower_letter); }

// Metric -> value, of a vector behind its version; nothing when it is malformed.
std::optional<std::map<std::string_view, char>> metrics_of(std::string_view vector) {
  std::map<std::string_view, char> metrics;
  while (!vector.empty()) {
    const std::string_view part = vector.substr(0, vector.find('/'));
    vector.remove_prefix(std::min(part.size() + 1, vector.size()));
    const std::size_t colon = part.find(':');
    if (colon == std::string_view::npos || part.size() != colon + 2) return std::nullopt;
    if (!metrics.emplace(part.substr(0, colon), part.back()).second) return std::nullopt;
  }
  return metrics;
}

// The weight of a metric's value (CVSS 3.1 specification, section 7.4); nothing for a value that it does not have.
struct Weights {
  std::string_view metric;
  std::string_view values;
  std::array<double, 4> weights;
};
constexpr Weights kWeights[] = {
    {"AV", "NALP", {0.85, 0.62, 0.55, 0.2}}, {"AC", "LH", {0.77, 0.44}},    {"UI", "NR", {0.85, 0.62}},
    {"C", "HLN", {0.56, 0.22, 0}},           {"I", "HLN", {0.56, 0.22, 0}}, {"A", "HLN", {0.56, 0.22, 0}},
    {"PR", "NLH", {0.85, 0.62, 0.27}},       {"S", "UC", {0, 1}},
};

std::optional<double> weight_of(const std::map<std::string_view, char>& metrics, std::string_view metric) {
  const auto given = metrics.find(metric);
  if (given == metrics.end()) return std::nullopt;
  const auto row = std::ranges::find(kWeights, metric, &Weights::metric);
  const std::size_t at = row->values.find(given->second);
  if (at == std::string_view::npos) return std::nullopt;
  return row->weights[at];
}

// Up to the next tenth, in whole numbers, so that no error of floating point lifts it (appendix A).
double round_up(double value) {
  const auto scaled = static_cast<long>(std::lround(value * 100'000));
  if (scaled % 10'000 == 0) return static_cast<double>(scaled) / 100'000;
  const long tenths = scaled / 10'000 + 1;
  return static_cast<double>(tenths) / 10;
}

}  // namespace

std::string_view level_text(SeverityLevel level) { return kLevels[static_cast<std::size_t>(level)]; }

SeverityLevel level_of_word(std::string_view word) {
  if (equals(word, "moderate")) return SeverityLevel::Medium;
  if (equals(word, "important")) return SeverityLevel::High;
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (equals(word, kLevels[i])) return static_cast<SeverityLevel>(i);
  }
  return SeverityLevel::Unknown;
}

std::optional<double> cvss3_base_score(std::string_view vector) {
  if (vector.size() > kLongestVector) return std::nullopt;
  if (!vector.starts_with("CVSS:3.0/") && !vector.starts_with("CVSS:3.1/")) return std::nullopt;
  const auto metrics = metrics_of(vector.substr(9));
  if (!metrics) return std::nullopt;
  std::map<std::string_view, double> weights;
  for (const Weights& row : kWeights) {
    const auto weight = weight_of(*metrics, row.metric);
    if (!weight) return std::nullopt;
    weights[row.metric] = *weight;
  }
  const bool changed = weights["S"] > 0;
  // Privileges weigh less where the damage is done elsewhere.
  if (changed && metrics->at("PR") == 'L') weights["PR"] = 0.68;
  if (changed && metrics->at("PR") == 'H') weights["PR"] = 0.5;
  const double base = 1 - (1 - weights["C"]) * (1 - weights["I"]) * (1 - weights["A"]);
  const double impact = changed ? 7.52 * (base - 0.029) - 3.25 * std::pow(base - 0.02, 15) : 6.42 * base;
  if (impact <= 0) return 0.0;
  const double exploitability = 8.22 * weights["AV"] * weights["AC"] * weights["PR"] * weights["UI"];
  return round_up(std::min((changed ? 1.08 : 1.0) * (impact + exploitability), 10.0));
}

SeverityLevel level_of_score(double score) {
  if (score >= 9) return SeverityLevel::Critical;
  if (score >= 7) return SeverityLevel::High;
  if (score >= 4) return SeverityLevel::Medium;
  return score > 0 ? SeverityLevel::Low : SeverityLevel::None;
}

Severity severity_of_vector(std::string_view vector) {
  Severity severity = {.level = SeverityLevel::Unknown, .score = cvss3_base_score(vector), .from = {}};
  severity.from = vector.substr(0, kLongestVector);
  if (severity.score) severity.level = level_of_score(*severity.score);
  return severity;
}

const Severity& graver(const Severity& a, const Severity& b) {
  if (a.level != b.level) return a.level > b.level ? a : b;
  if (a.score.value_or(-1) != b.score.value_or(-1)) return a.score.value_or(-1) > b.score.value_or(-1) ? a : b;
  return a.from.empty() ? b : a;
}

}  // namespace berth::vet
