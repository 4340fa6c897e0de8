// One key, and what is sealed with it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::store {

// 256 bits in a page of their own: locked into memory where the limits allow, kept out of core dumps, empty in every
// process that is forked from this one, and zeroed at the end. No error of it holds the key or a secret.
class SecretKey {
 public:
  static SecretKey random();
  // From 64 hexadecimal digits, with or without a line feed. Errors: Corrupt.
  static Result<SecretKey> parse(std::string_view text);

  // Of the key alone, and nothing can be learned from it: 16 lower-case hexadecimal digits.
  const std::string& id() const { return id_; }

  // Nonce, ciphertext and tag, bound to `about`, which is not secret.
  std::string seal(std::string_view about, std::string_view secret) const;
  // Errors: Corrupt when `sealed` was changed, or sealed with another key or about something else.
  Result<std::string> unseal(std::string_view about, std::string_view sealed) const;

  // Puts the key at `path` with mode 0600, whole or not at all; on disk when this returns.
  Result<void> write(const std::filesystem::path& path) const;

 private:
  struct Page {
    unsigned char octets[32];
  };
  struct Wipe {
    void operator()(Page* page) const;
  };
  using Owner = std::unique_ptr<Page, Wipe>;
  static Owner make_page();
  explicit SecretKey(Owner page);

  Owner page_;
  std::string id_;
};

// Who may have the rights to a key file.
enum class KeyRights {
  OwnerAlone,  // we, and nobody else
  Credential,  // systemd's: root or we own it, and a group may stand for an access list
};

// The key in the file; none when there is no such file. Errors: Denied when others could read or have made it, with the
// remedy; Corrupt when it holds no key.
Result<std::optional<SecretKey>> read_key_file(const std::filesystem::path& path, KeyRights rights);

}  // namespace berth::store
