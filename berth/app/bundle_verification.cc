// What a bundle says of itself, compared with what it is: verify_bundle and unpack_bundle of bundle.h.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "berth/app/bundle.h"
#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/image/archive.h"
#include "berth/image/archive_file.h"
#include "berth/image/image_lock.h"
#include "berth/image/reference.h"
#include "berth/image/strict_json.h"
#include "berth/image/tar_stream.h"
#include "berth/sys/interrupt.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

constexpr std::size_t kMaxKept = 64 << 20;  // of the two members that are read as texts
constexpr std::size_t kShown = 400;

Result<Bundle> parse_contents(const std::string& text) {
  BERTH_TRY(const Json json, image::parse_strict_json(text, "bundle.json"));
  const Json* schema = json.find("schema");
  if (schema == nullptr || !schema->is_int()) return fail(Errc::Corrupt, "read bundle.json: it has no schema");
  if (*schema->as_int() != kBundleSchema) {
    return fail(Errc::InvalidInput, fmt::format("read bundle.json: it has schema {}, and this program knows {}; take a "
                                                "newer one",
                                                *schema->as_int(), kBundleSchema));
  }
  Bundle bundle;
  const Json* images = json.find("images");
  for (const Json& one : images != nullptr && images->is_array() ? *images->as_array() : Json::Array()) {
    BundledImage image = {.name = one.text_or("name", ""), .digest = one.text_or("digest", "")};
    const Json* keeps_digest = one.find("keeps_digest");
    const bool* kept = keeps_digest == nullptr ? nullptr : keeps_digest->as_bool();
    image.keeps_digest = kept == nullptr || *kept;
    const Json* keeps_signatures = one.find("keeps_signatures");
    const bool* carried = keeps_signatures == nullptr ? nullptr : keeps_signatures->as_bool();
    image.keeps_signatures = carried == nullptr || *carried;
    const Json* blobs = one.find("blobs");
    for (const Json& blob : blobs != nullptr && blobs->is_array() ? *blobs->as_array() : Json::Array()) {
      if (blob.is_string()) image.blobs.push_back(*blob.as_string());
    }
    bundle.images.push_back(std::move(image));
  }
  const Json* packs = json.find("packs");
  for (const Json& pack : packs != nullptr && packs->is_array() ? *packs->as_array() : Json::Array()) {
    if (pack.is_string()) bundle.packs.push_back(*pack.as_string());
  }
  const Json* has_lock = json.find("has_lock");
  const bool* is_locked = has_lock == nullptr ? nullptr : has_lock->as_bool();
  bundle.has_lock = is_locked != nullptr && *is_locked;
  return bundle;
}

// What a member is to a person: "'blobs/sha256/...' (layer 2 of docker.io/demisto/x:1)".
std::string member_text(const std::string& name, const Bundle& bundle) {
  std::string shown = fmt::format("'{}'", to_visible(name.substr(0, kShown), false));
  const std::string digest = "sha256:" + name.substr(name.rfind('/') + 1);
  for (const BundledImage& image : bundle.images) {
    if (image.digest == digest) return fmt::format("{} (the manifest of {})", shown, image.name);
    const auto blob = std::ranges::find(image.blobs, digest);
    if (blob == image.blobs.end()) continue;
    const auto number = blob - image.blobs.begin() + 1;
    const bool is_config = number == static_cast<std::ptrdiff_t>(image.blobs.size());
    return is_config ? fmt::format("{} (the configuration of {})", shown, image.name)
                     : fmt::format("{} (layer {} of {})", shown, number, image.name);
  }
  return shown;
}

// Reads a bundle through, and hashes every member.
class BundleReader {
 public:
  Result<void> read(const std::filesystem::path& file) {
    BERTH_TRY(const UniqueFd bundle, image::open_archive(file));
    image::TarStream tar(receiver());
    std::vector<char> chunk(1 << 20);
    for (;;) {
      BERTH_TRY(const std::size_t got, sys::read_interruptibly(bundle.get(), chunk).context([&] {
        return fmt::format("read '{}'", file.native());
      }));
      if (got == 0) break;
      BERTH_CHECK_OK(tar.feed({chunk.data(), got}).context([&] { return place(); }));
    }
    return tar.finish().context([&] { return place(); });
  }

  // How far it was read. A damaged header tells its own name, or what has become of it.
  std::string place() const {
    return name_.empty() ? "at its beginning" : fmt::format("at '{}' or right behind it", to_visible(name_, false));
  }

  // For what reads the bundle elsewhere.
  image::TarStream::Handlers receiver() {
    return {.on_entry = [this](const image::TarEntry& entry) { return begin(entry); },
            .on_bytes = [this](std::string_view bytes) { return add(bytes); }};
  }

