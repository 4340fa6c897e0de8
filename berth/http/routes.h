// Which request means what.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "berth/sys/unix_socket.h"

namespace berth::http {

enum class Route { Version, Health, Run, Exec, Calls, EndCall, Pool, ResetPool, NotFound, WrongMethod };

struct Routed {
  Route route = Route::NotFound;
  std::string call;     // of EndCall
  std::string methods;  // of WrongMethod: those that there are
};

// Pure. `path` is the target without its query.
Routed route_of(std::string_view method, std::string_view path);

// Whether the process at the other end may ask at all: root, the daemon's own user, and members of the group that the
// socket's file is given to (`in_group`). The file's mode says the same; but a socket may be handed over by others.
// Pure.
bool may_ask(const sys::Peer& peer, uid_t own_uid, bool in_group);

}  // namespace berth::http
