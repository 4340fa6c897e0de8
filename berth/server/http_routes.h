// demisto.internalHttpRequest: the routes of the original's HTTP interface whose data a server here has.
#pragma once

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/server/built_in.h"

namespace berth::server {

// Answers {method, uri, body} with {statusCode, status, body, headers}; both bodies are texts of JSON (an object is
// taken, too). What a route refuses is an answer of status 400, 403, 404 or 413 (past 16 MiB: ask by `size` and `page`)
// whose body says why. A caller sees what it may see by commands and by other calls. Errors: Unavailable for any other
// route, beginning with "Unsupported Command"; those of the database.
Result<Json> answer_http_request(const Json& args, const CommandScene& scene);

}  // namespace berth::server
