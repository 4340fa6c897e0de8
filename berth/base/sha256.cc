#include "berth/base/sha256.h"

#include <sodium/crypto_hash_sha256.h>

#include <new>

namespace berth {
namespace {

using State = crypto_hash_sha256_state;

State* state_in(std::array<std::byte, 128>& room) { return std::launder(reinterpret_cast<State*>(room.data())); }

const unsigned char* octets(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

}  // namespace

Sha256::Sha256() {
  static_assert(sizeof(State) <= sizeof(state_) && alignof(State) <= 8);
  crypto_hash_sha256_init(new (state_.data()) State);
}

void Sha256::update(std::string_view bytes) {
  crypto_hash_sha256_update(state_in(state_), octets(bytes), bytes.size());
}

std::string Sha256::hex() && {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest = {};
  crypto_hash_sha256_final(state_in(state_), digest.data());
  std::string text;
  text.reserve(2 * digest.size());
  for (const unsigned char octet : digest) {
    text += kDigits[octet >> 4];
    text += kDigits[octet & 15];
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return std::move(hash).hex();
}

}  // namespace berth
