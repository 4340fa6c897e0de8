// Keeps long-running instances going and fetches when it is time.
#pragma once

#include <poll.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/json.h"
#include "berth/container/guards.h"
#include "berth/http/instance_plan.h"
#include "berth/http/worker.h"

namespace berth::http {

// Every few seconds a worker looks up which instances there are; others run them and fetch. Never two of the same kind
// for one instance at once. For the daemon's one thread, which it never holds up.
class InstanceKeeper {
 public:
  InstanceKeeper(const app::Settings& settings, container::Guards guards)
      : settings_(settings), guards_(std::move(guards)) {}

  // What the daemon polls for it; serve() is given the same ones back.
  void add_to(std::vector<pollfd>& fds) const;
  void serve(std::vector<pollfd>::const_iterator fds);
  // Begins what is due.
  void keep();
  std::optional<std::chrono::steady_clock::time_point> next() const;

  // Nothing more is begun, and all is told to end.
  void stop_all();
  bool is_idle() const { return !survey_ && fetches_.empty() && runs_.empty(); }

  // For `GET /v1/calls`.
  void add_to(Json& calls) const;

 private:
  using Clock = std::chrono::steady_clock;
  using Workers = std::map<std::string, Worker>;  // by instance

  template <class Body>
  bool begin(Workers& workers, const std::string& name, const Body& body);
  void take_survey();

  const app::Settings& settings_;
  container::Guards guards_;
  InstancePlan plan_;
  std::optional<Worker> survey_;
  std::vector<DueInstance> surveyed_;
  Clock::time_point survey_begun_ = {};
  Clock::time_point next_survey_ = Clock::now();
  bool is_stopped_ = false;
  Workers fetches_;
  Workers runs_;
};

}  // namespace berth::http
