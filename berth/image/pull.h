// From a registry into the storage.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
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
  Reference reference;   // that it has here: with registry, and tag or digest
  std::string digest;    // of the manifest
  std::string previous;  // the digest that the name had before; empty: it was not here
  std::string id;
  std::uint64_t fetched_bytes = 0;  // of layers; 0 when all were here
  bool changed = false;             // false: the storage had it under that name
  std::vector<std::string> warnings;
};

// Brings the image into the storage, under its full name. Without tag and digest the newest tag is meant. With a digest
// that alone decides, be it of a manifest or of an index; a tag beside it is kept where the registry has the same under
// it and it is free here, else the image is here by its digest alone. Nothing is
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

// The lock that belongs to a name and its tag. Errors: as of lock_images.
Result<UniqueFd> lock_name(const MoveSettings& settings, const Reference& name, Staging::Deadline deadline);

// `error`, and behind it what the mirrors said that were asked before.
Error with_mirrors(Error error, const std::vector<std::string>& mirrors);

// Opens the first place that can be asked about `reference` and gives it to `act`, then the next one when that place
// does not have the image, cannot be reached, or serves what breaks the rules. Errors: those of `act` for the registry itself, or of opening, with
// what its mirrors said.
template <class Act>
auto at_places(const Reference& reference, const MoveSettings& settings, const RegistryOptions& options, Act&& act)
    -> decltype(act(std::declval<RegistryClient&>())) {
  decltype(act(std::declval<RegistryClient&>())) last = fail(Errc::Internal, "no place to ask");
  std::vector<std::string> mirrors;  // what they said
  auto places = places_of(settings.registries, reference.registry);
  for (std::size_t i = 0; i < places.size(); ++i) {
    auto registry = RegistryClient::open(places[i], reference.path, options);
    const bool is_open = registry.has_value();
    if (is_open) {
      last = act(*registry);
      if (last) return last;
    } else {
      last = std::unexpected(std::move(registry).error());
    }
    // What a mirror serves that breaks the rules is no word on what the next place has.
    constexpr Errc kItsOwn[] = {Errc::NotFound, Errc::Unavailable,  Errc::TimedOut, Errc::Denied,
                                Errc::Corrupt,  Errc::InvalidInput, Errc::Exhausted};
    const bool goes_on = !is_open || std::ranges::find(kItsOwn, last.error().code()) != std::ranges::end(kItsOwn);
    if (!goes_on) return last;
    if (i + 1 < places.size()) mirrors.push_back(last.error().message());
  }
  return std::unexpected(with_mirrors(std::move(last).error(), mirrors));
}

}  // namespace berth::image
