#include "berth/vet/name_index.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "berth/vet/name_shape.h"

namespace berth::vet {
namespace {

// Two slips are looked for only where they leave most of a well-known name as it was.
constexpr int kTwoSlipsRank = 2'000;
constexpr std::size_t kTwoSlipsLength = 7;
constexpr std::size_t kShortest = 4;
constexpr std::size_t kLongest = 60;
constexpr int kWithoutDigitsRank = 500;
// Of so many popular names.
constexpr int kUsualBeginning = 30;
constexpr int kUsualEnd = 15;
constexpr int kCommonWord = 3;
constexpr std::size_t kBuckets = std::size_t{1} << 18;

// FNV-1a: nobody gains by collisions here, a false neighbour is compared and dropped.
constexpr std::uint32_t kStart = 2166136261U;
constexpr std::uint32_t with(std::uint32_t hash, char c) { return (hash ^ static_cast<unsigned char>(c)) * 16777619U; }
std::uint32_t with(std::uint32_t hash, std::string_view text) {
  for (const char c : text) hash = with(hash, c);
  return hash;
}

// Hands `take` the hash of `text`, of each text with one letter less, and of each with two letters less if `reach`
// is 2.
template <class Take>
void each_remainder(std::string_view text, int reach, Take take) {
  take(with(kStart, text));
  std::uint32_t before = kStart;
  for (std::size_t i = 0; i < text.size(); ++i) {
    take(with(before, text.substr(i + 1)));
    if (reach == 2) {
      std::uint32_t between = before;
      for (std::size_t j = i + 1; j < text.size(); ++j) {
        take(with(between, text.substr(j + 1)));
        between = with(between, text[j]);
      }
    }
    before = with(before, text[i]);
  }
}

template <class Take>
void each_word(std::string_view name, Take take) {
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('-'), name.size());
    take(name.substr(0, end));
    name.remove_prefix(std::min(end + 1, name.size()));
  }
}

int reach_of(const NameTarget& target) {
  return target.rank <= kTwoSlipsRank && target.compact.size() >= kTwoSlipsLength ? 2 : 1;
}

bool can_slip(std::string_view compact) { return compact.size() >= kShortest && compact.size() <= kLongest; }

}  // namespace

NameIndex::NameIndex(const PopularNames& popular, const ModuleNames& modules) {
  int rank = 0;
  std::vector<NameTarget> aliases;
  for (const std::string_view name : popular.names()) {
    targets_.push_back({without_separators(name), name, ++rank});
    const std::string& compact = targets_.back().compact;
    each_word(name, [&](std::string_view word) { ++words_[word]; });
    // People leave the digit out.
    const std::size_t end = compact.find_last_not_of("0123456789") + 1;
    if (rank <= kWithoutDigitsRank && end < compact.size() && end > kShortest) {
      aliases.push_back({compact.substr(0, end), name, rank});
    }
  }
  std::ranges::move(aliases, std::back_inserter(targets_));
  // Mistyped module names lead to the same traps as mistyped packages.
  for (const auto& [module, package] : modules.all()) {
    const auto of_package = popular.rank_of(package);
    if (!package.empty() && !of_package) continue;
    targets_.push_back({without_separators(module), package.empty() ? module : package, of_package.value_or(0)});
  }
  // Of several with one spelling the most popular counts; a module of the standard library only where it is alone.
  const auto keep_better = [&](auto& by, auto key, std::uint32_t i) {
    const auto [place, is_new] = by.try_emplace(std::move(key), i);
    const int other = targets_[place->second].rank;
    if (!is_new && targets_[i].rank != 0 && (other == 0 || targets_[i].rank < other)) place->second = i;
  };
  std::vector<Entry> entries;
  for (std::uint32_t i = 0; i < targets_.size(); ++i) {
    const NameTarget& target = targets_[i];
    keep_better(by_letters_, std::string_view(target.compact), i);
    keep_better(by_singular_, singular_words(target.name), i);
    keep_better(by_sorted_letters_, sorted_letters(target.compact), i);
    keep_better(by_single_letters_, single_letters(target.compact), i);
    keep_better(by_skeleton_, skeleton_of(target.compact), i);
    if (const std::size_t end = target.name.find('-'); end != std::string_view::npos) {
      by_words_.try_emplace(sorted_words(target.name), i);
      ++beginnings_[target.name.substr(0, end)];
      ++ends_[target.name.substr(target.name.rfind('-') + 1)];
    }
    if (!can_slip(target.compact)) continue;
    each_remainder(target.compact, reach_of(target), [&](std::uint32_t hash) { entries.push_back({hash, i}); });
  }
  fill_buckets(entries);
}

