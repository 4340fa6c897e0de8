#include "berth/image/image_signing.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "berth/base/sha256.h"
#include "berth/image/origins.h"
#include "berth/image/pull.h"
#include "berth/image/signature_check.h"
#include "berth/image/signature_object.h"
#include "berth/image/signature_records.h"
#include "berth/image/signature_search.h"
#include "berth/sys/file.h"
#include "berth/sys/interrupt.h"

namespace berth::image {
namespace {

using Clock = std::chrono::steady_clock;

Descriptor descriptor_of(std::string_view media_type, std::string_view bytes) {
  return {.media_type = std::string(media_type), .digest = "sha256:" + sha256_hex(bytes), .size_bytes = bytes.size()};
}

std::string id_in(const ImagePlan& plan) {
  return plan.manifest.config.digest.substr(std::string_view("sha256:").size());
}

// The digest to look for of an image that is here: of the index that its tag named, where that is known.
Result<std::string> digest_there(const StoredImage& here, const Reference& name, const MoveSettings& settings) {
  BERTH_TRY(const std::optional<Origin> origin, find_origin(settings.state_folder, name));
  return origin && origin->digest == here.digest ? origin->source_digest : here.digest;
}

// What of `name` is here, and is what it means: a digest alone decides.
Result<std::optional<StoredImage>> find_meant(const Reference& name, const MoveSettings& settings) {
  BERTH_TRY(std::optional<StoredImage> here, find_named(settings, name));
  if (here && !name.digest.empty() && !has_digest(*here, name.digest)) here.reset();
  return here;
}

class Signing {
 public:
  Signing(const Reference& name, const PrivateKey& key, const MoveSettings& settings, Staging::Deadline deadline)
      : name_(name), key_(key), settings_(settings), deadline_(deadline) {}

  Result<SignedImage> run(RegistryClient& registry) {
    step(fmt::format("asking '{}' for {}", registry.place().registry, to_string(name_)));
    BERTH_TRY(const std::string digest, find_digest(registry));
    SignedImage made = {name_, digest, signature_tag(digest), key_.public_key().fingerprint, false};
    const std::string claim = signed_claim_of(name_, digest);
    BERTH_TRY(const std::string before, fetch_before(registry, made.tag));
    BERTH_TRY(const bool is_signed, has_ours(before, claim));
    if (is_signed) return made;
    BERTH_TRY(const std::string signature, key_.sign(claim));
    BERTH_TRY(const SignatureManifest manifest, with_signature(before, descriptor_of(kClaimType, claim), signature));
    step(fmt::format("putting the signature under '{}'", made.tag));
    sweep_work_folders(settings_.cache_folder / "images/sign");
    BERTH_TRY(const WorkFolder work, WorkFolder::open(settings_.cache_folder / "images/sign" / sha256_hex(made.tag),
                                                      deadline_, settings_.on_step, sys::check_interrupted));
    BERTH_CHECK_OK(send(registry, work, descriptor_of(kClaimType, claim), claim));
    BERTH_CHECK_OK(send(registry, work, descriptor_of("", manifest.config), manifest.config));
    const auto tag_is = before.empty() ? RegistryClient::TagIs::New : RegistryClient::TagIs::Changed;
    BERTH_CHECK_OK(registry.put_manifest(made.tag, manifest.body, std::string(kOciManifestType), tag_is));
    BERTH_CHECK_OK(verify(registry, made.tag, manifest.body));
    made.changed = true;
    return made;
  }

 private:
  void step(const std::string& text) const {
    if (settings_.on_step) settings_.on_step(text);
  }

  Result<std::string> find_digest(RegistryClient& registry) {
    if (!name_.digest.empty()) {
      BERTH_TRY(const FetchedManifest there, registry.fetch_manifest(name_.digest));
      return there.digest;
    }
    BERTH_TRY(const std::optional<StoredImage> here, find_named(settings_, name_));
    if (!here) {
      return fail(
          Errc::NotFound,
          "the image is not on this machine under that name, and what a registry has under a tag it can change: "
          "name its digest, NAME@sha256:..., as 'berth image push' tells it");
    }
    BERTH_TRY(const FetchedManifest there, registry.fetch_manifest(name_.tag));
    BERTH_TRY(const std::string expected, digest_there(*here, name_, settings_));
    if (there.digest == expected || has_digest(*here, there.digest)) return there.digest;
    return fail(Errc::Denied,
                fmt::format("the registry has the digest {} under the tag, and {} is here; name the digest "
                            "that is meant, NAME@sha256:...",
                            there.digest, here->digest));
  }

  // The signatures that are there; empty: there are none.
  static Result<std::string> fetch_before(RegistryClient& registry, const std::string& tag) {
    auto fetched = registry.fetch_manifest(tag);
    if (fetched) return std::move(fetched->body);
    if (fetched.error().code() == Errc::NotFound) return std::string();
    return std::unexpected(std::move(fetched).error().in("look at the signatures that are there"));
  }

