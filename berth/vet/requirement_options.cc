#include "berth/vet/requirement_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "berth/base/utf8.h"

namespace berth::vet {
namespace {

constexpr std::size_t kLongestShown = 60;

struct KnownOption {
  std::string_view name;
  ListOption option;
};

constexpr auto kOptions = std::to_array<KnownOption>({
    {"-r", ListOption::Requirement},
    {"--requirement", ListOption::Requirement},
    {"-c", ListOption::Constraint},
    {"--constraint", ListOption::Constraint},
    {"-i", ListOption::Index},
    {"--index-url", ListOption::Index},
    {"--pypi-url", ListOption::Index},
    {"--extra-index-url", ListOption::MoreIndex},
    {"-f", ListOption::FindLinks},
    {"--find-links", ListOption::FindLinks},
    {"-e", ListOption::Editable},
    {"--editable", ListOption::Editable},
    {"--no-index", ListOption::NoIndex},
    {"--pre", ListOption::Prereleases},
    {"--trusted-host", ListOption::TrustedHost},
    {"--no-binary", ListOption::NoBinary},
    {"--hash", ListOption::Hash},
    {"--install-option", ListOption::Built},
    {"--global-option", ListOption::Built},
    {"--config-settings", ListOption::OfBuild},
    {"--config-setting", ListOption::OfBuild},
    {"-C", ListOption::OfBuild},
    {"--require-hashes", ListOption::Quiet},
    {"--prefer-binary", ListOption::Quiet},
    {"--only-binary", ListOption::QuietValue},
    {"--use-feature", ListOption::QuietValue},
});

bool has_value(ListOption option) {
  return option != ListOption::NoIndex && option != ListOption::Prereleases && option != ListOption::Quiet;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string shown(std::string_view text) { return to_visible(text.substr(0, kLongestShown), false); }

// As Python's shlex.split; nothing where a quotation or a backslash has no end.
std::optional<std::vector<std::string>> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool is_in_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == '\0' && is_blank(c)) {
      is_in_word = false;
      continue;
    }
    if (!is_in_word) words.emplace_back();
    is_in_word = true;
    if (c == quote && quote != '\0') {
      quote = '\0';
    } else if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '\\' && quote != '\'') {
      if (i + 1 == text.size()) return std::nullopt;
      const char escaped = text[++i];
      if (quote == '"' && escaped != '"' && escaped != '\\') words.back() += c;
      words.back() += escaped;
    } else {
      words.back() += c;
    }
  }
  if (quote != '\0') return std::nullopt;
  return words;
}

}  // namespace

Result<std::vector<TakenOption>> options_in(std::string_view text, std::string_view origin) {
  const auto refuse = [&](std::string_view what) {
    return fail(Errc::InvalidInput, fmt::format("{}: {}", origin, what));
  };
  const auto words = words_of(text);
  if (!words) return refuse("a quotation or a backslash has no end");
  std::vector<TakenOption> taken;
  for (std::size_t i = 0; i < words->size(); ++i) {
    const std::string_view word = (*words)[i];
    const bool is_long = word.starts_with("--");
    const std::size_t end = std::min(is_long ? word.find('=') : std::size_t{2}, word.size());
    const std::string_view name = word.substr(0, end);
    const auto* const known = std::ranges::find(kOptions, name, &KnownOption::name);
    if (!word.starts_with('-')) return refuse(fmt::format("'{}' belongs to no option", shown(word)));
    if (known == kOptions.end()) return refuse(fmt::format("'{}' is no option of pip that Berth knows", shown(word)));
    const bool is_glued = end < word.size();
    if (!has_value(known->option)) {
      if (is_glued) return refuse(fmt::format("{} has no value", name));
      taken.push_back({known->option, std::string(name), {}});
      continue;
    }
    if (!is_glued && i + 1 == words->size()) return refuse(fmt::format("the option {} has no value", name));
    std::string value = is_glued ? std::string(word.substr(end + (is_long ? 1 : 0))) : (*words)[++i];
    if (value.empty()) return refuse(fmt::format("the option {} has no value", name));
    taken.push_back({known->option, std::string(name), std::move(value)});
  }
  return taken;
}

}  // namespace berth::vet
