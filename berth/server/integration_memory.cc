#include "berth/server/integration_memory.h"

#include <fmt/format.h>

#include "berth/store/integration_contexts.h"

namespace berth::server {
namespace {

Json version_json(std::int64_t version) {
  Json json = Json::object();
  json.set("version", version).set("sequenceNumber", version).set("primaryTerm", 1);
  return json;
}

}  // namespace

Result<Json> IntegrationMemory::context() {
  Json answer = Json::object();
  if (owner_.instance.empty() || owner_.is_test) {
    answer.set("context", transient_).set("version", version_json(transient_version_));
    return answer;
  }
  BERTH_TRY(store::Database * database, state_.database());
  BERTH_TRY(store::IntegrationContext stored, store::IntegrationContexts(*database).get(owner_.instance));
  answer.set("context", std::move(stored.value)).set("version", version_json(stored.version));
  return answer;
}

Result<void> IntegrationMemory::set_context(const Json& value, const Json& version) {
  const Json* number = version.find("version");
  const std::int64_t expected =
      number != nullptr && number->is_int() ? *number->as_int() : store::IntegrationContexts::kAnyVersion;
  const auto conflict = [&](const std::string& why) {
    return fail(Errc::InvalidInput, fmt::format("set the integration context: {}", why));
  };
  if (owner_.instance.empty() || owner_.is_test) {
    if (expected != store::IntegrationContexts::kAnyVersion && expected != transient_version_) {
      return conflict(fmt::format("version {} was given, but {} is stored", expected, transient_version_));
    }
    transient_ = value;
    ++transient_version_;
    return {};
  }
  BERTH_TRY(store::Database * database, state_.database());
  auto set = store::IntegrationContexts(*database).set(owner_.instance, value, expected);
  if (!set && set.error().code() == Errc::Conflict) return conflict(set.error().message());
  if (!set) return std::unexpected(std::move(set).error());
  return {};
}

Result<Json> IntegrationMemory::last_run(store::FetchKind kind) {
  if (const auto set = fetched_.find(kind); set != fetched_.end()) return set->second;
  if (!owner_.is_fetch || owner_.instance.empty()) return Json::object();
  BERTH_TRY(store::Database * database, state_.database());
  return store::FetchStates(*database).get(owner_.instance, kind);
}

void IntegrationMemory::set_last_run(store::FetchKind kind, Json value) {
  if (owner_.is_fetch) fetched_.insert_or_assign(kind, std::move(value));
}

}  // namespace berth::server
