// Secrets at rest: sealed with XChaCha20-Poly1305, bound to the instance and parameter that they belong to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/store/database.h"
#include "berth/store/key_ring.h"
#include "berth/store/secret_key.h"

namespace berth::store {

// What a secret is bound to: sealed for one, it cannot be used for another.
struct SecretName {
  std::string_view instance;
  std::string_view parameter;
};

// The keys of one state folder, ready for use. For one thread. No error of it ever holds a secret.
class Vault {
 public:
  static constexpr std::size_t kMostSecretBytes = 1 << 20;

  // Reads the keys; makes the first one where no secret is stored yet. Several processes may do so at once. A rekey
  // that was cut short after its transaction is completed. Errors: Denied when a key file has another owner or others
  // may read it, with the remedy; NotFound when the key that the secrets are sealed with is not here, with the remedy;
  // Corrupt when a key file holds no key.
  static Result<Vault> open(Database& database, const KeyPlaces& places);

  // With the key of that id, among those that are there, as the one that seals: for rekey, before it is the current
  // one. Errors: NotFound.
  static Result<Vault> with_key(const KeyPlaces& places, std::string_view key_id);

  // Of the key that seals.
  const std::string& key_id() const { return keys_.front().id(); }

  // Errors: Exhausted past kMostSecretBytes.
  Result<std::string> seal(const SecretName& name, std::string_view secret) const;
  // Errors: Corrupt when the text was changed, or sealed under another name; Conflict when its key is not here, as
  // after a rekey by another process: then open the vault anew.
  Result<std::string> unseal(const SecretName& name, std::string_view sealed) const;

 private:
  explicit Vault(std::vector<SecretKey> keys) : keys_(std::move(keys)) {}
  static Vault of_ring(KeyRing ring, std::string_view current);

  std::vector<SecretKey> keys_;  // the one that seals first
};

}  // namespace berth::store
