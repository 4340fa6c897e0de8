#include "berth/probe/judgement.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "berth/base/text_parts.h"

namespace berth::probe {
namespace {

std::optional<double> number_of(std::string_view text) {
  text = trimmed(text, " ");
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool one_holds(std::string_view condition, std::string_view value) {
  const auto compare = [&](std::string_view bound, auto&& relation) {
    const auto limit = number_of(bound);
    const auto seen = number_of(value);
    return limit && seen && relation(*seen, *limit);
  };
  if (condition.starts_with("<=")) return compare(condition.substr(2), std::less_equal<>());
  if (condition.starts_with(">=")) return compare(condition.substr(2), std::greater_equal<>());
  if (const auto dots = condition.find(".."); dots != std::string_view::npos && number_of(condition.substr(0, dots))) {
    return compare(condition.substr(0, dots), std::greater_equal<>()) &&
           compare(condition.substr(dots + 2), std::less_equal<>());
  }
  if (condition.ends_with('*')) return value.starts_with(condition.substr(0, condition.size() - 1));
  return condition == value;
}

bool names(std::string_view pattern, std::string_view name) {
  // What the host knows of the call is judged only by those who ask for it.
  if (name.starts_with(kHostFacts) && !pattern.starts_with(kHostFacts)) return false;
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == name;
}

// An exact name goes before a pattern, a longer pattern before a shorter one.
const Expectation* judge_of(std::string_view name, const std::vector<Expectation>& expect) {
  const Expectation* best = nullptr;
  for (const Expectation& one : expect) {
    if (!names(one.name, name)) continue;
    if (one.name == name) return &one;
    if (best == nullptr || one.name.size() > best->name.size()) best = &one;
  }
  return best;
}

std::string text_of(const Json& value) {
  if (const std::string* text = value.as_string()) return *text;
  return print_json(value);
}

}  // namespace

void Facts::set(std::string_view name, std::string text) {
  for (auto& [known, value] : facts_) {
    if (known == name) {
      value = std::move(text);
      return;
    }
  }
  facts_.emplace_back(name, std::move(text));
}

const std::string* Facts::find(std::string_view name) const {
  for (const auto& [known, value] : facts_) {
    if (known == name) return &value;
  }
  return nullptr;
}

void Facts::take(const Json& said) {
  if (said.is_object()) take_in("", said);
}

void Facts::take_in(const std::string& prefix, const Json& value) {
  // No recursion deeper than the text of a probe of ours writes; parse_json bounds it besides.
  for (const auto& [key, member] : *value.as_object()) {
    if (prefix.empty() && (key + " ").starts_with(kHostFacts)) continue;
    if (member.is_object()) {
      take_in(prefix + key + " ", member);
    } else if (key.starts_with('+') && member.is_int()) {
      const std::string name = prefix + key.substr(1);
      const std::string* known = find(name);
      const auto before = static_cast<std::int64_t>(known != nullptr ? number_of(*known).value_or(0) : 0);
      set(name, std::to_string(before + *member.as_int()));
    } else {
      set(prefix + key, text_of(member));
    }
  }
}

bool holds(std::string_view condition, std::string_view value) {
  for (;;) {
    const std::size_t bar = condition.find('|');
    if (one_holds(trimmed(condition.substr(0, bar), " "), value)) return true;
    if (bar == std::string_view::npos) return false;
    condition.remove_prefix(bar + 1);
  }
}

std::vector<std::string> deviations(const Facts& facts, const std::vector<Expectation>& expect) {
  std::vector<std::string> wrong;
  std::vector<const Expectation*> met;
  for (const auto& [name, value] : facts.all()) {
    const Expectation* judge = judge_of(name, expect);
    if (judge == nullptr) continue;
    met.push_back(judge);
    if (!holds(judge->condition, value)) {
      wrong.push_back(fmt::format("{}: expected {}, saw {}", name, judge->condition, value.substr(0, 200)));
    }
  }
  for (const Expectation& one : expect) {
    if (std::ranges::find(met, &one) == met.end()) {
      wrong.push_back(fmt::format("{}: expected {}, saw nothing of it", one.name, one.condition));
    }
  }
  return wrong;
}

std::string summary(const Facts& facts, const Run& run) {
  std::vector<std::string> parts;
  if (!run.show.empty()) {
    for (const std::string& name : run.show) {
      const std::string* value = facts.find(name);
      parts.push_back(fmt::format("{} {}", name, value != nullptr ? value->substr(0, 60) : "?"));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
  }
  std::map<std::string, int> counts;
  for (const auto& [name, value] : facts.all()) {
    if (judge_of(name, run.expect) != nullptr) ++counts[value.substr(0, 60)];
  }
  for (const auto& [value, count] : counts) {
    parts.push_back(count == 1 ? value : fmt::format("{} {}", value, count));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace berth::probe
