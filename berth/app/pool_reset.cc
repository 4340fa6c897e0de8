#include "berth/app/pool_reset.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "berth/client/question.h"

namespace berth::app {
namespace {

Json entry_of(std::int64_t count, std::string text) {
  Json entry = Json::object();
  entry.set("Type", 1).set("ContentsFormat", "json").set("Contents", Json::object().set("reset", count));
  return entry.set("ReadableContentsFormat", "markdown").set("HumanReadable", std::move(text));
}

}  // namespace

Result<Json> reset_containers(const Settings& settings) {
  const auto doing = [] { return "/reset_containers"; };
  auto daemon = client::Daemon::connect(settings.socket());
  const bool is_none =
      !daemon && (daemon.error().code() == Errc::NotFound || daemon.error().code() == Errc::Unavailable);
  if (is_none)
    return entry_of(0, "There is no pool to reset: no daemon runs, and without one nothing is kept for later calls.");
  if (!daemon) return std::unexpected(std::move(daemon).error().in(doing()));
  auto done = client::reset_pool(*daemon, "");
  if (!done) {
    // What is asked is always the same, so what is wrong with it is nothing that the one who wrote the line can mend.
    if (done.error().code() == Errc::InvalidInput) done = fail(Errc::Unavailable, done.error().message());
    return std::unexpected(std::move(done).error().in(doing()));
  }
  const std::int64_t number = done->count;
  return entry_of(number, fmt::format("{} worker{} of the daemon told to end, at once or after the call that {}.",
                                      number, number == 1 ? "" : "s", number == 1 ? "it has" : "they have"));
}

}  // namespace berth::app
