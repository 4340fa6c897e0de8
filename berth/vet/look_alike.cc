#include "berth/vet/look_alike.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "berth/vet/name_shape.h"
#include "berth/vet/squat_words.h"

namespace berth::vet {
namespace {

// How popular a target must be for a rule to speak of it: the looser the likeness, the better known the target. Chosen
// on the half of the labelled names that tunes (docs/vetting-names.md).
constexpr int kSeparatorsRank = 15'000;
constexpr int kHomoglyphRank = 5'000;
constexpr int kWordOrderRank = 5'000;
constexpr int kShuffledRank = 5'000;
constexpr std::size_t kShuffledShortest = 6;
constexpr std::size_t kShuffledMost = 2;  // letters that stand there again
constexpr int kPluralRank = 3'000;
constexpr int kMovedPythonRank = 3'000;
constexpr int kPythonAffixRank = 300;
constexpr int kVersionRank = 2'000;
constexpr int kAffixRank = 3'000;
constexpr int kPraiseRank = 500;
constexpr int kPairRank = 1'000;
constexpr int kPairBestRank = 500;
constexpr int kSlipBesideAffixRank = 300;
constexpr double kSlipBesideAffix = 0.5;
constexpr double kSlipOfKnown = 0.6;
constexpr int kFarBetter = 20;  // times the rank

// Up to here a popular name is one that people mean, whatever it resembles; and a name of this age and so many releases
// has been seen by many.
constexpr int kEstablishedRank = 10'000;
constexpr std::chrono::days kEstablishedAge{3 * 365};
constexpr int kEstablishedReleases = 10;

constexpr std::size_t kShortest = 4;  // of a target, for all rules that look for it inside a name

// How far a slip may go (slip_distance): further for a long name and a popular one, less far where the result could be
// meant as it stands, for it is made of words that popular names have. Fitted to the half of the labelled names that
// tunes.
constexpr double kSlipBase = 1.32;
constexpr double kSlipByLetter = 0.1;
constexpr double kSlipByRank = 0.174;  // times the logarithm
constexpr double kSlipByUsualWords = 0.65;
constexpr std::size_t kSlipLongest = 12;   // more letters make no more room
constexpr double kSlipModuleRank = 2'000;  // what a module of the standard library counts for

// The letters of `target` that tell it from others: not the mark of Python that both names carry.
std::size_t telling_letters(std::string_view written, std::string_view target) {
  const std::string_view core = without_python(target);
  const bool is_shared = core.size() != target.size() &&
                         (target.ends_with(core) ? written.starts_with(target.substr(0, target.size() - core.size()))
                                                 : written.ends_with(target.substr(core.size())));
  return is_shared ? core.size() : target.size();
}

double slip_limit(std::string_view written, const NameTarget& target) {
  const double rank = target.rank == 0 ? kSlipModuleRank : target.rank;
  const std::size_t letters = std::min(telling_letters(written, target.compact), kSlipLongest);
  return kSlipBase + kSlipByLetter * static_cast<double>(letters) - kSlipByRank * std::log(rank + 30);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

using Found = std::optional<LookAlike>;

Found found(Likeness likeness, const NameTarget& target) {
  return LookAlike{.likeness = likeness, .target = std::string(target.name), .target_rank = target.rank};
}

// One name under examination.
class Search {
 public:
  Search(const NameIndex& index, std::string_view name)
      : index_(index), name_(name), letters_(without_separators(name)) {}

  // By the first rule that speaks.
  Found any() const {
    for (const auto rule :
         {&Search::separators, &Search::homoglyph, &Search::word_order, &Search::plural, &Search::shuffled,
          &Search::python_affix, &Search::version, &Search::compound, &Search::slip}) {
      if (Found one = (this->*rule)(); one && one->target != name_) return one;
    }
    return std::nullopt;
  }

  // For a name that is known itself: only what all but equals a far better known one.
  Found close_to_first(int own_rank) const {
    for (Found one : {separators(), homoglyph(), slip_of(letters_, kSlipOfKnown, Likeness::Slip)}) {
      if (one && one->target != name_ && one->target_rank * kFarBetter <= own_rank) return one;
    }
    return std::nullopt;
  }

 private:
  Found separators() const {
    const NameTarget* target = index_.with_letters(letters_);
    if (target == nullptr || !is_known(*target, kSeparatorsRank)) return std::nullopt;
    return found(Likeness::Separators, *target);
  }

  Found homoglyph() const {
    const NameTarget* target = index_.with_skeleton(skeleton_of(letters_));
    if (target == nullptr || !is_known(*target, kHomoglyphRank)) return std::nullopt;
    return found(Likeness::Homoglyph, *target);
  }

  // The same letters in another order, or some of them twice.
  Found shuffled() const {
    if (letters_.size() < kShuffledShortest) return std::nullopt;
    for (const NameTarget* target :
         {index_.with_sorted_letters(sorted_letters(letters_)), index_.with_single_letters(single_letters(letters_))}) {
      if (target == nullptr || target->rank == 0 || target->compact.size() < kShuffledShortest) continue;
      if (!is_known(*target, kShuffledRank) || letters_.size() > target->compact.size() + kShuffledMost) continue;
      if (target->compact.front() == letters_.front()) return found(Likeness::Shuffled, *target);
    }
    return std::nullopt;
  }

  Found word_order() const {
    if (name_.find('-') == std::string_view::npos) return std::nullopt;
    const NameTarget* target = index_.with_words(sorted_words(name_));
    if (target == nullptr || !is_known(*target, kWordOrderRank)) return std::nullopt;
    return found(Likeness::WordOrder, *target);
  }

  // With an `s` put behind words or taken from them.
  Found plural() const {
    if (name_.find('-') == std::string_view::npos) return std::nullopt;  // of one word: a slip
    const NameTarget* target = index_.with_singular(singular_words(name_));
    if (target == nullptr || !is_known(*target, kPluralRank)) return std::nullopt;
    return found(Likeness::Plural, *target);
  }

  // With `py` or `python` taken off, put on or moved to the other end.
  Found python_affix() const {
    const std::string core(without_python(letters_));
    if (core.size() < 3) return std::nullopt;
    const std::string_view affix =
        std::string_view(letters_).substr(letters_.starts_with(core) ? core.size() : 0, letters_.size() - core.size());
    const NameTarget* best = nullptr;
    const auto consider = [&](const std::string& letters, int worst_rank) {
      const NameTarget* target = letters == letters_ ? nullptr : index_.with_letters(letters);
      if (target == nullptr || target->rank == 0 || !is_known(*target, worst_rank)) return;
      if (best == nullptr || target->rank < best->rank) best = target;
    };
    if (core.size() != letters_.size()) {
      consider(core, kPythonAffixRank);
      for (const std::string_view other : kPythonAffixes) {
        consider(std::string(other) + core, other == affix ? kMovedPythonRank : kPythonAffixRank);
        consider(core + std::string(other), other == affix ? kMovedPythonRank : kPythonAffixRank);
      }
    }
    return best == nullptr ? std::nullopt : found(Likeness::PythonAffix, *best);
  }

  // With a digit put behind, as if it were the next version.
  Found version() const {
    if (letters_.size() <= kShortest || !is_digit(letters_.back()) || is_digit(letters_[letters_.size() - 2])) {
      return std::nullopt;
    }
    const NameTarget* target = index_.with_letters(std::string_view(letters_).substr(0, letters_.size() - 1));
    if (target == nullptr || !is_known(*target, kVersionRank)) return std::nullopt;
    return found(Likeness::Version, *target);
  }

  // A popular name at one end, and at the other words of squatters (Affix) or a second popular name (Pair).
  Found compound() const {
    for (std::size_t cut = letters_.size() - 1; cut > 0; --cut) {
      const std::string_view front = std::string_view(letters_).substr(0, cut);
      const std::string_view back = std::string_view(letters_).substr(cut);
      if (Found one = with_affix(front, back)) return one;
      if (Found one = with_affix(back, front)) return one;
      if (Found one = pair(front, back)) return one;
    }
    return std::nullopt;
  }

  Found slip() const { return slip_of(letters_, 1.0, Likeness::Slip); }

  static bool is_known(const NameTarget& target, int worst_rank) {
    return target.rank <= worst_rank && target.compact.size() >= kShortest;
  }

  const NameTarget* package(std::string_view letters, int worst_rank) const {
    const NameTarget* target = index_.with_letters(letters);
    return target != nullptr && target->rank != 0 && is_known(*target, worst_rank) ? target : nullptr;
  }

  Found with_affix(std::string_view rest, std::string_view word) const {
    const bool is_praise = contains(kPraise, word);
    if (!is_praise && !contains(kSquatWords, word)) return std::nullopt;
    if (const NameTarget* target = package(rest, is_praise ? kPraiseRank : kAffixRank))
      return found(Likeness::Affix, *target);
    if (const NameTarget* target =
            is_digit(rest.back()) ? package(rest.substr(0, rest.size() - 1), kPraiseRank) : nullptr) {
      return found(Likeness::Affix, *target);
    }
    return slip_of(rest, kSlipBesideAffix, Likeness::Affix);
  }

  Found pair(std::string_view front, std::string_view back) const {
    const NameTarget* first = package(front, kPairRank);
    if (first == nullptr) return std::nullopt;
    const NameTarget* second = package(back, kPairRank);
    if (second == nullptr || std::min(first->rank, second->rank) > kPairBestRank) return std::nullopt;
    if (index_.is_usual_beginning(front) || index_.is_usual_end(back)) return std::nullopt;
    return found(Likeness::Pair, first->rank <= second->rank ? *first : *second);
  }

  // `share` of what a slip may be otherwise.
  Found slip_of(std::string_view letters, double share, Likeness likeness) const {
    const NameTarget* best = nullptr;
    double best_rest = 0;  // of what its target allows
    for (const NameTarget* target : index_.neighbours(letters)) {
      if (target->name == name_ || (likeness == Likeness::Affix && is_beyond_affix(*target, letters))) continue;
      const double usual = index_.has_usual_words(name_, target->name) ? kSlipByUsualWords : 0;
      const double most = share * (slip_limit(letters, *target) - usual);
      const double distance = most <= 0 ? 1 : slip_distance(letters, target->compact, most);
      if (distance > most || most - distance < best_rest) continue;
      best = target;
      best_rest = most - distance;
    }
    return best == nullptr ? std::nullopt : found(likeness, *best);
  }

  static bool is_beyond_affix(const NameTarget& target, std::string_view letters) {
    return target.compact == letters || target.rank > kSlipBesideAffixRank;
  }

  const NameIndex& index_;
  std::string_view name_;
  std::string letters_;
};

}  // namespace

std::string_view likeness_text(Likeness likeness) {
  static constexpr std::array<std::string_view, 12> kTexts = {
      "standard library", "module",       "separators", "homoglyph", "word order", "shuffled",
      "plural",           "python affix", "version",    "affix",     "pair",       "slip"};
  return kTexts.at(static_cast<std::size_t>(likeness));
}

const NameIndex& LookAlikes::index() const {
  std::call_once(arranged_, [this] { index_.emplace(popular_, modules_); });
  return *index_;
}

bool LookAlikes::is_known(std::string_view name, const Standing& standing) const {
  return popular_.rank_of(name) || (standing.age.value_or(std::chrono::days{0}) >= kEstablishedAge &&
                                    standing.releases.value_or(0) >= kEstablishedReleases);
}

std::optional<LookAlike> LookAlikes::find(std::string_view name, const Standing& standing) const {
  const int rank = popular_.rank_of(name).value_or(kEstablishedRank);
  const bool is_popular = popular_.rank_of(name).has_value() && rank <= kEstablishedRank;
  if (is_popular || without_separators(name).empty()) return std::nullopt;
  const Search search(index(), name);
  if (is_known(name, standing)) return search.close_to_first(rank);
  if (const auto package = modules_.package_of(name)) {
    return LookAlike{.likeness = package->empty() ? Likeness::StandardLibrary : Likeness::Module,
                     .target = std::string(package->empty() ? name : *package),
                     .target_rank = popular_.rank_of(*package).value_or(0)};
  }
  return search.any();
}

}  // namespace berth::vet
