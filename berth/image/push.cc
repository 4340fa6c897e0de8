#include "berth/image/push.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "berth/image/image_export.h"
#include "berth/image/local_store.h"
#include "berth/image/pull.h"
#include "berth/image/substitution.h"
#include "berth/sys/interrupt.h"

namespace berth::image {
namespace {

using Clock = std::chrono::steady_clock;

// Longer than another pusher takes from its last look at the tag to setting it.
constexpr auto kSettling = std::chrono::milliseconds(700);

std::string hex_of(const std::string& digest) { return digest.substr(digest.find(':') + 1); }

class Push {
 public:
  Push(const LocalImage& image, const Reference& name, const Reference& destination, const MoveSettings& settings,
       Staging::Deadline deadline)
      : image_(image), name_(name), destination_(destination), settings_(settings), deadline_(deadline) {}

  Result<Pushed> run(RegistryClient& registry) {
    step(fmt::format("asking '{}' for {}", registry.place().registry, to_string(destination_)));
    // The digest is known for good only once the image was taken out; that it is the same image shows before.
    BERTH_TRY(std::optional<Pushed> there, look_there(registry, image_.digest));
    if (there) return *std::move(there);
    sweep_work_folders(settings_.cache_folder / "images/push");
    BERTH_TRY(const WorkFolder work, WorkFolder::open(settings_.cache_folder / "images/push" / image_.id, deadline_,
                                                      settings_.on_step, sys::check_interrupted));
    BERTH_TRY(const ExportedImage exported, export_image(image_, name_, work.path(), settings_, deadline_));
    digest_ = exported.digest;
    BERTH_CHECK_OK(send_blobs(registry, exported));
    BERTH_TRY(const UniqueFd lock, lock_name(settings_, destination_, deadline_));
    BERTH_TRY(there, look_there(registry, digest_));
    if (there) return *std::move(there);
    step(fmt::format("setting the tag '{}'", destination_.tag));
    BERTH_CHECK_OK(registry.put_manifest(destination_.tag, exported.manifest_body, exported.manifest.media_type));
    BERTH_CHECK_OK(verify(registry));
    std::this_thread::sleep_for(kSettling);
    BERTH_CHECK_OK(verify(registry));
    return Pushed{.reference = destination_,
                  .digest = digest_,
                  .sent_bytes = sent_bytes_,
                  .changed = true,
                  .keeps_digest = exported.keeps_digest,
                  .warnings = exported.warnings()};
  }

 private:
  void step(const std::string& text) const {
    if (settings_.on_step) settings_.on_step(text);
  }

  // What there is to say when the registry has the image under the tag; refuses when it has another.
  Result<std::optional<Pushed>> look_there(RegistryClient& registry, const std::string& digest) {
    BERTH_TRY(const std::optional<std::string> told, registry.find_digest(destination_.tag));
    if (!told) return std::optional<Pushed>();
    Pushed same = {.reference = destination_, .digest = *told, .keeps_digest = *told == image_.digest};
    if (*told == digest) return std::optional(std::move(same));
    BERTH_TRY(const FetchedManifest fetched, registry.fetch_manifest(destination_.tag));
    const auto parsed = parse_manifest(fetched.body, fetched.content_type);
    const ImageManifest* manifest = parsed ? std::get_if<ImageManifest>(&*parsed) : nullptr;
    if (manifest != nullptr && hex_of(manifest->config.digest) == image_.id) return std::optional(std::move(same));
    return fail(Errc::AlreadyExists, fmt::format("the registry has the tag '{}' with the digest {}, and a tag does not "
                                                 "change; push it under another",
                                                 destination_.tag, *told));
  }

  Result<void> send_blobs(RegistryClient& registry, const ExportedImage& exported) {
    std::vector<Descriptor> blobs(exported.manifest.layers.begin(), exported.manifest.layers.end());
    blobs.push_back(exported.manifest.config);
    for (std::size_t i = 0; i < blobs.size(); ++i) {
      BERTH_TRY(const bool there, registry.has_blob(blobs[i].digest));
      if (there) continue;
      step(fmt::format("sending blob {} of {}: {:.1f} MiB", i + 1, blobs.size(),
                       static_cast<double>(blobs[i].size_bytes) / (1 << 20)));
      BERTH_CHECK_OK(registry.upload_blob(blobs[i], exported.blob(blobs[i].digest)));
      sent_bytes_ += blobs[i].size_bytes;
    }
    return {};
  }

  // What the registry has is looked at, not what it says.
  Result<void> verify(RegistryClient& registry) {
    BERTH_TRY(const FetchedManifest fetched,
              registry.fetch_manifest(destination_.tag).context([] { return "look at what the registry has taken"; }));
    if (fetched.digest == digest_) return {};
    return fail(Errc::AlreadyExists, fmt::format("another push of the tag '{}' came in between: the registry has the "
                                                 "digest {} under it, and {} was sent; push it under another tag",
                                                 destination_.tag, fetched.digest, digest_));
  }

  const LocalImage& image_;
  const Reference& name_;  // that it was asked for by
  const Reference& destination_;
  const MoveSettings& settings_;
  Staging::Deadline deadline_;
  std::string digest_;
  std::uint64_t sent_bytes_ = 0;
};

}  // namespace

Result<Pushed> push_image(const Reference& image, const std::optional<Reference>& told, const MoveSettings& settings) {
  const Reference& given = told ? *told : image;
  const auto doing = [&] { return fmt::format("push image '{}' to '{}'", to_string(image), to_string(given)); };
  const auto refuse = [&](std::string_view own) {
    return fail(Errc::InvalidInput,
                fmt::format("{}: {} a name of this machine; name the registry to push it to", doing(), own));
  };
  if (is_created_here(given)) return refuse("that is");
  BERTH_TRY(const LocalStore store, LocalStore::open(settings.storage.graph_root));
  BERTH_TRY(const LocalImage local, store.find_image(image).context(doing));
  if (!told) {
    // Written without a registry it is here by another name than in a registry.
    for (const Reference& own : names_meant(local, image)) {
      if (is_created_here(own)) return refuse(fmt::format("its name here is '{}', and that is", to_string(own)));
    }
  }
  Reference destination = normalized(given);
  if (destination.tag.empty() || !destination.digest.empty()) {
    return fail(Errc::InvalidInput, doing() + ": the name in the registry needs a tag, and no digest");
  }
  const Staging::Deadline deadline = Clock::now() + settings.time_limit;
  const RegistryOptions options = {.credential_files = settings.registries.credential_files,
                                   .writes = true,
                                   .deadline = deadline,
                                   .on_wait = settings.on_step};
  // To the registry itself: a mirror is for reading.
  auto places = places_of(settings.registries, destination.registry);
  BERTH_TRY(RegistryClient registry,
            RegistryClient::open(std::move(places.back()), destination.path, options).context(doing));
  BERTH_TRY(Pushed pushed, Push(local, image, destination, settings, deadline).run(registry).context(doing));
  pushed.warnings.insert(pushed.warnings.end(), registry.warnings().begin(), registry.warnings().end());
  return pushed;
}

}  // namespace berth::image
