// What a worker that stays does: order after order, until the daemon lets go of it.
#pragma once

#include "berth/app/settings.h"
#include "berth/container/guards.h"
#include "berth/http/worker_board.h"

namespace berth::http {

// In the worker's process. What may last between calls does: settings, the image store, the runtime folder, zygotes.
// Whatever belongs to a call is made for it and gone with it.
void serve_orders(int socket, WorkerBoard& board, const app::Settings& settings, const container::Guards& guards);

}  // namespace berth::http