  // When all of it was read.
  Result<Bundle> judge() {
    end();
    if (!kept_.contains(kBundleContents) || !kept_.contains(kBundleSums)) {
      return fail(Errc::Corrupt,
                  fmt::format("it is no bundle: '{}' and '{}' must be in it", kBundleContents, kBundleSums));
    }
    const std::string& sums = kept_.find(kBundleSums)->second;
    auto bundle = parse_contents(kept_.find(kBundleContents)->second);
    const std::string damaged = compare(sums, bundle ? *bundle : Bundle());
    if (!damaged.empty()) return fail(Errc::Corrupt, damaged);
    if (bundle && bundle->has_lock != found_.contains(image::kLockFile)) {
      return fail(Errc::Corrupt,
                  fmt::format("'{}' and '{}' do not agree on whether it is in it", kBundleContents, image::kLockFile));
    }
    if (bundle && std::set(bundle->packs.begin(), bundle->packs.end()) != packs_found()) {
      return fail(Errc::Corrupt, fmt::format("'{}' does not name the packs that are in it", kBundleContents));
    }
    if (bundle) bundle->digest = "sha256:" + sha256_hex(sums);
    return bundle;
  }

 private:
  Result<void> begin(const image::TarEntry& entry) {
    end();
    name_ = entry.name;
    const std::string shown = to_visible(name_.substr(0, kShown), false);
    if (entry.kind != image::TarKind::File || !is_bundle_member(name_)) {
      return fail(Errc::Corrupt, fmt::format("'{}': it does not belong into a bundle", shown));
    }
    if (found_.contains(name_)) return fail(Errc::Corrupt, fmt::format("'{}': it stands there twice", shown));
    const bool kept = name_ == kBundleContents || name_ == kBundleSums;
    if (kept && entry.size_bytes > kMaxKept) return fail(Errc::Exhausted, fmt::format("'{}': it is too large", shown));
    if (kept) kept_[name_];
    hash_ = Sha256();
    return {};
  }
  Result<void> add(std::string_view bytes) {
    hash_.update(bytes);
    if (const auto kept = kept_.find(name_); kept != kept_.end()) kept->second += bytes;
    return {};
  }
  std::set<std::string> packs_found() const {
    constexpr std::string_view kPacks = "Packs/";
    std::set<std::string> names;
    for (const auto& [name, sum] : found_) {
      if (name.starts_with(kPacks))
        names.insert(name.substr(kPacks.size(), name.find('/', kPacks.size()) - kPacks.size()));
    }
    return names;
  }
  void end() {
    if (!name_.empty()) found_[name_] = std::move(hash_).hex();
  }

  // What is not as SHA256SUMS says, in words; empty when all is.
  std::string compare(std::string_view sums, const Bundle& bundle) const {
    std::string damaged;
    const auto add = [&](const std::string& name, std::string_view what) {
      damaged += fmt::format("{}{}: {}", damaged.empty() ? "" : "; ", member_text(name, bundle), what);
    };
    std::map<std::string, std::string, std::less<>> told;
    while (!sums.empty()) {
      const std::string_view line = sums.substr(0, sums.find('\n'));
      sums.remove_prefix(std::min(line.size() + 1, sums.size()));
      constexpr std::size_t kHex = 64;
      if (line.size() < kHex + 3 || line.substr(kHex, 2) != "  ") return "'SHA256SUMS': a line in it is damaged";
      told[std::string(line.substr(kHex + 2))] = line.substr(0, kHex);
    }
    for (const auto& [name, sha256] : found_) {
      const auto sum = told.find(name);
      if (name == kBundleSums) continue;
      if (sum == told.end()) {
        add(name, "SHA256SUMS does not name it");
      } else if (sum->second != sha256) {
        add(name, fmt::format("its bytes have the digest sha256:{}, and SHA256SUMS says sha256:{}", sha256,
                              to_visible(sum->second, false)));
      }
    }
    for (const auto& [name, sha256] : told) {
      if (!found_.contains(name)) add(name, "it is missing");
    }
    return damaged;
  }

  std::string name_;
  Sha256 hash_;
  std::map<std::string, std::string, std::less<>> found_;  // the digests of all members
  std::map<std::string, std::string, std::less<>> kept_;   // the bytes of two
};

}  // namespace

Result<Bundle> verify_bundle(const std::filesystem::path& file, const OnStep& on_step) {
  const auto doing = [&] { return fmt::format("verify bundle '{}'", file.native()); };
  if (on_step) on_step(fmt::format("reading '{}'", file.native()));
  BundleReader reader;
  BERTH_CHECK_OK(reader.read(file).context(doing));
  return reader.judge().context(doing);
}

Result<Bundle> unpack_bundle(const std::filesystem::path& file, const std::filesystem::path& into,
                             std::chrono::steady_clock::time_point deadline, const OnStep& on_step) {
  if (on_step) on_step(fmt::format("reading '{}'", file.native()));
  BundleReader reader;
  BERTH_CHECK_OK(image::unpack_archive(file, into, is_bundle_member, deadline, reader.receiver()).context([&] {
    return reader.place();
  }));
  return reader.judge();
}

Result<void> check_bundle_digest(const Bundle& bundle, const std::string& digest) {
  if (digest.empty()) return {};
  if (!image::is_digest(digest)) {
    return fail(Errc::InvalidInput, fmt::format("compare the bundle's digest: '{}' is not 'sha256:' and 64 lower-case "
                                                "hexadecimal digits",
                                                to_visible(digest.substr(0, 100), false)));
  }
  if (digest == bundle.digest) return {};
  return fail(Errc::Corrupt, fmt::format("compare the bundle's digest: it is {}, and should be {}: this is another "
                                         "bundle than was made",
                                         bundle.digest, digest));
}

}  // namespace berth::app
