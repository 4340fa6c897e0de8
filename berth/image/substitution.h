// Images that cannot be had, and what an operator lets stand in for them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/local_store.h"
#include "berth/image/reference.h"
#include "berth/image/trust.h"

namespace berth::image {

// One row of the setting: what is asked for, and the local image that stands in. The pattern is `name:tag`, `name`
// (any tag) or `organisation/*` (any name below it).
struct SubstitutionRow {
  std::string pattern;
  Reference use;
};
using SubstitutionTable = std::vector<SubstitutionRow>;

// Checks one row as the setting has it. Errors: InvalidInput with the row and the reason.
Result<SubstitutionRow> parse_substitution(std::string_view pattern, std::string_view use);

struct Substituted {
  Reference reference;
  std::string pattern;  // the row that was followed; empty when none fits and `reference` is what was asked for
};

// Follows the row of `table` that fits best: `name:tag` before `name` before the longest `organisation/*`. It is
// followed once, never along a chain. Nothing stands in for what a digest names: it is that image or none.
Substituted substitute(const Reference& wanted, const SubstitutionTable& table);

// What a call runs on, for its outcome.
struct ResolvedImage {
  LocalImage image;
  Reference wanted;
  Reference used;   // with tag where the image has one
  std::string why;  // one line when something else than `wanted` is used; empty otherwise
};

// The names of `image` that `asked` means, with their registries and that tag alone: what its trust is judged by. That
// it has another name, which is trusted, says nothing of this one. Pure.
std::vector<Reference> names_meant(const LocalImage& image, const Reference& asked);

// Finds `wanted`, or what `table` puts in its place when it is not here, and holds what was found to `trust`. `find`
// answers NotFound for what is not.
// Errors: those of `find`, or of LocalStore::find_image; Denied when it is not trusted, or is not here and looks like
// what is.
using FindImage = std::function<Result<LocalImage>(const Reference&)>;
Result<ResolvedImage> resolve_image(const FindImage& find, const Reference& wanted, const SubstitutionTable& table,
                                    const TrustPolicy& trust);
Result<ResolvedImage> resolve_image(const LocalStore& store, const Reference& wanted, const SubstitutionTable& table,
                                    const TrustPolicy& trust);

}  // namespace berth::image
