// What an integration remembers from call to call, one versioned value an instance.
#pragma once

#include <cstdint>
#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/store/database.h"

namespace berth::store {

struct IntegrationContext {
  Json value = Json::object();
  std::int64_t version = 0;  // 0: never set
};

// For the thread of its database. Errors beside those of Database: NotFound for an instance that is not there.
class IntegrationContexts {
 public:
  explicit IntegrationContexts(Database& database) : database_(database) {}

  static constexpr std::size_t kMostContextBytes = 64 << 20;  // of its JSON
  static constexpr std::int64_t kAnyVersion = -1;

  Result<IntegrationContext> get(std::string_view instance);
  // Sets the value when the stored version is still `expected`, and gives the new version, one higher. kAnyVersion sets
  // it whatever is stored. Errors: Conflict when it is another, with the stored version in the text: then `get` and try
  // again; Exhausted past kMostContextBytes.
  Result<std::int64_t> set(std::string_view instance, const Json& value, std::int64_t expected);

 private:
  Result<std::int64_t> version(std::string_view instance);

  Database& database_;
};

}  // namespace berth::store
