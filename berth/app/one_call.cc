// The way of a call, top to bottom: the plan, the place, the conversation, the end. run() is that list.

#include "berth/app/one_call.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "berth/app/call_host.h"
#include "berth/app/longest_preparation.h"
#include "berth/app/mask.h"
#include "berth/app/start_errors.h"
#include "berth/app/work_files.h"
#include "berth/base/clock.h"
#include "berth/engine/outcome.h"
#include "berth/sys/descriptors.h"

namespace berth::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kPreparePatience = 2s;  // an answer waits for it
constexpr auto kOwnEnd = 200ms;        // for a process that has closed its channel

// Whatever becomes of a call: when it is over, it has no time any more.
class EndOfTime {
 public:
  explicit EndOfTime(const CallMeans* means) : means_(means) {}
  EndOfTime(const EndOfTime&) = delete;
  EndOfTime& operator=(const EndOfTime&) = delete;
  ~EndOfTime() {
    if (means_ != nullptr) means_->tell_progress({});
  }

 private:
  const CallMeans* means_;
};

}  // namespace

std::expected<CallAnswer, StartError> OneCall::run(Aim aim) {
  const bool is_watched = aim == Aim::Call && nesting_.depth == 0;
  const EndOfTime end(is_watched ? &with_.means : nullptr);
  if (is_watched) tell_preparation();
  BERTH_TRY(plan_, refused(plan_call(request_, aim, with_, answer_)));
  if (plan_.may_be_warm || plan_.may_be_shared) name_warm_call();
  if (aim == Aim::WarmUp) {
    if (plan_.may_be_warm) with_.means.make_ready_later(std::move(warm_));
    return std::move(answer_);
  }
  BERTH_CHECK_OK(find_place());
  BERTH_CHECK_OK(converse_somewhere());
  BERTH_CHECK_OK(finish());
  see_to_the_next();
  if (nesting_.depth == 0) tell();
  return std::move(answer_);
}

void OneCall::tell_preparation() const {
  if (nesting_.depth != 0) return;
  with_.means.tell_progress({std::chrono::steady_clock::now() + request_.limits.wall_time + kLongestPreparation});
}

// What goes on while the call runs is told as it comes, for calls that last.
engine::SessionOptions OneCall::session_options() {
  engine::SessionOptions options;
  options.limits = plan_.spec.limits;
  options.deadline = deadline_;
  options.interrupt = request_.interrupt;
  if (request_.on_frame) {
    options.on_frame = [this](engine::Direction direction, std::string_view line) {
      request_.on_frame(direction, mask(line, answer_.secrets));
    };
  }
  if (request_.on_log) {
    options.on_log = [this](const engine::LogLine& line) {
      request_.on_log({line.source, line.level, mask(line.text, answer_.secrets)});
    };
  }
  if (request_.on_entry) options.on_entry = [this](Json entry) { post_at_once(std::move(entry)); };
  return options;
}

void OneCall::post_at_once(Json entry) {
  std::vector<Json> one;
  one.push_back(std::move(entry));
  TakenIn taken = take_in_files(std::move(one), place_->work_folder(), with_.scene.investigation());
  answer_.new_entries = std::move(taken.entries);
  if (auto posted = calls_.post(answer_, request_.recording); !posted) {
    request_.on_log({engine::LogSource::Server, "error", posted.error().message()});
  }
  for (const Json& kept : std::exchange(answer_.record.entries, {})) {
    request_.on_entry(mask_json(kept, answer_.secrets));
  }
}

Result<engine::CallRecord> OneCall::converse() {
  memory_.emplace(with_.scene.state(),
                  server::MemoryOwner{answer_.instance, request_.is_fetch, request_.command == "test-module"});
  CallHost host(calls_, {request_, nesting_, plan_.tree ? &*plan_.tree : nullptr, *memory_, place_->work_folder(),
                         answer_.secrets, feed_score_of(request_.item, plan_.checked.params)});
  engine::Streams streams{place_->in(), place_->out(), place_->printed(), place_->complaints(), place_->ended()};
  if (container::EngineContainer* const other = place_->engine(); other != nullptr) {
    streams.let_go = [other] { other->let_go(); };
  }
  line_ = wire::job_line(plan_.job);
  const bool is_told = nesting_.depth == 0;
  if (is_told) with_.means.tell_progress({deadline_, true, place_->process()});
  auto record = engine::converse(streams, line_, host, session_options());
  if (is_told) with_.means.tell_progress({});
  return record;
}

