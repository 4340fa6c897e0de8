// The keys of one state folder: where they lie, and which of them is the current one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/store/database.h"
#include "berth/store/secret_key.h"

namespace berth::store {

struct KeyPlaces {
  std::filesystem::path file;         // made on first use where no credential is given
  std::filesystem::path credentials;  // systemd's $CREDENTIALS_DIRECTORY, whose berth.key goes first; may be empty

  // The key that a rekey is about to change to; it becomes `file` when all is sealed with it.
  std::filesystem::path next() const { return file.native() + ".next"; }
};

enum class KeySource { Credential, OldCredential, File, Next };

struct HeldKey {
  SecretKey key;
  KeySource source;
  std::filesystem::path path;
};

// All keys that are there, the ones that go first before the others.
class KeyRing {
 public:
  // Errors: those of read_key_file.
  static Result<KeyRing> read(const KeyPlaces& places);

  // Null when there is none.
  const HeldKey* find(std::string_view key_id) const;
  const HeldKey* find(KeySource source) const;
  std::vector<HeldKey>& keys() { return keys_; }

 private:
  std::vector<HeldKey> keys_;
};

// The id of the key that secrets are sealed with; empty before the first one was made.
Result<std::string> current_key_id(Database& database);
// In a transaction of the caller's, together with what is sealed with it.
Result<void> set_current_key_id(Database& database, std::string_view key_id);
// Stored secrets that are not sealed with the key.
Result<std::int64_t> count_sealed_otherwise(Database& database, std::string_view key_id);

}  // namespace berth::store
