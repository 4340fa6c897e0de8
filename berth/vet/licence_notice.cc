#include "berth/vet/licence_notice.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "berth/vet/licence_expression.h"
#include "berth/vet/licence_texts.h"
#include "berth/vet/spdx_list.h"

namespace berth::vet {
namespace {

using Words = std::vector<std::string>;

bool stand_at(const Words& words, std::size_t at, std::initializer_list<std::string_view> wanted) {
  return at + wanted.size() <= words.size() &&
         std::equal(wanted.begin(), wanted.end(), words.begin() + static_cast<std::ptrdiff_t>(at));
}

bool is_number(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

struct Version {
  std::string text;  // "2.0"; empty where none is named
  bool or_later = false;
};

// The version that stands near: "version 2 1", "v3", "either version 2 of the license or at your option any later
// version", in the words from `begin` to `end`.
Version version_in(const Words& words, std::size_t begin, std::size_t end) {
  Version version;
  end = std::min(end, words.size());
  for (std::size_t i = begin; i < end && version.text.empty(); ++i) {
    std::size_t number = words.size();
    if (i == begin && is_number(words[i])) number = i;
    if ((words[i] == "version" || words[i] == "versions" || words[i] == "v") && i + 1 < words.size()) number = i + 1;
    if (number < words.size() && is_number(words[number]) && words[number].size() == 1) {
      const bool has_minor = number + 1 < words.size() && is_number(words[number + 1]) && words[number + 1].size() == 1;
      version.text = words[number] + "." + (has_minor ? words[number + 1] : "0");
    } else if (words[i].size() == 2 && words[i][0] == 'v' && is_number(std::string_view(words[i]).substr(1))) {
      version.text = words[i].substr(1) + ".0";
    }
  }
  for (std::size_t i = begin; i < end; ++i) {
    version.or_later |= stand_at(words, i, {"any", "later"}) || stand_at(words, i, {"or", "later"}) ||
                        stand_at(words, i, {"or", "newer"}) || stand_at(words, i, {"any", "newer"});
  }
  return version;
}

struct Family {
  std::string_view id;
  std::string_view first;     // the version that counts where none is named
  std::string_view versions;  // those that there are
};

constexpr Family kGeneral = {"GPL", "1.0", "1.0 2.0 3.0"};
constexpr Family kLesser = {"LGPL", "2.0", "2.0 2.1 3.0"};
constexpr Family kAffero = {"AGPL", "3.0", "1.0 3.0"};

const Family* family_called(std::string_view word) {
  if (word == "gpl") return &kGeneral;
  if (word == "lgpl") return &kLesser;
  return word == "agpl" ? &kAffero : nullptr;
}

// "gplv3", "lgpl2": taken apart, as "gpl v3" is.
Words with_versions_apart(const Words& words) {
  Words apart;
  for (const std::string& word : words) {
    const std::size_t end = word.empty() ? std::string::npos : word.find_last_not_of("v123", word.size() - 1);
    const std::size_t name = end == std::string::npos ? 0 : end + 1;
    const bool is_glued = name != 0 && word.size() - name <= 2 && name < word.size() &&
                          is_number(word.substr(word.size() - 1)) && family_called(word.substr(0, name)) != nullptr;
    apart.push_back(is_glued ? word.substr(0, name) : word);
    if (is_glued) apart.push_back(word.substr(name));
  }
  return apart;
}

// Without a version: "the server is AGPL", "portions: LGPL". Of the GPL many texts say what it is like
// ("GPL-compatible", "unlike the GPL"): it counts where the word before it says that it holds.
bool is_bare_name(const Words& words, std::size_t at) {
  const Family* family = family_called(words[at]);
  if (family == nullptr) return false;
  if (at + 1 < words.size() && (words[at + 1] == "compatible" || words[at + 1] == "incompatible")) return false;
  constexpr auto kHolds = std::to_array<std::string_view>({"are", "is", "license", "licensed", "under"});
  return family != &kGeneral || (at > 0 && std::ranges::binary_search(kHolds, std::string_view(words[at - 1])));
}

const Family* short_family(const Words& words, std::size_t at, std::size_t& end) {
  const std::size_t name = words[at] == "gnu" && at + 1 < words.size() ? at + 1 : at;
  end = name + 1;
  const bool has_version =
      end < words.size() && (words[end] == "version" || words[end].starts_with("v") || is_number(words[end]));
  if (name == at && !has_version && !is_bare_name(words, at)) return nullptr;
  return family_called(words[name]);
}

// "gnu [lesser|library|affero] general public license", "gnu gpl", and "gpl" where a version follows.
const Family* family_at(const Words& words, std::size_t at, std::size_t& end) {
  if (const Family* family = short_family(words, at, end)) return family;
  if (words[at] != "gnu") return nullptr;
  const Family* family = &kGeneral;
  std::size_t next = at + 1;
  while (next < words.size() &&
         (words[next] == "lesser" || words[next] == "library" || words[next] == "affero" || words[next] == "or")) {
    if (words[next] != "or") family = words[next] == "affero" ? &kAffero : &kLesser;
    ++next;
  }
  if (!stand_at(words, next, {"general", "public", "license"})) return nullptr;
  end = next + 3;
  return family;
}

std::string id_of(const Family& family, const Version& version) {
  const bool is_known = family.versions.find(version.text) != std::string_view::npos && !version.text.empty();
  const std::string number = is_known ? version.text : std::string(family.first);
  return std::string(family.id) + "-" + number + (version.or_later || !is_known ? "-or-later" : "-only");
}

bool is_of_gnu(const std::string& id) {
  return id.starts_with("GPL-") || id.starts_with("LGPL-") || id.starts_with("AGPL-");
}

// What Debian keeps in a file of /usr/share/common-licenses, named in the words from `at`.
std::string common_licence(const Words& words, std::size_t at) {
  struct File {
    std::initializer_list<std::string_view> name;
    std::string_view id;
  };
  static const auto files = {
      File{{"apache", "2", "0"}, "Apache-2.0"},
      File{{"artistic"}, "Artistic-1.0-Perl"},
      File{{"bsd"}, "BSD-3-Clause"},
      File{{"cc0", "1", "0"}, "CC0-1.0"},
      File{{"gfdl", "1", "2"}, "GFDL-1.2-only"},
      File{{"gfdl", "1", "3"}, "GFDL-1.3-only"},
      File{{"gfdl"}, "GFDL-1.3-only"},
      File{{"gpl", "1"}, "GPL-1.0-only"},
      File{{"gpl", "2"}, "GPL-2.0-only"},
      File{{"gpl", "3"}, "GPL-3.0-only"},
      File{{"gpl"}, "GPL-1.0-or-later"},
      File{{"lgpl", "2", "1"}, "LGPL-2.1-only"},
      File{{"lgpl", "2"}, "LGPL-2.0-only"},
      File{{"lgpl", "3"}, "LGPL-3.0-only"},
      File{{"lgpl"}, "LGPL-2.0-or-later"},
      File{{"mpl", "1", "1"}, "MPL-1.1"},
      File{{"mpl", "2", "0"}, "MPL-2.0"},
  };
  for (const File& file : files) {
    if (stand_at(words, at, file.name)) return std::string(file.id);
  }
  return {};
}

constexpr std::size_t kBehind = 40;  // words after the name in which its version stands
constexpr std::size_t kBefore = 14;  // and before it: "version 2 of the gnu general public license"

// Others that bind, by the names that they are called by.
std::string_view other_licence(const Words& words, std::size_t at) {
  struct Name {
    std::initializer_list<std::string_view> words;
    std::string_view id;
  };
  static const auto names = {
      Name{{"attribution", "noderivatives"}, "CC-BY-ND-4.0"},
      Name{{"attribution", "noderivs"}, "CC-BY-ND-3.0"},
      Name{{"business", "source", "license"}, "BUSL-1.1"},
      Name{{"busl"}, "BUSL-1.1"},
      Name{{"by", "nc", "nd"}, "CC-BY-NC-ND-4.0"},
      Name{{"by", "nc", "sa"}, "CC-BY-NC-SA-4.0"},
      Name{{"by", "nc"}, "CC-BY-NC-4.0"},
      Name{{"by", "nd"}, "CC-BY-ND-4.0"},
      Name{{"common", "development", "and", "distribution", "license"}, "CDDL-1.0"},
      Name{{"eclipse", "public", "license"}, "EPL-1.0"},
      Name{{"elastic", "license"}, "Elastic-2.0"},
      Name{{"european", "union", "public", "license"}, "EUPL-1.2"},
      Name{{"open", "software", "license"}, "OSL-3.0"},
      Name{{"server", "side", "public", "license"}, "SSPL-1.0"},
      Name{{"sspl"}, "SSPL-1.0"},
  };
  for (const Name& name : names) {
    if (stand_at(words, at, name.words)) return name.id;
  }
  return {};
}

// The ids of licences that bind, word by word, for those that have a version: names alone are words as any.
class SpelledIds {
 public:
  SpelledIds() {
    for (const SpdxId& one : spdx_licences()) {
      const LicenceGroup group = group_of_licence(one.id);
      if (one.is_deprecated() || group == LicenceGroup::Permissive || is_of_gnu(std::string(one.id))) continue;
      Words words = licence_words(one.id);
      if (words.size() < 2 || std::ranges::none_of(words, is_number)) continue;
      ids_[words.front()].push_back({words, std::string(one.id)});
    }
  }

  // The longest that stands at `at`; empty for none.
  std::string id_at(const Words& words, std::size_t at) const {
    const auto found = ids_.find(words[at]);
    if (found == ids_.end()) return {};
    const Spelled* best = nullptr;
    for (const Spelled& one : found->second) {
      const bool stands = at + one.words.size() <= words.size() &&
                          std::ranges::equal(one.words, std::span(words).subspan(at, one.words.size()));
      if (stands && (best == nullptr || one.words.size() > best->words.size())) best = &one;
    }
    return best == nullptr ? std::string() : best->id;
  }

 private:
  struct Spelled {
    Words words;
    std::string id;
  };
  std::map<std::string, std::vector<Spelled>, std::less<>> ids_;
};

// The notices of one text, each once.
class Notices {
 public:
  // `is_bare`: a name of GNU without a version. It belongs to the notice above or below that has one.
  void add(std::string id, bool is_bare) {
    const bool is_there = std::ranges::any_of(notices_, [&](const Notice& other) { return other.id == id; });
    if (!is_there) notices_.push_back({std::move(id), is_bare});
  }

  std::vector<std::string> ids() const {
    const bool has_version =
        std::ranges::any_of(notices_, [](const Notice& one) { return !one.is_bare && is_of_gnu(one.id); });
    std::vector<std::string> ids;
    for (const Notice& notice : notices_) {
      const bool is_first_bare = ids.empty() || !is_of_gnu(ids.front());
      if (!notice.is_bare || (!has_version && is_first_bare)) ids.push_back(notice.id);
    }
    return ids;
  }

 private:
  struct Notice {
    std::string id;
    bool is_bare = false;
  };
  std::vector<Notice> notices_;
};

// The files of /usr/share/common-licenses that a text points to, found in one pass: a text may name a family, which
// asks for them, ten thousands of times.
class CommonLicences {
 public:
  explicit CommonLicences(const Words& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (!stand_at(words, i, {"usr", "share", "common", "licenses"})) continue;
      std::string id = common_licence(words, i + 4);
      if (!id.empty() && std::ranges::find(ids_, id) == ids_.end()) ids_.push_back(std::move(id));
    }
  }

  // Empty for none.
  std::string first_of(std::string_view family) const {
    const auto found = std::ranges::find_if(ids_, [&](const std::string& id) { return id.starts_with(family); });
    return found == ids_.end() ? std::string() : *found;
  }

 private:
  std::vector<std::string> ids_;  // each once, in their order
};

// Of the family that is named in the words `begin` to `end`.
void add_gnu(Notices& notices, const Words& words, std::size_t begin, std::size_t end, const Family& family,
             const CommonLicences& common_licences) {
  std::size_t stop = end;  // up to the next name
  for (std::size_t other = 0; stop < words.size() && stop < end + kBehind; ++stop) {
    if (family_at(words, stop, other) != nullptr) break;
  }
  Version version = version_in(words, end, stop);
  if (version.text.empty()) version = version_in(words, begin < kBefore ? 0 : begin - kBefore, begin);
  if (!version.text.empty()) return notices.add(id_of(family, version), false);
  const std::string common = common_licences.first_of(std::string(family.id) + "-");
  notices.add(common.empty() ? id_of(family, version) : common, true);
}

std::vector<std::string> named_in(const Words& words) {
  static const SpelledIds spelled;
  const CommonLicences common_licences(words);
  Notices notices;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::size_t end = 0;
    if (const Family* family = family_at(words, i, end)) {
      add_gnu(notices, words, i, end, *family, common_licences);
    } else if (stand_at(words, i, {"apache", "license", "version", "2", "0"})) {
      notices.add("Apache-2.0", false);
    } else if (stand_at(words, i, {"mozilla", "public", "license"})) {
      const Version version = version_in(words, i, i + 8);
      if (version.text == "1.0" || version.text == "1.1" || version.text == "2.0")
        notices.add("MPL-" + version.text, false);
    } else if (std::string id = spelled.id_at(words, i); !id.empty()) {
      i += licence_words(id).size() - 1;
      notices.add(std::move(id), false);
    } else if (const std::string_view other = other_licence(words, i); !other.empty()) {
      notices.add(std::string(other), false);
    }
  }
  std::vector<std::string> ids = notices.ids();
  if (const std::string common = common_licences.first_of(""); ids.empty() && !common.empty()) ids.push_back(common);
  return ids;
}

// Behind a notice Debian tells where the text lies, often that of another version: then only the notice counts. From
// "on Debian systems" to "/usr/share/common-licenses/GPL-2".
Words without_pointers(const Words& words) {
  constexpr std::size_t kLongest = 40;
  constexpr std::size_t kPath = 4;
  Words kept;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::size_t path = words.size();
    for (std::size_t j = i; stand_at(words, i, {"on", "debian"}) && j < std::min(i + kLongest, words.size()); ++j) {
      if (stand_at(words, j, {"usr", "share", "common", "licenses"})) path = j;
    }
    if (path == words.size()) {
      kept.push_back(words[i]);
      continue;
    }
    i = path + kPath;  // the name of the file
    while (i + 1 < words.size() && is_number(words[i + 1])) ++i;
  }
  return kept;
}

