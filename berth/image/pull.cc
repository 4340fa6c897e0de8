#include "berth/image/pull.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "berth/base/sha256.h"
#include "berth/image/known_layers.h"
#include "berth/image/named_images.h"
#include "berth/image/origins.h"
#include "berth/image/short_names.h"
#include "berth/image/signature_records.h"
#include "berth/image/signature_search.h"
#include "berth/image/tag_order.h"

namespace berth::image {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kToolFileSlack = 64 << 20;  // lists and records of the storage

Result<Reference> with_tag(const Reference& reference, const MoveSettings& settings, const RegistryOptions& options) {
  if (!reference.tag.empty() || !reference.digest.empty()) return reference;
  const auto newest = [&](RegistryClient& registry) -> Result<Reference> {
    BERTH_TRY(const TagList list, registry.fetch_tags());
    const auto tag = newest_tag(list.tags);
    if (!tag)
      return fail(Errc::NotFound, fmt::format("find the newest tag of '{}': it has none; name a tag or a digest that "
                                              "the registry has",
                                              to_string(reference)));
    Reference tagged = reference;
    tagged.tag = *tag;
    return tagged;
  };
  return at_places(reference, settings, options, newest);
}

// The name of this machine that `given` means where it was written without a registry, and no image of a registry is
// here by that name.
Result<std::optional<Reference>> find_own(const Reference& given, const MoveSettings& settings) {
  if (!given.registry.empty() || !given.digest.empty()) return std::optional<Reference>();
  BERTH_TRY(const LocalStore store, LocalStore::open(settings.storage.graph_root));
  BERTH_TRY(const std::vector<StoredImage> images, store.list_images());
  Reference own = with_long_name(given);
  own.registry = "localhost";
  if (pick_image(pointers_to(images), normalized(given)) != nullptr) return std::optional<Reference>();
  if (pick_image(pointers_to(images), own) == nullptr) return std::optional<Reference>();
  return std::optional(std::move(own));
}

std::string id_of(const ImagePlan& plan) {
  return plan.manifest.config.digest.substr(std::string_view("sha256:").size());
}

// One pull of a name that is whole.
class Pull {
 public:
  Pull(Reference name, const MoveSettings& settings, const PullOptions& options, Staging::Deadline deadline)
      : name_(std::move(name)), given_(name_), settings_(settings), options_(options), deadline_(deadline) {}

  Result<Pulled> run(RegistryClient& registry) {
    step(fmt::format("asking '{}' for {}", registry.place().registry, to_string(given_)));
    BERTH_TRY(const ImagePlan plan, plan_image(registry, is_pinned() ? given_.digest : given_.tag));
    auto trusted = check_trust(settings_.trust, std::vector{given_}, std::vector{plan.digest, plan.source_digest});
    BERTH_CHECK_OK(check_signed(std::move(trusted), source_of(registry), given_, plan, settings_));
    BERTH_CHECK_OK(find_name(registry, plan));
    BERTH_TRY(std::optional<Pulled> here, look_here(plan));
    if (here) return *std::move(here);
    BERTH_TRY(Staging staging, Staging::open(settings_, plan.digest, deadline_));
    // Who waited for another process that did the same finds it done.
    BERTH_TRY(here, look_here(plan));
    if (here) return *std::move(here);
    BERTH_TRY(KnownLayers known, read_known_layers(settings_.storage.graph_root));
    BERTH_CHECK_OK(stage(plan, staging, registry, known));
    auto stored = store(plan, staging);
    if (!stored && stored.error().code() == Errc::Unavailable && !known.empty()) {
      // A layer that was here may have been removed in the meantime.
      BERTH_CHECK_OK(stage(plan, staging, registry, {}));
      stored = store(plan, staging);
    }
    if (stored) staging.forget_blobs(plan);
    return stored;
  }

 private:
  void step(const std::string& text) const {
    if (settings_.on_step) settings_.on_step(text);
  }

  bool is_pinned() const { return !given_.digest.empty(); }