// A process that waited for its call can be gone by the time that the job is on its way.
// Nobody who lives can take that any more, and nobody has: the whole of it still lies there.
bool OneCall::has_run_nothing() {
  const engine::CallRecord& record = answer_.record;
  if (record.stop != engine::Stop::Ended || record.took_job || record.output_bytes != 0) return false;
  // Its channels are closed a moment before it is gone.
  const auto until = std::chrono::steady_clock::now() + kOwnEnd;
  if (!container::wait_to_read(place_->ended(), {until, -1}, "wait for a process that is gone")) return false;
  int unread = 0;
  return !place_->in() || (::ioctl(place_->in().get(), FIONREAD, &unread) == 0 && std::cmp_equal(unread, line_.size()));
}

bool OneCall::has_time() const {
  return std::chrono::steady_clock::now() < deadline_ &&
         !(request_.interrupt >= 0 && sys::is_readable(request_.interrupt));
}

// Ends what is left of one whose process is gone. Errors: what it had forked took the job after all.
OneCall::Done OneCall::leave_dead_place() {
  const bool was_warm = place_->is_warm();
  auto end = place_->end(0ms);
  if (!has_run_nothing()) {
    return not_started(Result<void>(
        fail(Errc::Unavailable,
             "the process that waited for the call was gone, and another one that it had left took the job")));
  }
  telling_.troubles.emplace_back(
      Errc::Unavailable,
      fmt::format("call '{}': the process that waited for it was gone before it took its job: run in another one",
                  answer_.item));
  if (!end) {
    telling_.troubles.push_back(std::move(end).error().in("end what was left of that process"));
  } else if (!end->left_behind.empty()) {
    answer_.warnings.push_back(std::move(end->left_behind));
  }
  if (was_warm) answer_.not_warm = "the process that waited for it was gone before it took its job";
  place_.reset();
  return {};
}

OneCall::Done OneCall::converse_somewhere() {
  deadline_ = std::min(nesting_.deadline, std::chrono::steady_clock::now() + plan_.spec.limits.wall_time);
  const bool has_waited = place_->is_warm() || (place_->shared() != nullptr && place_->shared()->calls() > 0);
  BERTH_TRY(answer_.record, not_started(converse()));
  if (!has_waited || !has_run_nothing() || !has_time()) return {};
  tell_preparation();
  BERTH_CHECK_OK(leave_dead_place());
  BERTH_CHECK_OK(start_own());
  BERTH_TRY(answer_.record, not_started(converse()));
  return {};
}

// A process that serves further calls goes on; a zygote's child is ended once the answer is out, by one who stays,
// where there is nothing to learn from its end.
OneCall::Ending OneCall::ending() const {
  const engine::CallRecord& record = answer_.record;
  if (request_.keep) return Ending::Stands;
  if (record.stop != engine::Stop::Completed) return Ending::Now;
  if (plan_.may_be_shared) return record.has_unsent_answers ? Ending::Now : Ending::GoesOn;
  const bool can_wait = with_.means.stays() && nesting_.depth == 0 && plan_.spec.network.is_none();
  return can_wait && place_->is_warm() ? Ending::Later : Ending::Now;
}

Result<container::ContainerEnd> OneCall::end_place(Ending ending) {
  switch (ending) {
    case Ending::Stands:
      return place_->container()->leave_standing(with_.means.folder(), plan_.spec);
    case Ending::Later:
      return place_->child()->figures();
    case Ending::GoesOn:
      return place_->shared()->end_call();
    case Ending::Now:
      if (place_->is_warm() && answer_.record.stop == engine::Stop::Completed) place_->child()->learn_pages();
      break;
  }
  return place_->end(answer_.record.stop == engine::Stop::Ended ? kOwnEnd : 0ms);
}

