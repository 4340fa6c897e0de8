#include "berth/app/image_settings.h"

namespace berth::app {

SetValue trusted_images(image::TrustPolicy& into) {
  const auto no_signatures = [](const YamlNode& node, const Place& place) -> Result<void> {
    return fail(Errc::InvalidInput,
                place.text(node) +
                    " is no setting: no tool of Debian 12 verifies an image's signature apart from fetching it (there "
                    "is no cosign, and skopeo checks only what it fetches itself); name the images under 'digests', "
                    "which nobody can forge");
  };
  const SetValue lists = group({{"local", with(on_or_off, into.local)},
                                {"registries", list_with(image::parse_trusted_registry, into.registries)},
                                {"organisations", list_with(image::parse_trusted_organisation, into.organisations)},
                                {"names", list_with(image::parse_trusted_name, into.names)},
                                {"digests", list_with(image::parse_trusted_digest, into.digests)},
                                {"signatures", no_signatures}});
  return [lists, &into](const YamlNode& node, const Place& place) -> Result<void> {
    into.any = node.is_scalar() && node.text() == "any";
    if (into.any) return {};
    if (node.is_scalar() && !node.is_null()) {
      return fail(Errc::InvalidInput,
                  place.text(node) + " is the word 'any', or a mapping of lists to what they trust");
    }
    return lists(node, place);
  };
}

}  // namespace berth::app
