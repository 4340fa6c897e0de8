// The job: what the host tells a loop to run (docs/protocol.md).
#pragma once

#include <string>

#include "berth/base/json.h"

namespace berth::wire {

struct Job {
  std::string code;  // the whole text, common scripts included
  bool integration = false;
  std::string command;  // of an integration; empty for a script
  Json args = Json::object();
  Json params = Json::object();
  Json context = Json::object();  // what `demisto.callingContext` shows under `context`
};

// The line that starts it, with its line feed.
std::string job_line(const Job& job);

}  // namespace berth::wire
