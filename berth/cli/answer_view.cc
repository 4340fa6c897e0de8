#include "berth/cli/answer_view.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "berth/app/answer_json.h"
#include "berth/app/mask.h"
#include "berth/base/utf8.h"
#include "berth/cli/commands.h"
#include "berth/cli/entry_view.h"
#include "berth/cli/terminal.h"
#include "berth/cli/traceback_view.h"
#include "berth/engine/outcome.h"
#include "berth/sys/file.h"

namespace berth::cli {
namespace {

void put(std::FILE* to, std::string_view text) { std::fwrite(text.data(), 1, text.size(), to); }

void show_log(const app::CallAnswer& answer, bool debug) {
  for (const engine::LogLine& line : answer.record.log) {
    const bool is_server = line.source == engine::LogSource::Server;
    if (is_server && !debug && line.level != "error") continue;
    const std::string text = to_visible(app::mask(line.text, answer.secrets), true);
    put(stderr, is_server ? fmt::format("[{}] {}\n", line.level, text) : text + "\n");
  }
  if (answer.record.dropped_log_bytes > 0) {
    put(stderr, fmt::format("berth: {} of log text beyond the first 4 MiB were dropped\n",
                            engine::bytes_text(answer.record.dropped_log_bytes)));
  }
}

std::string outcome_line(const app::CallAnswer& answer) {
  const engine::Outcome& outcome = answer.outcome;
  const auto milliseconds = [](auto time) { return std::chrono::duration<double, std::milli>(time).count(); };
  std::string line = fmt::format("{}: {}", engine::name_of(outcome.cause), outcome.explanation);
  if (!outcome.limit.empty()) line += fmt::format("; limit: {}, raised by {}", outcome.limit, outcome.raised_by);
  line += fmt::format(" (exit {}; {:.1f} ms, {:.1f} ms cpu", answer.exit_code(), milliseconds(outcome.wall_time),
                      milliseconds(outcome.cpu_time));
  if (outcome.peak_memory_bytes) line += fmt::format(", peak {}", engine::bytes_text(*outcome.peak_memory_bytes));
  if (!answer.image.used.empty()) {
    line += fmt::format("; image {} {}", answer.image.used, answer.image.digest.substr(0, 19));
  }
  line += ')';
  return line;
}

// What the script was kept from: it may explain how the call ended.
void show_refusals(const container::NetworkEnd& network) {
  for (const container::Refusal& one : network.refusals) {
    const bool is_v6 = one.address.family == net::Family::V6;
    put(stderr, fmt::format("berth: network: refused {} to {}{}{} port {} ({} packets)\n", one.protocol,
                            is_v6 ? "[" : "", net::to_text(one.address), is_v6 ? "]" : "", one.port, one.count));
  }
  for (const net::NameEvent& event : network.names) {
    put(stderr, fmt::format("berth: network: {}\n", to_visible(net::to_text(event), false)));
  }
}

void show_trace(const app::CallAnswer& answer, std::int64_t begun_ns) {
  double before = 0;
  for (const container::Moment& moment : answer.moments) {
    const double at = static_cast<double>(moment.at_ns - begun_ns) / 1e6;
    put(stderr, fmt::format("{:9.3f} ms  {:+8.3f}  {}\n", at, at - before, moment.name));
    before = at;
  }
}

}  // namespace

int refuse(const Error& error, int exit_code, bool json) {
  if (json) put(stdout, print_json_pretty(app::error_json(error, exit_code)) + "\n");
  complain(error);
  return exit_code;
}

int refuse_start(const app::StartError& error, bool json) {
  const int code = error.is_start ? engine::exit_code_of(engine::Cause::FailedToStart) : input_exit_code(error.error);
  return refuse(error.error, code, json);
}

void show_answer(const app::CallAnswer& answer, server::Investigation* investigation, const AnswerView& view) {
  const Terminal out = detect_terminal(STDOUT_FILENO, ColourChoice::Auto);
  for (const std::string& warning : answer.warnings) {
    put(stderr, fmt::format("berth: warning: {}\n", to_visible(warning, false)));
  }
  if (view.debug) {
    for (const std::string& note : answer.notes)
      put(stderr, fmt::format("berth: warning: {}\n", to_visible(note, false)));
    if (!answer.image.used.empty()) {
      put(stderr, fmt::format("berth: image {}: {}\n", answer.image.used, answer.image.reason));
    }
    if (!answer.not_warm.empty()) {
      put(stderr, fmt::format("berth: not warm: {}\n", to_visible(answer.not_warm, false)));
    }
  }
  show_log(answer, view.debug);
  std::fflush(stderr);
  if (!view.title.empty()) put(stdout, fmt::format("=== {}\n", to_visible(view.title, false)));
  for (const Json& entry : answer.record.entries) {
    EntryView shown;
    if (investigation != nullptr) {
      if (const auto file = investigation->file(entry.text_or("ID", ""))) shown.file_bytes = file->facts.size_bytes;
    }
    put(stdout, render_entry(app::mask_json(entry, answer.secrets), out.page(), shown));
  }
  std::fflush(stdout);
  for (const std::string& line : answer.record.exception) {
    const std::string placed = with_own_lines(line, answer.code_origin, answer.code_first_line);
    put(stderr, to_visible(app::mask(placed, answer.secrets), true));
  }
  if (view.trace) show_trace(answer, view.begun_ns);
  show_refusals(answer.network.end);
  const bool went_well = answer.outcome.cause == engine::Cause::Completed;
  const bool on_terminal = ::isatty(STDERR_FILENO) == 1;
  if (!went_well || on_terminal || view.debug) {
    put(stderr, fmt::format("berth: {}\n", to_visible(outcome_line(answer), false)));
  }
  if (answer.kept) {
    put(stderr, fmt::format("berth: container {} was left standing; look into it with 'berth shell {}', "
                            "remove it with 'berth prune --all'\n",
                            answer.id, answer.id));
  }
}

Result<void> make_save_folder(const std::string& folder) { return sys::make_folders(folder, 0755); }

Result<void> save_file(const std::filesystem::path& folder, const std::string& name, const std::string& file_id,
                       const std::string& bytes) {
  std::string shown = std::filesystem::path(to_visible(name, false)).filename();
  if (shown.empty() || shown == "." || shown == "..") shown = file_id;
  auto path = folder / shown;
  if (std::filesystem::exists(std::filesystem::symlink_status(path))) path = folder / (file_id + "-" + shown);
  BERTH_CHECK_OK(sys::write_file_atomically(path, bytes, 0644).context([] { return "--save-files"; }));
  put(stderr, fmt::format("berth: saved '{}'\n", to_visible(path.native(), false)));
  return {};
}

Result<void> save_files(const app::CallAnswer& answer, server::Investigation& investigation,
                        const std::string& folder) {
  BERTH_CHECK_OK(make_save_folder(folder));
  for (const Json& entry : answer.record.entries) {
    const auto file = investigation.file(entry.text_or("ID", ""));
    if (!file) continue;
    BERTH_TRY(const std::string bytes, investigation.bytes_of(*file));
    BERTH_CHECK_OK(save_file(folder, file->name, file->file_id, bytes));
  }
  return {};
}

}  // namespace berth::cli
