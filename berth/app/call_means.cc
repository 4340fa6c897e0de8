#include "berth/app/call_means.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "berth/image/storage_places.h"
#include "berth/sys/descriptors.h"

namespace berth::app {
namespace {

constexpr std::size_t kMostLater = 8;  // keys of one run
constexpr std::size_t kMostTroubles = 256;
constexpr std::size_t kMostEnded = 4;  // whose groups may be wanted for the next ones
constexpr std::chrono::seconds kZygotePatience{10};
constexpr std::chrono::seconds kChildPatience{2};  // a call of the same key may wait for it

}  // namespace

Result<CallMeans> CallMeans::open(const Settings& settings) {
  BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
  BERTH_TRY(image::KeptImages images, image::KeptImages::open(graph_root));
  BERTH_TRY(container::RuntimeFolder folder, container::RuntimeFolder::open(settings.runtime));
  CallMeans means(std::move(images), std::move(folder), LearnedImports(settings.cache / "code"));
  means.idle_time_ = settings.serve.idle_time;
  means.warm_->set_most_spares(settings.serve.spares);
  const bool is_ordinary_user = settings.ordinary_user.has_value();
  BERTH_TRY(means.engine_, container::make_engine(settings.engine, means.folder(), is_ordinary_user));
  if (settings.engine != container::EngineKind::Native) {
    means.engine_images_.emplace(sys::engine_program(container::name_of(settings.engine)));
  }
  return means;
}

Result<const image::ResolvedImage*> CallMeans::resolve(const image::Reference& wanted,
                                                       const image::SubstitutionTable& table,
                                                       const image::TrustPolicy& trust) {
  return engine_images_ ? engine_images_->resolve(wanted, table, trust) : images_.resolve(wanted, table, trust);
}

bool CallMeans::give_back() {
  // They hold on to what their zygotes hold. In a copy of this process they are somebody else's.
  if (warm_->is_ours()) end_answered_now();
  const bool had_zygote = warm_->give_back();
  const bool had_shared = shared_->give_back();
  return had_zygote || had_shared;
}

void CallMeans::make_ready_later(WarmCall call) {
  if (!call.zygote && !warm_->has(call.key)) return;
  const auto is_same = [&](const WarmCall& one) { return one.key == call.key; };
  if (later_.size() < kMostLater && std::ranges::none_of(later_, is_same)) later_.push_back(std::move(call));
}

void CallMeans::end_later(container::CallChild child) {
  end_answered();  // those of this run before it: a command that is polled goes on for long
  if (ended_.size() > kMostEnded) let_go_of_dead();
  answered_.push_back(std::move(child));
}

void CallMeans::end_answered_now() {
  end_answered();
  let_go_of_ended();
}

// Kills it. What it held is given back when there is time.
void CallMeans::end_answered() {
  for (container::CallChild& one : answered_) {
    one.learn_pages();
    one.end_soon();
    ended_.push_back(std::move(one));
  }
  answered_.clear();
}

// A group that cannot be removed is swept by the first start after the zygote's end.
void CallMeans::let_go_of_ended() {
  for (container::CallChild& one : ended_) std::ignore = one.end_unasked();
  ended_.clear();
}

// Those for whom that takes no waiting.
void CallMeans::let_go_of_dead() {
  ended_.remove_if([](container::CallChild& one) {
    const bool is_dead = sys::is_readable(one.ended());
    if (is_dead) std::ignore = one.end_unasked();
    return is_dead;
  });
}

bool CallMeans::has_zygotes_to_make() const {
  return std::ranges::any_of(later_,
                             [&](const WarmCall& one) { return !warm_->has(one.key) || warm_->is_due(one.key); });
}

bool CallMeans::has_something_left() const {
  return !later_.empty() || !answered_.empty() || !ended_.empty() || warm_->has_unused_since(long_ago());
}

void CallMeans::note(const std::string& key, const std::string& item, Result<void> made) {
  if (made || troubles_.size() >= kMostTroubles) return;
  troubles_.insert_or_assign(key, std::move(made).error().in(fmt::format("make '{}' warm", item)));
}

void CallMeans::make_ready(int gone, int wanted) {
  const auto within = [&](std::chrono::seconds time) {
    return container::Patience{std::chrono::steady_clock::now() + time, gone};
  };
  // The next children isolate themselves while the old ones are ended.
  for (const WarmCall& one : later_) note(one.key, one.item, warm_->prepare(one, within(kChildPatience)));
  end_answered();
  const bool can_wait = std::ranges::all_of(later_, [&](const WarmCall& one) { return warm_->has_ready(one.key); });
  let_go_of_dead();
  if (!can_wait || wanted < 0 || !sys::is_readable(wanted) || ended_.size() > kMostEnded) let_go_of_ended();
  std::ranges::partition(later_, [&](const WarmCall& one) { return warm_->has(one.key); });
  for (const WarmCall& one : std::exchange(later_, {})) {
    note(one.key, one.item, warm_->warm(one, within(warm_->has(one.key) ? kChildPatience : kZygotePatience)));
  }
  warm_->end_unused_since(long_ago());
}

void CallMeans::fill(int wanted) {
  if (!sys::is_readable(wanted)) let_go_of_ended();
  while (!sys::is_readable(wanted)) {
    auto filled = warm_->fill(container::Patience::of(kChildPatience), wanted);
    if (!filled) return;
    note(filled->key, filled->item, std::move(filled->made));
  }
}

std::optional<Error> CallMeans::take_trouble(const std::string& key) {
  auto found = troubles_.extract(key);
  if (found.empty()) return std::nullopt;
  return std::move(found.mapped());
}

}  // namespace berth::app