void NameIndex::fill_buckets(const std::vector<Entry>& entries) {
  starts_.assign(kBuckets + 1, 0);
  for (const Entry& entry : entries) ++starts_[entry.hash % kBuckets + 1];
  std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
  entries_.resize(entries.size());
  std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
  for (const Entry& entry : entries) entries_[next[entry.hash % kBuckets]++] = entry;
}

std::vector<const NameTarget*> NameIndex::neighbours(std::string_view compact) const {
  std::vector<std::uint32_t> found;
  if (can_slip(compact)) {
    each_remainder(compact, compact.size() + 2 >= kTwoSlipsLength ? 2 : 1, [&](std::uint32_t hash) {
      for (std::uint32_t i = starts_[hash % kBuckets]; i < starts_[hash % kBuckets + 1]; ++i) {
        if (entries_[i].hash == hash) found.push_back(entries_[i].target);
      }
    });
  }
  std::ranges::sort(found);
  const auto rest = std::ranges::unique(found);
  found.erase(rest.begin(), rest.end());
  std::vector<const NameTarget*> targets;
  for (const std::uint32_t target : found) targets.push_back(&targets_[target]);
  return targets;
}

const NameTarget* NameIndex::with_letters(std::string_view compact) const {
  const auto found = by_letters_.find(compact);
  return found == by_letters_.end() ? nullptr : &targets_[found->second];
}

const NameTarget* NameIndex::in(const Places& places, const std::string& key) const {
  const auto found = places.find(key);
  return found == places.end() ? nullptr : &targets_[found->second];
}

bool NameIndex::is_usual_beginning(std::string_view word) const {
  const auto found = beginnings_.find(word);
  return found != beginnings_.end() && found->second >= kUsualBeginning;
}

bool NameIndex::is_usual_end(std::string_view word) const {
  const auto found = ends_.find(word);
  return found != ends_.end() && found->second >= kUsualEnd;
}

bool NameIndex::is_common_word(std::string_view word) const {
  const auto found = words_.find(word);
  return found != words_.end() && found->second >= kCommonWord;
}

bool NameIndex::has_usual_words(std::string_view name, std::string_view target) const {
  bool are_usual = true;
  bool has_own = false;
  each_word(name, [&](std::string_view word) {
    bool is_shared = false;
    each_word(target, [&](std::string_view other) { is_shared |= other == word; });
    has_own |= !is_shared;
    are_usual &= is_shared || words_.contains(word);
  });
  return has_own && are_usual;
}

std::string sorted_words(std::string_view normal_name) {
  std::vector<std::string_view> words;
  each_word(normal_name, [&](std::string_view word) { words.push_back(word); });
  std::ranges::sort(words);
  std::string joined;
  for (const std::string_view word : words) joined += (joined.empty() ? "" : "-") + std::string(word);
  return joined;
}

std::string singular_words(std::string_view normal_name) {
  std::string joined;
  each_word(normal_name, [&](std::string_view word) {
    joined += word.ends_with('s') && word.size() > 3 ? word.substr(0, word.size() - 1) : word;
  });
  return joined;
}

std::string sorted_letters(std::string_view compact) {
  std::string letters(compact);
  std::ranges::sort(letters);
  return letters;
}

std::string single_letters(std::string_view compact) {
  std::string letters;
  std::ranges::unique_copy(compact, std::back_inserter(letters));
  return letters;
}

}  // namespace berth::vet
