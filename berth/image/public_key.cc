#include "berth/image/public_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>

#include "berth/base/base64.h"
#include "berth/base/sha256.h"
#include "berth/base/text_parts.h"
#include "berth/base/utf8.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

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
constexpr std::size_t kMinRsaBits = 2048;
constexpr std::size_t kMaxRsaBits = 8192;
constexpr std::size_t kMaxRsaBytes = 1070;  // with the largest of them, and an exponent that is longer than usual
constexpr std::string_view kAnyCurve = "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"sv;

std::unexpected<Error> refuse(std::string_view why) {
  return fail(Errc::InvalidInput, fmt::format("read a public key: {}", why));
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

// The bits of an RSA key's modulus, whose place is the same at all sizes here, since each length around it takes three
// bytes. 0 for what is no such key.
std::size_t rsa_bits(std::string_view der) {
  constexpr std::size_t kAlgorithm = 4;
  constexpr std::size_t kInteger = 28;
  constexpr std::size_t kModulus = kInteger + 4;
  if (der.size() <= kModulus || der.size() > kMaxRsaBytes || !der.starts_with("\x30\x82")) return 0;
  if (!der.substr(kAlgorithm).starts_with(kRsaAlgorithm) || !der.substr(kInteger).starts_with("\x02\x82")) return 0;
  const auto byte_at = [&](std::size_t at) { return static_cast<std::uint8_t>(der[at]); };
  const std::size_t length = (std::size_t{byte_at(kInteger + 2)} << 8) + byte_at(kInteger + 3);
  if (length < 2 || length >= der.size() - kModulus) return 0;  // the exponent comes behind it
  // A number whose first bit is set has a zero in front.
  const std::size_t zeros = byte_at(kModulus) == 0 ? 1 : 0;
  const auto unused = static_cast<std::size_t>(std::countl_zero(byte_at(kModulus + zeros)));
  return (length - zeros) * 8 - unused;
}

std::optional<KeyKind> kind_of(std::string_view der) {
  if (der.starts_with(kP256) && der.size() == kP256Bytes) return KeyKind::EcdsaP256;
  if (der.starts_with(kEd25519) && der.size() == kEd25519Bytes) return KeyKind::Ed25519;
  const std::size_t bits = rsa_bits(der);
  if (bits >= kMinRsaBits && bits <= kMaxRsaBits) return KeyKind::Rsa;
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

// The text of a key's file. Whoever can write to it says whose signatures count.
Result<std::string> read_key_file(const std::filesystem::path& path) {
  const auto open = [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); };
  BERTH_TRY(int fd, sys::call(open, "open '{}'", path.native()));
  const UniqueFd file(fd);
  struct stat status = {};
  BERTH_CHECK_OK(sys::check([&] { return ::fstat(fd, &status); }, "look at '{}'", path.native()));
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fail(Errc::Denied, fmt::format("others can write to it (its mode is {:04o}): see that it is the key it was, "
                                          "and 'chmod 644' it",
                                          status.st_mode & 07777));
  }
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return fail(Errc::Denied, fmt::format("it belongs to another user ({}), who can change it", status.st_uid));
  }
  return sys::read_file(file, kMaxFileBytes, path.native());
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
  const auto text = read_key_file(path);
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
