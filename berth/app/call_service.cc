// The way of a call, top to bottom: what is asked, which image, which code, what it may use, the container, the
// conversation, the end. run_nested() is that list.

#include "berth/app/call_service.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "berth/app/call_host.h"
#include "berth/app/call_place.h"
#include "berth/app/checked_call.h"
#include "berth/app/code_cache.h"
#include "berth/app/debugger.h"
#include "berth/app/embedded.h"
#include "berth/app/mask.h"
#include "berth/app/warm_code.h"
#include "berth/app/work_files.h"
#include "berth/base/clock.h"
#include "berth/base/ids.h"
#include "berth/container/ground.h"
#include "berth/container/port_forward.h"
#include "berth/content/code_assembly.h"
#include "berth/content/context_extension.h"
#include "berth/content/image_choice.h"
#include "berth/dt/evaluate.h"
#include "berth/engine/session.h"
#include "berth/image/storage_places.h"
#include "berth/wire/job.h"

namespace berth::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kWarmPatience = 10s;    // for a zygote and its child; a container is there in a fraction of a second
constexpr auto kPreparePatience = 2s;  // an answer waits for it

container::Limits limits_of(const CallRequest& request, const CheckedCall& checked) {
  container::Limits limits = request.limits;
  if (!request.timeout_given && request.debugger_port) {
    limits.wall_time = kDebugTime;
  } else if (!request.timeout_given && checked.timeout) {
    limits.wall_time = std::chrono::ceil<std::chrono::milliseconds>(*checked.timeout);
  }
  return limits;
}

container::LaunchSpec spec_for(const CallRequest& request, const CheckedCall& checked,
                               const image::ResolvedImage& resolved, const container::Guards& guards) {
  container::LaunchSpec spec;
  spec.image_name = image::to_string(resolved.used);
  spec.root = {resolved.image.id, resolved.image.layer_folders};
  spec.programs = container::interpreters_for(request.item.subtype);
  spec.limits = limits_of(request, checked);
  spec.guards = guards;
  spec.keep = request.keep;
  return spec;
}

// What the reserved arguments of a command make of an entry before it is posted. What could not be done, a line each.
std::vector<std::string> prepare(Json& entry, const Recording& recording, dt::Script& script) {
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

// Gives the loop and the code to the container: compiled as far as they are the same in call after call.
void put_code(const content::AssembledCode& code, CodeCache cache, container::LaunchSpec& spec, wire::Job& job) {
  const std::string folder = std::string(container::kFixedFolder) + "/";
  const content::CodePart& item = code.parts.back();
  const std::string_view whole = code.text;
  if (auto compiled = item.offset == 0 ? std::nullopt : cache.get(spec, prelude_of(code))) {
    job.prelude = wire::Prelude{folder + compiled->prelude.name, item.first_line};
    spec.fixed = {std::move(compiled->loop), std::move(compiled->prelude)};
    job.code = whole.substr(item.offset);
  } else {
    spec.fixed = {{"loop.py", std::string(embedded_loop()), {}}};
    job.code = whole;
  }
  spec.arguments = {folder + spec.fixed.front().name, "frames", "3", "4"};
}

// Whether the call asks for nothing that only a container of its own can give.
bool is_plain(const CallRequest& request, const container::LaunchSpec& spec) {
  return spec.guards.all_up() && !spec.keep && spec.files.empty() && !request.debugger_port && !request.published_port;
}

// Whether a zygote's child can take the place of a container. A network is made for one container (docs/isolation.md).
bool can_be_forked(const CallRequest& request, const container::LaunchSpec& spec) {
  return is_plain(request, spec) && spec.network.is_none() && spec.programs.front() != "python2";
}

}  // namespace

bool CallAnswer::has_error_entry() const {
  const auto is_error = [](const Json& entry) {
    const Json* type = entry.find("Type");
    return type != nullptr && type->is_int() && *type->as_int() == 4;
  };
  return std::ranges::any_of(record.entries, is_error) ||
         std::ranges::any_of(new_entries, [&](const server::NewEntry& one) { return is_error(one.entry); });
}

int CallAnswer::exit_code() const {
  if (outcome.cause == engine::Cause::Completed && has_error_entry()) return engine::kErrorEntryExit;
  return engine::exit_code_of(outcome.cause);
}

