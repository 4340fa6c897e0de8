// The popular names, arranged so that what looks like one of them is found without comparing with all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "berth/vet/module_names.h"
#include "berth/vet/popular_names.h"

namespace berth::vet {

// A name that others imitate.
struct NameTarget {
  std::string compact;    // as it is spelled, without separators
  std::string_view name;  // of the package, or of the module of the standard library: to be shown
  int rank = 0;           // of the package, 1 for the most downloaded; 0 for a module of the standard library
};

// Names by what is left of them when letters are taken out: two names that are up to two slips apart share such a text,
// so the neighbours of a name are found with a few hundred look-ups. Const after it was made. Refers to the names
// that it was made of, which must live longer.
class NameIndex {
 public:
  NameIndex(const PopularNames& popular, const ModuleNames& modules);
  NameIndex(const NameIndex&) = delete;
  NameIndex& operator=(const NameIndex&) = delete;

  // The targets that may be a slip or two away from `compact`, each once; some of them are not.
  std::vector<const NameTarget*> neighbours(std::string_view compact) const;
  // The most popular target that equals `compact` without separators, or looks like it (skeleton_of), or has the same
  // words in another order or number; null where there is none.
  const NameTarget* with_letters(std::string_view compact) const;
  const NameTarget* with_skeleton(const std::string& skeleton) const { return in(by_skeleton_, skeleton); }
  const NameTarget* with_words(const std::string& sorted_words) const { return in(by_words_, sorted_words); }
  const NameTarget* with_singular(const std::string& singular_words) const { return in(by_singular_, singular_words); }
  // The same for letters in alphabetical order (sorted_letters), and without repetitions (single_letters).
  const NameTarget* with_sorted_letters(const std::string& sorted) const { return in(by_sorted_letters_, sorted); }
  const NameTarget* with_single_letters(const std::string& single) const { return in(by_single_letters_, single); }
  // Whether many popular names begin or end with this word, as plug-ins of one program do ("pytest-", "-django"): a
  // name made in the same way is no imitation.
  bool is_usual_beginning(std::string_view word) const;
  bool is_usual_end(std::string_view word) const;
  // Whether several popular names have this word: a name that consists of it needs no other to be explained.
  bool is_common_word(std::string_view word) const;
  // Whether `name` has words that `target` has not, and all of them stand in popular names.
  bool has_usual_words(std::string_view name, std::string_view target) const;

 private:
  struct Entry {
    std::uint32_t hash = 0;
    std::uint32_t target = 0;
  };

  using Places = std::unordered_map<std::string, std::uint32_t>;

  const NameTarget* in(const Places& places, const std::string& key) const;
  void fill_buckets(const std::vector<Entry>& entries);

  std::vector<NameTarget> targets_;    // by rank, modules last
  std::vector<std::uint32_t> starts_;  // one bucket for each value of a hash's lower bits: its first entry
  std::vector<Entry> entries_;
  std::unordered_map<std::string_view, std::uint32_t> by_letters_;
  Places by_skeleton_;
  Places by_words_;
  Places by_singular_;
  Places by_sorted_letters_;
  Places by_single_letters_;
  std::unordered_map<std::string_view, int> beginnings_;  // how many names begin with a word, and end with one
  std::unordered_map<std::string_view, int> ends_;
  std::unordered_map<std::string_view, int> words_;
};

// The words of a normalised name, in alphabetical order, joined by `-`.
std::string sorted_words(std::string_view normal_name);
// The words of a normalised name, each without an `s` at its end, joined.
std::string singular_words(std::string_view normal_name);
std::string sorted_letters(std::string_view compact);
// Each run of one letter as one letter.
std::string single_letters(std::string_view compact);

}  // namespace berth::vet
