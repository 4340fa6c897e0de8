#include "berth/image/tag_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "berth/base/lower_case.h"

namespace berth::image {
namespace {

bool is_number(char c) { return c >= '0' && c <= '9'; }
bool is_joint(char c) { return c == '.' || c == '-' || c == '_'; }

// The next run of numbers or of letters, taken from the front of `tag`; empty at its end.
std::string_view take_run(std::string_view& tag) {
  while (!tag.empty() && is_joint(tag.front())) tag.remove_prefix(1);
  if (tag.empty()) return {};
  const bool number = is_number(tag.front());
  std::size_t size = 1;
  while (size < tag.size() && !is_joint(tag[size]) && is_number(tag[size]) == number) ++size;
  const std::string_view run = tag.substr(0, size);
  tag.remove_prefix(size);
  return run;
}

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

// A word, the end of the tag, a number: that is the order from older to newer.
int rank_of(std::string_view run) { return run.empty() ? 1 : is_number(run.front()) ? 2 : 0; }

constexpr std::string_view kUnfinished[] = {"alpha", "beta", "dev", "nightly", "pre", "preview", "rc", "snapshot"};

// What kind of tag is taken rather than another, the least of them first.
enum class TagKind { Commit, Word, Prerelease, Version };

TagKind kind_of(std::string_view tag) {
  if (is_commit_tag(tag)) return TagKind::Commit;
  if (tag.empty() || !is_number(tag.front())) return TagKind::Word;
  return is_prerelease_tag(tag) ? TagKind::Prerelease : TagKind::Version;
}

}  // namespace

std::strong_ordering compare_tags(std::string_view a, std::string_view b) {
  const std::string_view whole_a = a;
  const std::string_view whole_b = b;
  for (;;) {
    const std::string_view run_a = take_run(a);
    const std::string_view run_b = take_run(b);
    if (run_a.empty() && run_b.empty()) return whole_a <=> whole_b;
    if (rank_of(run_a) != rank_of(run_b)) return rank_of(run_a) <=> rank_of(run_b);
    const auto order = rank_of(run_a) == 2 ? compare_numbers(run_a, run_b) : run_a <=> run_b;
    if (order != 0) return order;
  }
}

bool is_commit_tag(std::string_view tag) {
  constexpr std::size_t kShortest = 20;
  return tag.size() >= kShortest && tag.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

bool is_prerelease_tag(std::string_view tag) {
  if (tag.empty() || !is_number(tag.front())) return false;
  while (true) {
    const std::string_view run = take_run(tag);
    if (run.empty()) return false;
    if (std::ranges::find(kUnfinished, lower_case(run)) != std::end(kUnfinished)) return true;
  }
}

std::optional<std::string> newest_tag(const std::vector<std::string>& tags) {
  if (tags.empty()) return std::nullopt;
  return *std::ranges::max_element(tags, [](const auto& a, const auto& b) { return is_taken_before(b, a); });
}

bool is_taken_before(std::string_view a, std::string_view b) {
  const TagKind kind_a = kind_of(a);
  const TagKind kind_b = kind_of(b);
  return kind_a != kind_b ? kind_a > kind_b : compare_tags(a, b) > 0;
}

bool is_newer_tag(std::string_view a, std::string_view b) {
  const TagKind kind_a = kind_of(a);
  const TagKind kind_b = kind_of(b);
  if ((kind_a == TagKind::Commit) != (kind_b == TagKind::Commit)) return kind_b == TagKind::Commit;
  if (kind_a == TagKind::Prerelease && kind_b == TagKind::Version) return false;
  return compare_tags(a, b) > 0;
}

std::optional<unsigned long> revision_of(std::string_view tag, std::string_view version) {
  if (tag.size() < version.size() + 2 || !tag.starts_with(version) || tag[version.size()] != '.') return std::nullopt;
  const std::string_view digits = tag.substr(version.size() + 1);
  unsigned long revision = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), revision);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return revision;
}

std::string next_tag(std::string_view version, const std::vector<std::string>& tags, unsigned long highest_used) {
  unsigned long highest = highest_used;
  for (const std::string& tag : tags) highest = std::max(highest, revision_of(tag, version).value_or(0));
  return fmt::format("{}.{}", version, highest + 1);
}

}  // namespace berth::image
