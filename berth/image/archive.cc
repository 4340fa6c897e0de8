#include "berth/image/archive.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/image/archive_file.h"
#include "berth/image/layout_writer.h"
#include "berth/image/oci_layout.h"
#include "berth/image/own_name.h"
#include "berth/image/short_names.h"
#include "berth/image/signature_object.h"
#include "berth/image/signature_records.h"
#include "berth/image/strict_json.h"
#include "berth/image/substitution.h"
#include "berth/image/tar_stream.h"
#include "berth/sys/file.h"
#include "berth/sys/interrupt.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

using Clock = std::chrono::steady_clock;

std::string hex_of(std::string_view digest) { return std::string(digest.substr(digest.find(':') + 1)); }

std::string_view bare_name(std::string_view name) {
  while (name.starts_with("./")) name.remove_prefix(2);
  return name;
}

// What 'docker save' wrote before version 25 ("<64 digits>/layer.tar", "<64 digits>.json") and what podman and skopeo
// write as docker-archive ("<64 digits>.tar").
constexpr std::string_view kDockerHint =
    ": it is a docker-archive, as podman and 'docker save' before version 25 write it; 'skopeo copy "
    "docker-archive:FILE "
    "oci-archive:NEW' makes an archive of it that can be loaded";
bool is_of_docker_save(std::string_view name) {
  constexpr std::size_t kDigits = 64;
  if (name.size() <= kDigits || !is_digest("sha256:" + std::string(name.substr(0, kDigits)))) return false;
  name.remove_prefix(kDigits);
  return name == ".json" || name == ".tar" || name == "/json" || name == "/VERSION" || name == "/layer.tar";
}

// Docker, containerd and nerdctl write a layout, and what older versions of Docker read beside it.
bool is_archive_member(std::string_view name) {
  return is_layout_member(name) || name == "manifest.json" || name == "repositories";
}

// Writes members of an archive into a folder, as they come.
class Unpacking {
 public:
  Unpacking(std::filesystem::path into, const std::function<bool(std::string_view)>& is_member)
      : into_(std::move(into)), is_member_(is_member) {}

  Result<void> begin(const TarEntry& entry) {
    const std::string name(bare_name(entry.name));
    file_.reset();
    if (entry.kind == TarKind::Folder) return {};
    const std::string shown = to_visible(std::string_view(name).substr(0, 120), false);
    if (entry.kind != TarKind::File || !is_member_(name)) {
      return fail(Errc::Corrupt, fmt::format("'{}': it does not belong into such an archive{}", shown,
                                             is_of_docker_save(name) ? kDockerHint : ""));
    }
    if (entry.size_bytes > kMaxLayerBytes) {
      return fail(Errc::Exhausted,
                  fmt::format("'{}': it has {} bytes, and {} are the most", shown, entry.size_bytes, kMaxLayerBytes));
    }
    path_ = into_ / name;
    BERTH_CHECK_OK(sys::make_folders(path_.parent_path(), 0700));
    const auto open = [&] { return ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600); };
    auto fd = sys::call(open, "unpack '{}'", shown);
    if (!fd && fd.error().os_error() == EEXIST)
      return fail(Errc::Corrupt, fmt::format("'{}': it stands there twice", shown));
    if (!fd) return std::unexpected(std::move(fd).error());
    file_ = UniqueFd(*fd);
    return {};
  }
  Result<void> add(std::string_view bytes) { return sys::write_all(file_.get(), bytes, path_.native()); }

 private:
  std::filesystem::path into_;
  const std::function<bool(std::string_view)>& is_member_;
  std::filesystem::path path_;
  UniqueFd file_;
};

Error no_tag(std::string_view name) {
  return Error(Errc::InvalidInput, fmt::format("load the image '{}': its name is no name with a tag; give it one with "
                                               "--name",
                                               to_visible(name.substr(0, 120), false)));
}

