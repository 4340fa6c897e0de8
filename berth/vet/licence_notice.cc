#include "berth/vet/licence_notice.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string_view>

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

const Family* short_family(const Words& words, std::size_t at, std::size_t& end) {
  const std::size_t name = words[at] == "gnu" && at + 1 < words.size() ? at + 1 : at;
  end = name + 1;
  const bool has_version =
      end < words.size() && (words[end] == "version" || words[end].starts_with("v") || is_number(words[end]));
  if (name == at && !has_version) return nullptr;
  if (words[name] == "gpl") return &kGeneral;
  if (words[name] == "lgpl") return &kLesser;
  return words[name] == "agpl" ? &kAffero : nullptr;
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

std::string first_common_licence(const Words& words, std::string_view family) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!stand_at(words, i, {"usr", "share", "common", "licenses"})) continue;
    std::string id = common_licence(words, i + 4);
    if (id.starts_with(family)) return id;
  }
  return {};
}

// Of the family that is named in the words `begin` to `end`.
void add_gnu(Notices& notices, const Words& words, std::size_t begin, std::size_t end, const Family& family) {
  std::size_t stop = end;  // up to the next name
  for (std::size_t other = 0; stop < words.size() && stop < end + kBehind; ++stop) {
    if (family_at(words, stop, other) != nullptr) break;
  }
  Version version = version_in(words, end, stop);
  if (version.text.empty()) version = version_in(words, begin < kBefore ? 0 : begin - kBefore, begin);
  if (!version.text.empty()) return notices.add(id_of(family, version), false);
  const std::string common = first_common_licence(words, std::string(family.id) + "-");
  notices.add(common.empty() ? id_of(family, version) : common, true);
}

std::vector<std::string> named_in(const Words& words) {
  Notices notices;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::size_t end = 0;
    if (const Family* family = family_at(words, i, end)) {
      add_gnu(notices, words, i, end, *family);
    } else if (stand_at(words, i, {"apache", "license", "version", "2", "0"})) {
      notices.add("Apache-2.0", false);
    } else if (stand_at(words, i, {"mozilla", "public", "license"})) {
      const Version version = version_in(words, i, i + 8);
      if (version.text == "1.0" || version.text == "1.1" || version.text == "2.0")
        notices.add("MPL-" + version.text, false);
    }
  }
  std::vector<std::string> ids = notices.ids();
  if (const std::string common = first_common_licence(words, ""); ids.empty() && !common.empty()) ids.push_back(common);
  return ids;
}

}  // namespace

std::vector<std::string> licences_noticed(const Words& words) {
  // Behind a notice Debian tells where the text lies, often that of another version: then only the notice counts.
  static const Words words_of_pointer = {"on", "debian"};
  const auto pointer = std::ranges::search(words, words_of_pointer).begin();
  std::vector<std::string> ids = named_in(Words(words.begin(), pointer));
  return ids.empty() ? named_in(words) : ids;
}

}  // namespace berth::vet
