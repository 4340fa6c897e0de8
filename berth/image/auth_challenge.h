// How a registry says that it wants to know who asks (the header WWW-Authenticate).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::image {

struct AuthChallenge {
  bool bearer = false;  // a token of the server at `realm`; else the name and password themselves
  std::string realm;    // URL
  std::string service;
};

// Reads the first challenge of the two kinds that registries use; others (Negotiate) are passed over. What a registry
// says of scopes is not read: only what the work at hand needs is ever asked for. Errors: Corrupt when there is none of
// them, or it is not well formed.
Result<AuthChallenge> parse_auth_challenge(std::string_view header);

// `text` as a value in a query.
std::string query_text(std::string_view text);

}  // namespace berth::image
