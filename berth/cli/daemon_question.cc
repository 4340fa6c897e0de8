#include "berth/cli/daemon_question.h"

#include <fmt/format.h>

#include <utility>

#include "berth/client/daemon.h"

namespace berth::cli {

Result<Json> ask_daemon(const Surroundings& surroundings, const std::string& method, const std::string& target,
                        std::string body) {
  auto daemon = client::Daemon::connect(surroundings.settings.socket());
  if (!daemon) {
    const std::string text =
        fmt::format("no daemon answers; begin one with 'berth serve': {}", daemon.error().message());
    return fail(Errc::Unavailable, text);
  }
  client::Request request;
  request.method = method;
  request.target = target;
  request.body = std::move(body);
  BERTH_TRY(const client::Reply reply, daemon->ask(request));
  BERTH_TRY(Json json, parse_json(reply.body).context([] { return "read what the daemon answers"; }));
  if (reply.status < 300) return json;
  const Json* error = json.find("error");
  const std::string text = error != nullptr ? error->text_or("message", "") : fmt::format("status {}", reply.status);
  return fail(reply.status < 500 ? Errc::InvalidInput : Errc::Unavailable, "the daemon refuses: " + text);
}

}  // namespace berth::cli
