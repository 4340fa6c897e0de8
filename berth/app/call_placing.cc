// Where a call runs: in a process that waits for calls like it, or in a container of its own.
//
// On the way of every warm call: find_place().

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "berth/app/call_spec.h"
#include "berth/app/code_cache.h"
#include "berth/app/debugger.h"
#include "berth/app/mask.h"
#include "berth/app/one_call.h"
#include "berth/app/start_errors.h"
#include "berth/app/warm_code.h"
#include "berth/base/ids.h"

namespace berth::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kWarmPatience = 10s;  // for a zygote and its child; a container is there in a fraction of a second

}  // namespace

// A call that comes again may have a process of a zygote that knows its code, or the one of the call before.
void OneCall::name_warm_call() {
  AssembledCodes& codes = with_.means.codes();
  warm_.code = codes.digest_of(plan_.code);
  // A file that has changed is still the same item, unless what its old text has left behind is there. Code that
  // somebody sends is not the code that another sends.
  const bool may_change = plan_.may_be_warm && !request_.item.source.empty();
  warm_.key = with_.means.keys().of(plan_.spec, may_change ? codes.prelude_digest_of(plan_.code) : warm_.code,
                                    request_.item, answer_.instance, with_.user);
  warm_.item = answer_.item;
  if (!plan_.may_be_warm || !with_.means.warm().may_begin(warm_)) return;
  // It may be used when this call is gone, but never the means.
  warm_.zygote = [means = &with_.means, cache = with_.settings.cache / "code", spec = plan_.spec, code = plan_.code,
                  kind = request_.item.kind](const ImportList& imports) {
    ZygoteSpec zygote{spec};
    zygote.spec.id = make_call_id();
    zygote.has_item_apart = put_warm_code(code->text, kind, CodeCache(cache, means->engine()), zygote.spec);
    put_imports(imports, zygote.spec);
    std::ranges::copy(spec.fixed, std::back_inserter(zygote.spec.fixed));
    return zygote;
  };
}

// To a child of a zygote that has another.
void OneCall::give_own_code() {
  const content::AssembledCode& code = plan_.code->text;
  plan_.job.code = code.item_text;
  plan_.job.replaces_item = true;
  plan_.job.prelude = wire::Prelude{{}, code.item.first_line};
}

void OneCall::take_warm_child() {
  if (auto trouble = with_.means.take_trouble(warm_.key)) telling_.troubles.push_back(*std::move(trouble));
  const auto now = std::chrono::steady_clock::now();
  const auto time = std::min<std::chrono::steady_clock::duration>(kWarmPatience, plan_.spec.limits.wall_time);
  auto taken = with_.means.warm().take(warm_, {std::min(nesting_.deadline, now + time), request_.interrupt});
  if (!taken) {
    answer_.not_warm = mask(taken.error().message(), answer_.secrets);
    telling_.troubles.push_back(std::move(taken).error().in(fmt::format("call '{}' warm", answer_.item)));
  } else if (!taken->child) {
    answer_.not_warm = mask(taken->why_none, answer_.secrets);
  } else {
    place_.emplace(*std::move(taken->child));
    plan_.job.is_ahead = true;
    if (!with_.means.warm().has_code_of(warm_)) give_own_code();
  }
}

void OneCall::put_code_in() {
  put_code(plan_.code->text, CodeCache(with_.settings.cache / "code", with_.means.engine()), plan_.spec, plan_.job);
  std::ranges::copy(plan_.additions.files, std::back_inserter(plan_.spec.fixed));
}

OneCall::Done OneCall::find_place() {
  if (plan_.may_be_warm) take_warm_child();
  if (plan_.may_be_shared) take_shared_process();
  if (place_) return {};
  return start_own();
}

// One that waits has the files that put_code_in() would put there, and has run the very code.
void OneCall::take_shared_process() {
  auto process = with_.means.shared().take(warm_.key);
  if (!process) return;
  plan_.job.is_ahead = true;
  place_.emplace(*std::move(process));
}

// What only a container of its own can have, and the code.
OneCall::Done OneCall::prepare_own(std::optional<container::PortForward>& forward) {
  // What the machine cannot do is said before anything is made.
  BERTH_CHECK_OK(refused(with_.means.engine().check(plan_.spec)));
  const auto listen = [&](std::uint16_t port, container::Visitors visitors, const char* what) -> Done {
    BERTH_TRY(auto listening, refused(container::PortForward::listen(port, visitors).context([&] { return what; })));
    forward.emplace(std::move(listening));
    return {};
  };
  if (request_.debugger_port) {
    BERTH_TRY(auto debugpy, refused(read_debugpy(with_.settings.debugpy)));
    BERTH_CHECK_OK(refused(put_debugger(*request_.debugger_port, std::move(debugpy), request_.item, plan_.code->text,
                                        plan_.spec, plan_.job)));
    std::ranges::copy(plan_.additions.files, std::back_inserter(plan_.spec.fixed));
    BERTH_CHECK_OK(listen(*request_.debugger_port, container::Visitors::OwnUser, "--debugpy"));
  } else {
    put_code_in();
    if (plan_.may_be_shared) serve_further_calls(plan_.spec);
  }
  if (!request_.published_port) return {};
  return listen(*request_.published_port, container::Visitors::Everybody, "publish the port of the instance");
}

Result<container::StartedContainer> OneCall::start_container() {
  auto started = with_.means.engine().start(plan_.spec);
  // Zygotes hold ids and memory, for calls that may never come.
  const bool is_full = !started && started.error().code() == Errc::Exhausted;
  return is_full && with_.means.give_back() ? with_.means.engine().start(plan_.spec) : std::move(started);
}

OneCall::Done OneCall::start_own() {
  plan_.job.is_ahead = plan_.job.replaces_item = false;
  BERTH_CHECK_OK(prepare_own(forward_));
  auto started = start_container();
  if (!started && started.error().code() == Errc::NotFound)
    return refused(Result<void>(std::unexpected(started.error())));
  BERTH_TRY(auto own, not_started(std::move(started).context([] { return "start the container"; })));
  if (plan_.may_be_shared) {
    place_.emplace(SharedProcess(std::get<container::Container>(std::move(own))));
  } else {
    std::visit([&](auto& made) { place_.emplace(std::move(made)); }, own);
  }
  if (!forward_) return {};
  container::Container* const native = place_->container();
  const int name_space = native != nullptr ? native->network_name_space() : place_->engine()->network_name_space();
  return not_started(forward_->start(name_space));
}

}  // namespace berth::app
