// Answers what a script asks while it runs (docs/protocol.md lists the messages).
#pragma once

#include <string>
#include <vector>

#include "berth/app/call_service.h"
#include "berth/engine/host.h"
#include "berth/server/integration_memory.h"

namespace berth::app {

// What a host knows of its call.
struct HostedCall {
  const CallRequest& request;
  const Nesting& nesting;
  content::ContentTree* tree;         // that the item lies in; may be null
  server::IntegrationMemory& memory;  // of the instance
  int work_folder;
  std::vector<std::string>& secrets;  // of the call; those of the calls that it asks for are added
  int feed_score = 0;                 // feed_score_of
};

// The host of one call. A script may ask for what scripts may, and an integration for what integrations may: the loop
// that speaks here is the script's own process, so nothing of what it says is trusted.
class CallHost : public engine::Host {
 public:
  CallHost(CallService& calls, const HostedCall& call)
      : calls_(calls), call_(call), caller_(calls.scene().caller_of(call.request.item)) {}

  Result<Json> answer(const wire::Message& request, std::chrono::steady_clock::time_point deadline) override;

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  Result<void> for_scripts(std::string_view call) const;
  Json masked(const Json& value) const;
  Result<Json> file_path(const Json& args);
  Result<Json> set_context(const wire::Message& request);
  Result<Json> dt(const wire::Message& request);
  Result<Json> modules();
  Result<Json> module_commands();
  Result<Json> execute_command(const wire::Message& request, Deadline deadline);
  Result<Json> run_command(const std::string& name, const std::string& owner, const Json& given, Deadline deadline);

  CallService& calls_;
  HostedCall call_;
  server::Caller caller_;
  std::uint64_t set_bytes_ = 0;  // that setContext has set
};

}  // namespace berth::app
