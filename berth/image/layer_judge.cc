#include "berth/image/layer_judge.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "berth/base/sha256.h"
#include "berth/base/unique_fd.h"
#include "berth/base/utf8.h"
#include "berth/image/gunzip.h"
#include "berth/image/layer_names.h"
#include "berth/image/packing_magic.h"
#include "berth/image/unzstd.h"
#include "berth/sys/interrupt.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

constexpr std::size_t kChunk = 256 << 10;
constexpr std::size_t kMaxName = 4095;  // PATH_MAX without its end
constexpr std::size_t kMaxPart = 255;
constexpr std::uint64_t kNoOwner = 0xFFFF'FFFF;  // (uid_t)-1, and above it nothing
constexpr std::string_view kRemoval = ".wh.";

std::unexpected<Error> refuse(const TarEntry& entry, std::string_view why) {
  constexpr std::size_t kShown = 120;
  const std::string name = to_visible(std::string_view(entry.name).substr(0, kShown), false);
  return fail(Errc::Corrupt, fmt::format("'{}': {}", name, why));
}

// What is wrong with a path inside a layer; empty when nothing is.
std::string_view complaint_about(std::string_view path) {
  if (path.size() > kMaxName) return "is longer than a path can be";
  if (path.contains('\0')) return "holds a NUL";
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    if (part == "..") return "leads upwards";
    if (part.size() > kMaxPart) return "has a part that is longer than a name can be";
    path.remove_prefix(std::min(part.size() + 1, path.size()));
  }
  return {};
}

// The last part that names something: "a/b/." is "b" once a program has cleaned the path.
std::string_view last_part(std::string_view path) {
  while (path.ends_with('/') || path == "." || path.ends_with("/.")) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

Result<void> judge_removal(const TarEntry& entry) {
  const std::string_view name = last_part(entry.name);
  if (!name.starts_with(kRemoval)) return {};
  const std::string_view removed = name.substr(kRemoval.size());
  if (removed.empty() || removed == "." || removed == "..") return refuse(entry, "it removes no file of its folder");
  // Of marks that begin twice so, one is known; others are another program's.
  if (removed.starts_with(kRemoval) && removed != ".wh..opq") return refuse(entry, "it is a mark that is not known");
  return {};
}

// One layer while it is read.
class Judging {
 public:
  Judging(const LayerLimits& limits, std::uint64_t packed_bytes)
      : limits_(limits),
        most_bytes_(std::min(limits.unpacked_bytes, limits.free_ratio_bytes + packed_bytes * limits.ratio)),
        tar_({.on_entry = [this](const TarEntry& entry) { return take_entry(entry); }, .on_bytes = {}}) {}

  Result<void> take(std::string_view bytes) {
    judged_.unpacked_bytes += bytes.size();
    if (judged_.unpacked_bytes > most_bytes_) {
      return fail(Errc::Exhausted,
                  fmt::format("it unpacks to more than {} bytes, far more than its size warrants or than "
                              "any layer may have",
                              most_bytes_));
    }
    if (std::chrono::steady_clock::now() > limits_.deadline) return fail(Errc::TimedOut, "it takes too long to read");
    if (first_.size() < kMagicBytes) {
      first_ += bytes.substr(0, kMagicBytes - first_.size());
      // Tools that unpack layers go by it, whatever the image says.
      if (packed_form_of(first_) != nullptr)
        return fail(Errc::Corrupt, "it is packed another time, or otherwise than the image says");
    }
    hash_.update(bytes);
    return tar_.feed(bytes);
  }

  Result<JudgedLayer> finish(const std::string& diff_id) {
    BERTH_CHECK_OK(tar_.finish());
    const std::string digest = "sha256:" + std::move(hash_).hex();
    if (digest != diff_id) {
      return fail(
          Errc::Corrupt,
          fmt::format("its unpacked bytes have the digest {}, and the image's configuration says {}", digest, diff_id));
    }
    judged_.entries = tar_.entries();
    return judged_;
  }

 private:
  Result<void> take_entry(const TarEntry& entry) {
    if (tar_.entries() > limits_.entries) {
      return fail(Errc::Exhausted, fmt::format("it has more than {} entries", limits_.entries));
    }
    BERTH_CHECK_OK(judge_layer_entry(entry));
    const std::string complaint = names_.add(entry);
    return complaint.empty() ? Result<void>() : refuse(entry, complaint);
  }

  const LayerLimits& limits_;
  std::uint64_t most_bytes_;
  JudgedLayer judged_;
  std::string first_;  // bytes
  Sha256 hash_;
  LayerNames names_;
  TarStream tar_;
};

}  // namespace

