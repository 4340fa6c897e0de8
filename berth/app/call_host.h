// Answers what a script asks while it runs (docs/protocol.md lists the messages).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/app/call_service.h"
#include "berth/engine/host.h"

namespace berth::app {

// The host of one call in a playground: context, files, integration context, and scripts of the same content tree.
// What needs a server's memory (lists, other instances, indicators, incidents) is answered with an error that says so.
class CallHost : public engine::Host {
 public:
  CallHost(CallService& service, const CallRequest& request, const CallService::Nesting& nesting,
           content::ContentTree* tree, int work_folder)
      : service_(service), request_(request), nesting_(nesting), tree_(tree), work_folder_(work_folder) {}

  Result<Json> answer(const wire::Message& request, std::chrono::steady_clock::time_point deadline) override;

  // Entries that the script posted through a request rather than as results.
  std::vector<Json> take_entries() { return std::move(entries_); }

 private:
  Result<Json> file_path(const Json& args);
  Result<Json> execute_command(const wire::Message& request, std::chrono::steady_clock::time_point deadline);
  Result<Json> run_script(const std::string& name, const Json& args, std::chrono::steady_clock::time_point deadline);
  Result<Json> set_integration_context(const Json& args);
  Json integration_context() const;

  CallService& service_;
  const CallRequest& request_;
  const CallService::Nesting& nesting_;
  content::ContentTree* tree_;
  int work_folder_;
  std::vector<Json> entries_;
};

}  // namespace berth::app
