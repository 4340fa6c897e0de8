// Which tags registries have that are newer than those that are here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/reference.h"
#include "berth/image/staging.h"

namespace berth::image {

struct NewestTag {
  std::string tag;            // newer than that of the name; empty: none is, or nobody could be asked
  std::string not_looked_up;  // why nobody was; empty where the answer is a registry's
  bool is_failure = false;    // the registry was asked, and did not answer
};

// Which registries are asked.
enum class TagQuestions {
  Stale,  // those that were not in the last minute, so that lists in a row do not flood them
  All,
  None,  // the answers are those of the last time
};

// One answer for each of `names`, in their order. Names of one repository are one question; questions go out several at
// once, each with a bound of its own; what was asked before is asked with the validator of that answer, so that a
// registry that knows validators sends the list only when it is another. Names that were created here, and those that
// are not trusted, are not asked about. Errors: none; what goes wrong with one is in its answer.
std::vector<NewestTag> find_newer_tags(const std::vector<Reference>& names, const MoveSettings& settings,
                                       TagQuestions which = TagQuestions::Stale);

// What is kept of the answers, and how. Pure.
struct KnownTags {
  std::string newest;           // of the last list; empty: it was empty
  std::string validator;        // of the registry; empty: it gave none
  std::int64_t asked_at_s = 0;  // UNIX time
};
Result<std::vector<std::pair<std::string, KnownTags>>> parse_known_tags(std::string_view json);
std::string print_known_tags(const std::vector<std::pair<std::string, KnownTags>>& known);

}  // namespace berth::image
