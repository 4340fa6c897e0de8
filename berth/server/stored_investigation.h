// An investigation that lasts, in the database and the folder of files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/server/investigation.h"
#include "berth/server/state.h"
#include "berth/store/entry_id.h"

namespace berth::server {

// Several processes may have the same one open. For one thread; the State outlives it.
class StoredInvestigation : public Investigation {
 public:
  // Errors: InvalidInput when `id` is no number; NotFound, with the remedy; those of the database.
  static Result<StoredInvestigation> open(State& state, std::string_view id);

  std::string id() const override { return std::to_string(id_); }
  Result<Json> description() override;
  Result<Json> incident() override;
  Result<void> set_incident_fields(const Json& fields) override;
  Result<void> change_incident(const IncidentChange& change) override;
  Result<void> add_entitlement(const Entitlement& entitlement) override;
  Result<void> use_entitlement(std::string_view guid, const EntitlementAnswer& answer) override;
  Result<void> close(const std::string& reason, const std::string& notes) override;
  Result<Json> context() override;
  Result<void> change_context(const ContextChange& change) override;
  Result<void> set_context(std::string_view path, Json value) override;
  Result<Posted> post(std::vector<NewEntry>& entries, const Posting& posting, dt::Script& script) override;
  Result<Json> entry(std::string_view id) override;
  Result<std::vector<Json>> entries(const EntryQuery& query) override;
  Result<HeldFile> file(std::string_view id) override;
  Result<std::vector<HeldFile>> files() override;
  Result<std::string> bytes_of(const HeldFile& file) override;

 private:
  StoredInvestigation(State& state, store::InvestigationId id) : state_(state), id_(id) {}

  State& state_;
  store::InvestigationId id_;
};

}  // namespace berth::server
