#include "berth/image/image_update.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <mutex>
#include <utility>

#include "berth/image/at_once.h"
#include "berth/image/origins.h"
#include "berth/image/pull.h"
#include "berth/image/short_names.h"
#include "berth/sys/full_disk.h"
#include "berth/sys/interrupt.h"

namespace berth::image {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kAtOnce = 8;
constexpr auto kQuestionTime = std::chrono::minutes(2);

// Those of the names here that `name` is, where it has no tag with all their tags.
std::vector<Reference> names_like(const Reference& name, const std::vector<Reference>& here) {
  std::vector<Reference> meant;
  std::ranges::copy_if(here, std::back_inserter(meant), [&](const Reference& own) {
    return name_of(own) == name_of(name) && (name.tag.empty() || own.tag == name.tag);
  });
  return meant;
}

// What a person means with `given`: names of registries first; what is here only as an image of this machine is that,
// and no registry is asked about it; itself where none is here.
std::vector<Reference> names_to_update(const Reference& given, const std::vector<Reference>& here) {
  const Reference name = normalized(given);
  if (!name.digest.empty()) return {name};
  std::vector<Reference> meant = names_like(name, here);
  if (meant.empty() && given.registry.empty()) {
    Reference own = with_long_name(given);
    own.registry = "localhost";
    meant = names_like(normalized(own), here);
  }
  return meant.empty() ? std::vector{name} : meant;
}

void fail_with(UpdateResult& result, Error error) {
  result.state = UpdateState::Failed;
  result.error = sys::with_room_advice(std::move(error)).message();
}

// Whether the registry still has under the tag what is here. Asks for the digest alone.
struct Looked {
  bool is_unchanged = false;
  std::vector<std::string> warnings;
};
Result<Looked> look_at_registry(const Reference& name, const std::string& digest, const MoveSettings& settings) {
  const RegistryOptions options = {.credential_files = settings.registries.credential_files,
                                   .deadline = Clock::now() + kQuestionTime,
                                   .on_wait = settings.on_step};
  BERTH_TRY(const std::optional<Origin> origin, find_origin(settings.state_folder, name));
  const auto ask = [&](RegistryClient& registry) -> Result<Looked> {
    BERTH_TRY(const std::optional<std::string> there, registry.find_digest(name.tag));
    if (!there) {
      return fail(Errc::NotFound, fmt::format("the registry '{}' has no tag '{}' of it any more; the image stays here",
                                              registry.place().registry, name.tag));
    }
    const bool is_origin = origin && origin->digest == digest && origin->source_digest == *there;
    return Looked{*there == digest || is_origin, registry.warnings()};
  };
  return at_places(name, settings, options, ask);
}

// What is to be done about a name.
struct Found {
  bool differs = false;
  bool lacks_signature = false;  // what is here does
};
Found look(UpdateResult& result, const MoveSettings& settings, const UpdateOptions& options) {
  if (is_created_here(result.reference)) {
    fail_with(result, Error(Errc::InvalidInput,
                            "it was created on this machine, and no registry has it: there is nothing to update from"));
    return {};
  }
  const auto here =
      result.reference.tag.empty() ? std::nullopt : find_named(settings, result.reference).value_or(std::nullopt);
  if (!here) return {.differs = true};  // the pull finds what there is
  result.before = here->digest;
  result.after = here->digest;
  std::vector<std::string> digests = here->other_digests;
  digests.push_back(here->digest);
  const auto trusted = check_trust(settings.trust, std::vector{result.reference}, digests);
  // Where a signature is needed, a pull looks for it, also of what is here already.
  const bool needs_signature = !trusted && check_name(settings.trust, result.reference);
  if (!trusted && !needs_signature) {
    if (options.leaves_untrusted) {
      result.state = UpdateState::LeftAlone;
    } else {
      fail_with(result, trusted.error());
    }
    return {};
  }
  auto looked = look_at_registry(result.reference, here->digest, settings);
  if (!looked) {
    fail_with(result, std::move(looked).error());
    return {};
  }
  result.warnings = std::move(looked->warnings);
  return {.differs = !looked->is_unchanged || needs_signature, .lacks_signature = needs_signature};
}

// `may_lack_signature`: it is left alone where none is found.
void bring(UpdateResult& result, const MoveSettings& settings, bool may_lack_signature) {
  const auto pulled = pull_image(result.reference, settings, {.moves_tag = true});
  if (!pulled && may_lack_signature && pulled.error().code() == Errc::Denied) {
    result.state = UpdateState::LeftAlone;
    return;
  }
  if (!pulled) return fail_with(result, pulled.error());
  result.reference = pulled->reference;
  result.after = pulled->digest;
  result.fetched_bytes = pulled->fetched_bytes;
  result.warnings = pulled->warnings;
  if (pulled->changed) result.state = result.before.empty() ? UpdateState::New : UpdateState::Updated;
}

}  // namespace

std::string_view to_string(UpdateState state) {
  switch (state) {
    case UpdateState::Unchanged:
      return "unchanged";
    case UpdateState::Updated:
      return "updated";
    case UpdateState::New:
      return "new";
    case UpdateState::LeftAlone:
      return "left alone";
    case UpdateState::Failed:
      return "failed";
  }
  return "failed";
}

namespace {

// Of all images, with a tag.
Result<std::vector<Reference>> names_here(const MoveSettings& settings) {
  BERTH_TRY(const LocalStore store, LocalStore::open(settings.storage.graph_root));
  BERTH_TRY(const std::vector<StoredImage> images, store.list_images());
  std::vector<Reference> names;
  for (const StoredImage& image : images) {
    for (const Reference& name : image.names) {
      if (!name.tag.empty()) names.push_back(normalized(name));
    }
  }
  std::ranges::sort(names, {}, [](const Reference& name) { return to_string(name); });
  return names;
}

}  // namespace

Result<std::vector<Reference>> names_from_registries(const MoveSettings& settings) {
  BERTH_TRY(std::vector<Reference> names, names_here(settings));
  std::erase_if(names, is_created_here);
  return names;
}

Result<std::vector<UpdateResult>> update_images(const std::vector<Reference>& names, const MoveSettings& settings,
                                                const UpdateOptions& options) {
  BERTH_TRY(const std::vector<Reference> here, names_here(settings));
  std::vector<UpdateResult> results;
  for (const Reference& name : names) {
    for (Reference& meant : names_to_update(name, here)) results.push_back({.reference = std::move(meant)});
  }
  if (settings.on_step) settings.on_step(fmt::format("asking registries about {} images", results.size()));
  std::vector<Found> found(results.size());
  // Several wait at once, and each tells of it.
  std::mutex telling;
  MoveSettings asking = settings;
  asking.on_step = [&](std::string_view text) {
    const std::lock_guard lock(telling);
    if (settings.on_step) settings.on_step(text);
  };
  const auto goes_on = [] { return sys::check_interrupted().context([] { return "update images"; }); };
  at_once(results.size(), kAtOnce, [&](std::size_t i) {
    if (goes_on()) found[i] = look(results[i], asking, options);
  });
  for (std::size_t i = 0; i < results.size(); ++i) {
    // What was asked to end is over, and no failure of the images that are left.
    BERTH_CHECK_OK(goes_on());
    if (found[i].differs) bring(results[i], settings, options.leaves_untrusted && found[i].lacks_signature);
  }
  BERTH_CHECK_OK(goes_on());
  return results;
}

}  // namespace berth::image
