#include "berth/probe/runner.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>

#include "berth/app/loop_service.h"
#include "berth/content/item_reader.h"
#include "berth/probe/host_look.h"
#include "berth/sys/child.h"
#include "berth/sys/file.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"
#include "berth/wire/job.h"

namespace berth::probe {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kMebibyte = 1 << 20;

std::string fixed(double value) { return fmt::format("{:.2f}", value); }

// What entries say as JSON objects, taken as facts.
void take_entry(const Json& entry, Facts& facts) {
  const Json* contents = entry.find("Contents");
  if (contents == nullptr) return;
  if (contents->is_object()) return facts.take(*contents);
  const std::string* text = contents->as_string();
  if (text == nullptr) return;
  if (const auto parsed = parse_json(*text)) facts.take(*parsed);
}

void take_answer(const app::CallAnswer& answer, Facts& facts) {
  const engine::Outcome& outcome = answer.outcome;
  for (const Json& entry : answer.record.entries) take_entry(entry, facts);
  const auto set = [&](std::string_view name, std::string text) {
    facts.set(std::string(kHostFacts) + std::string(name), std::move(text));
  };
  set("cause", std::string(engine::name_of(outcome.cause)));
  set("exit", std::to_string(answer.exit_code()));
  set("limit", outcome.limit);
  set("signal", outcome.signal ? std::to_string(*outcome.signal) : "none");
  set("entries", std::to_string(answer.record.entries.size()));
  set("exception", answer.record.exception.empty() ? "none" : answer.record.exception.back());
  set("late messages", std::to_string(answer.record.late_messages));
  set("bad messages", std::to_string(answer.record.bad_messages));
  set("lines printed", std::to_string(std::ranges::count_if(answer.record.log, [](const engine::LogLine& line) {
        return line.source == engine::LogSource::Output || line.source == engine::LogSource::Error;
      })));
  set("oom kills", std::to_string(outcome.oom_kills));
  set("refused forks", std::to_string(outcome.refused_forks));
  set("output MiB", fixed(static_cast<double>(answer.record.output_bytes) / kMebibyte));
  set("dropped log MiB", fixed(static_cast<double>(answer.record.dropped_log_bytes) / kMebibyte));
  set("peak MiB", outcome.peak_memory_bytes ? fixed(static_cast<double>(*outcome.peak_memory_bytes) / kMebibyte) : "?");
  set("seconds", fixed(std::chrono::duration<double>(outcome.wall_time).count()));
  set("cpu seconds", fixed(std::chrono::duration<double>(outcome.cpu_time).count()));
}

Result<UniqueFd> memory_file(const char* name, std::string_view text) {
  BERTH_TRY(int fd, sys::call([&] { return ::memfd_create(name, MFD_CLOEXEC); }, "make a file in memory"));
  UniqueFd file(fd);
  BERTH_CHECK_OK(sys::write_all(fd, text, name));
  BERTH_CHECK_OK(sys::check([&] { return ::lseek(fd, 0, SEEK_SET); }, "go to the start of {}", name));
  return file;
}

void take_lines(std::string_view text, Facts& facts) {
  std::int64_t completed = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const auto line = parse_json(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line || !line->is_object()) continue;
    if (line->text_or("type", "") == "completed") ++completed;
    const Json* results = line->find("results");
    if (results == nullptr || !results->is_array()) continue;
    for (const Json& entry : *results->as_array()) take_entry(entry, facts);
  }
  facts.set(std::string(kHostFacts) + "completed", std::to_string(completed));
}

std::string machine() {
  utsname name = {};
  return ::uname(&name) == 0 ? name.machine : "";
}

// The first run that is not as it must be, those with every guard before controls.
std::string reason_of(const std::vector<RunReport>& runs) {
  constexpr std::size_t kMostLines = 3;
  for (const bool controls : {false, true}) {
    for (const RunReport& run : runs) {
      if (run.control.empty() == controls || (run.left.empty() && run.wrong.empty())) continue;
      if (!run.left.empty()) return fmt::format("left on the host: {}", fmt::join(run.left, "; "));
      std::vector<std::string> lines = run.wrong;
      if (lines.size() > kMostLines) {
        lines.resize(kMostLines);
        lines.push_back(fmt::format("and {} more", run.wrong.size() - kMostLines));
      }
      return fmt::format("{}{}", controls ? "control, " + run.control + ": " : "", fmt::join(lines, "; "));
    }
  }
  return "";
}

}  // namespace