// What the place has to say of the call, beside its end.
void OneCall::take_in_place() {
  answer_.is_warm = place_->is_warm();
  answer_.is_shared = plan_.may_be_shared;
  if (container::Container* const own = place_->container(); own != nullptr) answer_.not_enforced = own->not_enforced();
  if (container::EngineContainer* const other = place_->engine(); other != nullptr) {
    std::ranges::copy(other->remarks(), std::back_inserter(answer_.warnings));
  }
  if (!answer_.not_enforced.empty()) {
    answer_.warnings.push_back(fmt::format("nothing enforces the limits of {} here: they were allowed to be left out",
                                           fmt::join(answer_.not_enforced, " and ")));
  }
  // While their folder is there.
  TakenIn taken =
      take_in_files(std::exchange(answer_.record.entries, {}), place_->work_folder(), with_.scene.investigation());
  answer_.new_entries = std::move(taken.entries);
  std::ranges::move(taken.problems, std::back_inserter(answer_.warnings));
  answer_.fetched = memory_->fetched();
  answer_.handed_over = memory_->handed_over();
}

void OneCall::take_in_moments() {
  if (const container::Container* const own = place_->container(); own != nullptr) answer_.moments = own->moments();
  if (const container::EngineContainer* const other = place_->engine(); other != nullptr) {
    answer_.moments = other->moments();
  }
  const engine::CallRecord& record = answer_.record;
  if (record.ready_at_ns != 0) answer_.moments.push_back({"start the interpreter", record.ready_at_ns});
  if (record.completed_at_ns != 0) answer_.moments.push_back({"run the script", record.completed_at_ns});
  answer_.moments.push_back({"end the container", monotonic_ns()});
}

OneCall::Done OneCall::finish() {
  take_in_place();
  const Ending how = ending();
  auto end = end_place(how);
  if (!end && end.error().code() == Errc::NotFound) return std::unexpected(StartError{std::move(end).error(), false});
  if (!end) return std::unexpected(StartError{std::move(end).error(), true});
  answer_.kept = request_.keep;
  if (!end->left_behind.empty()) answer_.warnings.push_back(std::move(end->left_behind));
  answer_.network.end = std::move(end->network);
  answer_.outcome = engine::outcome_of(answer_.record, *end, plan_.spec.limits);
  answer_.outcome.explanation = mask(answer_.outcome.explanation, answer_.secrets);  // it may cite the script
  take_in_moments();
  if (how == Ending::Later) with_.means.end_later(std::move(*place_->child()));
  if (how == Ending::GoesOn) with_.means.shared().keep(warm_.key, answer_.item, std::move(*place_->shared()));
  return {};
}

// A process that stays does it once the answer is out. Until then a call that this one asks for may come again.
void OneCall::see_to_the_next() {
  if (!plan_.may_be_warm) return;
  WarmPool& pool = with_.means.warm();
  pool.learn(warm_.key, answer_.record.loaded);
  std::ranges::move(pool.take_remarks(warm_.key), std::back_inserter(telling_.remarks));
  if (with_.means.stays() && (nesting_.depth == 0 || !pool.has(warm_.key))) {
    return with_.means.make_ready_later(std::move(warm_));
  }
  const auto until = std::chrono::steady_clock::now() + kPreparePatience;
  if (auto prepared = pool.prepare(warm_, {until, request_.interrupt}); !prepared) {
    telling_.troubles.push_back(std::move(prepared).error().in(fmt::format("make '{}' warm", warm_.item)));
  }
}

// A process that was not isolated is everybody's business. That a call took longer than it might have is not.
void OneCall::tell() {
  for (const Error& trouble : std::exchange(telling_.troubles, {})) {
    const std::string text = mask(trouble.message(), answer_.secrets);
    (trouble.code() == Errc::Denied ? answer_.warnings : answer_.notes).push_back(text);
  }
  std::ranges::move(std::exchange(telling_.remarks, {}), std::back_inserter(answer_.notes));
}

}  // namespace berth::app
