#include "berth/app/polling.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <charconv>

namespace berth::app {
namespace {

constexpr std::chrono::hours kLongestTime{24};

std::optional<std::chrono::seconds> seconds_in(const Json& entry, std::string_view name) {
  const Json* value = entry.find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const std::string text = value->is_string() ? *value->as_string() : print_json(*value);
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  return std::min<std::chrono::seconds>(std::chrono::seconds(seconds), kLongestTime);
}

bool is_error(const Json& entry) {
  const Json* type = entry.find("Type");
  return type != nullptr && type->is_int() && *type->as_int() == 4;
}

}  // namespace

std::optional<ScheduledRun> scheduled_run_of(const std::vector<CommandAnswer>& answers) {
  std::optional<ScheduledRun> found;
  for (const CommandAnswer& answer : answers) {
    if (!answer.call || answer.call->exit_code() != 0) return std::nullopt;
    if (answer.brand == "Builtin") continue;
    for (const Json& entry : answer.call->record.entries) {
      if (is_error(entry)) return std::nullopt;
      const std::string command = entry.text_or("PollingCommand", "");
      if (command.empty()) continue;
      ScheduledRun run;
      run.command = command;
      const Json* args = entry.find("PollingArgs");
      if (args != nullptr && args->is_object()) run.args = *args;
      run.pause = std::max(seconds_in(entry, "NextRun").value_or(kShortestPause), kShortestPause);
      run.timeout = seconds_in(entry, "Timeout").value_or(run.timeout);
      run.item = answer.call->item;
      if (answer.brand != "Scripts") {
        run.kind = content::ItemKind::Integration;
        run.brand = answer.brand;
        run.instance = answer.instance;
      }
      found = std::move(run);
    }
  }
  return found;
}

Result<std::vector<CommandAnswer>> poll(std::vector<CommandAnswer> answers, const CallRequest& call, CallService& calls,
                                        const std::function<void(const ScheduledRun& next)>& on_pause) {
  const auto begun = std::chrono::steady_clock::now();
  for (auto next = scheduled_run_of(answers); next; next = scheduled_run_of(answers)) {
    if (std::chrono::steady_clock::now() + next->pause > begun + next->timeout) {
      return fail(Errc::TimedOut, fmt::format("poll '{}': it has no result after {} s, its timeout", next->command,
                                              next->timeout.count()));
    }
    on_pause(*next);
    pollfd polled = {call.interrupt, POLLIN, 0};
    const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(next->pause).count();
    if (::poll(&polled, call.interrupt >= 0 ? 1 : 0, static_cast<int>(pause)) != 0) return answers;
    CommandRequest request;
    request.command = command_name_of(next->command);
    if (!next->instance.empty()) request.command.owner = next->instance;
    for (const auto& [name, value] : *next->args.as_object()) {
      if (value.is_null()) continue;
      const std::string* text = value.as_string();
      request.arguments.push_back({name, text != nullptr ? *text : print_json(value)});
      if (value.is_array() || value.is_object()) request.typed_arguments.set(name, value);
    }
    request.call = call;
    // A person typed the first command, and this one was chosen by code.
    content::Item asking;
    asking.kind = next->kind;
    asking.name = next->item;
    asking.id = next->brand.empty() ? next->item : next->brand;
    request.caller = calls.scene().caller_of(asking);
    BERTH_TRY(answers, CommandService(calls).run(request, {}, nullptr));
  }
  return answers;
}

}  // namespace berth::app