  // Under which name the image is kept. Beside a digest a tag counts only where the registry has that under it, and no
  // other image has it here: else a digest would give a tag a meaning that it has nowhere.
  Result<void> find_name(RegistryClient& registry, const ImagePlan& plan) {
    name_ = given_;
    if (!is_pinned()) return {};
    if (!name_.tag.empty()) {
      BERTH_TRY(const std::optional<std::string> told, registry.find_digest(name_.tag));
      bool has_tag = told && (*told == plan.source_digest || *told == plan.digest);
      if (told && !has_tag) {
        // An index that the manifest is in.
        const auto tagged = plan_image(registry, *told);
        has_tag = tagged && tagged->digest == plan.digest;
      }
      BERTH_TRY(const std::optional<StoredImage> here, find_named(settings_, name_));
      if (!has_tag || (here && here->id != id_of(plan) && !options_.moves_tag)) name_.tag.clear();
    }
    // The digest of an index names several images; the storage has the one for this machine.
    name_.digest = name_.tag.empty() ? plan.digest : "";
    return {};
  }

  // What there is to say when the name has the image already; refuses when it has another and must keep it.
  Result<std::optional<Pulled>> look_here(const ImagePlan& plan) {
    BERTH_TRY(const std::optional<StoredImage> here, find_named(settings_, name_));
    previous_ = here ? here->digest : "";
    if (!here) return std::optional<Pulled>();
    // The configuration names every unpacked layer: equal ones are equal images, however they were packed. Who names a
    // digest wants the image to be found by it.
    const bool is_equal = here->id == id_of(plan);
    const std::string& pin = plan.index_body.empty() ? plan.digest : plan.source_digest;
    if (is_pinned() ? has_digest(*here, pin) : here->digest == plan.digest || is_equal) {
      const std::string digest = is_pinned() ? plan.digest : here->digest;
      BERTH_CHECK_OK(remember_origin(settings_.state_folder, name_, {plan.source_digest, digest}));
      BERTH_CHECK_OK(carry_signatures(settings_.state_folder, plan.digest, digest));
      return std::optional(Pulled{.reference = name_, .digest = digest, .previous = here->digest, .id = here->id});
    }
    if (is_equal || options_.moves_tag || name_.tag.empty()) return std::optional<Pulled>();
    return fail(Errc::AlreadyExists,
                fmt::format("the tag is here with the digest {}, and the registry has {} under it; a tag does not "
                            "change: 'berth image update {}' brings the registry's here all the same",
                            here->digest, plan.digest, to_string(name_)));
  }

  Result<void> stage(const ImagePlan& plan, Staging& staging, RegistryClient& registry, const KnownLayers& known) {
    BERTH_CHECK_OK(staging.begin(plan));
    for (std::size_t i = 0; i < plan.manifest.layers.size(); ++i) {
      if (known.contains({plan.manifest.layers[i].digest, plan.config.diff_ids[i]})) continue;
      BERTH_CHECK_OK(staging.add_layer(plan, i, registry));
    }
    return {};
  }

  Result<Pulled> store(const ImagePlan& plan, Staging& staging) {
    BERTH_TRY(const UniqueFd lock, lock_name(settings_, name_, deadline_));
    BERTH_TRY(std::optional<Pulled> here, look_here(plan));
    if (here) return *std::move(here);
    // First, so that what cannot be remembered is not here either; of an image that is not here it says nothing.
    BERTH_CHECK_OK(remember_origin(settings_.state_folder, name_, {plan.source_digest, plan.digest}));
    step(fmt::format("unpacking {}", to_string(name_)));
    BERTH_CHECK_OK(commit_staged(staging, plan, name_, settings_, deadline_));
    return Pulled{.reference = name_,
                  .digest = plan.digest,
                  .previous = previous_,
                  .id = id_of(plan),
                  .fetched_bytes = staging.fetched_bytes(),
                  .changed = true};
  }

  Reference name_;  // that the image gets here
  Reference given_;
  const MoveSettings& settings_;
  const PullOptions& options_;
  Staging::Deadline deadline_;
  std::string previous_;
};

}  // namespace

