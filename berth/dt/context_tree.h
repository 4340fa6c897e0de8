// Changes to a tree of JSON whose size is counted.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/dt/member_index.h"

namespace berth::dt {

// The bounds of a context, and the books on its size. `bytes` is the context's own count, `index` knows its objects.
class ContextTree {
 public:
  ContextTree(MemberIndex& index, std::size_t& bytes, std::size_t most_bytes, std::size_t most_members)
      : index_(index), bytes_(bytes), most_bytes_(most_bytes), most_members_(most_members) {}

  // The member `name` of `at`, made as null where it is not there. A null becomes an object; of a list, the last
  // element is meant. Errors: InvalidInput where `at` is anything else; Exhausted.
  Result<Json*> open_member(Json& at, std::string_view name);
  // Whether a value of `value_bytes` can be set at the path of `names` below `root`: after it, opening each name in
  // turn and replacing what is there meets no error. Errors: as open_member.
  Result<void> check_set(Json& root, std::span<const std::string_view> names, std::size_t value_bytes);
  // Errors of all: Exhausted.
  Result<void> replace(Json& at, Json value);
  Result<void> append(Json::Array& list, Json value);
  // The members of `value` overwrite those of `at`; where one of both is no object, the whole is replaced.
  Result<void> overlay(Json& at, Json value);

  // Opens a value as a list; returns whether it was none. Null is an empty list, one value a list of one.
  bool open_list(Json& at);
  // Makes a list of one its element again, and an empty one null.
  void close_list(Json& at);

  // Whether `more` bytes would still fit.
  Result<void> check_room(std::size_t more) const;

 private:
  Json* last_of(Json& at);
  std::unexpected<Error> too_many_members() const;
  Result<void> count(std::size_t added, std::size_t removed);
  Result<void> add_member(Json::Object& members, std::string name, Json value);
  Result<void> overlay_many(Json::Object& members, Json::Object&& over);

  MemberIndex& index_;
  std::size_t& bytes_;
  std::size_t most_bytes_;
  std::size_t most_members_;
};

}  // namespace berth::dt
