#include "berth/http/routes.h"

#include <algorithm>

namespace berth::http {
namespace {

struct Row {
  std::string_view path;
  std::string_view method;
  Route route;
};

constexpr Row kRows[] = {
    {"/v1/version", "GET", Route::Version},
    {"/v1/health", "GET", Route::Health},
    {"/v1/run", "POST", Route::Run},
    {"/v1/exec", "POST", Route::Exec},
    {"/v1/calls", "GET", Route::Calls},
    {"/v1/pool", "GET", Route::Pool},
    {"/v1/pool/reset", "POST", Route::ResetPool},
};

constexpr std::string_view kCallPrefix = "/v1/calls/";

// Letters and digits, as ids of calls have them.
bool is_id(std::string_view text) {
  const auto allowed = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, allowed);
}

}  // namespace

Routed route_of(std::string_view method, std::string_view path) {
  for (const Row& row : kRows) {
    if (row.path != path) continue;
    if (row.method == method) return {row.route, "", ""};
    return {Route::WrongMethod, "", std::string(row.method)};
  }
  if (path.starts_with(kCallPrefix) && is_id(path.substr(kCallPrefix.size()))) {
    if (method != "DELETE") return {Route::WrongMethod, "", "DELETE"};
    return {Route::EndCall, std::string(path.substr(kCallPrefix.size())), ""};
  }
  return {};
}

bool may_ask(const sys::Peer& peer, uid_t own_uid, bool in_group) {
  return peer.uid == 0 || peer.uid == own_uid || in_group;
}

}  // namespace berth::http