Result<CallService> CallService::open(const Settings& settings, container::Guards guards) {
  BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
  BERTH_TRY(image::LocalStore store, image::LocalStore::open(graph_root));
  BERTH_TRY(container::RuntimeFolder folder, container::RuntimeFolder::open(settings.runtime));
  if (guards.all_up() && !settings.user_namespace) {
    guards = container::Guards(container::Weakening::by_operator_without_user_namespaces());
  }
  return CallService(settings, std::move(guards), std::move(store), std::move(folder));
}

std::expected<CallAnswer, StartError> CallService::run(const CallRequest& request) {
  Nesting nesting;
  nesting.callers.push_back(request.item.name);
  auto answer = call(request, nesting);
  if (!answer) return answer;
  if (auto posted = post(*answer, request.recording); !posted) {
    return std::unexpected(StartError{std::move(posted).error().in("keep what the call answered"), false});
  }
  return answer;
}

Result<void> CallService::post(CallAnswer& answer, const Recording& recording) {
  std::vector<server::NewEntry> entries = std::move(answer.new_entries);
  answer.new_entries.clear();
  const Mask mask_of(answer.secrets);
  for (server::NewEntry& one : entries) {
    // What is kept is what is shown. The script that asked gets it whole, and its own entries are masked in turn.
    if (recording.posts || one.file) one.entry = mask_of.in_json(one.entry);
    for (const std::string& problem : prepare(one.entry, recording, scene_->script())) {
      answer.warnings.push_back(mask_of.in_text(problem));
    }
  }
  if (!recording.posts) {
    // For the script that asked: only what has a file is kept, so that it can be asked for.
    for (server::NewEntry& one : entries) {
      if (one.file) {
        std::vector<server::NewEntry> kept;
        kept.push_back(std::move(one));
        BERTH_CHECK_OK(scene_->investigation().post(kept, {answer.id, recording.parent, false}, scene_->script()));
        one = std::move(kept.front());
      }
      answer.record.entries.push_back(std::move(one.entry));
    }
    return {};
  }
  const bool merges = !recording.ignore_outputs || !recording.extensions.empty();
  BERTH_TRY(server::Posted posted,
            scene_->investigation().post(entries, {answer.id, recording.parent, merges}, scene_->script()));
  for (std::string& problem : posted.problems) answer.warnings.push_back(mask(problem, answer.secrets));
  for (server::NewEntry& one : entries) answer.record.entries.push_back(std::move(one.entry));
  return {};
}

