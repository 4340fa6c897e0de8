#include "berth/dt/local_script.h"

#include "berth/dt/engine.h"
#include "berth/dt/script_request.h"
#include "berth/dt/script_worker.h"

namespace berth::dt {

Result<Json::Array> LocalScript::evaluate(const ScriptJob& job) {
  const ScriptLimits limits;
  BERTH_TRY(const std::string request, to_request(job, limits.request_bytes));
  BERTH_TRY(const auto engine, Engine::make(limits.memory_bytes));
  return read_answer(engine->answer(request, limits.answer_bytes), job);
}

}  // namespace berth::dt
