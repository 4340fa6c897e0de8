// `berth escape-test`: tries to break out of containers, and says what became of it.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "berth/cli/commands.h"
#include "berth/cli/interrupts.h"
#include "berth/cli/progress.h"
#include "berth/cli/table.h"
#include "berth/cli/terminal.h"
#include "berth/engine/outcome.h"
#include "berth/probe/runner.h"

namespace berth::cli {
namespace {

using probe::OwnProbe;
using probe::ProbeReport;
using probe::RunReport;
using probe::Verdict;

constexpr int kSchema = 1;
constexpr int kNotAllHoldExit = 1;

void put(const std::string& text) { std::fputs(text.c_str(), stdout); }

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Holds:
      return "holds";
    case Verdict::Broken:
      return "broken";
    case Verdict::Unproven:
      return "unproven";
  }
  return "unproven";
}

std::set<std::string> split(const std::string& text) {
  std::set<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    if (comma > at) parts.insert(text.substr(at, comma - at));
    at = comma + 1;
  }
  return parts;
}

// Those that the options ask for. Errors: InvalidInput for an id that no probe has.
Result<std::vector<OwnProbe>> chosen_probes(const EscapeTestOptions& options) {
  BERTH_TRY(const std::vector<OwnProbe> all, probe::own_probes());
  std::set<std::string> wanted = split(options.only);
  if (!options.only.empty() && wanted.empty()) {
    return fail(Errc::InvalidInput, "--only: name probes, with commas between, for example K12,K13");
  }
  std::vector<OwnProbe> chosen;
  for (const OwnProbe& one : all) {
    const bool named = wanted.erase(one->id) > 0;
    if (options.only.empty() ? (!options.quick || one->quick) : named) chosen.push_back(one);
  }
  if (!wanted.empty()) {
    return fail(Errc::InvalidInput,
                fmt::format("--only: no probe is called '{}'; see 'berth escape-test --list'", *wanted.begin()));
  }
  return chosen;
}

Json texts_json(const std::vector<std::string>& texts) {
  Json json = Json::array();
  for (const std::string& text : texts) json.push_back(text);
  return json;
}

Json expect_json(const probe::Run& run) {
  Json json = Json::object();
  for (const auto& [name, condition] : run.expect) json.set(name, condition);
  return json;
}

Json run_json(const probe::Run& declared, const RunReport& run) {
  Json json = Json::object();
  if (!run.control.empty()) json.set("control", run.control);
  json.set("as_expected", run.wrong.empty() && run.left.empty()).set("seen", run.seen);
  Json facts = Json::object();
  for (const auto& [name, value] : run.facts.all()) facts.set(name, value);
  json.set("expect", expect_json(declared)).set("facts", std::move(facts)).set("wrong", texts_json(run.wrong));
  json.set("left_on_host", texts_json(run.left));
  return json.set("seconds", std::chrono::duration<double>(run.time).count());
}

Json report_json(const OwnProbe& one, const ProbeReport& report) {
  Json json = Json::object();
  json.set("id", one->id).set("title", one->title).set("expected", one->expected);
  json.set("verdict", name_of(report.verdict));
  if (!report.reason.empty()) json.set("reason", report.reason);
  json.set("seconds", std::chrono::duration<double>(report.time).count());
  Json runs = Json::array();
  for (std::size_t at = 0; at < report.runs.size(); ++at) {
    runs.push_back(run_json(one->runs[at], report.runs[at]));
  }
  return json.set("runs", std::move(runs));
}

