// Investigations: what entries, files and a context belong to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/store/database.h"
#include "berth/store/entry_id.h"
#include "berth/store/time.h"

namespace berth::store {

struct Investigation {
  InvestigationId id = 0;
  std::string name;
  std::string type;
  Json incident;  // an object, or null when there is none
  Time created;
  Time modified;
  std::optional<Time> closed;  // empty while it is open
  std::string close_reason;
  std::string close_notes;

  bool is_open() const { return !closed; }
};

struct NewInvestigation {
  std::string name;
  std::string type;
  Json incident;
  Time at = now();
};

struct InvestigationFilter {
  std::optional<bool> open;   // empty: open and closed ones
  std::string type;           // empty: every type
  InvestigationId after = 0;  // only larger ids
  std::size_t limit = 100;
};

// For the thread of its database. Errors beside those of Database: NotFound for an id that is not there.
class Investigations {
 public:
  explicit Investigations(Database& database) : database_(database) {}

  // Errors: InvalidInput when the incident is neither an object nor null.
  Result<Investigation> add(const NewInvestigation& investigation);
  Result<Investigation> get(InvestigationId id);
  Result<std::vector<Investigation>> list(const InvestigationFilter& filter = {});

  // Changes name, type, incident and closing of what is stored to those of `investigation`; `modified` becomes `at`.
  Result<void> update(const Investigation& investigation, Time at = now());
  // Sets these members of the incident, in one step with reading it. Errors: InvalidInput when `fields` is no object.
  Result<Json> set_incident_fields(InvestigationId id, const Json& fields, Time at = now());
  Result<void> close(InvestigationId id, const std::string& reason, const std::string& notes, Time at = now());
  Result<void> reopen(InvestigationId id, Time at = now());

 private:
  Database& database_;
};

}  // namespace berth::store
