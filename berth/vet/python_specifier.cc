#include "berth/vet/python_specifier.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/lower_case.h"
#include "berth/base/utf8.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostConditions = 100;

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string> without_last(std::vector<std::string> numbers) {
  numbers.pop_back();
  return numbers;
}

}  // namespace

Result<PythonSpecifiers::Condition> PythonSpecifiers::parse_condition(std::string_view text) {
  static constexpr std::pair<std::string_view, Operator> kOperators[] = {
      {"===", Operator::Identical}, {"~=", Operator::Compatible}, {"==", Operator::Equal}, {"!=", Operator::NotEqual},
      {"<=", Operator::AtMost},     {">=", Operator::AtLeast},    {"<", Operator::Below},  {">", Operator::Above},
  };
  const auto refuse = [&](std::string_view why) {
    return fail(Errc::InvalidInput,
                fmt::format("'{}' is no version specifier: {}", to_visible(text.substr(0, 60), false), why));
  };
  const auto found = std::ranges::find_if(kOperators, [&](const auto& row) { return text.starts_with(row.first); });
  if (found == std::ranges::end(kOperators)) return refuse("write an operator in front, as in '==1.2'");
  Condition condition;
  condition.op = found->second;
  condition.text = trimmed(text.substr(found->first.size()));
  std::string_view version = condition.text;
  if (condition.op == Operator::Identical) {
    const bool is_word = !version.empty() && version.find_first_of(" \t\r\n\v\f;)") == std::string_view::npos;
    if (!is_word) return refuse("'===' needs one word");
    return condition;
  }
  if (version.ends_with(".*")) {
    if (condition.op != Operator::Equal && condition.op != Operator::NotEqual) return refuse("'.*' needs '==' or '!='");
    version.remove_suffix(2);
    condition.is_prefix = true;
  }
  auto parsed = PythonVersion::parse(version);
  if (!parsed) return refuse(parsed.error().message());
  const bool is_bare = !parsed->is_pre_release() && !parsed->is_post_release() && !parsed->has_local();
  // A joint at the end ("1.*" of "1..*") or a blank would have been read as part of the version.
  if (condition.is_prefix && (!is_bare || version.empty() || version.back() < '0' || version.back() > '9')) {
    return refuse("before '.*' stand numbers alone");
  }
  const bool takes_local = condition.op == Operator::Equal || condition.op == Operator::NotEqual;
  if (parsed->has_local() && !takes_local) return refuse("a local version needs '==' or '!='");
  if (condition.op == Operator::Compatible && parsed->release().size() < 2) {
    return refuse("'~=' needs two numbers at least");
  }
  condition.version = *std::move(parsed);
  return condition;
}

Result<PythonSpecifiers> PythonSpecifiers::parse(std::string_view text) {
  PythonSpecifiers specifiers;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view one = trimmed(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (one.empty()) continue;
    if (specifiers.conditions_.size() == kMostConditions) {
      return fail(Errc::InvalidInput, fmt::format("more than {} version specifiers", kMostConditions));
    }
    BERTH_TRY(Condition condition, parse_condition(one));
    specifiers.conditions_.push_back(std::move(condition));
  }
  return specifiers;
}

bool PythonSpecifiers::holds(const Condition& condition, const PythonVersion& version) {
  if (condition.op == Operator::Identical) {
    return std::ranges::equal(version.written(), condition.text, {}, lower_letter, lower_letter);
  }
  const PythonVersion& bound = *condition.version;
  const auto equals = [&] {
    if (condition.is_prefix) return version.begins_with(bound.epoch(), bound.release());
    return (bound.has_local() ? version.key() : version.public_key()) == bound.key();
  };
  switch (condition.op) {
    case Operator::Equal:
      return equals();
    case Operator::NotEqual:
      return !equals();
    case Operator::AtMost:
      return version.public_key() <= bound.key();
    case Operator::AtLeast:
      return version >= bound;
    case Operator::Below:
      // What leads to a release is not below it, unless the bound itself leads to it.
      return version < (bound.is_pre_release() ? bound : bound.first_development());
    case Operator::Above:
      // A post-release of the bound is not above it, unless the bound is one.
      if (version.public_key() <= bound.key()) return false;
      return bound.is_post_release() || bound.is_development() || !version.is_of_family(bound);
    case Operator::Compatible:
      return version >= bound && version.begins_with(bound.epoch(), without_last(bound.release()));
    case Operator::Identical:
      break;
  }
  return false;
}

bool PythonSpecifiers::contains(const PythonVersion& version) const {
  return std::ranges::all_of(conditions_, [&](const Condition& one) { return holds(one, version); });
}

bool PythonSpecifiers::contains(std::string_view version) const {
  if (const auto parsed = PythonVersion::parse(version)) return contains(*parsed);
  return std::ranges::all_of(conditions_, [&](const Condition& one) {
    return one.op == Operator::Identical && std::ranges::equal(version, one.text, {}, lower_letter, lower_letter);
  });
}

std::optional<std::string> PythonSpecifiers::exact() const {
  const auto is_exact = [](const Condition& one) {
    return (one.op == Operator::Equal && !one.is_prefix) || one.op == Operator::Identical;
  };
  const auto found = std::ranges::find_if(conditions_, is_exact);
  if (found == conditions_.end()) return std::nullopt;
  return found->text;
}

}  // namespace berth::vet
