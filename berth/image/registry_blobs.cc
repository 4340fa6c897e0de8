// The blobs of registry_client.h, both ways.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>

#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/image/reference.h"
#include "berth/image/registry_client.h"
#include "berth/image/retry_after.h"
#include "berth/sys/file.h"
#include "berth/sys/interrupt.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

constexpr int kTriesWithoutBytes = 5;
constexpr int kUploadTries = 3;

}  // namespace

// What of a blob is in its file.
struct RegistryClient::Part {
  UniqueFd file;
  std::filesystem::path path;
  std::uint64_t have_bytes = 0;
  Sha256 hash;
  int status = 0;                                   // of the last answer that was no success
  std::optional<std::chrono::seconds> wanted = {};  // how long it asks to wait then

  static Result<Part> open(const std::filesystem::path& path) {
    const auto open_file = [&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600); };
    BERTH_TRY(int fd, sys::call(open_file, "open '{}'", path.native()));
    Part part = {.file = UniqueFd(fd), .path = path};
    std::array<char, 1 << 16> chunk;
    for (;;) {
      BERTH_TRY(int got, sys::call([&] { return ::read(fd, chunk.data(), chunk.size()); }, "read '{}'", path.native()));
      if (got == 0) return part;
      part.hash.update({chunk.data(), static_cast<std::size_t>(got)});
      part.have_bytes += static_cast<std::uint64_t>(got);
    }
  }

  Result<void> empty() {
    BERTH_CHECK_OK(sys::check([&] { return ::ftruncate(file.get(), 0); }, "empty '{}'", path.native()));
    ::lseek(file.get(), 0, SEEK_SET);
    have_bytes = 0;
    hash = Sha256();
    return {};
  }

  Result<void> add(std::string_view bytes) {
    BERTH_CHECK_OK(sys::write_all(file.get(), bytes, path.native()));
    hash.update(bytes);
    have_bytes += bytes.size();
    return {};
  }
};

Result<std::string> RegistryClient::fetch_blob(const Descriptor& blob, std::size_t limit_bytes) {
  const std::string what = fmt::format("the blob '{}' of '{}'", blob.digest, path_);
  if (blob.size_bytes > limit_bytes) {
    return fail(Errc::Exhausted,
                fmt::format("fetch {}: it has {} bytes, and {} are the most", what, blob.size_bytes, limit_bytes));
  }
  BERTH_TRY(HttpAnswer answer, ask({.url = url("blobs/" + blob.digest), .limit_bytes = blob.size_bytes}));
  if (!answer.is_success()) return std::unexpected(refusal(answer, what));
  if (answer.body.size() != blob.size_bytes || "sha256:" + sha256_hex(answer.body) != blob.digest) {
    return fail(Errc::Corrupt, fmt::format("fetch {}: what came has {} bytes and the digest sha256:{}, and it should "
                                           "have {} bytes",
                                           what, answer.body.size(), sha256_hex(answer.body), blob.size_bytes));
  }
  return std::move(answer.body);
}

// One request for what `part` lacks.
Result<void> RegistryClient::fetch_rest(const Descriptor& blob, Part& part,
                                        const std::function<void(std::uint64_t)>& on_bytes) {
  const std::uint64_t begin = part.have_bytes;
  BERTH_TRY(const auto left, time_left());
  HttpRequest request = {.url = url("blobs/" + blob.digest), .limit_bytes = blob.size_bytes, .time_limit = left};
  if (begin > 0) request.headers = {fmt::format("Range: bytes={}-", begin)};
  bool first = true;
  request.on_body = [&](const HttpAnswer& head, std::string_view bytes) -> Result<void> {
    if (std::exchange(first, false) && begin > 0) {
      // A server that cannot go on sends all from the beginning, or something else altogether.
      const bool goes_on =
          head.status == 206 && head.header("content-range").starts_with(fmt::format("bytes {}-", begin));
      if (!goes_on) BERTH_CHECK_OK(part.empty());
    }
    if (bytes.size() > blob.size_bytes - part.have_bytes) {
      return fail(Errc::Corrupt, fmt::format("it has more than the {} bytes that it should have", blob.size_bytes));
    }
    BERTH_CHECK_OK(part.add(bytes));
    if (on_bytes) on_bytes(part.have_bytes);
    return {};
  };
  part.status = 0;
  part.wanted.reset();
  BERTH_TRY(const HttpAnswer answer, ask_once(request));
  if (answer.status == 416) return part.empty();
  if (!answer.is_success()) {
    part.status = answer.status;
    part.wanted =
        parse_retry_after(answer.header("retry-after"), answer.header("date"), std::chrono::system_clock::now());
    return std::unexpected(refusal(answer, fmt::format("the blob '{}' of '{}'", blob.digest, path_)));
  }
  return {};
}

