#include "berth/vet/run_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "berth/vet/install_tools.h"

namespace berth::vet {
namespace {

bool is_letter_as(char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); }

bool begins_as(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && std::ranges::equal(text.substr(0, lower.size()), lower, is_letter_as);
}

bool ends_as(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && begins_as(text.substr(text.size() - lower.size()), lower);
}

// Options that say what is run, and have no value: `uv run --script x`, `pipx run --path x`.
bool says_script(std::string_view word, const InstallOption& option, bool is_uv) {
  if (word.starts_with("--")) {
    return is_uv ? option.name == "--script" || option.name == "--gui-script" : option.name == "--path";
  }
  // `-qs`: one of several letters.
  const std::string_view letters = word.substr(0, word.size() - option.value.size());
  return is_uv && letters.contains('s');
}

}  // namespace

bool is_named_as_script(std::string_view file) { return ends_as(file, ".py") || ends_as(file, ".pyw"); }

bool takes_value(const Installing& installing, std::string_view option) {
  const bool is_run = installing.installer.takes == Takes::With;
  if (is_run && (option == "--script" || option == "-m")) return false;
  return takes_value(option, installing.is_uv ? "uv" : installing.installer.tool);
}

bool is_read_by_uv(const Installing& installing, const ShellCommand& command) {
  if (!installing.is_uv) return false;
  const std::vector<std::string> words = command.plain().words;
  for (std::size_t i = std::min(installing.tool + 1, words.size()); i-- > 0;) {
    const std::string_view name = program_name(words[i]);
    if (name == "uv" || name == "uvx") return true;
    if (name == "run" || name.ends_with(".uv")) return false;
  }
  return false;
}

std::optional<RunTarget> run_target(const Installing& installing) {
  const bool is_uv = installing.installer.takes == Takes::With;
  const bool is_pipx = installing.installer.tool == "pipx" && installing.installer.verb == "run";
  if (!is_uv && !is_pipx) return std::nullopt;
  bool is_script = false;
  bool is_module = false;
  bool has_source = false;  // then the first word is but a name in that
  const std::vector<std::string>& words = installing.words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "-") return std::nullopt;
    if (word == "--") continue;
    if (!word.starts_with('-')) {
      const bool is_address = begins_as(word, "http:") || begins_as(word, "https:");
      const bool is_file = !is_address && !is_module && !has_source;
      return RunTarget{word, is_address && !has_source, is_file && (is_script || is_named_as_script(word))};
    }
    const InstallOption option = option_of(word, is_uv ? "uv" : installing.installer.tool);
    is_script = is_script || says_script(word, option, is_uv);
    is_module = is_module || (is_uv && (option.name == "-m" || option.name == "--module"));
    has_source = has_source || option.name == "--spec";
    if (option.value.empty() && !word.ends_with('=') && takes_value(installing, option.name)) ++i;
  }
  return std::nullopt;
}

std::optional<std::string> remote_run(const ShellCommand& command) {
  for (const Installing& installing : installed_by(command)) {
    const auto target = run_target(installing);
    if (!target || !target->is_remote) continue;
    return fmt::format("'{} run' fetches '{}' and runs it", installing.installer.tool, shown_words(target->word));
  }
  return std::nullopt;
}

std::string as_requirement(const std::string& word) {
  const std::size_t at = word.find('@');
  if (at == std::string::npos || is_place(word)) return word;
  const std::string version = word.substr(at + 1);
  return version == "latest" ? word.substr(0, at) : word.substr(0, at) + "==" + version;
}

std::vector<std::string> names_parted_by_commas(std::string_view text) {
  std::vector<std::string> names;
  std::string name;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ',';
    const bool is_end = i >= text.size() || (c == ',' && i + 1 < text.size() &&
                                             std::string_view("<>=!~ ").find(text[i + 1]) == std::string_view::npos);
    if (!is_end) {
      name += c;
    } else if (!name.empty()) {
      names.push_back(std::exchange(name, {}));
    }
  }
  return names;
}

}  // namespace berth::vet
