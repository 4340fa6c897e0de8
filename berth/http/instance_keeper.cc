#include "berth/http/instance_keeper.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/http/instance_work.h"

namespace berth::http {
namespace {

constexpr std::chrono::seconds kSurveyPause{5};
constexpr int kMostOfTime = 20;             // a survey takes no more than one part in so many, where content is large
constexpr std::chrono::seconds kGrace{10};  // for a container's end

}  // namespace

void InstanceKeeper::add_to(std::vector<pollfd>& fds) const {
  fds.push_back({survey_ ? survey_->report() : -1, POLLIN, 0});
  fds.push_back({survey_ ? survey_->pidfd() : -1, POLLIN, 0});
  for (const Workers* workers : {&fetches_, &runs_}) {
    for (const auto& [name, worker] : *workers) fds.push_back({worker.pidfd(), POLLIN, 0});
  }
}

void InstanceKeeper::serve(std::vector<pollfd>::const_iterator fds) {
  if ((fds++)->revents != 0) take_survey();
  if ((fds++)->revents != 0) {
    take_survey();
    survey_->reap();
    survey_.reset();
    const auto now = Clock::now();
    next_survey_ = now + std::max<Clock::duration>(kSurveyPause, (now - survey_begun_) * kMostOfTime);
  }
  const auto take_ended = [&](Workers& workers, auto on_end) {
    std::vector<std::string> ended;
    for (const auto& [name, worker] : workers) {
      if ((fds++)->revents != 0) ended.push_back(name);
    }
    for (const std::string& name : ended) {
      if (workers.at(name).reap() != 0) say(fmt::format("instance '{}': its process died", name));
      workers.erase(name);
      on_end(name);
    }
  };
  take_ended(fetches_, [&](const std::string& name) { plan_.fetch_ended(name); });
  take_ended(runs_, [&](const std::string& name) { plan_.run_ended(name, Clock::now()); });
}

void InstanceKeeper::take_survey() {
  for (const std::string& line : survey_->read_report()) {
    if (line == "surveyed") {
      plan_.update(std::exchange(surveyed_, {}));
    } else if (line.starts_with("instance ")) {
      if (auto due = parse_due(std::string_view(line).substr(9))) surveyed_.push_back(*std::move(due));
    }
  }
}

template <class Body>
bool InstanceKeeper::begin(Workers& workers, const std::string& name, const Body& body) {
  auto worker = Worker::start([&](const WorkerEnds& ends) { body(name, ends, settings_, guards_); });
  if (!worker) {
    say(fmt::format("instance '{}': start a process: {}", name, worker.error().message()));
    return false;
  }
  workers.emplace(name, *std::move(worker));
  return true;
}

void InstanceKeeper::keep() {
  for (Workers* workers : {&fetches_, &runs_}) {
    for (auto& [name, worker] : *workers) worker.kill_if_due();
  }
  if (survey_) survey_->kill_if_due();
  if (is_stopped_) return;
  const auto now = Clock::now();
  if (!survey_ && now >= next_survey_) {
    survey_begun_ = now;
    next_survey_ = now + kSurveyPause;  // also where it cannot be started
    surveyed_.clear();
    auto survey = Worker::start([&](const WorkerEnds& ends) { survey_instances(ends, settings_); });
    if (survey) survey_ = *std::move(survey);
  }
  const InstancePlan::Steps steps = plan_.steps(now);
  for (const std::string& name : steps.stop) {
    if (const auto found = runs_.find(name); found != runs_.end()) found->second.stop(kGrace);
  }
  for (const std::string& name : steps.run) {
    if (!begin(runs_, name, run_instance)) plan_.run_ended(name, now);
  }
  for (const std::string& name : steps.fetch) {
    if (!begin(fetches_, name, fetch_once)) plan_.fetch_ended(name);
  }
}

std::optional<std::chrono::steady_clock::time_point> InstanceKeeper::next() const {
  std::optional<Clock::time_point> next;
  const auto take = [&](const std::optional<Clock::time_point>& time) {
    if (time) next = next ? std::min(*next, *time) : *time;
  };
  for (const Workers* workers : {&fetches_, &runs_}) {
    for (const auto& [name, worker] : *workers) take(worker.kill_at());
  }
  if (is_stopped_) return next;
  if (!survey_) take(next_survey_);
  take(plan_.next());
  return next;
}

void InstanceKeeper::stop_all() {
  is_stopped_ = true;
  if (survey_) survey_->stop(kGrace);
  for (Workers* workers : {&fetches_, &runs_}) {
    for (auto& [name, worker] : *workers) worker.stop(kGrace);
  }
}

void InstanceKeeper::add_to(Json& calls) const {
  for (const auto& [verb, workers] : {std::pair{"fetch", &fetches_}, {"instance", &runs_}}) {
    for (const auto& [name, worker] : *workers) {
      Json one = Json::object();
      one.set("verb", verb).set("item", name).set("pid", worker.pid());
      one.set("since", worker.since());
      calls.push_back(one.set("state", worker.is_stopping() ? "ending" : "running"));
    }
  }
}

}  // namespace berth::http