Error with_mirrors(Error error, const std::vector<std::string>& mirrors) {
  if (mirrors.empty()) return error;
  std::string text = error.message() + "; before that, of its mirrors:";
  for (const std::string& mirror : mirrors) text += fmt::format("{} {}", text.ends_with(':') ? "" : ";", mirror);
  return Error(error.code(), std::move(text));
}

Result<UniqueFd> lock_name(const MoveSettings& settings, const Reference& name, Staging::Deadline deadline) {
  Reference tag = normalized(name);
  tag.digest.clear();  // with and without it the same tag is set
  const std::string hash = sha256_hex(to_string(tag));
  return lock_images(settings.cache_folder, fmt::format("name-{}", hash.substr(0, 2)), deadline);
}

Result<std::optional<StoredImage>> find_named(const MoveSettings& settings, const Reference& name) {
  BERTH_TRY(const LocalStore store, LocalStore::open(settings.storage.graph_root));
  BERTH_TRY(const std::vector<StoredImage> images, store.list_images());
  const std::string full = name_of(normalized(name));
  for (const StoredImage& image : images) {
    for (const Reference& own : image.names) {
      if (name_of(normalized(own)) != full) continue;
      const bool same = name.tag.empty() ? has_digest(image, name.digest) : own.tag == name.tag;
      if (same) return std::optional(image);
    }
  }
  return std::optional<StoredImage>();
}

Result<void> commit_staged(const Staging& staging, const ImagePlan& plan, const Reference& name,
                           const MoveSettings& settings, Staging::Deadline deadline) {
  BERTH_CHECK_OK(check_room(settings.storage.graph_root, staging.unpacked_bytes()));
  ToolBounds bounds = {.deadline = deadline};
  bounds.file_bytes = staging.largest_layer_bytes() + kToolFileSlack;
  BERTH_CHECK_OK(copy_into_storage(settings.storage, staging.folder(), name, bounds).context([] {
    return "put the image into the storage";
  }));
  BERTH_TRY(const std::optional<StoredImage> stored, find_named(settings, name));
  if (stored && stored->digest == plan.digest) return {};
  return fail(Errc::Corrupt, fmt::format("put '{}' into the storage: it has the digest {} there, and {} was put in",
                                         to_string(name), stored ? stored->digest : "of nothing", plan.digest));
}

Result<Pulled> pull_image(const Reference& given, const MoveSettings& settings, const PullOptions& options) {
  const auto doing = [&] { return fmt::format("pull image '{}'", to_string(given)); };
  if (is_created_here(given)) {
    return fail(Errc::InvalidInput, doing() + ": it was created on this machine, and no registry has it");
  }
  const Reference name = normalized(given);
  BERTH_TRY(const std::optional<Reference> own, find_own(given, settings).context(doing));
  if (own) {
    return fail(Errc::InvalidInput,
                fmt::format("{}: that is '{}' here, which was created on this machine, and no registry has it; to pull "
                            "another of that name write its registry, as '{}'",
                            doing(), to_string(*own), to_string(name)));
  }
  // A digest that is trusted is known once the manifest is; a name alone tells before anything is asked.
  if (settings.trust.digests.empty()) BERTH_CHECK_OK(check_name(settings.trust, name).context(doing));
  const Staging::Deadline deadline = Clock::now() + settings.time_limit;
  const RegistryOptions asking = {
      .credential_files = settings.registries.credential_files, .deadline = deadline, .on_wait = settings.on_step};
  BERTH_TRY(Reference tagged, with_tag(name, settings, asking).context(doing));
  Pull pull(std::move(tagged), settings, options, deadline);
  const auto run = [&](RegistryClient& registry) -> Result<Pulled> {
    BERTH_TRY(Pulled pulled, pull.run(registry));
    pulled.warnings = registry.warnings();
    return pulled;
  };
  return at_places(name, settings, asking, run).context(doing);
}

}  // namespace berth::image