Verdict verdict_of(const std::vector<RunReport>& runs) {
  bool proven = false;
  bool guarded = false;
  bool controls_hold = true;
  for (const RunReport& run : runs) {
    if (!run.left.empty()) return Verdict::Broken;
    if (run.control.empty()) {
      guarded = true;
      if (!run.wrong.empty()) return Verdict::Broken;
    } else {
      proven = true;
      controls_hold = controls_hold && run.wrong.empty();
    }
  }
  return guarded && proven && controls_hold ? Verdict::Holds : Verdict::Unproven;
}

Runner::Runner(app::Settings settings, std::string image, container::Guards guards, CallKind kind, int interrupt,
               HostDoor door)
    : settings_(std::move(settings)),
      image_(std::move(image)),
      guards_(std::move(guards)),
      kind_(kind),
      interrupt_(interrupt),
      door_(std::move(door)) {}

Result<Runner> Runner::open(app::Settings settings, std::string image, container::Guards guards, CallKind kind,
                            int interrupt) {
  BERTH_TRY(HostDoor door, HostDoor::open());
  return Runner(std::move(settings), std::move(image), std::move(guards), kind, interrupt, std::move(door));
}

// A control is weaker in one respect alone, and where it lacks a guard no zygote may have been there before.
Result<RunCalls> Runner::open_calls(const Run& run) const {
  return RunCalls::open(settings_, guards_for(run), run.control.empty() ? kind_ : CallKind::Own);
}

std::vector<content::Assignment> Runner::arguments_for(const Run& run, std::uint32_t number) const {
  std::vector<content::Assignment> arguments = {{"call", std::to_string(number)},
                                                {"calls", std::to_string(run.calls)},
                                                {"abstract", door_.abstract_name()},
                                                {"port", std::to_string(door_.port())}};
  for (const auto& [name, value] : run.arguments) arguments.push_back({name, value});
  return arguments;
}

// All jobs of a run, for a loop that runs one after another.
std::string Runner::jobs_of(const Probe& probe, const Run& run) const {
  std::string lines;
  for (std::uint32_t number = 1; number <= run.calls; ++number) {
    Json args = Json::object();
    for (const content::Assignment& one : arguments_for(run, number)) args.set(*one.name, one.value);
    Json job = Json::object();
    job.set("script", probe.program).set("integration", false).set("native", false).set("args", std::move(args));
    lines += print_json(job.set("params", Json::object()).set("context", Json::object())) + "\n";
    if (!run.answer.empty()) lines += run.answer + "\n";
  }
  return lines;
}

container::Guards Runner::guards_for(const Run& run) const {
  if (run.without.empty()) return guards_;
  std::set<container::Guard> lowered = run.without;
  lowered.insert(guards_.lowered().begin(), guards_.lowered().end());
  return container::Guards(container::Weakening::for_own_probe(container::ProbeKey(), std::move(lowered)));
}

Result<void> Runner::try_a_call() {
  Probe probe;
  probe.id = "try a call";
  probe.program = "demisto.results({'called': 1})";
  RunReport report;
  BERTH_TRY(const auto ids, call(probe, {}, report));
  if (report.facts.find("called") != nullptr || interrupted_) return {};
  const std::string* cause = report.facts.find("call cause");
  return fail(Errc::Unavailable,
              fmt::format("try a call in image '{}': it ended with '{}'", image_, cause != nullptr ? *cause : ""));
}

ProbeReport Runner::run(const OwnProbe& probe) {
  const auto begun = Clock::now();
  ProbeReport report;
  if (!probe->machine.empty() && probe->machine != machine()) {
    report.reason = fmt::format("it is for {} only", probe->machine);
    return report;
  }
  for (const Run& one : probe->runs) {
    report.runs.push_back(run_once(*probe, one));
    report.interrupted = interrupted_;
    if (interrupted_) break;
  }
  report.time = Clock::now() - begun;
  report.verdict = verdict_of(report.runs);
  if (report.verdict != Verdict::Holds) report.reason = reason_of(report.runs);
  return report;
}

RunReport Runner::run_once(const Probe& probe, const Run& run) {
  RunReport report;
  report.control = run.control;
  const auto begun = Clock::now();
  const auto look = HostLook::take(settings_.runtime);
  if (!look) {
    report.wrong.push_back(look.error().message());
    return report;
  }
  start_memory_peak();
  const OwnMemory before = own_memory();
  const auto ids = run.reused ? reuse(probe, run, report) : call(probe, run, report);
  const double grown = static_cast<double>(own_memory().peak) - static_cast<double>(before.now);
  report.facts.set(std::string(kHostFacts) + "memory of berth MiB", fixed(grown / kMebibyte));
  report.time = Clock::now() - begun;
  if (!ids) {
    report.wrong.push_back(ids.error().message());
    report.left = look->left_of({});
    return report;
  }
  report.seen = summary(report.facts, run);
  report.wrong = deviations(report.facts, run.expect);
  report.left = look->left_of(*ids);
  return report;
}