  Result<bool> has_ours(const std::string& before, const std::string& claim) const {
    if (before.empty()) return false;
    BERTH_TRY(const auto entries, parse_signature_manifest(before, kOciManifestType));
    for (const SignatureEntry& entry : entries) {
      if (!entry.problem.empty() || entry.claim.digest != descriptor_of("", claim).digest) continue;
      BERTH_TRY(const bool is_ours, is_signed_by(key_.public_key(), claim, entry.signature));
      if (is_ours) return true;
    }
    return false;
  }

  static Result<void> send(RegistryClient& registry, const WorkFolder& work, const Descriptor& blob,
                           const std::string& bytes) {
    BERTH_TRY(const bool there, registry.has_blob(blob.digest));
    if (there) return {};
    const std::filesystem::path file = work.path() / sha256_hex(bytes);
    BERTH_CHECK_OK(sys::write_file_atomically(file, bytes, 0600));
    return registry.upload_blob(blob, file);
  }

  static Result<void> verify(RegistryClient& registry, const std::string& tag, const std::string& body) {
    BERTH_TRY(const FetchedManifest fetched,
              registry.fetch_manifest(tag).context([] { return "look at what the registry has taken"; }));
    if (fetched.body == body) return {};
    return fail(Errc::AlreadyExists,
                fmt::format("another signature came in between under '{}'; sign once more, which adds to it", tag));
  }

  const Reference& name_;
  const PrivateKey& key_;
  const MoveSettings& settings_;
  Staging::Deadline deadline_;
};

Result<SignatureRule> rule_meant(const Reference& name, const std::optional<PublicKey>& key, const TrustPolicy& trust) {
  if (key) {
    return SignatureRule{.reach = Reach::Name, .place = {.registry = name.registry, .path = name.path}, .keys = {*key}};
  }
  if (const SignatureRule* rule = rule_for(trust.signatures, name)) return *rule;
  return fail(Errc::InvalidInput,
              fmt::format("no row of {}.signatures is for it; name a public key with --key", kTrustSetting));
}

}  // namespace

Result<SignedImage> sign_image(const Reference& given, const PrivateKey& key, const MoveSettings& settings) {
  const auto doing = [&] { return fmt::format("sign image '{}'", to_string(given)); };
  if (is_created_here(given)) {
    return fail(Errc::InvalidInput,
                doing() +
                    ": that is a name of this machine, where signatures cannot lie; push the image, and name it as "
                    "the registry has it");
  }
  if (given.tag.empty() && given.digest.empty()) {
    return fail(Errc::InvalidInput, doing() + ": name its tag or its digest");
  }
  const Reference name = normalized(given);
  const Staging::Deadline deadline = Clock::now() + settings.time_limit;
  const RegistryOptions options = {.credential_files = settings.registries.credential_files,
                                   .writes = true,
                                   .deadline = deadline,
                                   .on_wait = settings.on_step};
  // At the registry itself: a mirror is for reading.
  auto places = places_of(settings.registries, name.registry);
  BERTH_TRY(RegistryClient registry, RegistryClient::open(std::move(places.back()), name.path, options).context(doing));
  return Signing(name, key, settings, deadline).run(registry).context(doing);
}

Result<VerifiedImage> verify_image(const Reference& given, const std::optional<PublicKey>& key,
                                   const MoveSettings& settings) {
  const auto doing = [&] { return fmt::format("verify image '{}'", to_string(given)); };
  if (is_created_here(given)) {
    return fail(Errc::InvalidInput, doing() + ": it was created on this machine, and nobody has signed it");
  }
  if (given.tag.empty() && given.digest.empty()) {
    return fail(Errc::InvalidInput, doing() + ": name its tag or its digest");
  }
  const Reference name = normalized(given);
  BERTH_TRY(const SignatureRule rule, rule_meant(name, key, settings.trust).context(doing));
  BERTH_TRY(const std::optional<StoredImage> here, find_meant(name, settings).context(doing));
  std::string asked = name.digest.empty() ? name.tag : name.digest;
  if (here && name.digest.empty()) {
    BERTH_TRY(asked, digest_there(*here, name, settings).context(doing));
  }
  const RegistryOptions options = {.credential_files = settings.registries.credential_files,
                                   .deadline = Clock::now() + settings.time_limit,
                                   .on_wait = settings.on_step};
  const auto look = [&](RegistryClient& registry) -> Result<VerifiedImage> {
    if (settings.on_step) {
      settings.on_step(fmt::format("asking '{}' for {}", registry.place().registry, to_string(name)));
    }
    BERTH_TRY(const ImagePlan plan, plan_image(registry, asked));
    if (here && here->id != id_in(plan)) {
      return fail(Errc::Corrupt, fmt::format("the registry has another image under {} than is here", asked));
    }
    BERTH_TRY(VerifiedSignature found,
              fetch_signature(source_of(registry), name, {plan.source_digest, plan.digest}, rule));
    if (!key) {
      BERTH_CHECK_OK(remember_signature_of(plan, found, settings));
      if (here) BERTH_CHECK_OK(carry_signatures(settings.state_folder, plan.digest, here->digest));
    }
    return VerifiedImage{name, plan.digest, std::move(found), here.has_value()};
  };
  return at_places(name, settings, options, look).context(doing);
}

}  // namespace berth::image
