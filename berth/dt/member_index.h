// Finding a member of a large JSON object by its name without a look at each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "berth/base/json.h"

namespace berth::dt {

// Remembers where the members of a few large objects are, so that a thousand new members of one object do not cost a
// million comparisons. Objects are told apart by where their members lie: whoever drops or replaces an object that may
// be known here, or takes members away, calls forget(); moving an object as a whole does no harm.
class MemberIndex {
 public:
  // The last member of this name, as for Json::find; null where there is none.
  Json* find(Json::Object& members, std::string_view name);
  // Appends a member that is not there yet.
  void append(Json::Object& members, std::string name, Json value);
  void forget() { known_ = {}; }

 private:
  struct Known {
    const Json::Member* begin = nullptr;
    std::size_t size = 0;  // of the object when it was last seen: the positions are of all of them, or none is kept yet
    std::uint64_t used = 0;
    std::unordered_multimap<std::size_t, std::size_t> positions;  // by the hash of the name
  };
  Known* known(const Json::Object& members);

  std::array<Known, 4> known_;
  std::uint64_t clock_ = 0;
};

}  // namespace berth::dt