// The cells of the runs with all guards, or of the controls.
std::string seen_in(const ProbeReport& report, bool controls) {
  std::vector<std::string> parts;
  for (const RunReport& run : report.runs) {
    if (run.control.empty() == controls) continue;
    parts.push_back(controls ? fmt::format("{}: {}", run.control, run.seen) : run.seen);
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

Row row_of(const OwnProbe& one, const ProbeReport& report) {
  const Colour colour = report.verdict == Verdict::Holds    ? Colour::Green
                        : report.verdict == Verdict::Broken ? Colour::Red
                                                            : Colour::Yellow;
  std::string verdict = name_of(report.verdict);
  if (!report.reason.empty()) verdict += ": " + report.reason;
  return {StyledText(one->id + " " + one->title),
          StyledText(one->expected),
          StyledText(seen_in(report, false)),
          StyledText(seen_in(report, true)),
          StyledText(verdict, {.bold = true, .colour = colour}),
          StyledText(fmt::format("{:.1f} s", std::chrono::duration<double>(report.time).count()))};
}

int list(const std::vector<OwnProbe>& probes, bool json) {
  if (json) {
    Json all = Json::array();
    for (const OwnProbe& one : probes) {
      Json runs = Json::array();
      for (const probe::Run& run : one->runs) {
        Json arguments = Json::object();
        for (const auto& [name, value] : run.arguments) arguments.set(name, value);
        Json declared = Json::object();
        if (!run.control.empty()) declared.set("control", run.control);
        declared.set("arguments", std::move(arguments)).set("calls", run.calls).set("expect", expect_json(run));
        runs.push_back(std::move(declared));
      }
      Json entry = Json::object();
      entry.set("id", one->id).set("title", one->title).set("expected", one->expected).set("quick", one->quick);
      all.push_back(entry.set("runs", std::move(runs)).set("program", one->program));
    }
    put(print_json_pretty(Json::object().set("schema", kSchema).set("probes", std::move(all))) + "\n");
    return 0;
  }
  Table table{{StyledText("PROBE"), StyledText("QUICK"), StyledText("TRIES"), StyledText("EXPECTED")}, {}, {}};
  for (const OwnProbe& one : probes) {
    table.rows.push_back({StyledText(one->id), StyledText(one->quick ? "yes" : "no"), StyledText(one->title),
                          StyledText(one->expected)});
  }
  put(render_table(table, detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page()));
  return 0;
}

struct Count {
  std::size_t holds = 0;
  std::size_t broken = 0;
  std::size_t unproven = 0;

  void add(Verdict verdict) { ++(verdict == Verdict::Holds ? holds : verdict == Verdict::Broken ? broken : unproven); }
};

}  // namespace

int escape_test_command(const EscapeTestOptions& options, const Surroundings& surroundings) {
  const auto probes = chosen_probes(options);
  if (!probes) return complain(probes.error());
  if (options.list) return list(*probes, options.json);
  const auto interrupts = watch_interrupts();
  if (!interrupts) return complain(interrupts.error());

  const std::string image = options.image.empty() ? surroundings.settings.default_python3 : options.image;
  const auto kind = options.warm ? probe::CallKind::Warm : probe::CallKind::Own;
  auto runner = probe::Runner::open(surroundings.settings, image, surroundings.guards, kind, interrupts->get());
  if (!runner) return complain(runner.error());
  if (const auto tried = runner->try_a_call(); !tried) return complain(tried.error());
  Progress progress(detect_terminal(STDERR_FILENO, ColourChoice::Auto));
  const std::vector<const char*> header = {"PROBE", "EXPECTED", "SEEN", "CONTROL", "VERDICT", "TIME"};
  Table table;
  for (const char* cell : header) table.header.emplace_back(cell);
  Json reports = Json::array();
  Count count;
  const auto begun = std::chrono::steady_clock::now();
  for (const OwnProbe& one : *probes) {
    progress.step(fmt::format("{} of {}: {} {}", table.rows.size() + 1, probes->size(), one->id, one->title));
    const ProbeReport report = runner->run(one);
    if (report.interrupted) {
      progress.done();
      return engine::exit_code_of(engine::Cause::Interrupted);
    }
    count.add(report.verdict);
    table.rows.push_back(row_of(one, report));
    reports.push_back(report_json(one, report));
  }
  progress.done();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  if (options.json) {
    Json json = Json::object();
    json.set("schema", kSchema).set("image", image).set("warm", options.warm).set("seconds", seconds);
    json.set("holds", count.holds).set("broken", count.broken).set("unproven", count.unproven);
    put(print_json_pretty(json.set("probes", std::move(reports))) + "\n");
  } else {
    put(render_table(table, detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page()));
    put(fmt::format("{} hold, {} broken, {} unproven, in {:.1f} s\n", count.holds, count.broken, count.unproven,
                    seconds));
  }
  return count.broken + count.unproven == 0 ? 0 : kNotAllHoldExit;
}

}  // namespace berth::cli
