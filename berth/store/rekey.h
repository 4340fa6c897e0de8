// Another key for all secrets.
#pragma once

#include <cstdint>
#include <string>

#include "berth/base/result.h"
#include "berth/store/database.h"
#include "berth/store/vault.h"

namespace berth::store {

struct Rekeyed {
  std::string old_key_id;
  std::string new_key_id;
  std::int64_t secrets = 0;  // that were sealed anew
};

// Makes a new key (or takes the credential's, where it is not the current one) and seals all secrets of all instances
// with it, in one transaction; the old key file goes when that is done. Cut short at any moment, the secrets can still
// be read, and the next vault that opens tidies up.
// Errors: those of Vault::open; InvalidInput when the current key is the credential itself, with the remedy; Corrupt
// when a secret cannot be unsealed, naming its instance and parameter: then nothing was changed.
Result<Rekeyed> rekey(Database& database, const KeyPlaces& places);

struct SecretStatus {
  std::string key_id;      // empty: no key was made yet
  std::string key_source;  // path of the file that holds the current key; empty when it is in none
  std::int64_t secrets = 0;
  std::int64_t sealed_with_other_keys = 0;
};

// What `berth secret status` shows; makes nothing. Errors: those of Vault::open but NotFound.
Result<SecretStatus> secret_status(Database& database, const KeyPlaces& places);

}  // namespace berth::store
