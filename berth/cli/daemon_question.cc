#include "berth/cli/daemon_question.h"

#include <fmt/format.h>

#include "berth/client/question.h"

namespace berth::cli {

Result<client::Daemon> find_daemon(const Surroundings& surroundings) {
  auto daemon = client::Daemon::connect(surroundings.settings.socket());
  if (daemon) return daemon;
  return fail(Errc::Unavailable,
              fmt::format("no daemon answers; begin one with 'berth serve': {}", daemon.error().message()));
}

Result<Json> ask_daemon(const Surroundings& surroundings, const std::string& method, const std::string& target) {
  BERTH_TRY(client::Daemon daemon, find_daemon(surroundings));
  client::Request request;
  request.method = method;
  request.target = target;
  return client::ask_for_object(daemon, request);
}

}  // namespace berth::cli
