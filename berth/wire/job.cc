#include "berth/wire/job.h"

namespace berth::wire {

std::string job_line(const Job& job) {
  Json line = Json::object();
  line.set("script", job.code).set("integration", job.integration).set("native", true);
  line.set("command", job.command).set("args", job.args);
  line.set("params", job.integration ? job.params : Json());
  line.set("context", job.context).set("linecount", 0);
  if (job.prelude) {
    Json prelude = Json::object();
    prelude.set("path", job.prelude->path).set("first_line", static_cast<std::uint64_t>(job.prelude->first_line));
    line.set("prelude", std::move(prelude));
  }
  return print_json(line) + "\n";
}

}  // namespace berth::wire
