// Indicators: values such as addresses and hashes, and what is known of them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/store/database.h"
#include "berth/store/time.h"

namespace berth::store {

struct Indicator {
  std::int64_t id = 0;  // given by the store
  std::string type;
  std::string value;  // unique together with `type`
  Json fields = Json::object();
  int score = 0;  // 0 unknown, 1 good, 2 suspicious, 3 bad
  Time first_seen = now();
  Time last_seen = now();
  std::string source_brand;
  std::string source_instance;
  std::optional<Time> expires;  // empty: never
  Time modified = {};           // set by the store
};

// What must hold of an indicator; empty members hold of all.
struct IndicatorFilter {
  std::string type;
  std::string value;  // exactly
  std::string text;   // stands somewhere in the value, in any case of ASCII letters
  std::string source_instance;
  std::optional<int> score;
  std::optional<Time> modified_from;
  std::optional<Time> modified_to;  // this moment not included
};

struct IndicatorPage {
  std::int64_t after = 0;  // only larger ids: that of the last one of the page before
  std::int64_t offset = 0;
  std::size_t limit = 100;
};

struct Upserted {
  std::int64_t created = 0;
  std::int64_t updated = 0;
};

// For the thread of its database.
class Indicators {
 public:
  explicit Indicators(Database& database) : database_(database) {}

  static constexpr std::size_t kMostFieldsBytes = 4 << 20;  // of one indicator's fields as JSON

  // All of them or none. What is there already keeps its id, its earliest first_seen and its latest last_seen; each
  // field that is given replaces the one of its name, and the others stay, as do score, source and expiry where the new
  // ones are 0 or empty. Errors: InvalidInput when a type or value is empty or the fields are no object; Exhausted past
  // kMostFieldsBytes.
  Result<Upserted> upsert(std::span<const Indicator> indicators, Time at = now());

  Result<std::optional<Indicator>> find(std::string_view type, std::string_view value);
  // By id, ascending.
  Result<std::vector<Indicator>> search(const IndicatorFilter& filter, const IndicatorPage& page = {});
  Result<std::int64_t> count(const IndicatorFilter& filter);
  // The number of those that were removed.
  Result<std::int64_t> remove(const IndicatorFilter& filter);
  Result<bool> remove(std::int64_t id);

 private:
  Database& database_;
};

}  // namespace berth::store
