// The text that stands for a secret in the database: `v1:<key id>:<base64 of nonce and ciphertext>`.
#pragma once

#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::store {

struct SealedText {
  std::string key_id;  // 16 lower-case hexadecimal digits
  std::string bytes;   // nonce, ciphertext and tag

  friend bool operator==(const SealedText&, const SealedText&) = default;
};

// Errors: Corrupt when `text` does not read so, in the one way that there is. Never with the text.
Result<SealedText> parse_sealed_text(std::string_view text);

std::string to_string(const SealedText& sealed);

}  // namespace berth::store
