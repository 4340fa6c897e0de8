// The engine in this process: for tests of what is built on it, never for code from outside.
#pragma once

#include "berth/dt/script.h"
#include "berth/dt/script_worker.h"

namespace berth::dt {

// Has the same engine and the same bounds as ScriptWorker, but for that on time.
class LocalScript : public Script {
 public:
  explicit LocalScript(ScriptLimits limits = {}) : limits_(limits) {}

  Result<Json::Array> evaluate(const ScriptJob& job) override;

 private:
  ScriptLimits limits_;
};

}  // namespace berth::dt