// A line as its first words, without what no terminal should see.
std::string words_shown(std::string_view line) {
  constexpr std::size_t kShown = 60;
  std::string shown;
  for (const std::string& word : licence_words(line.substr(0, kShown))) shown += (shown.empty() ? "" : " ") + word;
  return shown;
}

}  // namespace

std::vector<std::string> licences_noticed(const Words& all_words) {
  const Words words = with_versions_apart(all_words);
  std::vector<std::string> ids = named_in(without_pointers(words));
  return ids.empty() ? named_in(words) : ids;
}

IdentifiedLicences licences_identified(std::string_view text) {
  constexpr std::string_view kIdentifier = "spdx-license-identifier:";
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  IdentifiedLicences found;
  while (true) {
    const auto next = std::ranges::search(text, kIdentifier, {}, lower);
    if (next.empty()) return found;
    text.remove_prefix(static_cast<std::size_t>(next.end() - text.begin()));
    std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    const std::size_t end = line.find_last_not_of(" \t*/`'\"<>-.,;");
    line = line.substr(0, end == std::string_view::npos ? 0 : end + 1);
    const std::size_t begin = line.find_first_not_of(" \t`'\"");
    line = line.substr(std::min(begin, line.size()));
    const auto read = parse_licence_expression(line);
    if (!read) {
      if (found.unread.empty()) found.unread = "an identifier of no licence of the SPDX list: " + words_shown(line);
      continue;
    }
    const bool is_single = read->kind == LicenceExpression::Kind::Term;
    std::string id = is_single ? read->text() : "(" + read->text() + ")";
    if (std::ranges::find(found.ids, id) == found.ids.end()) found.ids.push_back(std::move(id));
  }
}

}  // namespace berth::vet
