#include "berth/image/staging.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>

#include "berth/base/sha256.h"
#include "berth/image/layer_judge.h"
#include "berth/image/oci_layout.h"
#include "berth/sys/file.h"
#include "berth/sys/interrupt.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPause = std::chrono::milliseconds(100);
constexpr std::uint64_t kSpareBytes = 64 << 20;

std::string_view hex_of(std::string_view digest) { return digest.substr(digest.find(':') + 1); }

// Several blobs share a lock, so that locks do not grow in number; a process holds one of them at a time.
std::string lock_of_blob(std::string_view hex) { return fmt::format("blob-{}", hex.substr(0, 2)); }

std::string mebibytes(std::uint64_t bytes) { return fmt::format("{:.1f}", static_cast<double>(bytes) / (1 << 20)); }

Result<void> link_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  return sys::check([&] { return ::link(from.c_str(), to.c_str()); }, "link '{}' to '{}'", to.native(), from.native());
}

Result<void> move_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  return sys::check([&] { return ::rename(from.c_str(), to.c_str()); }, "move '{}' to '{}'", from.native(),
                    to.native());
}

void remove_forgotten(const std::filesystem::path& blobs) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(blobs, error)) {
    std::error_code ignored;
    const auto age = std::filesystem::file_time_type::clock::now() - entry.last_write_time(ignored);
    if (!ignored && age > kBlobsForgotten) std::filesystem::remove(entry.path(), ignored);
  }
}

}  // namespace

std::filesystem::path blobs_folder(const std::filesystem::path& cache_folder) { return cache_folder / "images/blobs"; }

Result<void> remove_left_blob(const std::filesystem::path& cache_folder, const std::filesystem::path& blob) {
  const auto lock = lock_images(cache_folder, lock_of_blob(blob.filename().native()), Clock::now());
  if (!lock && lock.error().code() == Errc::TimedOut) {
    return fail(Errc::Conflict, fmt::format("remove '{}': a process has it in hand", blob.native()));
  }
  if (!lock) return std::unexpected(lock.error());
  return sys::check([&] { return ::unlink(blob.c_str()); }, "remove '{}'", blob.native());
}

Result<void> check_room(const std::filesystem::path& given, std::uint64_t needed_bytes) {
  std::filesystem::path folder = given;
  std::error_code error;
  while (!std::filesystem::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  struct statvfs status = {};
  const auto look = [&] { return ::statvfs(folder.c_str(), &status); };
  BERTH_CHECK_OK(sys::check(look, "look at the disk of '{}'", folder.native()));
  const std::uint64_t free_bytes = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  if (free_bytes >= needed_bytes + kSpareBytes) return {};
  return fail(Errc::Exhausted, fmt::format("the disk of '{}' has {} MiB free, and {} MiB are needed; make room there",
                                           folder.native(), mebibytes(free_bytes), mebibytes(needed_bytes)));
}

Result<UniqueFd> lock_images(const std::filesystem::path& cache_folder, std::string_view name,
                             Clock::time_point deadline) {
  const std::filesystem::path folder = cache_folder / "images/locks";
  BERTH_CHECK_OK(sys::make_folders(folder, 0700));
  const std::filesystem::path file = folder / name;
  const auto open = [&] { return ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600); };
  BERTH_TRY(int fd, sys::call(open, "open lock '{}'", file.native()));
  UniqueFd lock(fd);
  for (;;) {
    const auto taken = sys::check([&] { return ::flock(lock.get(), LOCK_EX | LOCK_NB); }, "lock '{}'", file.native());
    if (taken) return lock;
    if (taken.error().os_error() != EWOULDBLOCK) return std::unexpected(taken.error());
    if (Clock::now() >= deadline) {
      return fail(Errc::TimedOut,
                  fmt::format("lock '{}': another process holds it and did not end in time", file.native()));
    }
    BERTH_CHECK_OK(sys::rest(kPause));
  }
}

Result<ImagePlan> plan_image(RegistryClient& registry, const std::string& tag_or_digest) {
  ImagePlan plan;
  std::string asked = tag_or_digest;
  std::optional<Descriptor> promised;
  for (int depth = 0;; ++depth) {
    BERTH_TRY(FetchedManifest fetched, registry.fetch_manifest(asked));
    if (promised && fetched.body.size() != promised->size_bytes) {
      return fail(Errc::Corrupt, fmt::format("read the image's index: it says that '{}' has {} bytes, and it has {}",
                                             promised->digest, promised->size_bytes, fetched.body.size()));
    }
    if (plan.source_digest.empty()) plan.source_digest = fetched.digest;
    BERTH_TRY(auto parsed, parse_manifest(fetched.body, fetched.content_type));
    if (auto* manifest = std::get_if<ImageManifest>(&parsed)) {
      plan.digest = std::move(fetched.digest);
      plan.manifest_body = std::move(fetched.body);
      plan.manifest = std::move(*manifest);
      break;
    }
    if (depth == kMaxIndexDepth) {
      return fail(
          Errc::Corrupt,
          fmt::format("read the image's index: it leads through more than {} others, or in a circle", kMaxIndexDepth));
    }
    const auto& index = std::get<ImageIndex>(parsed);
    BERTH_TRY(IndexEntry entry, choose_entry(index, own_architecture()));
    plan.index_body = depth == 0 && is_only_choice(index, entry) ? std::move(fetched.body) : "";
    asked = entry.digest;
    promised = std::move(entry);
  }
  BERTH_TRY(plan.config_body, registry.fetch_blob(plan.manifest.config, kMaxConfigBytes));
  BERTH_TRY(plan.config, judge_config(plan.config_body, plan.manifest));
  return plan;
}

