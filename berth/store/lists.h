// The server's lists: named texts that scripts read and change.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/store/database.h"
#include "berth/store/time.h"

namespace berth::store {

struct ServerList {
  std::string name;
  std::string type;  // "plain_text", "json", ...; not judged here
  std::string data;
  Time modified;
};

// For the thread of its database. Errors beside those of Database: NotFound for a name that is not there; InvalidInput
// for an empty one; Exhausted past kMostListBytes.
class Lists {
 public:
  explicit Lists(Database& database) : database_(database) {}

  static constexpr std::size_t kMostListBytes = 64 << 20;

  Result<ServerList> get(std::string_view name);
  // Made where it is missing. An empty `type` keeps what is there, or makes it "plain_text".
  Result<void> set(std::string_view name, std::string_view data, std::string_view type = "");
  // Puts `item` at the end, behind `separator` where the list is not empty. Errors: NotFound.
  Result<void> append(std::string_view name, std::string_view item, std::string_view separator = ",");
  // Hands the data to `change` and keeps what it made of it; nobody else writes between. Errors: those of `change`.
  Result<void> update(std::string_view name, const std::function<Result<void>(std::string& data)>& change);
  Result<void> remove(std::string_view name);
  // By name, without their data: up to `limit` behind the first `skipped`; a negative limit is none.
  Result<std::vector<ServerList>> list(std::int64_t limit = -1, std::int64_t skipped = 0);

 private:
  Database& database_;
};

}  // namespace berth::store