// That an image was created here is nothing that a file can know.
Result<void> check_loaded(const TrustPolicy& policy, const Reference& name, const ImagePlan& plan, NameFrom from) {
  const std::vector<std::string> digests = {plan.digest, plan.source_digest};
  if (!is_created_here(name)) return check_trust(policy, std::vector{name}, digests);
  TrustPolicy others = policy;
  others.local = others.any = false;
  if (check_trust(others, std::vector{name}, digests)) return {};
  if (from == NameFrom::Person) {
    BERTH_CHECK_OK(check_trust(policy, std::vector{name}, digests));
    return check_own_name(policy, name);
  }
  if (policy.any) return {};
  return fail(Errc::InvalidInput,
              fmt::format("use image '{}': it is not trusted: the file says that it was created on this machine, which "
                          "it cannot know; if you know where the file is from, give the image its name with --name, "
                          "take the file's word with --trust-local, or add {} to {}.digests",
                          to_string(name), plan.digest, kTrustSetting));
}

// What there is to say when the name has the image already, whose signatures it then has, too; refuses when it has
// another.
Result<std::optional<Pulled>> look_for(const ImagePlan& plan, const Reference& name, const MoveSettings& settings) {
  BERTH_TRY(const std::optional<StoredImage> here, find_named(settings, name));
  if (!here) return std::optional<Pulled>();
  if (here->digest == plan.digest || here->id == hex_of(plan.manifest.config.digest)) {
    // It may be here under another digest, being packed in another way.
    BERTH_CHECK_OK(carry_signatures(settings.state_folder, plan.digest, here->digest));
    return std::optional(Pulled{.reference = name, .digest = here->digest, .previous = here->digest, .id = here->id});
  }
  return fail(Errc::AlreadyExists, fmt::format("the tag '{}' is here with the digest {}, and the archive has {} under "
                                               "it; a tag does not change",
                                               to_string(name), here->digest, plan.digest));
}

}  // namespace

Result<Reference> name_in_archive(const LayoutFolder::Named& image) {
  const auto own = parse_reference(image.name);
  if (own && !own->tag.empty() && image.name.contains('/')) return normalized(*own);
  return std::unexpected(no_tag(image.name));
}

bool is_layout_member(std::string_view name) {
  if (name == "oci-layout" || name == "index.json") return true;
  return name.starts_with(kLayoutBlobs) && is_digest("sha256:" + std::string(name.substr(kLayoutBlobs.size())));
}

std::string lost_signatures_text(const std::string& name) {
  return fmt::format(
      "the signature of '{}' does not fit what is in the file, and stays behind: its layers were packed anew, or the "
      "index that was signed is too large to be kept; write the file where the registry can be asked, or sign the "
      "digest that it has in the file",
      name);
}

Result<Reference> name_to_carry(const LocalImage& image, const Reference& asked) {
  const std::vector<Reference> named = names_meant(image, asked);
  const auto first = std::ranges::find_if(named, [](const Reference& name) { return !name.tag.empty(); });
  if (first != named.end()) return *first;
  const Reference full = with_long_name(asked);
  const Reference* best = nullptr;
  for (const Reference& own : image.names) {
    if (own.tag.empty()) continue;
    const bool is_meant = own.path == normalized(full).path || own.path == full.path;
    if (best == nullptr || (is_meant && (full.tag.empty() || own.tag == full.tag))) best = &own;
  }
  if (best != nullptr) return *best;
  return fail(Errc::NotFound,
              fmt::format("carry the image '{}' elsewhere: it has no name with a tag", to_string(asked)));
}

