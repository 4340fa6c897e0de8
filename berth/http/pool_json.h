// Workers and zygotes as `GET /v1/pool` tells them.
#pragma once

#include <sys/types.h>
#include <string>

#include "berth/app/serve_settings.h"
#include "berth/base/json.h"
#include "berth/http/worker_choice.h"

namespace berth::http {

// What the daemon knows of a worker's process beside how it is used.
struct WorkerProcess {
  pid_t pid = 0;
  std::string since;
  std::string affinity;  // of its last call
};

// Pure.
Json worker_json(const WorkerChoice::WorkerView& worker, const WorkerProcess& process);
Json totals_json(const WorkerChoice& choice);
Json bounds_json(const app::ServeSettings& settings);

}  // namespace berth::http
