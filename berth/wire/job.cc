#include "berth/wire/job.h"

namespace berth::wire {
namespace {

Json json_of(const Debugger& debugger) {
  Json parts = Json::array();
  for (const Debugger::Part& part : debugger.parts) {
    Json one = Json::object();
    one.set("script", part.code).set("first_line", static_cast<std::uint64_t>(part.first_line));
    if (!part.file.empty()) one.set("file", part.file);
    parts.push_back(std::move(one));
  }
  Json json = Json::object();
  json.set("packages", debugger.packages).set("port", debugger.port).set("parts", std::move(parts));
  json.set("outside", debugger.outside).set("inside", debugger.inside);
  return json;
}

}  // namespace

std::string job_line(const Job& job) {
  Json line = Json::object();
  if (job.is_ahead) line.set("is_ahead", true);
  if (!job.is_ahead || job.replaces_item) line.set("script", job.code);
  if (job.is_ahead && job.replaces_item && job.prelude) {
    line.set("first_line", static_cast<std::uint64_t>(job.prelude->first_line));
  }
  if (job.learns) line.set("learns", true);
  line.set("integration", job.integration).set("native", true);
  line.set("command", job.command).set("args", job.args);
  line.set("params", job.integration ? job.params : Json());
  line.set("context", job.context).set("linecount", 0);
  if (job.prelude && !job.is_ahead) {
    Json prelude = Json::object();
    prelude.set("path", job.prelude->path).set("first_line", static_cast<std::uint64_t>(job.prelude->first_line));
    line.set("prelude", std::move(prelude));
  }
  if (job.debugger) line.set("debugger", json_of(*job.debugger));
  return print_json(line) + "\n";
}

}  // namespace berth::wire
