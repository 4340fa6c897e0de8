// From a registry into the storage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/local_store.h"
#include "berth/image/reference.h"
#include "berth/image/staging.h"

namespace berth::image {

struct PullOptions {
  // A tag that is here with another digest: false refuses, true lets the name go over to what the registry has. The
  // image that had it stays, without that name.
  bool moves_tag = false;
};

struct Pulled {
  Reference reference;   // with registry, and tag where there is one
  std::string digest;    // of the manifest
  std::string previous;  // the digest that the name had before; empty: it was not here
  std::string id;
  std::uint64_t fetched_bytes = 0;  // of layers; 0 when all were here
  bool changed = false;             // false: the storage had it under that name
};

// Brings the image into the storage, under its full name. Without tag and digest the newest tag is meant. Nothing is
// fetched that the image does not consist of, and nothing of it before what names it was judged: trust, manifest,
// configuration, each layer; then skopeo unpacks exactly that.
//
// Safe to run again after it was interrupted anywhere, and from several places at once: what was fetched is used, and
// the name appears when the image is whole. Errors: Denied when the image is not trusted, or was created here;
// AlreadyExists when the tag is here with another digest; Corrupt for what breaks its own rules; those of
// RegistryClient, Staging and the tool.
Result<Pulled> pull_image(const Reference& reference, const MoveSettings& settings, const PullOptions& options = {});

// Puts the staged image of `plan` under `name`, and looks whether it is there. The caller holds the lock on the name.
// Errors: Corrupt when the storage has something else afterwards; those of the tool.
Result<void> commit_staged(const Staging& staging, const ImagePlan& plan, const Reference& name,
                           const MoveSettings& settings, Staging::Deadline deadline);

// The image that the storage has under exactly this name with its tag (or, without one, its digest).
// Errors: those of LocalStore.
Result<std::optional<StoredImage>> find_named(const MoveSettings& settings, const Reference& name);

// The lock that belongs to a name. Errors: as of lock_images.
Result<UniqueFd> lock_name(const MoveSettings& settings, const Reference& name, Staging::Deadline deadline);

// Opens the first place that can be asked about `reference` and gives it to `act`, then the next one when that place
// does not have the image or cannot be reached. Errors: those of `act` for the registry itself, or of opening.
template <class Act>
auto at_places(const Reference& reference, const MoveSettings& settings, const RegistryOptions& options, Act&& act)
    -> decltype(act(std::declval<RegistryClient&>())) {
  decltype(act(std::declval<RegistryClient&>())) last = fail(Errc::Internal, "no place to ask");
  for (RegistryPlace& place : places_of(settings.registries, reference.registry)) {
    auto registry = RegistryClient::open(std::move(place), reference.path, options);
    if (!registry) {
      last = std::unexpected(std::move(registry).error());
      continue;
    }
    last = act(*registry);
    if (last) return last;
    const Errc code = last.error().code();
    if (code != Errc::NotFound && code != Errc::Unavailable && code != Errc::TimedOut && code != Errc::Denied)
      return last;
  }
  return last;
}

}  // namespace berth::image
