#include "berth/vet/licence_texts.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <utility>

#include "berth/base/error.h"
#include "berth/vet/built_in_data.h"
#include "berth/vet/licence_owner.h"
#include "berth/vet/spdx_list.h"
#include "berth/vet/text_lines.h"

namespace berth::vet {
namespace {

constexpr std::size_t kBuckets = std::size_t{1} << 17;
constexpr std::uint32_t kOneIn = 4;
// Where two are as like, one that many use is meant.
constexpr double kApproved = 0.05;
// Three words in a row that are common to chance: a passage has so many of them one after the other, in the licence
// that the text is of and in another.
constexpr std::size_t kPassage = 3;
constexpr std::size_t kForeignPassage = 8;

bool is_word_char(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// The length of a character that nobody sees, at the start of `line`: soft hyphens, spaces without width. They part no
// word.
std::size_t unseen_at(std::string_view line) {
  static constexpr auto kUnseen = std::to_array<std::string_view>(
      {"\xc2\xad", "\xe2\x80\x8b", "\xe2\x80\x8c", "\xe2\x80\x8d", "\xe2\x81\xa0", "\xef\xbb\xbf"});
  if (static_cast<unsigned char>(line.front()) < 0x80) return 0;
  const auto found = std::ranges::find_if(kUnseen, [&](std::string_view one) { return line.starts_with(one); });
  return found == kUnseen.end() ? 0 : found->size();
}

std::vector<std::string> words_of_line(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (word == "licence") word = "license";
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  while (!line.empty()) {
    if (const std::size_t unseen = unseen_at(line); unseen > 0) {
      line.remove_prefix(unseen);
      continue;
    }
    const char c = line.front();
    line.remove_prefix(1);
    const char low = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (is_word_char(low)) {
      word += low;
    } else {
      end_word();
    }
  }
  end_word();
  return words;
}

// Words for whose the work is, which stand differently in every copy, and those that join them. In order.
constexpr auto kNames = std::to_array<std::string_view>({"a",
                                                         "an",
                                                         "and",
                                                         "author",
                                                         "authors",
                                                         "by",
                                                         "c",
                                                         "company",
                                                         "contributor",
                                                         "contributors",
                                                         "copyright",
                                                         "corporation",
                                                         "foundation",
                                                         "holder",
                                                         "holders",
                                                         "inc",
                                                         "isc",
                                                         "name",
                                                         "names",
                                                         "of",
                                                         "or",
                                                         "organisation",
                                                         "organization",
                                                         "owner",
                                                         "owners",
                                                         "project",
                                                         "regents",
                                                         "s",
                                                         "the",
                                                         "university"});

bool is_number(std::string_view word) {
  return std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

// FNV-1a, as tools/make_licence_texts.py has it.
std::uint32_t hash_of(std::string_view a, std::string_view b, std::string_view c) {
  std::uint32_t hash = 2166136261U;
  const auto add = [&](std::string_view text) {
    for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619U;
  };
  add(a);
  add(" ");
  add(b);
  add(" ");
  add(c);
  return hash;
}

// Of the words that are compared, in order, each once.
std::vector<std::uint32_t> hashes_of(const std::vector<std::string>& words) {
  std::vector<std::string_view> kept;
  for (const std::string& word : words) {
    if (!std::ranges::binary_search(kNames, std::string_view(word))) kept.push_back(word);
  }
  std::vector<std::uint32_t> hashes;
  for (std::size_t i = 2; i < kept.size(); ++i) hashes.push_back(hash_of(kept[i - 2], kept[i - 1], kept[i]));
  std::ranges::sort(hashes);
  const auto repeated = std::ranges::unique(hashes);
  hashes.erase(repeated.begin(), repeated.end());
  return hashes;
}

// "Neither the name of X nor the names of its contributors may be used to endorse": whose name it is, is no word of
// somebody's own.
void take_names(const std::vector<std::string>& words, std::vector<KnownWord>& known) {
  constexpr std::size_t kLongestName = 12;
  constexpr auto kEnd = std::to_array<std::string_view>({"may", "be", "used", "to", "endorse"});
  const auto find = [&](std::string_view wanted, std::size_t begin) {
    const std::size_t end = std::min(begin + kLongestName, known.size());
    while (begin < end && words[known[begin].at] != wanted) ++begin;
    return begin < end ? begin : known.size();
  };
  for (std::size_t begin = 0; begin < known.size(); ++begin) {
    if (words[known[begin].at] != "neither") continue;
    const std::size_t may = find("may", find("nor", begin));
    bool is_whole = may + kEnd.size() <= known.size();
    for (std::size_t i = 0; is_whole && i < kEnd.size(); ++i) is_whole = words[known[may + i].at] == kEnd[i];
    for (std::size_t i = begin; is_whole && i < may + kEnd.size(); ++i) known[i].is_of_licence = true;
  }
}

// Takes the data apart, which is ours: that it is whole is checked by a test.
class Cursor {
 public:
  explicit Cursor(std::string_view data) : rest_(data) {}

  std::string_view bytes(std::size_t size) {
    BERTH_ASSERT(size <= rest_.size());
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint32_t number() {
    std::uint32_t value = 0;
    for (int shift = 0; const char byte : bytes(4)) {
      value |= std::uint32_t{static_cast<unsigned char>(byte)} << shift;
      shift += 8;
    }
    return value;
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(bytes(1)[0]); }

 private:
  std::string_view rest_;
};

}  // namespace

std::vector<KnownWord> words_of_none(std::size_t count) {
  std::vector<KnownWord> known(count);
  for (std::size_t i = 0; i < count; ++i) known[i].at = i;
  return known;
}

std::vector<std::string> licence_words(std::string_view text) {
  std::vector<std::string> words;
  for (TextLines lines(text); const auto line = lines.next();) {
    std::vector<std::string> of_line = words_of_line(line->text);
    if (says_whose(of_line, line->text)) continue;
    std::ranges::move(of_line, std::back_inserter(words));
  }
  return words;
}

const LicenceTexts& LicenceTexts::built_in() {
  static const LicenceTexts texts(built_in_licence_texts());
  return texts;
}

LicenceTexts::LicenceTexts(std::string_view data) {
  Cursor cursor(data);
  BERTH_ASSERT(cursor.bytes(4) == "BLT2");
  licences_.resize(cursor.number());
  for (Licence& licence : licences_) {
    licence.hashes = cursor.number();
    licence.is_sampled = cursor.byte() != 0;
    licence.is_osi_approved = cursor.byte() != 0;
    licence.id = cursor.bytes(cursor.byte());
    // An exception to a licence of GNU takes nothing either; some have no id.
    licence.takes_nothing = licence.id.empty() || group_of_licence(licence.id) == LicenceGroup::Permissive ||
                            licence.id.find("-with-") != std::string_view::npos;
  }
  std::vector<Posting> postings;
  for (std::uint32_t i = 0; i < licences_.size(); ++i) {
    for (std::uint32_t n = 0; n < licences_[i].hashes; ++n) postings.push_back({cursor.number(), i});
  }
  for (Licence& licence : licences_) {
    licence.grant.resize(cursor.number());
    for (std::uint32_t& hash : licence.grant) hash = cursor.number();
  }
  starts_.assign(kBuckets + 1, 0);
  for (const Posting& posting : postings) ++starts_[posting.hash / kOneIn % kBuckets + 1];
  std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
  postings_.resize(postings.size());
  std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
  for (const Posting& posting : postings) postings_[next[posting.hash / kOneIn % kBuckets]++] = posting;
}

template <class Function>
void LicenceTexts::each_with(std::uint32_t hash, Function with) const {
  const std::size_t bucket = hash / kOneIn % kBuckets;
  for (std::uint32_t i = starts_[bucket]; i < starts_[bucket + 1]; ++i) {
    if (postings_[i].hash == hash) with(postings_[i].licence);
  }
}

std::vector<TextLikeness> LicenceTexts::closest_to(const std::vector<std::string>& words, std::size_t most) const {
  const std::vector<std::uint32_t> hashes = hashes_of(words);
  const auto sampled =
      static_cast<std::size_t>(std::ranges::count_if(hashes, [](auto hash) { return hash % kOneIn == 0; }));

  std::vector<std::uint32_t> common(licences_.size());
  for (const std::uint32_t hash : hashes) {
    each_with(hash, [&](std::uint32_t licence) { ++common[licence]; });
  }
  std::vector<TextLikeness> found;
  for (std::size_t i = 0; i < licences_.size(); ++i) {
    const std::size_t of_text = licences_[i].is_sampled ? sampled : hashes.size();
    if (common[i] == 0 || of_text == 0 || licences_[i].id.empty()) continue;
    found.push_back({.id = licences_[i].id,
                     .is_osi_approved = licences_[i].is_osi_approved,
                     .of_licence = static_cast<double>(common[i]) / licences_[i].hashes,
                     .of_text = static_cast<double>(common[i]) / static_cast<double>(of_text)});
  }
  const auto worth = [](const TextLikeness& one) { return one.alike() + (one.is_osi_approved ? kApproved : 0); };
  const std::size_t shown = std::min(most, found.size());
  std::ranges::partial_sort(found, found.begin() + static_cast<std::ptrdiff_t>(shown),
                            [&](const auto& a, const auto& b) { return worth(a) > worth(b); });
  found.resize(shown);
  return found;
}

bool LicenceTexts::gives_all_of(const std::vector<std::string>& words, std::string_view id) const {
  const auto licence = std::ranges::find(licences_, id, &Licence::id);
  return licence == licences_.end() || std::ranges::includes(hashes_of(words), licence->grant);
}

std::vector<KnownWord> LicenceTexts::known_words(const std::vector<std::string>& words, std::string_view id) const {
  std::vector<KnownWord> known;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!std::ranges::binary_search(kNames, std::string_view(words[i]))) known.push_back({.at = i});
  }
  const auto word = [&](std::size_t i) { return std::string_view(words[known[i].at]); };
  // The passage of each licence that ends at its `end`, in numbers of three words in a row; none where both are equal.
  struct Passage {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  std::vector<Passage> passages(licences_.size());
  const auto found = id.empty() ? licences_.end() : std::ranges::find(licences_, id, &Licence::id);
  const auto own = static_cast<std::size_t>(found - licences_.begin());
  const bool is_sampled = own < licences_.size() && licences_[own].is_sampled;
  const auto close = [&](std::size_t licence) {
    const auto [begin, end] = std::exchange(passages[licence], {});
    if (end - begin < (licence == own ? kPassage : kForeignPassage)) return;
    for (std::size_t i = begin; i < end + 2; ++i) known[i].is_of_licence = true;
  };
  for (std::size_t i = 0; i + 2 < known.size(); ++i) {
    const std::uint32_t hash = hash_of(word(i), word(i + 1), word(i + 2));
    each_with(hash, [&](std::uint32_t licence) {
      if (licence != own && !licences_[licence].takes_nothing) return;
      if (passages[licence].end != i) close(licence);
      if (passages[licence].begin == passages[licence].end) passages[licence].begin = i;
      passages[licence].end = i + 1;
    });
    // What was not kept of the licence goes on as it was.
    if (is_sampled && hash % kOneIn != 0 && passages[own].end == i && passages[own].begin < i) ++passages[own].end;
  }
  for (std::size_t licence = 0; licence < licences_.size(); ++licence) close(licence);
  take_names(words, known);
  // Of the title of what follows, or its number, for some; behind words of somebody's own it ends these: "under the
  // ACME License", "under EUPL-1.2".
  for (std::size_t i = 1; i < known.size(); ++i) {
    const bool may_end = word(i) == "license" || is_number(word(i));
    if (may_end && !known[i - 1].is_of_licence) known[i].is_of_licence = false;
  }
  return known;
}

}  // namespace berth::vet
