#include "berth/dt/local_script.h"

#include "berth/dt/engine.h"
#include "berth/dt/script_request.h"

namespace berth::dt {

Result<Json::Array> LocalScript::evaluate(const ScriptJob& job) {
  BERTH_TRY(const std::string request, to_request(job, limits_.request_bytes));
  BERTH_TRY(const auto engine, Engine::make(limits_.memory_bytes));
  return read_answer(engine->answer(request, limits_.answer_bytes), job);
}

}  // namespace berth::dt
