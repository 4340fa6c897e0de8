// Secrets at rest: sealed with XChaCha20-Poly1305, bound to the instance and parameter that they belong to.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/store/database.h"

namespace berth::store {

struct KeyPlaces {
  std::filesystem::path file;         // made on first use where no credential is given
  std::filesystem::path credentials;  // $CREDENTIALS_DIRECTORY of systemd, whose berth.key goes first; may be empty
};

struct SecretName {
  std::string_view instance;
  std::string_view parameter;
};

// A sealed text, `v1:<key id>:<base64 of nonce and ciphertext>`, taken apart.
struct SealedText {
  std::string key_id;  // 16 lower-case hexadecimal digits
  std::string bytes;   // nonce, ciphertext and tag
};
// Errors: Corrupt when `text` does not read so.
Result<SealedText> parse_sealed_text(std::string_view text);

class SecretKey;

// The keys of one state folder, in memory that is locked, kept out of core dumps, and zeroed at the end. For one
// thread. No error of it ever holds a secret.
class Vault {
 public:
  static constexpr std::size_t kMostSecretBytes = 1 << 20;

  // Reads the keys; makes the first one where the database has never known one. Several processes may do so at once. A
  // rekey that was cut short after its transaction is completed.
  // Errors: Denied when a key file has another owner or can be read by others, with the remedy; NotFound when the key
  // that the secrets are sealed with is not here, with the remedy; Corrupt when a key file holds no key.
  static Result<Vault> open(Database& database, const KeyPlaces& places);

  Vault(Vault&&) noexcept;
  Vault& operator=(Vault&&) noexcept;
  ~Vault();

  // Of the key that seals.
  const std::string& key_id() const;

  // Errors: Exhausted past kMostSecretBytes.
  Result<std::string> seal(const SecretName& name, std::string_view secret) const;
  // Errors: Corrupt when the text was changed, or sealed under another name; Conflict when its key is not here, as
  // after a rekey by another process: then open the vault anew.
  Result<std::string> unseal(const SecretName& name, std::string_view sealed) const;

 private:
  friend class KeyRing;
  explicit Vault(std::vector<SecretKey> keys);
  std::vector<SecretKey> keys_;  // the one that seals first
};

}  // namespace berth::store
