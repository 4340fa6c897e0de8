// Which of two tags is newer, and which one comes next.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::image {

// The one order of all tags, older before newer. A tag is read as components parted by '.', '-' and '_', and each
// component as runs of numbers and of letters; numbers compare as numbers of any length, so that 3.11.2.10 is newer
// than 3.11.2.9 and 1.0.0.20240101 than 1.0.0.999. A number is newer than a word (`1.0` than `1.rc`), a longer tag
// than its beginning, unless it goes on with a word (`1.0` than `1.0-rc1`). Tags that differ in writing alone
// (`1.0`, `1-00`) are ordered by their bytes, so that the order is total.
std::strong_ordering compare_tags(std::string_view a, std::string_view b);

// Whether a tag is the digest of a commit, 20 hexadecimal digits or more: it may begin with a number, and is no
// version.
bool is_commit_tag(std::string_view tag);

// Whether `a` is to be taken before `b`: by compare_tags, but for digests of commits, which come after all others.
bool is_newer_tag(std::string_view a, std::string_view b);

// The newest of `tags`. Tags that begin with a number are versions and win over words such as `latest`; digests of
// commits count where there is nothing else.
std::optional<std::string> newest_tag(const std::vector<std::string>& tags);

// The tag after all of `tags` for `version`: `<version>.<revision>`, the revision one higher than the highest in
// `tags` and than `highest_used` (of tags that are gone), at least 1.
std::string next_tag(std::string_view version, const std::vector<std::string>& tags, unsigned long highest_used = 0);

// The revision of `tag` when it is `<version>.<revision>`.
std::optional<unsigned long> revision_of(std::string_view tag, std::string_view version);

}  // namespace berth::image