Result<Staging> Staging::open(const MoveSettings& settings, const std::string& digest, Deadline deadline) {
  const std::filesystem::path images = settings.cache_folder / "images";
  BERTH_CHECK_OK(sys::make_folders(images / "blobs", 0700));
  sweep_work_folders(images / "work");
  BERTH_TRY(WorkFolder work,
            WorkFolder::open(images / "work" / hex_of(digest), deadline, settings.on_step, sys::check_interrupted));
  return Staging(settings, std::move(work), deadline);
}

Result<void> Staging::begin(const ImagePlan& plan) {
  BERTH_CHECK_OK(sys::make_folders(folder_, 0700));
  BERTH_CHECK_OK(sys::write_file_atomically(folder_ / "version", "Directory Transport Version: 1.1\n", 0600));
  // With its index, from which the tool chooses the same manifest, the storage knows the image by both digests.
  const bool has_index = !plan.index_body.empty();
  const std::string of_its_own = fmt::format("{}.manifest.json", hex_of(plan.digest));
  BERTH_CHECK_OK(
      sys::write_file_atomically(folder_ / (has_index ? of_its_own : "manifest.json"), plan.manifest_body, 0600));
  if (has_index) BERTH_CHECK_OK(sys::write_file_atomically(folder_ / "manifest.json", plan.index_body, 0600));
  return sys::write_file_atomically(folder_ / hex_of(plan.manifest.config.digest), plan.config_body, 0600);
}

Result<void> Staging::judge(const ImagePlan& plan, std::size_t number, const std::filesystem::path& file) {
  const LayerDescriptor& layer = plan.manifest.layers[number];
  LayerLimits limits;
  limits.deadline = deadline_;
  BERTH_TRY(const JudgedLayer judged,
            judge_layer(file, layer.packing, plan.config.diff_ids[number], limits).context([&] {
              return fmt::format("layer {} of {} ({})", number + 1, plan.manifest.layers.size(), layer.digest);
            }));
  unpacked_bytes_ += judged.unpacked_bytes;
  largest_layer_bytes_ = std::max({largest_layer_bytes_, judged.unpacked_bytes, layer.size_bytes});
  return {};
}

Result<void> Staging::add_layer(const ImagePlan& plan, std::size_t number, RegistryClient& registry) {
  const LayerDescriptor& layer = plan.manifest.layers[number];
  const std::string_view hex = hex_of(layer.digest);
  const std::filesystem::path place = folder_ / hex;
  if (::access(place.c_str(), F_OK) == 0) return {};  // the same layer twice
  const std::filesystem::path blobs = blobs_folder(settings_.cache_folder);
  remove_forgotten(blobs);
  BERTH_TRY(const UniqueFd lock, lock_images(settings_.cache_folder, lock_of_blob(hex), deadline_));
  const std::filesystem::path part = blobs / fmt::format("{}.part", hex);
  // A blob that was fetched whole is judged anew all the same: another image may say something else of it.
  const std::filesystem::path whole = blobs / hex;
  if (::access(whole.c_str(), F_OK) != 0) {
    BERTH_CHECK_OK(check_room(blobs, layer.size_bytes));
    const std::string which = fmt::format("fetching layer {} of {}", number + 1, plan.manifest.layers.size());
    std::uint64_t told = 0;
    const auto on_bytes = [&](std::uint64_t have_bytes) {
      if (told != 0 && have_bytes - told < (4 << 20)) return;
      told = have_bytes;
      step(fmt::format("{}: {} of {} MiB", which, mebibytes(have_bytes), mebibytes(layer.size_bytes)));
    };
    BERTH_CHECK_OK(registry.fetch_blob_into(layer, part, on_bytes));
    fetched_bytes_ += layer.size_bytes;
    BERTH_CHECK_OK(move_file(part, whole));
  }
  if (auto judged = judge(plan, number, whole); !judged) {
    std::error_code ignored;
    std::filesystem::remove(whole, ignored);
    return judged;
  }
  return link_file(whole, place);
}

Result<void> Staging::add_layer_file(const ImagePlan& plan, std::size_t number, const std::filesystem::path& file) {
  const LayerDescriptor& layer = plan.manifest.layers[number];
  const std::filesystem::path place = folder_ / hex_of(layer.digest);
  if (::access(place.c_str(), F_OK) == 0) return {};
  BERTH_TRY(const LayerFile read, read_layer_file(file));
  if (read.digest != layer.digest || read.size_bytes != layer.size_bytes) {
    return fail(Errc::Corrupt,
                fmt::format("layer {} of {}: it has the digest {} and {} bytes, and should have {} and {}", number + 1,
                            plan.manifest.layers.size(), read.digest, read.size_bytes, layer.digest, layer.size_bytes));
  }
  BERTH_CHECK_OK(judge(plan, number, file));
  return link_file(file, place);  // another image of the archive may have it, too
}

void Staging::forget_blobs(const ImagePlan& plan) {
  const std::filesystem::path blobs = blobs_folder(settings_.cache_folder);
  for (const LayerDescriptor& layer : plan.manifest.layers) {
    const std::string_view hex = hex_of(layer.digest);
    const auto lock = lock_images(settings_.cache_folder, lock_of_blob(hex), Clock::now());
    if (!lock) continue;
    std::error_code ignored;
    std::filesystem::remove(blobs / hex, ignored);
    std::filesystem::remove(blobs / fmt::format("{}.part", hex), ignored);
  }
}

}  // namespace berth::image