Result<std::vector<SavedImage>> save_images(const std::vector<Reference>& names, const std::filesystem::path& file,
                                            const MoveSettings& settings) {
  const auto doing = [&] { return fmt::format("save images to '{}'", file.native()); };
  if (::access(file.c_str(), F_OK) == 0) return fail(Errc::AlreadyExists, doing() + ": there is such a file");
  const Staging::Deadline deadline = Clock::now() + settings.time_limit;
  BERTH_TRY(const WorkFolder work,
            WorkFolder::open(settings.cache_folder / "images/save", deadline, settings.on_step, sys::check_interrupted)
                .context(doing));
  BERTH_TRY(const LocalStore store, LocalStore::open(settings.storage.graph_root));
  BERTH_TRY(TarWriter tar, TarWriter::create(file).context(doing));
  LayoutWriter layout(tar);
  std::vector<SavedImage> saved;
  for (const Reference& name : names) {
    BERTH_TRY(const LocalImage image, store.find_image(name).context(doing));
    BERTH_TRY(const Reference full, name_to_carry(image, name).context(doing));
    if (std::ranges::find(saved, full, &SavedImage::reference) != saved.end()) continue;  // named twice
    BERTH_TRY(const ExportedImage exported, export_image(image, name, work.path(), settings, deadline).context(doing));
    const auto verified = find_signatures(settings.state_folder, std::vector{exported.digest, image.digest});
    BERTH_TRY(const bool keeps_signatures, layout.add(exported, full, verified).context(doing));
    saved.push_back({full, exported.digest, exported.keeps_digest, keeps_signatures, exported.warnings()});
  }
  BERTH_CHECK_OK(layout.finish().context(doing));
  BERTH_CHECK_OK(tar.finish().context(doing));
  return saved;
}

Result<LayoutFolder> LayoutFolder::open(std::filesystem::path folder) {
  auto text = sys::read_file(folder / "index.json", kMaxManifestBytes);
  if (!text && text.error().code() == Errc::NotFound) {
    return fail(Errc::NotFound,
                "read the archive: it has no index.json, so it is no OCI archive; 'skopeo copy "
                "docker-archive:FILE oci-archive:NEW' makes one of what 'docker save' writes");
  }
  if (!text) return std::unexpected(std::move(text).error());
  // The index of a layout is one of a registry's kind; its names stand beside what parse_manifest reads.
  BERTH_TRY(auto parsed, parse_manifest(*text, kOciIndexType));
  const auto* index = std::get_if<ImageIndex>(&parsed);
  if (index == nullptr) return fail(Errc::Corrupt, "read the archive: its index.json is no index");
  BERTH_TRY(const Json json, parse_strict_json(*text, "index"));
  const Json::Array& entries = *json.find("manifests")->as_array();
  std::vector<Named> images;
  std::map<std::string, Descriptor> signatures;
  for (std::size_t i = 0; i < index->entries.size(); ++i) {
    const Json* annotations = entries[i].find("annotations");
    std::string name = annotations == nullptr ? "" : annotations->text_or(kRefName, "");
    if (annotations != nullptr && !name.contains('/')) name = annotations->text_or("io.containerd.image.name", name);
    const auto reference = parse_reference(name);
    if (reference && is_tag_of_a_digest(reference->tag)) {
      signatures.emplace(to_string(normalized(*reference)), index->entries[i]);
    } else {
      images.push_back({std::move(name), index->entries[i]});
    }
  }
  if (images.empty()) return fail(Errc::NotFound, "read the archive: there is no image in it");
  return LayoutFolder(std::move(folder), std::move(images), std::move(signatures));
}

SignatureSource LayoutFolder::signatures_of(const Reference& name) const {
  const auto fetch_manifest = [this,
                               place = name_of(normalized(name))](const std::string& tag) -> Result<FetchedManifest> {
    const auto found = signatures_.find(fmt::format("{}:{}", place, tag));
    if (found == signatures_.end()) return fail(Errc::NotFound, fmt::format("the file has no '{}'", tag));
    BERTH_TRY(std::string body, read_blob(found->second, kMaxManifestBytes));
    return FetchedManifest{
        .body = std::move(body), .content_type = found->second.media_type, .digest = found->second.digest};
  };
  const auto fetch_blob = [this](const Descriptor& blob, std::size_t limit_bytes) {
    return read_blob(blob, limit_bytes);
  };
  return {.name = "the file (signatures that were verified go along with 'berth image save' and 'berth bundle create')",
          .fetch_manifest = fetch_manifest,
          .fetch_blob = fetch_blob};
}

