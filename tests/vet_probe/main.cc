// Answers questions of tests/system/test_vet_references.py: what the layer `vet` makes of lines on standard input, one
// answer a line, so that tens of thousands of them can be held against other programs. Not installed.
//
//   vet_probe compare PyPI|Debian|Alpine|RPM    "A<tab>B"                 ->  < = >
//   vet_probe version                           "TEXT"                    ->  the normal form, or invalid
//   vet_probe specifier                         "SPECIFIERS<tab>VERSION"  ->  yes, no or invalid
//   vet_probe licence                           "EXPRESSION"              ->  the normal form, or invalid
//   vet_probe requirements                      the bytes of a list in hex  ->  "NUMBER:HEX " of each line, or unread
//   vet_probe satisfies                         "EXPRESSION<tab>ENTRY;ENTRY..."  ->  yes, no or invalid
#include <algorithm>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "berth/vet/distribution_version.h"
#include "berth/vet/licence_expression.h"
#include "berth/vet/licence_rules.h"
#include "berth/vet/python_specifier.h"
#include "berth/vet/requirement_lines.h"

namespace berth::vet {
namespace {

using Answer = std::function<std::string(std::string_view)>;

std::pair<std::string_view, std::string_view> at_tab(std::string_view line) {
  const std::size_t tab = line.find('\t');
  return {line.substr(0, tab), tab == std::string_view::npos ? std::string_view() : line.substr(tab + 1)};
}

Answer compare_of(Ecosystem ecosystem) {
  return [ecosystem](std::string_view line) -> std::string {
    const auto [a, b] = at_tab(line);
    const auto order = compare_versions(ecosystem, a, b);
    return order < 0 ? "<" : order > 0 ? ">" : "=";
  };
}

std::string version(std::string_view line) {
  const auto parsed = PythonVersion::parse(line);
  return parsed ? parsed->text() : "invalid";
}

std::string specifier(std::string_view line) {
  const auto [specifiers, version] = at_tab(line);
  const auto parsed = PythonSpecifiers::parse(specifiers);
  if (!parsed) return "invalid";
  return parsed->contains(version) ? "yes" : "no";
}

std::string licence(std::string_view line) {
  const auto parsed = parse_licence_expression(line);
  return parsed ? parsed->text() : "invalid";
}

// By the entries alone.
std::string satisfies(std::string_view line) {
  const auto [expression, entries] = at_tab(line);
  const auto parsed = parse_licence_expression(expression);
  if (!parsed) return "invalid";
  LicenceRules rules;
  rules.groups.clear();
  for (std::string_view rest = entries; !rest.empty();) {
    const std::string_view entry = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
    const auto term = parse_licence_entry(entry);
    if (!term) return "invalid";
    rules.allowed.push_back(*term);
  }
  return rules.verdict_of(*parsed) == Verdict::Allow ? "yes" : "no";
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte / 16];
    text += kDigits[byte % 16];
  }
  return text;
}

std::string requirements(std::string_view line) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < line.size(); i += 2)
    bytes += static_cast<char>(digit(line[i]) * 16 + digit(line[i + 1]));
  const auto text = requirement_text(bytes, "list");
  if (!text) return "unread";
  std::string answer;
  for (RequirementLines lines(*text); const auto one = lines.next();) {
    answer += std::to_string(one->number) + ":" + hex(one->text) + " ";
  }
  return answer;
}

int answer_all(const Answer& answer) {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) std::cout << answer(line) << '\n';
  return 0;
}

}  // namespace
}  // namespace berth::vet

int main(int argc, char** argv) {
  using namespace berth::vet;
  std::map<std::string_view, Answer> answers = {{"version", version},
                                                {"specifier", specifier},
                                                {"licence", licence},
                                                {"satisfies", satisfies},
                                                {"requirements", requirements}};
  for (const auto ecosystem : {Ecosystem::PyPI, Ecosystem::Debian, Ecosystem::Alpine, Ecosystem::Rpm}) {
    answers.emplace(ecosystem_text(ecosystem), compare_of(ecosystem));
  }
  const std::string_view wanted = argc > 1 ? argv[argc - 1] : "";
  const auto found = answers.find(wanted);
  if (found == answers.end()) {
    std::fputs("vet_probe: its source names what it answers\n", stderr);
    return 2;
  }
  return answer_all(found->second);
}
