// Packs and images in one file, for a site without network.
//
// A bundle is a tar: an OCI image layout, a folder `Packs`, the lock file of its trees, `bundle.json`, which says what
// is in it, and at the end `SHA256SUMS` with the digest of every other member, in the form that sha256sum(1) checks. So
// every byte is covered: by a digest, by the sum of a header, or by having to be empty.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/image_moves.h"
#include "berth/app/settings.h"
#include "berth/base/result.h"

namespace berth::app {

inline constexpr int kBundleSchema = 1;
inline constexpr std::string_view kBundleContents = "bundle.json";
inline constexpr std::string_view kBundleSums = "SHA256SUMS";

struct BundledImage {
  std::string name;    // "docker.io/demisto/python3:3.10.1"
  std::string digest;  // of its manifest
  bool keeps_digest = true;
  bool keeps_signatures = true;    // false: it was verified here, and the bundle has no signature that fits
  std::vector<std::string> blobs;  // digests of its layers, in their order, and its configuration's
};

struct Bundle {
  std::vector<BundledImage> images;
  std::vector<std::string> packs;  // folders below `Packs`
  std::string digest;              // of SHA256SUMS, and with it of all; to be compared when it has travelled
  bool has_lock = false;           // the packs' images are pinned
  // Of one that was created: what a person should know of its images, and of what is not in it.
  std::vector<std::string> warnings;
  std::vector<std::string> notes;
};

// Writes the new file `file` with images of this machine and the packs at `content`: folders of packs, or trees that
// hold `Packs`, as gather_content says. Errors: InvalidInput for nothing to put in; AlreadyExists when there is such a
// file; those of gather_content, image::export_image and of reading.
Result<Bundle> create_bundle(const Settings& settings, const std::filesystem::path& file,
                             const std::vector<std::string>& images, const std::vector<std::filesystem::path>& content,
                             const OnStep& on_step);

// Reads all of `file` and compares it with what it says of itself. Errors: Corrupt, with each member that is another
// than it was, and the image that it belongs to; those of reading.
Result<Bundle> verify_bundle(const std::filesystem::path& file, const OnStep& on_step);

struct ImportedBundle {
  Bundle bundle;
  std::vector<image::UpdateResult> images;  // `Failed` where one could not be loaded; the others are here all the same
  std::string source;  // of content, under which its packs are registered; empty: it has none, or an image is `Failed`
  std::string replaced;  // the digest of the bundle whose packs were there before, where that is another; else empty
};

// The same while the bundle is unpacked into the folder `into`: it is read once, so that what was compared is what is
// there. What is there means nothing before the answer. Errors: those, and of image::unpack_archive.
Result<Bundle> unpack_bundle(const std::filesystem::path& file, const std::filesystem::path& into,
                             std::chrono::steady_clock::time_point deadline, const OnStep& on_step);

struct ImportOptions {
  std::string source;         // of content, that the packs become; empty: what the file is called
  bool replaces = false;      // another bundle's packs of that name, where the name is the file's
  std::string digest;         // that the bundle must have; empty: any
  bool trusts_local = false;  // as image::LoadOptions
};

// Errors: InvalidInput when `digest` is none, Corrupt when `bundle` has another; nothing where it is empty.
Result<void> check_bundle_digest(const Bundle& bundle, const std::string& digest);

// Verifies the bundle, then puts its images into the storage as a pull does (trust, judgement, tags that do not
// change), and registers its packs as a source of content, unless an image was refused. What an earlier bundle has put
// there is replaced at once.
// Errors: AlreadyExists, before anything is loaded, when the source is there from elsewhere, or from another bundle
// that nobody said to replace; those of unpack_bundle, check_bundle_digest and add_content_source.
Result<ImportedBundle> import_bundle(const Settings& settings, const std::filesystem::path& file,
                                     const ImportOptions& options, const OnStep& on_step);

// Whether `name` may stand in a bundle. Pure.
bool is_bundle_member(std::string_view name);

}  // namespace berth::app