std::filesystem::path LayoutFolder::blob(const std::string& digest) const {
  return folder_ / kLayoutBlobs / hex_of(digest);
}

Result<std::string> LayoutFolder::read_blob(const Descriptor& descriptor, std::size_t limit_bytes) const {
  auto bytes = sys::read_file(blob(descriptor.digest), limit_bytes);
  if (!bytes && bytes.error().code() == Errc::NotFound) {
    return fail(Errc::Corrupt, fmt::format("read the archive: the blob '{}' is not in it", descriptor.digest));
  }
  if (!bytes) return std::unexpected(std::move(bytes).error());
  const std::string digest = "sha256:" + sha256_hex(*bytes);
  if (digest != descriptor.digest || bytes->size() != descriptor.size_bytes) {
    return fail(Errc::Corrupt, fmt::format("read the archive: the blob '{}' has the digest {} and {} bytes, and should "
                                           "have {} bytes",
                                           descriptor.digest, digest, bytes->size(), descriptor.size_bytes));
  }
  return bytes;
}

Result<ImagePlan> LayoutFolder::plan(const Named& image) const {
  ImagePlan plan;
  Descriptor descriptor = image.descriptor;
  plan.source_digest = descriptor.digest;
  for (int depth = 0;; ++depth) {
    BERTH_TRY(std::string body, read_blob(descriptor, kMaxManifestBytes));
    BERTH_TRY(auto parsed, parse_manifest(body, descriptor.media_type));
    if (auto* manifest = std::get_if<ImageManifest>(&parsed)) {
      plan.digest = descriptor.digest;
      plan.manifest_body = std::move(body);
      plan.manifest = std::move(*manifest);
      break;
    }
    if (depth == kMaxIndexDepth) return fail(Errc::Corrupt, "read the archive: its indexes lead too deep");
    const auto& index = std::get<ImageIndex>(parsed);
    BERTH_TRY(const IndexEntry entry, choose_entry(index, own_architecture()));
    plan.index_body = depth == 0 && is_only_choice(index, entry) ? std::move(body) : "";
    descriptor = entry;
  }
  BERTH_TRY(plan.config_body, read_blob(plan.manifest.config, kMaxConfigBytes));
  BERTH_TRY(plan.config, judge_config(plan.config_body, plan.manifest));
  return plan;
}

Result<UniqueFd> open_archive(const std::filesystem::path& file) {
  const auto doing = [&] { return fmt::format("open archive '{}'", file.native()); };
  // Looked at before: to open a device may do something.
  struct stat status = {};
  BERTH_CHECK_OK(sys::check([&] { return ::stat(file.c_str(), &status); }, "{}", doing()));
  if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
    return fail(Errc::InvalidInput, doing() + ": it is neither a file nor a pipe");
  }
  // A pipe without a writer is waited for where it is read.
  BERTH_TRY(int fd, sys::call([&] { return ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); }, "{}",
                              doing()));
  return UniqueFd(fd);
}

