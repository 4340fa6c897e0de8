#include "berth/image/own_name.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::image {
namespace {

// Where docker.io keeps names without an organisation. Whoever trusts it trusts what he has named there, and names of
// images of this machine that have no organisation are theirs.
constexpr std::string_view kLibrary = "library/";

std::unexpected<Error> refuse(const Reference& written, std::string_view why) {
  const std::string last = written.path.substr(written.path.rfind('/') + 1);
  return fail(Errc::InvalidInput, fmt::format("name an image of this machine '{}': {}; choose another name, as "
                                              "'own/{}'",
                                              written.path, why, last));
}

}  // namespace

Result<void> check_own_name(const TrustPolicy& policy, const Reference& name) {
  const Reference written = {.registry = "", .path = name.path, .tag = name.tag, .digest = ""};
  const Reference meant = normalized(written);
  const TrustPolicy standing = default_trust();
  TrustPolicy places;
  places.organisations = policy.organisations;
  places.organisations.insert(places.organisations.end(), standing.organisations.begin(), standing.organisations.end());
  const bool has_organisation = written.path.contains('/');
  for (const Reference& row : places.organisations) {
    const std::string below = row.path + "/";
    if (row.registry != meant.registry || !meant.path.starts_with(below)) continue;
    if (below == kLibrary && !has_organisation) continue;
    return refuse(written, fmt::format("items that write that mean the image of '{}' at '{}', and would run this one "
                                       "in its place",
                                       row.path, row.registry));
  }
  const auto is_named = [&](const Reference& row) { return row.registry == meant.registry && row.path == meant.path; };
  if (std::ranges::any_of(policy.names, is_named)) {
    return refuse(written, fmt::format("{}.names trusts the image of that name at '{}', and items that write it would "
                                       "run this one in its place",
                                       kTrustSetting, meant.registry));
  }
  if (const SignatureRule* rule = rule_for(policy.signatures, meant);
      rule != nullptr && rule->reach != Reach::Registry) {
    return refuse(written, fmt::format("{}.signatures ({}) asks for a signature of what has that name at '{}', and "
                                       "items that write it would run this one in its place",
                                       kTrustSetting, to_string(*rule), meant.registry));
  }
  if (!has_organisation) return {};
  if (const std::string alike = look_alike_of(places, meant); !alike.empty()) {
    return refuse(written, fmt::format("it looks like '{}', which is trusted, and is another", alike));
  }
  return {};
}

}  // namespace berth::image