Result<void> judge_layer_entry(const TarEntry& entry) {
  if (entry.name.empty()) return refuse(entry, "it has no name");
  if (const auto complaint = complaint_about(entry.name); !complaint.empty()) {
    return refuse(entry, fmt::format("its name {}", complaint));
  }
  if (entry.kind == TarKind::HardLink) {
    // A symbolic link's target is only a text until it is followed, inside the container.
    const auto complaint = complaint_about(entry.target);
    if (!complaint.empty()) return refuse(entry, fmt::format("the name that it is another link to {}", complaint));
    if (entry.target.empty()) return refuse(entry, "it is another link to nothing");
  }
  if (entry.target.size() > kMaxName) return refuse(entry, "its target is longer than a path can be");
  if (entry.kind == TarKind::CharacterDevice || entry.kind == TarKind::BlockDevice) {
    return refuse(
        entry, fmt::format("it is a device ({}, {}), and an image has none", entry.device_major, entry.device_minor));
  }
  if (entry.uid >= kNoOwner || entry.gid >= kNoOwner)
    return refuse(entry, "its owner or group is none that there can be");
  for (const auto& [name, value] : entry.attributes) {
    if (name.starts_with("trusted.") || name.starts_with("user.overlay.")) {
      return refuse(entry,
                    fmt::format("its attribute '{}' would steer the file system below it", to_visible(name, false)));
    }
  }
  return judge_removal(entry);
}

Result<JudgedLayer> judge_layer(const std::filesystem::path& file, Packing packing, const std::string& diff_id,
                                const LayerLimits& limits) {
  const auto open = [&] { return ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW); };
  BERTH_TRY(int fd, sys::call(open, "open layer '{}'", file.native()));
  const UniqueFd layer(fd);
  std::error_code error;
  const std::uintmax_t packed_bytes = std::filesystem::file_size(file, error);
  if (error) return std::unexpected(Error::from_errno(error.value(), fmt::format("look at '{}'", file.native())));
  Judging judging(limits, packed_bytes);
  const auto take = [&](std::string_view bytes) { return judging.take(bytes); };
  BERTH_TRY(Gunzip gunzip, Gunzip::open(take));
  BERTH_TRY(Unzstd unzstd, Unzstd::open(take));
  std::vector<char> chunk(kChunk);
  for (;;) {
    BERTH_CHECK_OK(sys::check_interrupted());
    const auto read = [&] { return ::read(layer.get(), chunk.data(), chunk.size()); };
    BERTH_TRY(int got, sys::call(read, "read layer '{}'", file.native()));
    if (got == 0) break;
    const std::string_view bytes(chunk.data(), static_cast<std::size_t>(got));
    switch (packing) {
      case Packing::Plain:
        BERTH_CHECK_OK(judging.take(bytes));
        break;
      case Packing::Gzip:
        BERTH_CHECK_OK(gunzip.feed(bytes));
        break;
      case Packing::Zstd:
        BERTH_CHECK_OK(unzstd.feed(bytes));
        break;
    }
  }
  if (packing == Packing::Gzip) BERTH_CHECK_OK(gunzip.finish());
  if (packing == Packing::Zstd) BERTH_CHECK_OK(unzstd.finish());
  return judging.finish(diff_id);
}

}  // namespace berth::image