Result<void> unpack_archive(const std::filesystem::path& file, const std::filesystem::path& into,
                            const std::function<bool(std::string_view)>& is_member, Staging::Deadline deadline,
                            const TarStream::Handlers& watch) {
  BERTH_TRY(const UniqueFd archive, open_archive(file));
  std::error_code error;
  const std::uintmax_t size_bytes = std::filesystem::file_size(file, error);
  BERTH_CHECK_OK(check_room(into, error ? 0 : size_bytes));
  Unpacking unpacking(into, is_member);
  const auto on_entry = [&](const TarEntry& entry) -> Result<void> {
    if (watch.on_entry) BERTH_CHECK_OK(watch.on_entry(entry));
    return unpacking.begin(entry);
  };
  const auto on_bytes = [&](std::string_view bytes) -> Result<void> {
    if (watch.on_bytes) BERTH_CHECK_OK(watch.on_bytes(bytes));
    return unpacking.add(bytes);
  };
  TarStream tar({.on_entry = on_entry, .on_bytes = on_bytes});
  std::vector<char> chunk(1 << 20);
  for (;;) {
    if (Clock::now() > deadline)
      return fail(Errc::TimedOut, fmt::format("read '{}': it takes too long", file.native()));
    BERTH_TRY(const std::size_t got, sys::read_interruptibly(archive.get(), chunk).context([&] {
      return fmt::format("read archive '{}'", file.native());
    }));
    if (got == 0) return tar.finish();
    BERTH_CHECK_OK(tar.feed({chunk.data(), got}));
  }
}

Result<Pulled> load_image(const LayoutFolder& layout, const LayoutFolder::Named& image, const Reference& name,
                          NameFrom from, const MoveSettings& settings, Staging::Deadline deadline) {
  if (name.tag.empty()) return std::unexpected(no_tag(to_string(name)));
  BERTH_TRY(const ImagePlan plan, layout.plan(image));
  BERTH_CHECK_OK(
      check_signed(check_loaded(settings.trust, name, plan, from), layout.signatures_of(name), name, plan, settings));
  BERTH_TRY(std::optional<Pulled> here, look_for(plan, name, settings));
  if (here) return *std::move(here);
  BERTH_TRY(Staging staging, Staging::open(settings, plan.digest, deadline));
  BERTH_CHECK_OK(staging.begin(plan));
  for (std::size_t i = 0; i < plan.manifest.layers.size(); ++i) {
    BERTH_CHECK_OK(staging.add_layer_file(plan, i, layout.blob(plan.manifest.layers[i].digest)));
  }
  // The folder first, then the name, as a pull takes them: who takes them the other way round waits for it forever.
  BERTH_TRY(const UniqueFd lock, lock_name(settings, name, deadline));
  BERTH_TRY(here, look_for(plan, name, settings));
  if (here) return *std::move(here);
  BERTH_CHECK_OK(commit_staged(staging, plan, name, settings, deadline));
  return Pulled{.reference = name, .digest = plan.digest, .id = hex_of(plan.manifest.config.digest), .changed = true};
}

Result<std::vector<Pulled>> load_archive(const std::filesystem::path& file, const LoadOptions& options,
                                         const MoveSettings& settings) {
  const auto doing = [&] { return fmt::format("load images from '{}'", file.native()); };
  const Staging::Deadline deadline = Clock::now() + settings.time_limit;
  BERTH_TRY(const WorkFolder work,
            WorkFolder::open(settings.cache_folder / "images/load", deadline, settings.on_step, sys::check_interrupted)
                .context(doing));
  BERTH_CHECK_OK(unpack_archive(file, work.path(), is_archive_member, deadline).context(doing));
  BERTH_TRY(const LayoutFolder layout, LayoutFolder::open(work.path()).context(doing));
  if (options.name && layout.images().size() != 1) {
    return fail(Errc::InvalidInput,
                fmt::format("{}: it has {} images, and one name is for one", doing(), layout.images().size()));
  }
  std::vector<Pulled> loaded;
  for (const LayoutFolder::Named& image : layout.images()) {
    Reference as;
    if (options.name) {
      as = *options.name;
    } else {
      BERTH_TRY(as, name_in_archive(image).context(doing));
    }
    const NameFrom from = options.name || options.trusts_local ? NameFrom::Person : NameFrom::File;
    BERTH_TRY(Pulled one, load_image(layout, image, as, from, settings, deadline).context(doing));
    loaded.push_back(std::move(one));
  }
  return loaded;
}

}  // namespace berth::image
