#include "berth/vet/build_secrets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "berth/vet/build_variables.h"

namespace berth::vet {
namespace {

constexpr auto kLastWords = std::to_array<std::string_view>(
    {"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "APIKEY", "CREDENTIAL", "CREDENTIALS", "PASS"});
// Where words are written as one: PGPASSWORD, AUTHTOKEN.
constexpr auto kEnds = std::to_array<std::string_view>(
    {"PASSWORD", "PASSWD", "PASSPHRASE", "TOKEN", "SECRET", "APIKEY", "ACCESSKEY", "SECRETKEY", "PRIVATEKEY"});
constexpr auto kWhole = std::to_array<std::string_view>({"MYSQL_PWD", "REDISCLI_AUTH", "SSHPASS"});
constexpr auto kBeforeKey = std::to_array<std::string_view>({"API", "ACCESS", "PRIVATE", "SECRET", "AUTH", "SIGNING"});
constexpr auto kKeyBeginnings = std::to_array<std::string_view>(
    {"AKIA", "ASIA", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "pypi-AgE", "-----BEGIN"});

std::vector<std::string> words_of_name(std::string_view name) {
  std::vector<std::string> words(1);
  for (const char c : name) {
    if (c == '_' || c == '-' || c == '.') {
      words.emplace_back();
    } else {
      words.back() += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return words;
}

// `scheme://user:password@host`, where the password stands there itself.
bool holds_password(std::string_view text) {
  for (std::size_t at = text.find("://"); at != std::string_view::npos; at = text.find("://", at)) {
    at += 3;
    const std::string_view rest = text.substr(at, text.substr(at).find_first_of("/ \t\n\"'"));
    const std::size_t end = rest.rfind('@');
    if (end == std::string_view::npos) continue;
    const std::size_t colon = rest.substr(0, end).find(':');
    if (colon != std::string_view::npos && colon + 1 < end && rest[colon + 1] != '$') return true;
  }
  return false;
}

}  // namespace

bool is_secret_name(std::string_view name) {
  const std::vector<std::string> words = words_of_name(name);
  const std::string& last = words.back();
  if (std::ranges::find(kLastWords, last) != kLastWords.end()) return true;
  const auto ends_so = [&](std::string_view end) { return last.ends_with(end); };
  if (std::ranges::any_of(kEnds, ends_so) || std::ranges::find(kWhole, name) != kWhole.end()) return true;
  return last == "KEY" && words.size() > 1 &&
         std::ranges::find(kBeforeKey, words[words.size() - 2]) != kBeforeKey.end();
}

std::vector<std::string> secrets_in(const BuildInstruction& instruction) {
  std::vector<std::string> seen;
  const bool is_argument = instruction.keyword == "ARG";
  if (is_argument || instruction.keyword == "ENV") {
    for (const auto& [name, value] : variables_of(instruction)) {
      const auto begins = [&](std::string_view beginning) { return value.starts_with(beginning); };
      if (std::ranges::any_of(kKeyBeginnings, begins)) {
        seen.push_back(fmt::format("{} {} holds what begins as a key does", instruction.keyword, name));
      } else if (is_secret_name(name) && (is_argument || !value.empty())) {
        seen.push_back(fmt::format(
            "{} {}{}", instruction.keyword, name,
            value.empty() ? " stays in the image's history with the value that a build gives it" : " has a value"));
      }
    }
  }
  std::string whole = instruction.text;
  for (const std::string& document : instruction.documents) whole += "\n" + document;
  if (holds_password(whole))
    seen.push_back(fmt::format("{} has an address with a password in it", instruction.keyword));
  return seen;
}

}  // namespace berth::vet
