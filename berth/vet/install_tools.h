// Words that name the tools that install, and the options behind them: what install_words.h is made of. Pure.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/utf8.h"
#include "berth/vet/install_options.h"
#include "berth/vet/lock_file.h"

namespace berth::vet {

// What installs from the index of a distribution, whose packages may be called as a tool is.
inline constexpr auto kOfDistributions = std::to_array<std::string_view>(
    {"apt-get", "apt", "aptitude", "apk", "yum", "dnf", "microdnf", "zypper", "pacman", "dpkg", "rpm", "opkg", "brew"});

template <std::size_t N>
bool is_among(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::ranges::find(list, word) != list.end();
}

// `python .../pip/__main__.py` runs pip.
inline std::string_view program_name(std::string_view word) {
  constexpr std::string_view kMain = "/__main__.py";
  if (word.ends_with(kMain)) word.remove_suffix(kMain.size());
  return word.substr(word.rfind('/') + 1);
}

inline std::string shown_words(std::string_view text) {
  constexpr std::size_t kMostShown = 80;
  return to_visible(without_credentials(text).substr(0, kMostShown), false);
}

inline bool is_python(std::string_view name) {
  return name.starts_with("python") || name.starts_with("pypy") || name == "py";
}

// A word that may be a tool: `/usr/bin/pip`; `pip` and `pip._internal` behind -m; `-mpip`.
struct Named {
  std::string_view name;
  bool is_module = false;
};
Named named_at(const std::vector<std::string>& words, std::size_t i, bool behind_python);

// Whether a program's name without folders is one of the tools.
bool is_any_tool(std::string_view name);

// Whether the words are more, or name more tools, than are judged.
bool is_too_long(const std::vector<std::string>& words);

// Goes over the words behind a tool one by one, and knows which are options and their values.
class Operands {
 public:
  // Whether the word is neither.
  bool take(const std::string& word) {
    if (std::exchange(is_value_, false)) return false;
    if (!word.starts_with('-')) return true;
    is_value_ = takes_value(whole_option(word));
    return false;
  }

 private:
  bool is_value_ = false;
};

}  // namespace berth::vet
