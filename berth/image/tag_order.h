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

// Whether a version says of itself that it is not finished: `2.0-rc1`, `1.0.beta2`. Single letters (`2.0b1`) say
// nothing, since tags end with letters for many reasons, and neither do words without a number before them.
bool is_prerelease_tag(std::string_view tag);

// Whether `a` is to be taken before `b`: finished versions, then those that are not finished, then words such as
// `latest`, then digests of commits; among those of a kind the newer one, by compare_tags.
bool is_taken_before(std::string_view a, std::string_view b);

// Whether `a` takes the place of `b`: newer by compare_tags, but what is not finished takes the place of nothing that
// is, and everything that of a digest of a commit.
bool is_newer_tag(std::string_view a, std::string_view b);

// The one of `tags` that is taken before all others.
std::optional<std::string> newest_tag(const std::vector<std::string>& tags);

// The tag after all of `tags` for `version`: `<version>.<revision>`, the revision one higher than the highest in
// `tags` and than `highest_used` (of tags that are gone), at least 1.
std::string next_tag(std::string_view version, const std::vector<std::string>& tags, unsigned long highest_used = 0);

// The revision of `tag` when it is `<version>.<revision>`.
std::optional<unsigned long> revision_of(std::string_view tag, std::string_view version);

}  // namespace berth::image
