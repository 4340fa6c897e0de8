// One call on its way from what is asked to what is answered.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "berth/app/call_place.h"
#include "berth/app/call_plan.h"
#include "berth/app/call_service.h"
#include "berth/base/result.h"
#include "berth/container/port_forward.h"
#include "berth/engine/record.h"
#include "berth/engine/session.h"
#include "berth/server/integration_memory.h"

namespace berth::app {

class OneCall {
 public:
  // All of it outlives the call. What is to be told of warm calls is added to `telling`.
  OneCall(CallService& calls, const Planning& with, const CallRequest& request, const Nesting& nesting,
          WarmTelling& telling)
      : calls_(calls), with_(with), request_(request), nesting_(nesting), telling_(telling) {}

  // To be called once. Errors: as of CallService::run().
  std::expected<CallAnswer, StartError> run(Aim aim);

 private:
  using Done = std::expected<void, StartError>;

  // Where it runs (call_placing.cc).
  void name_warm_call();
  void give_own_code();
  void take_warm_child();
  void take_shared_process();
  void put_code_in();
  Done find_place();
  Done start_own();
  Done prepare_own(std::optional<container::PortForward>& forward);
  Result<container::StartedContainer> start_container();

  // Says, to whoever watches from outside whether this process hangs, when the script must have begun; converse() says
  // the rest. Nested calls are part of the script that has asked for them.
  void tell_preparation() const;

  // The conversation, and the end of it.
  engine::SessionOptions session_options();
  void post_at_once(Json entry);
  Result<engine::CallRecord> converse();
  Done converse_somewhere();
  bool has_run_nothing();
  bool has_time() const;
  Done leave_dead_place();
  enum class Ending { Now, Later, GoesOn, Stands };
  Ending ending() const;
  Result<container::ContainerEnd> end_place(Ending ending);
  void take_in_place();
  void take_in_moments();
  Done finish();
  void see_to_the_next();
  void tell();

  CallService& calls_;
  Planning with_;
  const CallRequest& request_;
  const Nesting& nesting_;
  WarmTelling& telling_;
  CallPlan plan_;
  CallAnswer answer_;
  WarmCall warm_;
  std::optional<CallPlace> place_;
  std::string line_;  // the job
  std::chrono::steady_clock::time_point deadline_;
  std::optional<container::PortForward> forward_;
  std::optional<server::IntegrationMemory> memory_;
};

}  // namespace berth::app
