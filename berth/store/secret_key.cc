#include "berth/store/secret_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium/core.h>
#include <sodium/crypto_aead_xchacha20poly1305.h>
#include <sodium/crypto_generichash.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <new>

#include "berth/base/unique_fd.h"
#include "berth/store/folder.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::store {
namespace {

constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* octets(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* octets(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

std::size_t page_bytes() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

// Text on its way between a key and its file, zeroed at the end.
class KeyText {
 public:
  KeyText() = default;
  KeyText(const KeyText&) = delete;
  KeyText& operator=(const KeyText&) = delete;
  ~KeyText() { sodium_memzero(room_.data(), room_.size()); }

  std::array<char, 128>& room() { return room_; }

 private:
  std::array<char, 128> room_ = {};
};

std::string id_of(const unsigned char* key) {
  constexpr std::string_view kPurpose = "berth key id, version 1";
  std::array<unsigned char, 16> hash = {};
  crypto_generichash(hash.data(), hash.size(), key, kKeyBytes, octets(kPurpose), kPurpose.size());
  std::array<char, 17> id = {};
  sodium_bin2hex(id.data(), id.size(), hash.data(), 8);
  return id.data();
}

Result<void> check_rights(const struct stat& status, const std::filesystem::path& path, KeyRights rights) {
  const std::string& name = path.native();
  const auto refuse = [&](std::string text) {
    return fail(Errc::Denied, fmt::format("key file '{}': {}", name, text));
  };
  if (!S_ISREG(status.st_mode)) return refuse("it is not a regular file: move it away");
  const bool is_ours = status.st_uid == ::geteuid() || (rights == KeyRights::Credential && status.st_uid == 0);
  if (!is_ours) {
    return refuse(
        fmt::format("it belongs to user {} and not to user {}, who runs Berth: run `chown {} {}` if it is the "
                    "right key",
                    status.st_uid, ::geteuid(), ::geteuid(), name));
  }
  const mode_t others = rights == KeyRights::Credential ? 07 : 077;
  if ((status.st_mode & others) != 0) {
    return refuse(
        fmt::format("others may use it (mode {:04o}): run `chmod 600 {}`, and `berth secret rekey` if somebody "
                    "may have read it",
                    status.st_mode & 07777, name));
  }
  return {};
}

}  // namespace

void SecretKey::Wipe::operator()(Page* page) const {
  sodium_munlock(page, page_bytes());  // zeroes it first
  ::munmap(page, page_bytes());
}

SecretKey::Owner SecretKey::make_page() {
  static_assert(sizeof(Page) == kKeyBytes);
  BERTH_ASSERT(sodium_init() >= 0);
  void* memory = ::mmap(nullptr, page_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  BERTH_ASSERT(memory != MAP_FAILED);
  // Neither is refused but where the limits on locked memory are used up; the key is then as safe as the rest.
  sodium_mlock(memory, page_bytes());
  ::madvise(memory, page_bytes(), MADV_WIPEONFORK);
  return Owner(new (memory) Page);
}

SecretKey::SecretKey(Owner page) : page_(std::move(page)), id_(id_of(page_->octets)) {}

SecretKey SecretKey::random() {
  Owner page = make_page();
  randombytes_buf(page->octets, kKeyBytes);
  return SecretKey(std::move(page));
}

Result<SecretKey> SecretKey::parse(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  Owner page = make_page();
  std::size_t size = 0;
  const char* end = nullptr;
  const int code = sodium_hex2bin(page->octets, kKeyBytes, text.data(), text.size(), nullptr, &size, &end);
  if (code != 0 || size != kKeyBytes || end != text.data() + text.size()) {
    return fail(Errc::Corrupt, "it must hold 64 hexadecimal digits, as `openssl rand -hex 32` makes them");
  }
  return SecretKey(std::move(page));
}

std::string SecretKey::seal(std::string_view about, std::string_view secret) const {
  std::string sealed(kNonceBytes + secret.size() + kTagBytes, '\0');
  randombytes_buf(sealed.data(), kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(octets(sealed) + kNonceBytes, nullptr, octets(secret), secret.size(),
                                             octets(about), about.size(), nullptr, octets(sealed), page_->octets);
  return sealed;
}

Result<std::string> SecretKey::unseal(std::string_view about, std::string_view sealed) const {
  if (sealed.size() < kNonceBytes + kTagBytes) return fail(Errc::Corrupt, "the sealed text is too short");
  std::string secret(sealed.size() - kNonceBytes - kTagBytes, '\0');
  const std::string_view ciphertext = sealed.substr(kNonceBytes);
  const int code = crypto_aead_xchacha20poly1305_ietf_decrypt(octets(secret), nullptr, nullptr, octets(ciphertext),
                                                              ciphertext.size(), octets(about), about.size(),
                                                              octets(sealed), page_->octets);
  if (code != 0) return fail(Errc::Corrupt, "the sealed text was changed, or belongs elsewhere");
  return secret;
}

Result<void> SecretKey::write(const std::filesystem::path& path) const {
  KeyText text;
  sodium_bin2hex(text.room().data(), text.room().size(), page_->octets, kKeyBytes);
  text.room()[2 * kKeyBytes] = '\n';
  BERTH_CHECK_OK(sys::write_file_atomically(path, {text.room().data(), 2 * kKeyBytes + 1}, 0600));
  return sync_folder(path.parent_path());
}

Result<std::optional<SecretKey>> read_key_file(const std::filesystem::path& path, KeyRights rights) {
  const auto open = [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY); };
  const auto opened = sys::call(open, "open key file '{}'", path.native());
  if (!opened && opened.error().code() == Errc::NotFound) return std::nullopt;
  if (!opened) return std::unexpected(opened.error());
  const UniqueFd file(*opened);
  struct stat status = {};
  BERTH_CHECK_OK(sys::check([&] { return ::fstat(file.get(), &status); }, "look at key file '{}'", path.native()));
  BERTH_CHECK_OK(check_rights(status, path, rights));
  KeyText text;
  const auto read = [&] { return ::read(file.get(), text.room().data(), text.room().size()); };
  BERTH_TRY(const int size, sys::call(read, "read key file '{}'", path.native()));
  BERTH_TRY(SecretKey key, SecretKey::parse({text.room().data(), static_cast<std::size_t>(size)}).context([&] {
    return fmt::format("key file '{}'", path.native());
  }));
  return key;
}

}  // namespace berth::store
