// The texts of the SPDX list, kept as hashes of three words in a row, and how much of them another text has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace berth::vet {

// The words of a text as they are compared: lower case, ASCII letters and digits, without lines that only say whose the
// work is, with `licence` spelled `license`.
std::vector<std::string> licence_words(std::string_view text);

// How much one text has in common with one licence of the list.
struct TextLikeness {
  std::string_view id;
  bool is_osi_approved = false;
  double of_licence = 0;  // the share of the licence's three words in a row that the text has
  double of_text = 0;     // and of the text's, that the licence has

  // Twice what is common by the sum of both: 1 for the same text.
  double alike() const { return of_licence + of_text == 0 ? 0 : 2 * of_licence * of_text / (of_licence + of_text); }
};

struct KnownWord {
  std::size_t at = 0;  // in the words that were given
  bool is_of_licence = false;
};

// So many words that are of no licence.
std::vector<KnownWord> words_of_none(std::size_t count);

// Made once of data/licence_texts.bin (tools/make_licence_texts.py); const afterwards, any thread may ask.
class LicenceTexts {
 public:
  static const LicenceTexts& built_in();

  // The licences that have something in common with `words`, the most alike first, at most `most`.
  std::vector<TextLikeness> closest_to(const std::vector<std::string>& words, std::size_t most) const;

  // The words of `words` that are compared at all, with whether each stands in a passage of the licence `id`, or in a
  // longer one of a permissive licence: what is left is somebody's own.
  std::vector<KnownWord> known_words(const std::vector<std::string>& words, std::string_view id) const;

  // Whether `words` have each sentence in which the licence `id` gives something, word for word. True for licences of
  // which none is kept: those that are not taken by default, and those that say it otherwise.
  bool gives_all_of(const std::vector<std::string>& words, std::string_view id) const;
  std::size_t size() const { return licences_.size(); }

 private:
  struct Licence {
    std::string_view id;
    std::uint32_t hashes = 0;
    bool is_sampled = false;  // one hash in four is kept
    bool is_osi_approved = false;
    bool takes_nothing = false;
    std::vector<std::uint32_t> grant = {};  // hashes of what it gives
  };
  struct Posting {
    std::uint32_t hash = 0;
    std::uint32_t licence = 0;
  };

  explicit LicenceTexts(std::string_view data);

  // Calls `with` for each licence that has the hash.
  template <class Function>
  void each_with(std::uint32_t hash, Function with) const;

  std::vector<Licence> licences_;
  std::vector<std::uint32_t> starts_;  // by the lower bits of a hash
  std::vector<Posting> postings_;
};

}  // namespace berth::vet