std::expected<CallAnswer, StartError> CallService::call(const CallRequest& request, const Nesting& nesting) {
  const auto refuse = [](auto result) { return std::unexpected(StartError{std::move(result).error(), false}); };
  const auto start_failed = [](auto result) { return std::unexpected(StartError{std::move(result).error(), true}); };

  // What is asked, against what the item declares.
  auto checked = check_call(request);
  if (!checked) return refuse(std::move(checked));

  // The image.
  const content::DefaultImages defaults{settings_.default_python2, settings_.default_python3};
  auto choice = content::choose_image(request.item, request.image, defaults);
  if (!choice) return refuse(std::move(choice));
  auto reference = image::parse_reference(choice->image);
  if (!reference) return refuse(std::move(reference).context([&] { return choice->reason; }));
  auto resolved = image::resolve_image(store_, *reference, settings_.substitutes);
  if (!resolved) return refuse(std::move(resolved));

  // The code.
  auto tree = request.item.source.empty() ? std::nullopt : content::find_tree_of(request.item.source);
  auto code = content::assemble_code(request.item, tree ? &*tree : nullptr, embedded_common());
  if (!code) return refuse(std::move(code));

  // The network.
  const auto& wanted = request.network || !request.instance ? request.network : request.instance->network;
  auto network = network_of(request.item, wanted, settings_.network);
  if (!network) return refuse(std::move(network));
  if (request.instance) {
    std::ranges::copy(request.instance->allowed, std::back_inserter(network->spec.allowed));
    if (wanted && !request.network) network->reason = "the instance";
  }

  // The container.
  CallAnswer answer;
  answer.code_origin = code->parts.back().origin;
  answer.code_first_line = content::first_line_of_item(*code, request.item);
  answer.id = make_call_id();
  answer.item = request.item.name;
  answer.command = request.command;
  if (request.instance) answer.instance = request.instance->name;
  answer.image = {choice->image, image::to_string(resolved->used), resolved->image.digest,
                  resolved->why.empty() ? choice->reason : choice->reason + "; " + resolved->why};
  answer.notes = notes_of(request, *checked);
  if (!guards_.up(container::Guard::UserNamespace)) {
    answer.warnings.emplace_back("isolation.user_namespace is off: ids in the container are those of this machine");
  }
  answer.network = {net::to_text(network->spec.profile), network->reason, {}};
  if (!network->warning.empty()) answer.warnings.push_back(network->warning);
  auto additions = additions_of(settings_.containers, settings_.network.proxy);
  if (!additions) return refuse(std::move(additions));
  answer.secrets = checked->secrets;
  answer.secrets.insert(answer.secrets.end(), additions->secrets.begin(), additions->secrets.end());
  container::LaunchSpec spec = spec_for(request, *checked, *resolved, guards_);
  spec.id = answer.id;
  spec.environment = container::environment_for({resolved->image.config.env}, additions->variables);
  spec.network = network->spec;
  wire::Job job = job_for(request, *checked);
  auto context = job_context(request, *checked, scene_->investigation(), answer.image.used, spec.limits);
  if (!context) return refuse(std::move(context));
  job.context = *std::move(context);
  // What the machine cannot do is said before anything is made.
  auto ground = container::find_ground(spec.limits);
  if (!ground) return refuse(std::move(ground));
  std::optional<container::PortForward> forward;
  if (request.debugger_port) {
    auto debugpy = read_debugpy(settings_.debugpy);
    if (!debugpy) return refuse(std::move(debugpy));
    auto put = put_debugger(*request.debugger_port, *std::move(debugpy), request.item, *code, spec, job);
    if (!put) return refuse(std::move(put));
    auto listening = container::PortForward::listen(*request.debugger_port, container::Visitors::OwnUser);
    if (!listening) return refuse(std::move(listening).context([] { return "--debugpy"; }));
    forward.emplace(*std::move(listening));
  } else {
    put_code(*code, CodeCache(settings_.cache / "code", *folder_), spec, job);
  }
  std::ranges::copy(additions->files, std::back_inserter(spec.fixed));
  if (request.published_port) {
    auto listening = container::PortForward::listen(*request.published_port, container::Visitors::Everybody);
    if (!listening) return refuse(std::move(listening).context([] { return "publish the port of the instance"; }));
    forward.emplace(*std::move(listening));
  }
  // A call that comes again may have a process of a zygote that knows its code, or the one of the call before.
  const bool is_shared =
      is_shared_item(settings_.shared_items, request.item.id, request.item.name) && is_plain(request, spec);
  const bool may_be_warm = !is_shared && settings_.warm_calls && can_be_forked(request, spec);
  const std::string key =
      may_be_warm || is_shared ? warm_key(spec, code->text, answer.item, answer.instance) + answer.network.profile : "";
  std::optional<CallPlace> place;
  if (is_shared) {
    serve_further_calls(spec);
    if (auto process = shared_->take(key)) place.emplace(*std::move(process));
  }
  if (may_be_warm) {
    const auto zygote = [&] {
      container::LaunchSpec calls = spec;
      calls.id = make_call_id();
      put_warm_code(*code, CodeCache(settings_.cache / "code", *folder_), calls);
      std::ranges::copy(additions->files, std::back_inserter(calls.fixed));
      return calls;
    };
    const auto now = std::chrono::steady_clock::now();
    const auto time = std::min<std::chrono::steady_clock::duration>(kWarmPatience, spec.limits.wall_time);
    auto child = warm_->take(key, zygote, {std::min(nesting.deadline, now + time), request.interrupt});
    if (!child)
      warm_troubles_.push_back(std::move(child).error().in(fmt::format("call '{}' warm", answer.item)));
    else if (*child)
      place.emplace(**std::move(child));
  }
  answer.is_warm = place && place->is_warm();
  answer.is_shared = is_shared;
  job.is_ahead = answer.is_warm;
  if (!place) {
    const auto start = [&] { return container::Container::start(spec, *folder_, *ground); };
    auto first = start();
    // Zygotes hold ids and memory, for calls that may never come.
    const bool is_full = !first && first.error().code() == Errc::Exhausted;
    const bool has_given = is_full && (warm_->give_back() | shared_->give_back());
    auto own = has_given ? start() : std::move(first);
    if (!own) {
      const bool is_input = own.error().code() == Errc::NotFound;
      if (is_input) return refuse(std::move(own));
      return start_failed(std::move(own).context([] { return "start the container"; }));
    }
    if (is_shared) {
      place.emplace(SharedProcess(*std::move(own)));
    } else {
      place.emplace(*std::move(own));
    }
  }
  container::Container* const own = place->container();
  if (forward) {
    if (auto started = forward->start(own->network_name_space()); !started) return start_failed(std::move(started));
  }

  if (own != nullptr) answer.not_enforced = own->not_enforced();
  if (!answer.not_enforced.empty()) {
    answer.warnings.push_back(fmt::format("nothing enforces the limits of {} here: they were allowed to be left out",
                                          fmt::join(answer.not_enforced, " and ")));
  }

  // The conversation.
  server::IntegrationMemory memory(scene_->state(),
                                   {answer.instance, request.is_fetch, request.command == "test-module"});
  CallHost host(*this, {request, nesting, tree ? &*tree : nullptr, memory, place->work_folder(), answer.secrets,
                        feed_score_of(request.item, checked->params)});
  engine::SessionOptions options;
  options.limits = spec.limits;
  options.deadline = std::min(nesting.deadline, std::chrono::steady_clock::now() + spec.limits.wall_time);
  options.interrupt = request.interrupt;
  if (request.on_frame) {
    options.on_frame = [&](engine::Direction direction, std::string_view line) {
      request.on_frame(direction, mask(line, answer.secrets));
    };
  }
  if (request.on_log) {
    options.on_log = [&](const engine::LogLine& line) {
      request.on_log({line.source, line.level, mask(line.text, answer.secrets)});
    };
  }
  if (request.on_entry) {
    options.on_entry = [&](Json entry) {
      std::vector<Json> one;
      one.push_back(std::move(entry));
      TakenIn taken = take_in_files(std::move(one), place->work_folder(), scene_->investigation());
      answer.new_entries = std::move(taken.entries);
      if (auto posted = post(answer, request.recording); !posted) {
        request.on_log({engine::LogSource::Server, "error", posted.error().message()});
      }
      for (const Json& kept : std::exchange(answer.record.entries, {})) {
        request.on_entry(mask_json(kept, answer.secrets));
      }
    };
  }
  const engine::Streams streams{place->in(), place->out(), place->printed(), place->complaints(), place->ended()};
  auto record = engine::converse(streams, wire::job_line(job), host, options);
  if (!record) return start_failed(std::move(record));

  // The end: the files first, while their folder is there.
  answer.record = *std::move(record);
  TakenIn taken =
      take_in_files(std::exchange(answer.record.entries, {}), place->work_folder(), scene_->investigation());
  answer.new_entries = std::move(taken.entries);
  std::ranges::move(taken.problems, std::back_inserter(answer.warnings));
  answer.fetched = memory.fetched();
  answer.handed_over = memory.handed_over();
  const auto grace =
      answer.record.stop == engine::Stop::Ended ? std::chrono::milliseconds(200) : std::chrono::milliseconds(0);
  const bool goes_on = is_shared && answer.record.stop == engine::Stop::Completed;
  auto end = goes_on        ? place->shared()->end_call()
             : request.keep ? own->leave_standing(*folder_, spec)
                            : place->end(grace);
  if (!end && end.error().code() == Errc::NotFound) return refuse(std::move(end));
  if (!end) return start_failed(std::move(end));
  answer.kept = request.keep;
  if (!end->left_behind.empty()) answer.warnings.push_back(std::move(end->left_behind));
  answer.network.end = std::move(end->network);
  answer.outcome = engine::outcome_of(answer.record, *end, spec.limits);
  answer.outcome.explanation = mask(answer.outcome.explanation, answer.secrets);  // it may cite the script
  if (own != nullptr) answer.moments = own->moments();
  if (answer.record.ready_at_ns != 0) answer.moments.push_back({"start the interpreter", answer.record.ready_at_ns});
  if (answer.record.completed_at_ns != 0) answer.moments.push_back({"run the script", answer.record.completed_at_ns});
  answer.moments.push_back({"end the container", monotonic_ns()});
  if (goes_on) shared_->keep(key, std::move(*place->shared()));
  if (may_be_warm) {
    const auto until = std::chrono::steady_clock::now() + kPreparePatience;
    if (auto prepared = warm_->prepare(key, {until, request.interrupt}); !prepared) {
      warm_troubles_.push_back(std::move(prepared).error().in(fmt::format("make '{}' warm", answer.item)));
    }
  }
  if (nesting.depth == 0) tell_troubles(answer);
  return answer;
}

// A process that was not isolated is everybody's business. That a call took longer than it might have is not.
void CallService::tell_troubles(CallAnswer& answer) {
  for (const Error& trouble : std::exchange(warm_troubles_, {})) {
    const std::string text = mask(trouble.message(), answer.secrets);
    (trouble.code() == Errc::Denied ? answer.warnings : answer.notes).push_back(text);
  }
}

}  // namespace berth::app