Result<app::CallAnswer> Runner::call_once(RunCalls& calls, const Probe& probe, const Run& run, std::uint32_t number,
                                          std::function<void(engine::Direction, std::string_view)> on_frame) {
  app::CallRequest request;
  BERTH_TRY(request.item, content::script_from_text(probe.program, probe.id));
  request.arguments = arguments_for(run, number);
  request.image = image_;
  request.limits = run.limits;
  request.timeout_given = true;
  request.interrupt = interrupt_;
  request.on_frame = std::move(on_frame);
  BERTH_TRY(app::CallAnswer answer, calls.make(request));
  interrupted_ = interrupted_ || answer.outcome.cause == engine::Cause::Interrupted;
  return answer;
}

// Runs the first call in a process of its own, and `meanwhile` once its script has said something. Returns its id.
Result<std::string> Runner::call_beside(const Probe& probe, const Run& run,
                                        const std::function<Result<void>()>& meanwhile) {
  BERTH_TRY(sys::Pipe said, sys::make_pipe());
  BERTH_TRY(const sys::Child beside, sys::Child::start(0, std::nullopt, [&] {
              said.read.reset();
              auto calls = open_calls(run);
              if (!calls) return 1;
              const auto tell = [&](engine::Direction direction, std::string_view) {
                if (direction == engine::Direction::FromScript) std::ignore = ::write(said.write.get(), "s", 1);
              };
              const auto answer = call_once(*calls, probe, run, 1, tell);
              if (!answer) return 1;
              // The id comes last, after a zero byte.
              return sys::write_all(said.write.get(), std::string(1, '\0') + answer->id, "the pipe") ? 0 : 1;
            }));
  said.write.reset();
  char first = 0;
  // The first message is that the loop is ready, the second one the script's own.
  for (int messages = 0; messages < 2; ++messages) {
    BERTH_TRY(int got, sys::call([&] { return ::read(said.read.get(), &first, 1); }, "wait for the first call"));
    if (got == 0) return fail(Errc::Unavailable, "the first of two calls ended before it said anything");
  }
  BERTH_CHECK_OK(meanwhile());
  BERTH_TRY(const std::string rest, sys::read_to_end(said.read.get(), 1 << 20, "the first call's end"));
  return rest.substr(rest.rfind('\0') + 1);
}

Result<std::vector<std::string>> Runner::call(const Probe& probe, const Run& run, RunReport& report) {
  BERTH_TRY(RunCalls calls, open_calls(run));
  std::vector<std::string> ids;
  std::int64_t completed = 0;
  const auto take_in = [&](std::uint32_t number) -> Result<void> {
    const auto begun = Clock::now();
    BERTH_TRY(const app::CallAnswer answer, call_once(calls, probe, run, number));
    take_answer(answer, report.facts);
    const std::chrono::duration<double> took = Clock::now() - begun;
    report.facts.set(std::string(kHostFacts) + "start and end seconds",
                     fixed(took.count() - std::chrono::duration<double>(answer.outcome.wall_time).count()));
    ids.push_back(answer.id);
    if (answer.outcome.cause == engine::Cause::Completed) ++completed;
    return {};
  };
  if (run.together) {
    BERTH_TRY(std::string first, call_beside(probe, run, [&] { return take_in(2); }));
    ids.push_back(std::move(first));
  } else {
    for (std::uint32_t number = 1; number <= run.calls && !interrupted_; ++number) BERTH_CHECK_OK(take_in(number));
  }
  report.facts.set(std::string(kHostFacts) + "completed", std::to_string(completed));
  return ids;
}

Result<std::vector<std::string>> Runner::reuse(const Probe& probe, const Run& run, RunReport& report) {
  BERTH_TRY(const UniqueFd in, memory_file("jobs", jobs_of(probe, run)));
  BERTH_TRY(const UniqueFd out, memory_file("messages", ""));
  BERTH_TRY(const UniqueFd err, memory_file("complaints", ""));
  app::LoopRequest request;
  request.image = image_;
  request.limits = run.limits;
  request.wall_time = run.limits.wall_time;
  request.in = in.get();
  request.out = out.get();
  request.err = err.get();
  request.interrupt = interrupt_;
  BERTH_TRY(const app::LoopEnd end, app::run_loop(request, settings_, guards_for(run)));
  interrupted_ = end.interrupted;
  BERTH_CHECK_OK(sys::check([&] { return ::lseek(out.get(), 0, SEEK_SET); }, "go to the start of the messages"));
  BERTH_TRY(const std::string said, sys::read_to_end(out.get(), 64 << 20, "the messages"));
  take_lines(said, report.facts);
  return std::vector<std::string>{end.id};
}

}  // namespace berth::probe
