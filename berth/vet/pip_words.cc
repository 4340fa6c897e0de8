// The part of build_rules.h about what pip installs.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "berth/base/utf8.h"
#include "berth/vet/build_commands.h"
#include "berth/vet/build_rules.h"
#include "berth/vet/lock_file.h"
#include "berth/vet/requirements.h"

namespace berth::vet {
namespace {

// Options of pip install that take the next word.
constexpr auto kWithValue = std::to_array<std::string_view>({"-r",
                                                             "--requirement",
                                                             "-c",
                                                             "--constraint",
                                                             "-i",
                                                             "--index-url",
                                                             "--extra-index-url",
                                                             "-f",
                                                             "--find-links",
                                                             "-t",
                                                             "--target",
                                                             "--prefix",
                                                             "--root",
                                                             "--trusted-host",
                                                             "--platform",
                                                             "--abi",
                                                             "--src",
                                                             "--python-version",
                                                             "--timeout",
                                                             "--retries",
                                                             "--proxy",
                                                             "--cert",
                                                             "--cache-dir",
                                                             "--no-binary",
                                                             "--only-binary",
                                                             "--progress-bar",
                                                             "--use-feature",
                                                             "--upgrade-strategy",
                                                             "--report",
                                                             "--python",
                                                             "-e",
                                                             "--editable"});

// The words behind `pip install`; nothing where the command is another.
std::optional<std::vector<std::string>> installed_by(const ShellCommand& command) {
  const std::vector<std::string>& words = command.words;
  std::size_t pip = words.size();
  for (std::size_t i = 0; i < words.size() && pip == words.size(); ++i) {
    const std::string_view name = std::string_view(words[i]).substr(words[i].rfind('/') + 1);
    const bool is_pip = name == "pip" || name == "pip2" || name.starts_with("pip3");
    if (is_pip) pip = i;
  }
  if (pip == words.size()) return std::nullopt;
  const auto install = std::find(words.begin() + static_cast<std::ptrdiff_t>(pip), words.end(), "install");
  if (install == words.end()) return std::nullopt;
  return std::vector<std::string>(install + 1, words.end());
}

bool is_place(std::string_view word) {
  return word.contains("://") || word.contains('/') || word == "." || word.ends_with(".whl") ||
         word.ends_with(".tar.gz") || word.ends_with(".zip");
}

// `>` and what follows it, as in `pip install x > log`.
bool is_redirection(std::string_view word) {
  while (!word.empty() && word.front() >= '0' && word.front() <= '9') word.remove_prefix(1);
  return word.starts_with("> ") || word == ">" || word == ">>" || word == "<" || word.starts_with(">/") ||
         word.starts_with(">&") || word.starts_with("&>");
}

void add_word(const std::string& word, const std::string& origin, LockFile& lock) {
  const std::string shown = to_visible(std::string_view(word).substr(0, 60), false);
  if (word.contains('$')) {
    lock.left_out.push_back({origin, fmt::format("pip installs '{}', which only the build knows", shown)});
  } else if (is_place(word) && !word.contains('@')) {
    lock.left_out.push_back(
        {origin, fmt::format("pip installs '{}', which names no package", without_credentials(shown))});
  } else if (auto locked = parse_requirement(word, origin)) {
    lock.packages.push_back(*std::move(locked));
  } else {
    lock.left_out.push_back(
        {origin, fmt::format("pip installs '{}', which cannot be read", without_credentials(shown))});
  }
}

}  // namespace

LockFile pip_words_of(const Dockerfile& dockerfile, std::string_view file) {
  LockFile lock;
  for (const BuildCommand& one : commands_of(dockerfile)) {
    const auto words = installed_by(one.command);
    if (!words) continue;
    const std::string origin = fmt::format("{}:{}", file, one.line);
    for (std::size_t i = 0; i < words->size(); ++i) {
      const std::string& word = (*words)[i];
      if (is_redirection(word)) break;
      if (std::ranges::find(kWithValue, word) != kWithValue.end()) {
        ++i;
      } else if (!word.starts_with('-')) {
        add_word(word, origin, lock);
      }
      if (lock.packages.size() == kMostLockedPackages) return lock;
    }
  }
  return lock;
}

}  // namespace berth::vet
