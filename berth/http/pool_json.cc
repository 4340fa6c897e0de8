#include "berth/http/pool_json.h"

#include <utility>

namespace berth::http {
namespace {

const char* state_name(const WorkerChoice::WorkerView& worker) {
  if (worker.leaves_after) return "leaving";
  switch (worker.state) {
    case WorkerState::Idle:
      return "idle";
    case WorkerState::Busy:
      return "busy";
    case WorkerState::Tidying:
      return "tidying";
    case WorkerState::Warming:
      return "warming";
    case WorkerState::Leaving:
      return "leaving";
  }
  return "";
}

Json zygote_json(const WorkerZygote& zygote) {
  Json json = Json::object();
  json.set("key", zygote.key).set("item", zygote.item).set("children", zygote.children);
  return json.set("spares", zygote.spares).set("memory_bytes", zygote.memory_bytes).set("since", zygote.since);
}

Json shared_json(const WorkerShared& process) {
  Json json = Json::object();
  json.set("key", process.key).set("item", process.item).set("calls", process.calls);
  return json.set("memory_bytes", process.memory_bytes).set("since", process.since);
}

Json count(std::size_t number) { return {std::uint64_t{number}}; }

}  // namespace

Json worker_json(const WorkerChoice::WorkerView& worker, const WorkerProcess& process) {
  Json json = Json::object();
  json.set("pid", process.pid).set("state", state_name(worker)).set("affinity", process.affinity);
  json.set("since", process.since).set("calls", worker.calls).set("memory_bytes", worker.memory_bytes);
  Json zygotes = Json::array();
  for (const WorkerZygote& zygote : worker.zygotes) zygotes.push_back(zygote_json(zygote));
  Json shared = Json::array();
  for (const WorkerShared& one : worker.shared) shared.push_back(shared_json(one));
  return json.set("zygotes", std::move(zygotes)).set("shared", std::move(shared));
}

Json totals_json(const WorkerChoice& choice) {
  std::size_t idle = 0;
  std::size_t zygotes = 0;
  std::size_t shared = 0;
  for (const auto& [id, worker] : choice.workers()) {
    idle += worker.state == WorkerState::Idle ? 1 : 0;
    zygotes += worker.zygotes.size();
    shared += worker.shared.size();
  }
  Json json = Json::object();
  json.set("workers", count(choice.workers().size())).set("idle", count(idle)).set("running", count(choice.busy()));
  json.set("waiting", count(choice.waiting())).set("zygotes", count(zygotes));
  json.set("shared", count(shared));
  return json.set("zygote_bytes", choice.zygote_bytes());
}

Json bounds_json(const app::ServeSettings& settings) {
  Json json = Json::object();
  json.set("calls", count(settings.calls)).set("waiting", count(settings.waiting));
  json.set("calls_per_key", count(settings.calls_per_key == 0 ? settings.calls : settings.calls_per_key));
  json.set("idle_workers", count(settings.idle_workers)).set("zygotes", count(settings.zygotes));
  return json.set("zygote_bytes", settings.zygote_memory);
}

}  // namespace berth::http
