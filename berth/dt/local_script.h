// The engine in this process: for tests of what is built on it, never for code from outside.
#pragma once

#include "berth/dt/script.h"

namespace berth::dt {

// Has the same engine and the same bound on memory as ScriptWorker, and no bound on time.
class LocalScript : public Script {
 public:
  Result<Json::Array> evaluate(const ScriptJob& job) override;
};

}  // namespace berth::dt