Result<void> RegistryClient::fetch_blob_into(const Descriptor& blob, const std::filesystem::path& file,
                                             const std::function<void(std::uint64_t)>& on_bytes) {
  BERTH_TRY(Part part, Part::open(file));
  if (part.have_bytes > blob.size_bytes) BERTH_CHECK_OK(part.empty());
  bool began_again = false;
  auto pause = options_.pause;
  for (int idle = 0; idle < kTriesWithoutBytes;) {
    const std::uint64_t before = part.have_bytes;
    Result<void> fetched;
    if (before < blob.size_bytes || blob.size_bytes == 0) fetched = fetch_rest(blob, part, on_bytes);
    if (part.have_bytes == blob.size_bytes && (fetched || part.have_bytes > 0)) {
      Sha256 hash = part.hash;
      const std::string digest = "sha256:" + std::move(hash).hex();
      if (digest == blob.digest) {
        return sys::check([&] { return ::fsync(part.file.get()); }, "write '{}' to disk", file.native());
      }
      // What an earlier try left may have been of another server's making.
      BERTH_CHECK_OK(part.empty());
      if (std::exchange(began_again, true) || before == 0) {
        return fail(Errc::Corrupt, fmt::format("fetch the blob '{}' of '{}' from '{}': what came has the digest {}",
                                               blob.digest, path_, place_.registry, digest));
      }
      continue;
    }
    if (!fetched) {
      const Errc code = fetched.error().code();
      if (code != Errc::Unavailable && code != Errc::TimedOut) {
        if (code == Errc::Corrupt || code == Errc::Exhausted) BERTH_CHECK_OK(part.empty());
        return fetched;
      }
    }
    idle = part.have_bytes > before ? 0 : idle + 1;
    if (idle == kTriesWithoutBytes && !fetched) return fetched;
    BERTH_TRY(const auto left, time_left());
    if (!fetched && part.wanted && (*part.wanted > kLongestWait || *part.wanted >= left)) return fetched;
    const bool is_asked_for = !fetched && part.wanted && part.wanted->count() > 0;
    const std::chrono::milliseconds wait = is_asked_for ? std::chrono::milliseconds(*part.wanted) : pause;
    if (options_.on_wait && wait >= kShortWait) {
      options_.on_wait(wait_text(place_.registry, wait, part.status, is_asked_for));
    }
    BERTH_CHECK_OK(sys::rest(std::min(wait, left)));
    pause = std::min(pause * 2, std::chrono::milliseconds(8000));
  }
  return fail(Errc::Unavailable,
              fmt::format("fetch the blob '{}' of '{}' from '{}': it ends after {} of {} bytes again "
                          "and again",
                          blob.digest, path_, place_.registry, part.have_bytes, blob.size_bytes));
}

Result<bool> RegistryClient::has_blob(const std::string& digest) {
  BERTH_TRY(const HttpAnswer answer, ask({.method = "HEAD", .url = url("blobs/" + digest)}));
  if (answer.status == 404) return false;
  if (!answer.is_success()) return std::unexpected(refusal(answer, fmt::format("the blob '{}'", digest)));
  return true;
}

Result<void> RegistryClient::upload_once(const Descriptor& blob, const std::filesystem::path& file) {
  const std::string what = fmt::format("the blob '{}' for '{}'", blob.digest, path_);
  const std::string begin = url("blobs/uploads/");
  BERTH_TRY(const HttpAnswer begun, ask({.method = "POST", .url = begin}));
  if (begun.status != 202) return std::unexpected(refusal(begun, fmt::format("room for {}", what)));
  BERTH_TRY(const Url base, parse_url(begin));
  const auto place = follow_location(base, begun.header("location"));
  if (!place) return fail(Errc::Corrupt, fmt::format("send {}: {}", what, place.error().message()));
  if (place->origin() != base.origin() && !place_.is_named(*place)) {
    return fail(Errc::Denied, fmt::format("send {}: the registry wants it sent to '{}', which is another; if that is "
                                          "right, name it with 'sends_to' under images.registries",
                                          what, place->origin()));
  }
  if (base.scheme == "https" && place->scheme == "http") {
    return fail(Errc::Denied,
                fmt::format("send {}: the registry wants it sent from https to http, to '{}'", what, place->origin()));
  }
  BERTH_TRY(const auto left, time_left());
  HttpRequest put = {.method = "PUT", .upload = file, .time_limit = left};
  put.url = fmt::format("{}{}digest={}", to_text(*place), place->target.contains('?') ? "&" : "?", blob.digest);
  put.headers = {"Content-Type: application/octet-stream"};
  BERTH_TRY(const HttpAnswer taken, ask_once(put));
  if (taken.status != 201) return std::unexpected(refusal(taken, what));
  return {};
}

Result<void> RegistryClient::upload_blob(const Descriptor& blob, const std::filesystem::path& file) {
  for (int tries = 1;; ++tries) {
    auto sent = upload_once(blob, file);
    const bool again = !sent && (sent.error().code() == Errc::Unavailable || sent.error().code() == Errc::TimedOut) &&
                       tries < kUploadTries && time_left() && sys::check_interrupted();
    if (!sent && !again) return sent;
    // A registry that says 201 may not have it.
    BERTH_TRY(const bool there, has_blob(blob.digest));
    if (there) return {};
    if (sent) {
      return fail(Errc::Corrupt,
                  fmt::format("send the blob '{}' for '{}': the registry '{}' took it, and does not have "
                              "it",
                              blob.digest, path_, place_.registry));
    }
  }
}

Result<void> RegistryClient::put_manifest(const std::string& tag, const std::string& body,
                                          const std::string& media_type, TagIs tag_is) {
  const std::string what = fmt::format("the manifest for '{}:{}'", path_, tag);
  HttpRequest request = {.method = "PUT", .url = url("manifests/" + tag), .body = body};
  // Registries that know conditions refuse what would change a tag; others do not look.
  request.headers = {"Content-Type: " + media_type};
  if (tag_is == TagIs::New) request.headers.emplace_back("If-None-Match: *");
  BERTH_TRY(const HttpAnswer answer, ask_once(request));
  if (answer.status == 412 || answer.status == 409) {
    return fail(Errc::AlreadyExists, fmt::format("push '{}:{}': the registry does not let the tag change", path_, tag));
  }
  if (answer.status != 201 && answer.status != 200) return std::unexpected(refusal(answer, what));
  return {};
}

}  // namespace berth::image
