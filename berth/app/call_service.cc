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
#include "berth/app/call_spec.h"
#include "berth/app/checked_call.h"
#include "berth/app/code_cache.h"
#include "berth/app/debugger.h"
#include "berth/app/embedded.h"
#include "berth/app/entry_recording.h"
#include "berth/app/item_image.h"
#include "berth/app/mask.h"
#include "berth/app/named_items.h"
#include "berth/app/own_guards.h"
#include "berth/app/warm_code.h"
#include "berth/app/work_files.h"
#include "berth/base/clock.h"
#include "berth/base/ids.h"
#include "berth/container/port_forward.h"
#include "berth/content/code_assembly.h"
#include "berth/engine/session.h"
#include "berth/image/storage_places.h"
#include "berth/wire/job.h"

namespace berth::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kWarmPatience = 10s;    // for a zygote and its child; a container is there in a fraction of a second
constexpr auto kPreparePatience = 2s;  // an answer waits for it

}  // namespace

Result<CallService> CallService::open(const Settings& settings, container::Guards guards) {
  BERTH_TRY(CallMeans means, CallMeans::open(settings));
  auto own = std::make_unique<CallMeans>(std::move(means));
  CallService service(settings, std::move(guards), *own);
  service.own_means_ = std::move(own);
  return service;
}

CallService::CallService(const Settings& settings, container::Guards guards, CallMeans& means)
    : settings_(settings),
      guards_(guards_for(settings, std::move(guards))),
      means_(&means),
      scene_(std::make_unique<Scene>(settings)) {}

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
    for (const std::string& problem : apply_recording(one.entry, recording, scene_->script())) {
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
  return call(request, nesting, Aim::Call);
}

std::expected<void, StartError> CallService::warm_up(const CallRequest& request) {
  if (auto answer = call(request, {}, Aim::WarmUp); !answer) return std::unexpected(std::move(answer).error());
  return {};
}

