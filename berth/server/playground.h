// What a run without an investigation has for memory: gone when the run ends.
#pragma once

#include <string_view>
#include <vector>

#include "berth/server/investigation.h"
#include "berth/store/entries.h"

namespace berth::server {

constexpr std::string_view kPlaygroundId = "1";

class Playground : public Investigation {
 public:
  // What one run may hold: a script could name the same sparse file in thousands of entries.
  static constexpr FileRoom kMostFiles = {};
  static constexpr std::size_t kMostEntries = 100'000;

  void set_context(Json context) { context_ = dt::Context(std::move(context)); }
  // With the members that every incident has, where it has not.
  void set_incident(Json incident);

  std::string id() const override { return std::string(kPlaygroundId); }
  Result<Json> description() override;
  Result<Json> incident() override { return incident_; }
  Result<void> set_incident_fields(const Json& fields) override;
  Result<void> change_incident(const IncidentChange& change) override;
  Result<void> add_entitlement(const Entitlement& entitlement) override;
  Result<void> use_entitlement(std::string_view guid, const EntitlementAnswer& answer) override;
  Result<void> close(const std::string& reason, const std::string& notes) override;
  Result<Json> context() override { return context_.root(); }
  Result<void> change_context(const ContextChange& change) override;
  Result<void> set_context(std::string_view path, Json value) override;
  Result<Posted> post(std::vector<NewEntry>& entries, const Posting& posting, dt::Script& script) override;
  Result<Json> entry(std::string_view id) override;
  Result<std::vector<Json>> entries(const EntryQuery& query) override;
  Result<HeldFile> file(std::string_view id) override;
  Result<std::vector<HeldFile>> files() override;
  FileRoom room_for_files() const override {
    return {kMostFiles.files - files_.size(), kMostFiles.bytes - file_bytes_};
  }
  Result<std::string> bytes_of(const HeldFile& file) override;

 private:
  struct File {
    HeldFile held;
    std::string bytes;
  };

  dt::Context context_;
  Json incident_;
  std::vector<store::Entry> entries_;  // number N stands at N - 1
  std::vector<File> files_;
  std::vector<Entitlement> entitlements_;
  std::uint64_t file_bytes_ = 0;
  bool closed_ = false;
};

}  // namespace berth::server
