#include "berth/app/command_service.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>

#include <algorithm>

#include "berth/app/answer_transfer.h"
#include "berth/app/apart.h"
#include "berth/base/ids.h"
#include "berth/content/arguments.h"
#include "berth/content/commands.h"

namespace berth::app {
namespace {

using Clock = std::chrono::steady_clock;

std::unexpected<StartError> refuse(Error error) { return std::unexpected(StartError{std::move(error), false}); }

std::string brand_of(const CommandTarget& target) {
  if (target.built_in != nullptr) return "Builtin";
  return target.item.kind == content::ItemKind::Script ? "Scripts" : target.item.id;
}

// What is asked for beside the command's own arguments. These stay among the others: a target that declares an argument
// of such a name takes it.
Result<content::ReservedArguments> reserved_in(const std::vector<content::Assignment>& arguments) {
  Json reserved = Json::object();
  for (const content::Assignment& one : arguments) {
    if (one.name && content::is_reserved_argument(*one.name)) reserved.set(*one.name, one.value);
  }
  return content::parse_reserved_arguments(reserved);
}

// Waits `pause`, or until the user wants an end. Whether it is time to go on.
bool wait_for(std::chrono::milliseconds pause, int interrupt) {
  pollfd polled = {interrupt, POLLIN, 0};
  return ::poll(&polled, interrupt >= 0 ? 1 : 0, static_cast<int>(pause.count())) == 0;
}

bool is_error(const std::expected<CallAnswer, StartError>& answer) { return !answer || answer->exit_code() != 0; }

Json error_entry(std::string text) {
  Json entry = Json::object();
  entry.set("Type", 4).set("ContentsFormat", "text").set("Contents", std::move(text));
  return entry;
}

// Arguments of a built-in command: what has no name is its bare argument.
Result<Json> built_in_arguments(const server::BuiltInCommand& command, const CommandRequest& request) {
  Json args = Json::object();
  for (const content::Assignment& one : request.arguments) {
    if (one.name && content::is_reserved_argument(*one.name)) continue;  // it speaks to the server, as run() has read
    const std::string name = one.name ? *one.name : std::string(command.bare_argument);
    if (name.empty()) {
      return fail(Errc::InvalidInput, fmt::format("command '{}' takes no bare value; write name=value", command.name));
    }
    if (args.find(name) != nullptr) {
      return fail(Errc::InvalidInput, fmt::format("command '{}': argument '{}' is given twice", command.name, name));
    }
    args.set(name, one.value);
  }
  for (const auto& [name, value] : *request.typed_arguments.as_object()) args.set(name, value);
  return args;
}

}  // namespace

Result<std::vector<CommandAnswer>> CommandService::run(const CommandRequest& request, const Nesting& nesting,
                                                       content::ContentTree* tree) {
  const std::string& name = request.command.name;
  const auto doing = [&] { return fmt::format("execute '{}'", name.substr(0, 200)); };
  if (name.empty()) return fail(Errc::InvalidInput, "execute a command: it has no name");
  BERTH_CHECK_OK(calls_.scene().take_command().context(doing));
  if (Clock::now() >= nesting.deadline) {
    return fail(Errc::TimedOut, fmt::format("{}: the time of the call is over", doing()));
  }
  if (nesting.depth >= kDeepestCall) {
    return fail(Errc::Exhausted, fmt::format("{}: calls are {} deep already: {}", doing(), kDeepestCall,
                                             fmt::join(nesting.callers, " -> ")));
  }
  Nesting below = nesting;
  below.callers.push_back(name);
  std::string key = name + '\n' + print_json(request.typed_arguments);
  for (const content::Assignment& one : request.arguments) key += '\n' + one.name.value_or("") + '=' + one.value;
  if (std::ranges::find(nesting.keys, key) != nesting.keys.end()) {
    return fail(Errc::Exhausted, fmt::format("{}: it calls itself in a circle, with the same arguments: {}", doing(),
                                             fmt::join(below.callers, " -> ")));
  }
  below.keys.push_back(std::move(key));
  BERTH_TRY(const content::ReservedArguments reserved, reserved_in(request.arguments).context(doing));
  BERTH_TRY(const auto targets, find_targets(calls_.scene(), tree, request.command, reserved));
  auto answers = run_targets(targets, request, reserved, below);
  Recording recording;
  recording.posts = !request.is_nested;
  recording.ignore_outputs = reserved.ignore_outputs;
  recording.raw_response = reserved.raw_response;
  recording.extensions = reserved.extensions;
  recording.parent = request.call.recording.parent;
  for (CommandAnswer& answer : answers) {
    if (!answer.call) continue;
    std::ranges::copy(reserved.notes, std::back_inserter(answer.call->notes));
    for (server::NewEntry& one : answer.call->new_entries) {
      one.entry.set("Brand", answer.brand).set("ModuleName", answer.instance);
    }
    BERTH_CHECK_OK(calls_.post(*answer.call, recording).context([] { return "keep what the call answered"; }));
  }
  return answers;
}

std::vector<CommandAnswer> CommandService::run_targets(const std::vector<CommandTarget>& targets,
                                                       const CommandRequest& request,
                                                       const content::ReservedArguments& reserved,
                                                       const Nesting& nesting) {
  std::vector<CommandAnswer> answers;
  const auto label = [](const CommandTarget& target) {
    return target.instance.empty() ? target.item.name : target.instance;
  };
  if (targets.size() == 1) {
    answers.push_back({brand_of(targets[0]), label(targets[0]), run_target(targets[0], request, reserved, nesting)});
    return answers;
  }
  // Each in a process of its own: a container is cloned from a process that has one thread.
  const auto texts = run_apart(targets.size(), [&](std::size_t i) {
    calls_.scene().leave_to_parent();
    return print_transfer(run_target(targets[i], request, reserved, nesting));
  });
  for (std::size_t i = 0; i < targets.size(); ++i) {
    auto answer = texts[i] ? parse_transfer(*texts[i]) : refuse(texts[i].error());
    answers.push_back({brand_of(targets[i]), label(targets[i]), std::move(answer)});
  }
  return answers;
}

std::expected<CallAnswer, StartError> CommandService::run_target(const CommandTarget& target,
                                                                 const CommandRequest& request,
                                                                 const content::ReservedArguments& reserved,
                                                                 const Nesting& nesting) {
  if (target.built_in != nullptr) return run_built_in(target, request);
  CallRequest call = request.call;
  call.item = target.item;
  call.arguments = request.arguments;
  call.typed_arguments = request.typed_arguments;
  if (target.item.kind == content::ItemKind::Integration) {
    call.command = request.command.name;
    auto instances = calls_.scene().instances();
    if (!instances) return refuse(std::move(instances).error());
    auto opened = (*instances)->open_for_call(target.instance, target.item);
    if (!opened) return refuse(std::move(opened).error());
    call.instance = *std::move(opened);
  }
  if (reserved.execution_timeout && !call.timeout_given) {
    call.limits.wall_time = *reserved.execution_timeout;
    call.timeout_given = true;
  }
  call.debug = call.debug || reserved.debug_mode;
  auto answer = calls_.call(call, nesting);
  for (int i = 0; i < reserved.retry_count && is_error(answer); ++i) {
    if (answer && answer->outcome.cause == engine::Cause::Interrupted) break;
    if (!answer && answer.error().error.code() == Errc::InvalidInput) break;  // it would be refused again
    if (Clock::now() + reserved.retry_interval >= nesting.deadline) break;
    if (!wait_for(reserved.retry_interval, call.interrupt)) break;
    auto again = calls_.call(call, nesting);
    if (again) again->notes.push_back(fmt::format("try {} of {}", i + 2, reserved.retry_count + 1));
    answer = std::move(again);
  }
  return answer;
}

std::expected<CallAnswer, StartError> CommandService::run_built_in(const CommandTarget& target,
                                                                   const CommandRequest& request) {
  const auto begun = Clock::now();
  auto args = built_in_arguments(*target.built_in, request);
  if (!args) return refuse(std::move(args).error());
  Scene& scene = calls_.scene();
  const server::CommandScene where{scene.investigation(), scene.state(), scene.script(), request.caller};
  auto entries = target.built_in->run(server::CommandArguments(target.built_in->name, *args), where);
  CallAnswer answer;
  answer.id = make_call_id();
  answer.command = target.built_in->name;
  answer.outcome.cause = engine::Cause::Completed;
  answer.outcome.explanation = "the server answered";
  answer.outcome.wall_time = Clock::now() - begun;
  if (!entries) {
    answer.new_entries.push_back({error_entry(entries.error().message()), std::nullopt});
    return answer;
  }
  for (Json& entry : *entries) answer.new_entries.push_back({std::move(entry), std::nullopt});
  return answer;
}

Json returned_entries(const std::vector<CommandAnswer>& answers, const std::string& investigation) {
  Json all = Json::array();
  for (const CommandAnswer& answer : answers) {
    const auto add = [&](Json entry) {
      Json metadata = Json::object();
      for (const auto& [to, from] : {std::pair{"id", "ID"}, {"type", "Type"}, {"format", "ContentsFormat"}}) {
        const Json* value = entry.find(from);
        metadata.set(to, value != nullptr ? *value : Json());
      }
      metadata.set("instance", answer.instance).set("brand", answer.brand).set("investigationId", investigation);
      entry.set("Brand", answer.brand).set("ModuleName", answer.instance);
      if (answer.brand == "Scripts") entry.set("Category", "automation");
      if (entry.find("Metadata") == nullptr) entry.set("Metadata", std::move(metadata));
      all.push_back(std::move(entry));
    };
    if (!answer.call) {
      add(error_entry(answer.call.error().error.message()));
      continue;
    }
    for (const Json& entry : answer.call->record.entries) add(entry);
    if (answer.call->outcome.cause == engine::Cause::Completed) continue;
    std::string text = fmt::format("'{}' did not complete: {}", answer.instance, answer.call->outcome.explanation);
    if (!answer.call->record.exception.empty()) text = fmt::format("{}", fmt::join(answer.call->record.exception, ""));
    add(error_entry(std::move(text)));
  }
  return all;
}

}  // namespace berth::app
