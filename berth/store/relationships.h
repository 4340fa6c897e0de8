// How indicators belong together: "a.example resolves-to 192.0.2.1".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/store/database.h"
#include "berth/store/indicators.h"
#include "berth/store/time.h"

namespace berth::store {

// An end of a relationship; its indicator need not be stored.
struct RelationshipEnd {
  std::string type;
  std::string value;

  friend bool operator==(const RelationshipEnd&, const RelationshipEnd&) = default;
};

struct Relationship {
  std::int64_t id = 0;  // given by the store
  std::string name;     // read from a to b; unique together with both ends
  std::string reverse_name;
  std::string type;  // "IndicatorToIndicator"
  RelationshipEnd a;
  RelationshipEnd b;
  Json fields = Json::object();
  std::string source_brand;
  std::string source_instance;
  Time created = {};   // set by the store
  Time modified = {};  // set by the store
};

// What must hold of a relationship; empty members hold of all.
struct RelationshipFilter {
  std::vector<std::string> values;  // one of them is a value of either end
  std::vector<std::string> names;
  std::string end_type;  // of either end
};

struct RelationshipPage {
  std::int64_t after = 0;  // only larger ids
  std::size_t limit = 100;
};

// For the thread of its database.
class Relationships {
 public:
  explicit Relationships(Database& database) : database_(database) {}

  // All of them or none; one that is there already gets the new fields, reverse name and source.
  // Errors: InvalidInput when the name or a value is empty or the fields are no object; Exhausted past
  // Indicators::kMostFieldsBytes.
  Result<Upserted> upsert(std::span<const Relationship> relationships, Time at = now());
  // By id, ascending. Errors: InvalidInput past 1,000 values or names.
  Result<std::vector<Relationship>> search(const RelationshipFilter& filter, const RelationshipPage& page = {});
  Result<std::int64_t> count(const RelationshipFilter& filter);
  Result<std::int64_t> remove(const RelationshipFilter& filter);

 private:
  Database& database_;
};

}  // namespace berth::store
