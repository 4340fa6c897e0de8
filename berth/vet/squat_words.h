// Words that are put beside a popular name to make another that passes for it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace berth::vet {

// What marks a package as one for Python and says nothing else.
inline constexpr std::array<std::string_view, 5> kPythonAffixes = {"python3", "python2", "python", "py3", "py"};

// `letters` without the first of kPythonAffixes that stands at its beginning or end.
constexpr std::string_view without_python(std::string_view letters) {
  for (const std::string_view affix : kPythonAffixes) {
    if (letters.starts_with(affix)) return letters.substr(affix.size());
    if (letters.ends_with(affix)) return letters.substr(0, letters.size() - affix.size());
  }
  return letters;
}

// Words about having a package rather than about what it does. Words that name a subject ("api", "test", "auth") are
// not among them: honest extensions are called so.
inline constexpr auto kSquatWords = std::to_array<std::string_view>({
    "copy",      "dev",      "download", "downloader", "fix", "fixed", "fixer",  "get",     "import",   "install",
    "installer", "installs", "latest",   "loader",     "my",  "new",   "newer",  "now",     "official", "origin",
    "original",  "os",       "patch",    "patched",    "pip", "pre",   "print",  "raw",     "real",     "release",
    "req",       "reqs",     "setup",    "stable",     "sys", "true",  "update", "updated", "updater",  "upgrade",
});

// Words that promise the same thing, only better. Honest packages use them too, so less is made of them.
inline constexpr auto kPraise = std::to_array<std::string_view>({
    "advanced", "best",  "better", "boost",  "boosted", "booster", "easier", "easy",  "fast",    "faster",
    "free",     "hyper", "js",     "lib",    "libs",    "mega",    "modern", "plus",  "premium", "pro",
    "pure",     "quick", "safe",   "secure", "simple",  "simpler", "smart",  "super", "turbo",   "ultra",
});

template <std::size_t N>
constexpr bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace berth::vet
