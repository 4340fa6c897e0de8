// The context of an investigation or a run, and how entries change it.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/dt/list_index.h"
#include "berth/dt/member_index.h"
#include "berth/dt/script.h"

namespace berth::dt {

class Matching;

struct ContextLimits {
  std::size_t bytes = 64u << 20;          // of the whole context, as JSON
  std::size_t depth = 128;                // of lists and objects in each other; each part of a path counts two
  std::size_t members = 65'536;           // of one object
  std::chrono::milliseconds time{5'000};  // of one merge, its JavaScript included
};

// A context that is changed often: it knows its size, and keeps the list last merged into below each of its members
// indexed, so that a million small merges do not read the whole list each. For one thread.
class Context {
 public:
  explicit Context(Json root = Json::object(), ContextLimits limits = {});
  const Json& root() const { return root_; }
  Json take() &&;
  std::size_t bytes() const { return bytes_; }  // about what print_json would write

  // Merges `value`, or each of its elements where it is a list, under a key of an EntryContext:
  //   Path(val.K && val.K == obj.K)  the new value (`obj`) is merged into every element at Path (`val`) for which the
  //                                  condition holds, its members overwriting theirs; appended where there is none. A
  //                                  value that is no object replaces.
  //   Path(true)                     what is at Path is overwritten, by the whole of `value`
  //   Path                           appended; a value that is alone there becomes a list first
  // A condition may stand in the middle: then it chooses the parents. Missing parents are made; of a list without a
  // condition the last element is the parent. Null changes nothing, except under (true).
  // Errors: InvalidInput (no path, one with an index, a slice or a mutator, or leading through a value that is no
  // object); Exhausted past a limit; TimedOut; those of Script::evaluate. Elements before the one that failed stay
  // merged.
  Result<void> merge(std::string_view key, Json value, Script& script);

  // Merges each member of an entry's EntryContext, in their order; ends with the first that cannot be.
  Result<void> merge_all(const Json& entry_context, Script& script);

  // Sets what is at a path, overwriting it (setContext). Errors: as merge; nothing has changed then.
  Result<void> set(std::string_view path, Json value);

 private:
  Result<void> merge_under(std::string_view key, Json value, Script& script);
  Result<void> set_at(std::string_view path, Json value);
  // Null when the condition compares no keys.
  ListIndex* index_for(std::string_view key, std::string_view first, const Matching& matching);

  struct Indexed {
    std::string key;  // as it was merged under
    std::unique_ptr<ListIndex> index;
  };
  Json root_;
  ContextLimits limits_;
  std::size_t bytes_ = 0;
  MemberIndex members_;
  std::map<std::string, Indexed, std::less<>> indexed_;  // by the first part of the path
};

}  // namespace berth::dt
