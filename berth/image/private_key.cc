#include "berth/image/private_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "berth/base/base64.h"
#include "berth/base/unique_fd.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

constexpr std::size_t kMaxFileBytes = 64 << 10;

// Never asks anybody: a terminal is none of ours.
int no_passphrase(char*, int, int, void*) { return -1; }

std::string why_not_read(std::string_view pem) {
  constexpr std::string_view kRemedy = "; 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256' makes one";
  if (pem.contains("SIGSTORE PRIVATE KEY") || pem.contains("COSIGN PRIVATE KEY")) {
    return "it has a form of cosign's own, with a passphrase; sign with cosign, or with a key in PEM without one" +
           std::string(kRemedy);
  }
  if (pem.contains("ENCRYPTED")) {
    return "it has a passphrase, and nobody is asked here for one; 'openssl pkey -in KEY -out PLAIN' takes it off";
  }
  if (pem.contains("BEGIN PUBLIC KEY")) return "it is a public key, and the private one signs";
  return "it is no private key in PEM" + std::string(kRemedy);
}

Result<UniqueFd> open_key(const std::filesystem::path& path) {
  const auto open = [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); };
  BERTH_TRY(int fd, sys::call(open, "open '{}'", path.native()));
  UniqueFd file(fd);
  struct stat status = {};
  BERTH_CHECK_OK(sys::check([&] { return ::fstat(fd, &status); }, "look at '{}'", path.native()));
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(Errc::Denied, fmt::format("others can read it or write to it (its mode is {:04o}); 'chmod 600' it, and "
                                          "make a new key if others were here",
                                          status.st_mode & 07777));
  }
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return fail(Errc::Denied, fmt::format("it belongs to another user ({})", status.st_uid));
  }
  if (!S_ISREG(status.st_mode)) return fail(Errc::InvalidInput, "it is not a regular file");
  return file;
}

// A file's bytes in memory that is never moved elsewhere, and wiped at the end.
class SecretText {
 public:
  // Errors: those of reading; Exhausted over kMaxFileBytes.
  Result<void> read(const UniqueFd& file) {
    while (size_ < bytes_.size()) {
      const auto more = [&] { return ::read(file.get(), bytes_.data() + size_, bytes_.size() - size_); };
      BERTH_TRY(int got, sys::call(more, "read it"));
      if (got == 0) return {};
      size_ += static_cast<std::size_t>(got);
    }
    return fail(Errc::Exhausted, fmt::format("it is over the limit of {} bytes", kMaxFileBytes));
  }

  SecretText() = default;
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText() { ::explicit_bzero(bytes_.data(), size_); }

  std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  std::vector<char> bytes_ = std::vector<char>(kMaxFileBytes + 1);
  std::size_t size_ = 0;
};

Result<PublicKey> public_half(const CryptoLibrary& crypto, const EVP_PKEY* key) {
  const int size = crypto.write_public_key(key, nullptr);
  if (size <= 0) return fail(Errc::InvalidInput, "it has no public half");
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* into = reinterpret_cast<unsigned char*>(der.data());
  if (crypto.write_public_key(key, &into) != size) return fail(Errc::InvalidInput, "it has no public half");
  return parse_public_key(fmt::format("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", to_base64(der)));
}

}  // namespace

Result<PrivateKey> PrivateKey::read(const std::filesystem::path& path) {
  const auto doing = [&] { return fmt::format("read the private key '{}'", path.native()); };
  BERTH_TRY(const UniqueFd file, open_key(path).context(doing));
  SecretText secret;
  BERTH_CHECK_OK(secret.read(file).context(doing));
  const std::string_view pem = secret.text();
  const CryptoLibrary* crypto = nullptr;
  const auto parse = [&]() -> Result<Key> {
    BERTH_TRY(crypto, CryptoLibrary::load());
    const std::unique_ptr<BIO, decltype(crypto->free_bio)> source(
        crypto->new_bio_of_memory(pem.data(), static_cast<int>(pem.size())), crypto->free_bio);
    Key key(crypto->read_private_key(source.get(), nullptr, no_passphrase, nullptr, crypto->context, nullptr),
            crypto->free_key);
    crypto->clear_errors();
    if (key == nullptr) return fail(Errc::InvalidInput, fmt::format("{}: {}", doing(), why_not_read(pem)));
    return key;
  };
  BERTH_TRY(Key key, parse());
  BERTH_TRY(PublicKey half, public_half(*crypto, key.get()).context(doing));
  half.path = path;
  return PrivateKey(*crypto, std::move(key), std::move(half));
}

Result<std::string> PrivateKey::sign(std::string_view bytes) const {
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const char* hash = public_key_.kind == KeyKind::Ed25519 ? nullptr : "SHA256";
  const std::unique_ptr<EVP_MD_CTX, decltype(crypto_->free_digest)> digest(crypto_->new_digest(), crypto_->free_digest);
  std::size_t size = 0;
  const bool begun =
      digest != nullptr &&
      crypto_->begin_signing(digest.get(), nullptr, hash, crypto_->context, nullptr, key_.get(), nullptr) == 1 &&
      crypto_->sign(digest.get(), nullptr, &size, data, bytes.size()) == 1;
  std::string signature(size, '\0');
  auto* into = reinterpret_cast<unsigned char*>(signature.data());
  const bool made = begun && crypto_->sign(digest.get(), into, &size, data, bytes.size()) == 1;
  crypto_->clear_errors();
  if (!made) return fail(Errc::Internal, fmt::format("sign with the key '{}'", public_key_.path.native()));
  signature.resize(size);
  return signature;
}

}  // namespace berth::image
