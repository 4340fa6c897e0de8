#include "berth/client/question.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace berth::client {

Result<Json> ask_for_object(Daemon& daemon, const Request& request) {
  BERTH_TRY(const Reply reply, daemon.ask(request));
  auto json = parse_json(reply.body);
  if (!json) return fail(Errc::Corrupt, "read what the daemon answers: " + json.error().message());
  if (reply.status < 300) return json;
  const Json* error = json->find("error");
  const std::string text = error != nullptr ? error->text_or("message", "") : fmt::format("status {}", reply.status);
  return fail(reply.status < 500 ? Errc::InvalidInput : Errc::Unavailable, "the daemon refuses: " + text);
}

Result<PoolReset> reset_pool(Daemon& daemon, std::string_view item) {
  Json body = Json::object();
  if (!item.empty()) body.set("item", item);
  Request request;
  request.method = "POST";
  request.target = "/v1/pool/reset";
  request.body = print_json(body);
  BERTH_TRY(Json told, ask_for_object(daemon, request));
  const Json* count = told.find("reset");
  if (count == nullptr || !count->is_int()) {
    return fail(Errc::Corrupt, "reset the pool: the daemon does not say how many it has told to end");
  }
  const std::int64_t number = *count->as_int();
  return PoolReset{std::move(told), number};
}

}  // namespace berth::client
