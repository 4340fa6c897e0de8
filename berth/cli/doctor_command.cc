// `berth doctor`: what this machine has and lacks.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/cli/commands.h"
#include "berth/cli/table.h"
#include "berth/cli/terminal.h"
#include "berth/doctor/checks.h"
#include "berth/version.h"

namespace berth::cli {
namespace {

using doctor::CheckedCheck;
using doctor::Severity;

constexpr int kSchema = 1;
constexpr int kFailedCheckExit = 1;
constexpr Severity kSeverities[] = {Severity::Ok, Severity::Warning, Severity::Failure, Severity::Skipped};

void put(const std::string& text) { std::fputs(text.c_str(), stdout); }

// The program itself prints only what is UTF-8 and does not move the cursor; JSON keeps control characters escaped.
Json text_json(const std::string& text) { return text.empty() ? Json() : Json(to_valid_utf8(text)); }

std::size_t count_of(const std::vector<CheckedCheck>& checked, Severity severity) {
  return static_cast<std::size_t>(
      std::ranges::count_if(checked, [&](const CheckedCheck& one) { return one.result.severity == severity; }));
}

Json report_json(const std::vector<CheckedCheck>& checked, const doctor::Asked& asked) {
  Json counts = Json::object();
  for (const Severity severity : kSeverities) counts.set(name_of(severity), count_of(checked, severity));
  Json list = Json::array();
  for (const auto& [check, result, took] : checked) {
    Json json = Json::object();
    json.set("check", check.name).set("subject", check.subject).set("severity", name_of(result.severity));
    json.set("found", text_json(result.found)).set("remedy", text_json(result.remedy));
    list.push_back(json.set("milliseconds", static_cast<double>(took.count()) / 1000));
  }
  Json json = Json::object();
  json.set("schema", kSchema).set("version", kVersion).set("as", asked.root ? "root" : "user");
  json.set("ok", count_of(checked, Severity::Failure) == 0).set("counts", std::move(counts));
  return json.set("checks", std::move(list));
}

Style style_of(Severity severity) {
  switch (severity) {
    case Severity::Ok:
      return {.colour = Colour::Green};
    case Severity::Warning:
      return {.bold = true, .colour = Colour::Yellow};
    case Severity::Failure:
      return {.bold = true, .colour = Colour::Red};
    case Severity::Skipped:
      return {.dim = true};
  }
  return {};
}

Row header_of(std::initializer_list<const char*> names) {
  Row row;
  for (const char* name : names) row.emplace_back(name);
  return row;
}

std::string summary_of(const std::vector<CheckedCheck>& checked) {
  const auto counted = [&](Severity severity, const char* one, const char* several) {
    const std::size_t count = count_of(checked, severity);
    return fmt::format("{} {}", count, count == 1 ? one : several);
  };
  return fmt::format("{} {}: {}, {}, {}, {}", checked.size(), checked.size() == 1 ? "check" : "checks",
                     counted(Severity::Ok, "ok", "ok"), counted(Severity::Warning, "warning", "warnings"),
                     counted(Severity::Failure, "failure", "failures"),
                     counted(Severity::Skipped, "skipped", "skipped"));
}

// The answers, then what to do; on a terminal in a grid, in a pipe a line each.
std::string report_text(const std::vector<CheckedCheck>& checked, const Page& page) {
  Table table{header_of({"CHECK", "STATE", "FOUND"}), {}, {}};
  Table remedies{header_of({"CHECK", "REMEDY"}), {}, {}};
  for (const auto& [check, result, took] : checked) {
    table.rows.push_back({StyledText(check.name), StyledText(name_of(result.severity), style_of(result.severity)),
                          StyledText(result.found)});
    if (!result.remedy.empty()) {
      remedies.rows.push_back({StyledText(check.name, style_of(result.severity)), StyledText(result.remedy)});
    }
  }
  std::string text = render_table(table, page);
  if (!remedies.rows.empty()) text += "\n" + render_table(remedies, page);
  return fmt::format("{}\n{}\n", text, summary_of(checked));
}

int list_checks(const std::vector<doctor::Check>& chosen, bool as_json) {
  if (as_json) {
    Json list = Json::array();
    for (const doctor::Check& check : chosen) {
      Json json = Json::object();
      list.push_back(json.set("check", check.name).set("subject", check.subject).set("question", check.question));
    }
    put(print_json_pretty(Json::object().set("schema", kSchema).set("checks", std::move(list))) + "\n");
    return 0;
  }
  Table table{header_of({"CHECK", "SUBJECT", "QUESTION"}), {}, {}};
  for (const doctor::Check& check : chosen) {
    table.rows.push_back({StyledText(check.name), StyledText(check.subject), StyledText(check.question)});
  }
  put(render_table(table, detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page()));
  return 0;
}

}  // namespace

int doctor_command(const DoctorOptions& options, const Result<app::Settings>& settings) {
  const auto chosen = doctor::choose_checks(options.checks);
  if (!chosen) return complain(chosen.error());
  if (options.list) return list_checks(*chosen, options.json);
  const doctor::Asked asked = doctor::asked_by_process(settings);
  const auto checked = doctor::make_checks(*chosen, asked);
  if (options.json) {
    put(print_json_pretty(report_json(checked, asked)) + "\n");
  } else {
    put(report_text(checked, detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page()));
  }
  return count_of(checked, Severity::Failure) == 0 ? 0 : kFailedCheckExit;
}

}  // namespace berth::cli
