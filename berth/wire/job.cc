#include "berth/wire/job.h"

namespace berth::wire {

std::string job_line(const Job& job) {
  Json line = Json::object();
  line.set("script", job.code).set("integration", job.integration).set("native", true);
  line.set("command", job.command).set("args", job.args);
  line.set("params", job.integration ? job.params : Json());
  line.set("context", job.context).set("linecount", 0);
  return print_json(line) + "\n";
}

}  // namespace berth::wire
