// Searches of indicators, relationships and investigations, as scripts ask for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/server/sort_order.h"
#include "berth/store/database.h"
#include "berth/store/time.h"

namespace berth::server {

struct IndicatorSearch {
  std::string value;  // exactly; empty: any
  std::string query;  // server/query.h
  std::int64_t size = 1000;
  std::int64_t page = 0;
  std::string search_after;  // what the page before gave
};

// {"iocs": [...], "total": N, "searchAfter": [id]}. Errors: InvalidInput for a query or searchAfter that cannot be
// read.
Result<Json> search_indicators(store::Database& database, const IndicatorSearch& search);

// {"data": [...], "total": N}, by a `filter` as demisto.searchRelationships takes it.
Result<Json> search_relationships(store::Database& database, const Json& filter);

struct IncidentSearch {
  std::vector<std::string> ids;  // one of them; empty: any, as below
  std::vector<std::string> names;
  std::vector<std::string> types;
  std::string query;
  std::optional<store::Time> created_from = {};
  std::optional<store::Time> created_to = {};  // this moment included
  std::int64_t size = 100;
  std::int64_t page = 0;
  std::vector<SortKey> order;  // empty: newest first
  std::string only;            // the id of the one investigation that the caller may see; empty: all
};

// {"data": [...], "total": N}.
Result<Json> search_incidents(store::Database& database, const IncidentSearch& search);

}  // namespace berth::server
