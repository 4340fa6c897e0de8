#include "berth/store/sealed_text.h"

#include <fmt/format.h>
#include <sodium/crypto_aead_xchacha20poly1305.h>
#include <sodium/utils.h>

#include <algorithm>

namespace berth::store {
namespace {

constexpr std::string_view kVersion = "v1:";
constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kLeastBytes =
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

std::unexpected<Error> damaged(std::string_view why) {
  return fail(Errc::Corrupt, fmt::format("sealed text: {}", why));
}

}  // namespace

Result<SealedText> parse_sealed_text(std::string_view text) {
  if (!text.starts_with(kVersion)) return damaged("it does not begin with 'v1:'");
  text.remove_prefix(kVersion.size());
  SealedText sealed{.key_id = std::string(text.substr(0, kIdDigits)), .bytes = {}};
  const bool is_id = sealed.key_id.size() == kIdDigits && std::ranges::all_of(sealed.key_id, [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                     });
  if (!is_id || !text.substr(kIdDigits).starts_with(':')) return damaged("it names no key");
  text.remove_prefix(kIdDigits + 1);
  sealed.bytes.resize(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  const char* end = nullptr;
  const int code = sodium_base642bin(reinterpret_cast<unsigned char*>(sealed.bytes.data()), sealed.bytes.size(),
                                     text.data(), text.size(), nullptr, &size, &end, kBase64);
  if (code != 0 || end != text.data() + text.size()) return damaged("it is not base64");
  if (size < kLeastBytes) return damaged("it is too short");
  sealed.bytes.resize(size);
  // sodium takes some bytes beyond ASCII for digits: what is taken is what would be printed, and nothing else.
  if (!to_string(sealed).ends_with(text)) return damaged("it is not base64");
  return sealed;
}

std::string to_string(const SealedText& sealed) {
  std::string base64(sodium_base64_encoded_len(sealed.bytes.size(), kBase64), '\0');
  sodium_bin2base64(base64.data(), base64.size(), reinterpret_cast<const unsigned char*>(sealed.bytes.data()),
                    sealed.bytes.size(), kBase64);
  base64.pop_back();  // the terminating zero
  return fmt::format("{}{}:{}", kVersion, sealed.key_id, base64);
}

}  // namespace berth::store
