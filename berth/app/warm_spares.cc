#include "berth/app/warm_spares.h"

#include <algorithm>
#include <utility>

#include "berth/sys/descriptors.h"

namespace berth::app {

// What would be next, where it has waited for so long that it would have to be made anew, or has died.
void WarmSpares::drop_stale() {
  while (!ready_.empty() && (!ready_.back().is_fresh() || sys::is_readable(ready_.back().ended()))) ready_.pop_back();
  if (coming_ && !coming_->is_fresh()) coming_.reset();
}

Result<void> WarmSpares::see_it_come(const container::Patience& patience) {
  auto done = coming_->wait_until_ready(patience);
  if (done) {
    bytes_of_one_ = coming_->memory_bytes_now().value_or(bytes_of_one_);
    ready_.push_back(*std::move(coming_));
    last_ready_at_ = std::chrono::steady_clock::now();
  }
  coming_.reset();
  return done;
}

Result<container::CallChild> WarmSpares::take(container::Zygote& zygote, const container::Patience& patience,
                                              Time came) {
  drop_stale();
  const bool had_one = ready_.size() > 1 || (ready_.size() == 1 && last_ready_at_ <= came) ||
                       (ready_.empty() && coming_ && sys::is_readable(coming_->out().get()));
  BERTH_CHECK_OK(make_one(zygote, patience));
  container::CallChild child = std::move(ready_.back());
  ready_.pop_back();
  if (had_one) {
    demand_.found(ready_.size());
  } else if (given_ > 0) {
    demand_.missed();
  }
  ++given_;
  return child;
}

Result<void> WarmSpares::begin_one(container::Zygote& zygote, const container::Patience& patience) {
  if (!ready_.empty() || coming_) return {};
  BERTH_TRY(container::CallChild child, zygote.fork_child(patience));
  coming_.emplace(std::move(child));
  return {};
}

Result<void> WarmSpares::make_one(container::Zygote& zygote, const container::Patience& patience) {
  drop_stale();
  if (!ready_.empty()) return {};
  BERTH_CHECK_OK(begin_one(zygote, patience));
  return see_it_come(patience);
}

Result<void> WarmSpares::add_one(container::Zygote& zygote, const container::Patience& patience, int wanted) {
  if (!coming_) {
    auto child = zygote.fork_child(patience);
    if (!child) return do_without(zygote, std::move(child).error());
    coming_.emplace(*std::move(child));
  }
  const auto spoken =
      container::wait_to_read(coming_->out().get(), {patience.until, wanted}, "wait for a zygote's child to be ready");
  if (!spoken && sys::is_readable(wanted)) return {};
  auto come = see_it_come(patience);
  return come ? come : do_without(zygote, std::move(come).error());
}

// One more that could not be had is no reason to end those that wait, as long as nothing is wrong with their zygote.
Result<void> WarmSpares::do_without(const container::Zygote& zygote, Error trouble) {
  if (ready_.empty() || trouble.code() == Errc::Denied || zygote.is_lost()) return std::unexpected(std::move(trouble));
  demand_.settle_for(ready_.size());
  return {};
}

void WarmSpares::end_unneeded(Time now) {
  demand_.review(now);
  while (ready_.size() > demand_.wanted()) ready_.pop_front();
}

std::uint64_t WarmSpares::memory_bytes() const { return std::max(ready_.size(), demand_.wanted()) * bytes_of_one_; }

}  // namespace berth::app
