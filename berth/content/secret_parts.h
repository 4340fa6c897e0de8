// The secret texts inside an instance's parameters: where they are, taken out, put back. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/content/item.h"

namespace berth::content {

// Texts by the way to them: "api_key", "credentials.password", "credentials.credentials.sshkey"; the elements of a list
// by their number. A dot or backslash that is part of a name has a backslash before it.
using SecretParts = std::map<std::string, std::string>;

struct SplitParameters {
  Json open;            // the parameters, with the empty text where a secret was
  SecretParts secrets;  // none of them empty
};

// Takes the secrets out of `params`: every text of an encrypted parameter, and of credentials every text but those that
// only say whose they are (the identifier, a user's or vault's name), so that what a server keeps there beside the
// password is secret unless it is known not to be. A name that is declared twice, once as a secret, is one. What
// `integration` does not declare stays.
SplitParameters split_secrets(const Item& integration, Json params);

// `open` with every one of `secrets` back in its place, which is made where it is missing.
Json join_secrets(Json open, const SecretParts& secrets);

// What a person may see of `params`: "********" in the place of each secret, and of those that `sealed` names.
Json hide_secrets(const Item& integration, Json params, const std::vector<std::string>& sealed);

}  // namespace berth::content
