// The engine that makes the containers of calls, where that is not Berth itself.
#pragma once

#include <optional>
#include <string>

#include "berth/base/result.h"
#include "berth/container/engine_kind.h"
#include "berth/doctor/check.h"

namespace berth::doctor {

struct EngineFacts {
  container::EngineKind kind = container::EngineKind::Native;
  Result<std::string> version;         // what the engine says of itself once it has answered, or why it does not
  std::optional<std::string> remote;   // where it is set to be, which is not on this machine
  Result<std::string> default_image;   // that Python 3 items get, or why it is not to be had
  bool lacks_user_namespaces = false;  // and the operator wants them
};
EngineFacts engine_facts(const Asked& asked);
CheckResult judge_engine(const EngineFacts& facts, bool root);

}  // namespace berth::doctor
