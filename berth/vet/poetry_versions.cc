#include "berth/vet/poetry_versions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>

#include "berth/base/text_parts.h"
#include "berth/vet/python_specifier.h"
#include "berth/vet/python_version.h"

namespace berth::vet {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::size_t kMostAlternatives = 16;

// One more than a number of any length.
std::string next(std::string digits) {
  std::size_t at = digits.size();
  while (at > 0 && digits[at - 1] == '9') digits[--at] = '0';
  if (at == 0) return "1" + digits;
  ++digits[at - 1];
  return digits;
}

// `>=VERSION` and below the release in which the number at `part` is the next one.
std::optional<std::string> up_to_next(const PythonVersion& version, std::size_t part) {
  if (version.has_local()) return std::nullopt;
  std::vector<std::string> release(version.release().begin(),
                                   version.release().begin() + static_cast<std::ptrdiff_t>(part) + 1);
  release.back() = next(release.back());
  const std::string epoch = version.epoch() == "0" ? "" : version.epoch() + "!";
  return fmt::format(">={},<{}{}", version.text(), epoch, fmt::join(release, "."));
}

// Up to the first number that is not zero: 1.2.3 is below 2, 0.2.3 below 0.3, 0.0.3 below 0.0.4.
std::optional<std::string> caret(const PythonVersion& version) {
  const std::vector<std::string>& release = version.release();
  const std::size_t last = std::min<std::size_t>(release.size(), 3) - 1;
  std::size_t part = 0;
  while (part < last && release[part] == "0") ++part;
  return up_to_next(version, part);
}

// The second number stays, or the first where there is no other.
std::optional<std::string> tilde(const PythonVersion& version) {
  return up_to_next(version, version.release().size() == 1 ? 0 : 1);
}

// "1.2.*" of "1.2.x", "*" of "*"; nothing where it is no such pattern.
std::optional<std::string> pattern_of(std::string_view version) {
  constexpr std::string_view kAny = "*xX";
  if (version.empty() || !kAny.contains(version.back())) return std::nullopt;
  while (!version.empty() && kAny.contains(version.back())) {
    version.remove_suffix(1);
    if (version.empty()) return "*";
    if (version.back() != '.') return std::nullopt;
    version.remove_suffix(1);
  }
  return fmt::format("{}.*", version);
}

// One clause; an empty text takes every version.
std::optional<std::string> clause(std::string_view op, std::string_view version) {
  if (const auto pattern = pattern_of(version)) {
    const bool is_equal = op.empty() || op == "=" || op == "==";
    if (*pattern == "*") return is_equal ? std::optional<std::string>("") : std::nullopt;
    if (!is_equal && op != "!=") return std::nullopt;
    return fmt::format("{}{}", is_equal ? "==" : "!=", *pattern);
  }
  const auto read = PythonVersion::parse(version);
  if (!read) return std::nullopt;
  if (op == "^") return caret(*read);
  if (op == "~") return tilde(*read);
  if (op.empty() || op == "=") return fmt::format("=={}", version);
  if (op == "<>") return fmt::format("!={}", version);
  return fmt::format("{}{}", op, version);
}

// Clauses that must all hold, parted by commas or blanks.
std::optional<std::string> all_of(std::string_view text) {
  std::vector<std::string> clauses;
  while (!text.empty()) {
    const std::string_view op = text.substr(0, std::min(text.find_first_not_of("^~=<>!"), text.size()));
    text = trimmed(text.substr(op.size()), kBlanks);
    const std::string_view version = text.substr(0, std::min(text.find_first_of(", \t"), text.size()));
    auto one = clause(op, version);
    if (!one) return std::nullopt;
    if (!one->empty()) clauses.push_back(*std::move(one));
    text = trimmed(text.substr(version.size()), kBlanks);
    if (text.starts_with(',')) text = trimmed(text.substr(1), kBlanks);
  }
  std::string whole = fmt::format("{}", fmt::join(clauses, ","));
  if (!PythonSpecifiers::parse(whole)) return std::nullopt;
  return whole;
}

}  // namespace

std::optional<std::vector<std::string>> specifiers_of_poetry(std::string_view text) {
  std::vector<std::string> alternatives;
  for (std::string_view rest = text;;) {
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    const std::string_view part = trimmed(rest.substr(0, bar), kBlanks);
    if (part.empty() && !trimmed(text, kBlanks).empty()) return std::nullopt;
    auto one = all_of(part);
    if (!one || alternatives.size() == kMostAlternatives) return std::nullopt;
    if (one->empty()) return std::vector<std::string>{""};
    if (std::ranges::find(alternatives, *one) == alternatives.end()) alternatives.push_back(*std::move(one));
    if (bar == rest.size()) return alternatives;
    rest.remove_prefix(rest.substr(bar).starts_with("||") ? bar + 2 : bar + 1);
  }
}

}  // namespace berth::vet
