#include "berth/image/public_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "berth/base/base64.h"
#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/sys/file.h"

namespace berth::image {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMaxFileBytes = 64 << 10;
constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kDashes = "-----";
constexpr std::size_t kShownDigits = 16;

// What the DER form begins with, which leaves nothing but the key itself open.
constexpr std::string_view kP256 =
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04"sv;
constexpr std::size_t kP256Bytes = 91;
constexpr std::string_view kEd25519 = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"sv;
constexpr std::size_t kEd25519Bytes = 44;
constexpr std::string_view kRsaAlgorithm = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"sv;
constexpr std::size_t kRsa2048Bytes = 294;
constexpr std::size_t kRsa8192Bytes = 1062;
constexpr std::size_t kSpareBytes = 8;  // another exponent than the usual one
constexpr std::string_view kAnyCurve = "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"sv;

std::unexpected<Error> refuse(std::string_view why) {
  return fail(Errc::InvalidInput, fmt::format("read a public key: {}", why));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  return text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
}

std::string what_it_is_instead(std::string_view label) {
  if (label.ends_with("PRIVATE KEY")) {
    return "it is a private key, which has no place here: take it away, and name the public one, which 'openssl pkey "
           "-in KEY -pubout' or 'cosign public-key' writes";
  }
  if (label == "CERTIFICATE") return "it is a certificate; 'openssl x509 -in FILE -noout -pubkey' writes its key";
  if (label == "RSA PUBLIC KEY") {
    return "it has an old form of RSA's own; 'openssl rsa -RSAPublicKey_in -in FILE -pubout' writes it anew";
  }
  return fmt::format("it is '{}', and 'PUBLIC KEY' is read", to_visible(label.substr(0, 40), false));
}

std::optional<KeyKind> kind_of(std::string_view der) {
  if (der.starts_with(kP256) && der.size() == kP256Bytes) return KeyKind::EcdsaP256;
  if (der.starts_with(kEd25519) && der.size() == kEd25519Bytes) return KeyKind::Ed25519;
  // The outer length takes three bytes at these sizes.
  const bool has_rsa_size = der.size() >= kRsa2048Bytes && der.size() <= kRsa8192Bytes + kSpareBytes;
  if (has_rsa_size && der.starts_with("\x30\x82") && der.substr(4).starts_with(kRsaAlgorithm)) return KeyKind::Rsa;
  return std::nullopt;
}

std::string_view why_no_kind(std::string_view der) {
  if (der.substr(0, 40).contains(kAnyCurve)) {
    return "it is a key on another elliptic curve than P-256, or written at length; 'openssl genpkey -algorithm EC "
           "-pkeyopt ec_paramgen_curve:P-256' makes one";
  }
  if (der.substr(0, 30).contains(kRsaAlgorithm)) return "RSA keys have 2048 to 8192 bits here";
  return "it is a key of another kind than ECDSA (P-256), Ed25519 or RSA";
}

}  // namespace

Result<PublicKey> parse_public_key(std::string_view pem) {
  pem = trimmed(pem);
  if (!pem.starts_with(kBegin)) return refuse("it does not begin with '-----BEGIN PUBLIC KEY-----'");
  pem.remove_prefix(kBegin.size());
  const std::size_t label_end = pem.find(kDashes);
  if (label_end == std::string_view::npos) return refuse("its first line does not end");
  const std::string_view label = pem.substr(0, label_end);
  if (label != "PUBLIC KEY") return refuse(what_it_is_instead(label));
  pem.remove_prefix(label_end + kDashes.size());
  const std::size_t end = pem.find(kDashes);
  if (end == std::string_view::npos || pem.substr(end) != "-----END PUBLIC KEY-----") {
    return refuse("it is not one key that ends with '-----END PUBLIC KEY-----'; each key has a file of its own");
  }
  std::string body(pem.substr(0, end));
  std::erase_if(body, [](char c) { return c == '\n' || c == '\r'; });
  auto der = from_base64(trimmed(body));
  if (!der) return refuse("what stands between its first and last line is no base64");
  const auto kind = kind_of(*der);
  if (!kind) return refuse(why_no_kind(*der));
  std::string fingerprint = "sha256:" + sha256_hex(*der);
  return PublicKey{
      .kind = *kind, .der = *std::move(der), .fingerprint = std::move(fingerprint), .path = {}, .problem = {}};
}

PublicKey read_public_key(std::filesystem::path path) {
  const auto text = sys::read_file(path, kMaxFileBytes);
  auto key = text ? parse_public_key(*text) : std::unexpected(text.error());
  PublicKey read = key ? *std::move(key) : PublicKey{.problem = key.error().message()};
  read.path = std::move(path);
  return read;
}

std::string to_string(const PublicKey& key) {
  const std::string name = key.path.empty() ? "a key" : fmt::format("'{}'", to_visible(key.path.native(), false));
  if (!key.problem.empty()) return fmt::format("{} (not usable: {})", name, key.problem);
  return fmt::format("{} ({})", name, key.fingerprint.substr(0, std::string_view("sha256:").size() + kShownDigits));
}

}  // namespace berth::image
