#include "berth/app/entry_recording.h"

#include <utility>

#include "berth/content/context_extension.h"
#include "berth/dt/evaluate.h"

namespace berth::app {

std::vector<std::string> apply_recording(Json& entry, const Recording& recording, dt::Script& script) {
  content::Extended extended;
  if (const Json* contents = entry.find("Contents"); contents != nullptr && !recording.extensions.empty()) {
    extended = content::extend_context(recording.extensions, *contents,
                                       [&](const std::string& expression, const Json& response) {
                                         return dt::evaluate(expression, response, script);
                                       });
  }
  if (recording.ignore_outputs) entry.set("EntryContext", Json::object());
  if (!extended.context.as_object()->empty()) {
    const Json* before = entry.find("EntryContext");
    Json outputs = before != nullptr && before->is_object() ? *before : Json::object();
    for (auto& [key, value] : *extended.context.as_object()) outputs.set(key, std::move(value));
    entry.set("EntryContext", std::move(outputs));
  }
  if (recording.raw_response) entry.set("HumanReadable", Json());
  return std::move(extended.problems);
}

}  // namespace berth::app