std::expected<CallAnswer, StartError> CallService::call(const CallRequest& request, const Nesting& nesting, Aim aim) {
  const auto refuse = [](auto result) { return std::unexpected(StartError{std::move(result).error(), false}); };
  const auto start_failed = [](auto result) { return std::unexpected(StartError{std::move(result).error(), true}); };

  // What is asked, against what the item declares.
  auto checked = aim == Aim::Call ? check_call(request) : CheckedCall();
  if (!checked) return refuse(std::move(checked));

  // The image.
  auto tree = request.item.source.empty() ? std::nullopt : content::find_tree_of(request.item.source);
  auto choice = image_for(request.item, request.image, settings_, tree ? &*tree : nullptr, means_->locks());
  if (!choice) return refuse(std::move(choice));
  auto resolved = means_->resolve(choice->reference, settings_.substitutes, settings_.trust);
  if (!resolved && choice->is_locked) resolved = std::move(resolved).context([&] { return choice->reason; });
  if (!resolved) return refuse(std::move(resolved));
  const image::ResolvedImage& image = **resolved;  // until the conversation: other calls may look for theirs then

  // The code.
  auto assembled = means_->codes().of(request.item, tree ? &*tree : nullptr);
  if (!assembled) return refuse(std::move(assembled));
  const std::shared_ptr<const CallCode> code = *std::move(assembled);

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
  answer.code_origin = code->text.parts.back().origin;
  answer.code_first_line = code->item_line;
  answer.id = make_call_id();
  answer.item = request.item.name;
  answer.command = request.command;
  container::ContainerEngine& maker = means_->engine();
  const bool is_native = maker.kind() == container::EngineKind::Native;
  if (!is_native) answer.engine = container::name_of(maker.kind());
  if (request.instance) answer.instance = request.instance->name;
  answer.image = {choice->written, image::to_string(image.used), image.image.digest,
                  image.why.empty() ? choice->reason : choice->reason + "; " + image.why};
  answer.notes = notes_of(request, *checked);
  if (is_native && !guards_.up(container::Guard::UserNamespace)) {  // another engine's containers say it themselves
    answer.warnings.emplace_back(kNoUserNamespace);
  }
  answer.network = {net::to_text(network->spec.profile), network->reason, {}};
  if (!network->warning.empty()) answer.warnings.push_back(network->warning);
  if (!choice->warning.empty()) answer.warnings.push_back(choice->warning);
  auto additions = additions_of(settings_.containers, settings_.network.proxy);
  if (!additions) return refuse(std::move(additions));
  answer.secrets = checked->secrets;
  answer.secrets.insert(answer.secrets.end(), additions->secrets.begin(), additions->secrets.end());
  container::LaunchSpec spec = spec_for(request, *checked, image, guards_);
  spec.id = answer.id;
  spec.environment = container::environment_for({image.image.config.env}, additions->variables);
  spec.network = network->spec;
  wire::Job job = job_for(request, *checked);
  auto context = job_context(request, *checked, scene_->investigation(), answer.image.used, spec.limits);
  if (!context) return refuse(std::move(context));
  job.context = *std::move(context);
  // A call that comes again may have a process of a zygote that knows its code, or the one of the call before.
  const bool may_be_shared = is_native && is_plain(request, spec) && names_item(settings_.shared_items, request.item);
  const bool may_be_warm = is_native && !may_be_shared && settings_.warm_calls && is_plain(request, spec) &&
                           spec.programs.front() != "python2";
  spec.fixed = additions->files;
  std::optional<CallPlace> place;
  WarmCall warm;
  if (may_be_warm || may_be_shared) {
    warm.key = warm_key(spec, means_->codes().digest_of(code), request.item, answer.instance);
    warm.item = answer.item;
  }
  if (may_be_warm && (!means_->warm().has(warm.key) || means_->warm().has_learned(warm.key))) {
    // It may be used when this service is gone, but never its means.
    warm.zygote = [means = means_, cache = settings_.cache / "code", spec, code,
                   kind = request.item.kind](const ImportList& imports) {
      container::LaunchSpec calls = spec;
      calls.id = make_call_id();
      put_warm_code(code->text, kind, CodeCache(cache, means->engine()), calls);
      put_imports(imports, calls);
      std::ranges::copy(spec.fixed, std::back_inserter(calls.fixed));
      return calls;
    };
  }
  const auto put_in = [&] {
    put_code(code->text, CodeCache(settings_.cache / "code", maker), spec, job);
    std::ranges::copy(additions->files, std::back_inserter(spec.fixed));
  };
  if (aim == Aim::WarmUp) {
    if (may_be_warm) means_->make_ready_later(std::move(warm));
    return answer;
  }
  if (may_be_warm) {
    if (auto trouble = means_->take_trouble(warm.key)) warm_troubles_.push_back(*std::move(trouble));
    const auto now = std::chrono::steady_clock::now();
    const auto time = std::min<std::chrono::steady_clock::duration>(kWarmPatience, spec.limits.wall_time);
    auto child = means_->warm().take(warm, {std::min(nesting.deadline, now + time), request.interrupt});
    if (!child)
      warm_troubles_.push_back(std::move(child).error().in(fmt::format("call '{}' warm", answer.item)));
    else if (*child)
      place.emplace(**std::move(child));
  }
  answer.is_warm = place.has_value();
  answer.is_shared = may_be_shared;
  if (may_be_shared) {
    put_in();
    serve_further_calls(spec);
    if (auto process = means_->shared().take(warm.key)) place.emplace(*std::move(process));
  }
  job.is_ahead = answer.is_warm;
  job.learns = may_be_warm;
  std::optional<container::PortForward> forward;
  if (!place) {
    // What the machine cannot do is said before anything is made.
    if (auto checked_here = maker.check(spec); !checked_here) return refuse(std::move(checked_here));
    if (request.debugger_port) {
      auto debugpy = read_debugpy(settings_.debugpy);
      if (!debugpy) return refuse(std::move(debugpy));
      auto put = put_debugger(*request.debugger_port, *std::move(debugpy), request.item, code->text, spec, job);
      if (!put) return refuse(std::move(put));
      std::ranges::copy(additions->files, std::back_inserter(spec.fixed));
      auto listening = container::PortForward::listen(*request.debugger_port, container::Visitors::OwnUser);
      if (!listening) return refuse(std::move(listening).context([] { return "--debugpy"; }));
      forward.emplace(*std::move(listening));
    } else if (!may_be_shared) {
      put_in();
    }
    if (request.published_port) {
      auto listening = container::PortForward::listen(*request.published_port, container::Visitors::Everybody);
      if (!listening) return refuse(std::move(listening).context([] { return "publish the port of the instance"; }));
      forward.emplace(*std::move(listening));
    }
    const auto start = [&] { return maker.start(spec); };
    auto first = start();
    // Zygotes hold ids and memory, for calls that may never come.
    const bool is_full = !first && first.error().code() == Errc::Exhausted;
    const bool has_given = is_full && means_->give_back();
    auto own = has_given ? start() : std::move(first);
    if (!own) {
      const bool is_input = own.error().code() == Errc::NotFound;
      if (is_input) return refuse(std::move(own));
      return start_failed(std::move(own).context([] { return "start the container"; }));
    }
    if (may_be_shared) {
      place.emplace(SharedProcess(std::get<container::Container>(*std::move(own))));
    } else {
      std::visit([&](auto& started) { place.emplace(std::move(started)); }, *own);
    }
  }
  container::Container* const own = place->container();
  container::EngineContainer* const other = place->engine();
  if (forward) {
    const int name_space = own != nullptr ? own->network_name_space() : other->network_name_space();
    if (auto started = forward->start(name_space); !started) return start_failed(std::move(started));
  }

  if (own != nullptr) answer.not_enforced = own->not_enforced();
  if (other != nullptr) std::ranges::copy(other->remarks(), std::back_inserter(answer.warnings));
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
  engine::Streams streams{place->in(), place->out(), place->printed(), place->complaints(), place->ended()};
  if (other != nullptr) streams.let_go = [other] { other->let_go(); };
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
  // A process that stays ends it once the answer is out, where there is nothing to learn from its end.
  const bool ends_later = means_->stays() && nesting.depth == 0 && place->child() != nullptr &&
                          spec.network.is_none() && answer.record.stop == engine::Stop::Completed;
  const bool goes_on =
      may_be_shared && answer.record.stop == engine::Stop::Completed && !answer.record.has_unsent_answers;
  auto end = request.keep ? own->leave_standing(means_->folder(), spec)
             : ends_later ? Result<container::ContainerEnd>(place->child()->figures())
             : goes_on    ? place->shared()->end_call()
                          : place->end(grace);
  if (!end && end.error().code() == Errc::NotFound) return refuse(std::move(end));
  if (!end) return start_failed(std::move(end));
  answer.kept = request.keep;
  if (!end->left_behind.empty()) answer.warnings.push_back(std::move(end->left_behind));
  answer.network.end = std::move(end->network);
  answer.outcome = engine::outcome_of(answer.record, *end, spec.limits);
  answer.outcome.explanation = mask(answer.outcome.explanation, answer.secrets);  // it may cite the script
  if (own != nullptr) answer.moments = own->moments();
  if (other != nullptr) answer.moments = other->moments();
  if (answer.record.ready_at_ns != 0) answer.moments.push_back({"start the interpreter", answer.record.ready_at_ns});
  if (answer.record.completed_at_ns != 0) answer.moments.push_back({"run the script", answer.record.completed_at_ns});
  answer.moments.push_back({"end the container", monotonic_ns()});
  if (ends_later) means_->end_later(std::move(*place->child()));
  if (goes_on) means_->shared().keep(warm.key, answer.item, std::move(*place->shared()));
  if (may_be_warm) {
    means_->warm().learn(warm.key, answer.record.loaded);
    std::ranges::move(means_->warm().take_remarks(warm.key), std::back_inserter(warm_remarks_));
  }
  if (may_be_warm) prepare_next(std::move(warm), nesting, request.interrupt);
  if (nesting.depth == 0) tell_troubles(answer);
  return answer;
}

// A process that stays does it once the answer is out. Until then a call that this one asks for may come again.
void CallService::prepare_next(WarmCall warm, const Nesting& nesting, int interrupt) {
  if (means_->stays() && (nesting.depth == 0 || !means_->warm().has(warm.key))) {
    return means_->make_ready_later(std::move(warm));
  }
  const auto until = std::chrono::steady_clock::now() + kPreparePatience;
  if (auto prepared = means_->warm().prepare(warm, {until, interrupt}); !prepared) {
    warm_troubles_.push_back(std::move(prepared).error().in(fmt::format("make '{}' warm", warm.item)));
  }
}

// A process that was not isolated is everybody's business. That a call took longer than it might have is not.
void CallService::tell_troubles(CallAnswer& answer) {
  for (const Error& trouble : std::exchange(warm_troubles_, {})) {
    const std::string text = mask(trouble.message(), answer.secrets);
    (trouble.code() == Errc::Denied ? answer.warnings : answer.notes).push_back(text);
  }
  std::ranges::move(std::exchange(warm_remarks_, {}), std::back_inserter(answer.notes));
}

}  // namespace berth::app
