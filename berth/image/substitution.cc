#include "berth/image/substitution.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "berth/image/short_names.h"
#include "berth/image/tag_order.h"

namespace berth::image {
namespace {

constexpr std::string_view kAnyName = "/*";
constexpr std::size_t kExact = 1 << 20;  // above every length of a name

// How well `pattern` fits: more is better, nothing when it does not.
std::optional<std::size_t> fit_of(const Reference& wanted, std::string_view pattern) {
  const std::string name = name_of(normalized(wanted));
  if (pattern.ends_with(kAnyName)) {
    const auto parent = parse_reference(std::string(pattern.substr(0, pattern.size() - 1)) + "x");
    if (!parent) return std::nullopt;
    std::string folder = name_of(normalized(*parent));
    folder.pop_back();
    return name.starts_with(folder) ? std::optional(folder.size()) : std::nullopt;
  }
  const auto row = parse_reference(pattern);
  if (!row || name_of(normalized(*row)) != name) return std::nullopt;
  if (row->tag.empty()) return kExact;
  return row->tag == wanted.tag ? std::optional(kExact + 1) : std::nullopt;
}

// The name under which `image` was found: the one among its names that `asked` means, tag included, as a user writes
// it (images of this machine without their registry).
Reference name_used(const LocalImage& image, const Reference& asked) {
  const Reference full = with_long_name(asked);
  Reference used = full;
  for (const Reference& name : image.names) {
    const bool fits = normalized(name).path == normalized(full).path && !name.tag.empty() &&
                      (full.tag.empty() || full.tag == name.tag);
    if (!fits) continue;
    // Of several tags on one image the newest is the one that a name without tag means.
    if (used.tag.empty() || is_taken_before(name.tag, used.tag)) used = name;
  }
  if (used.registry == "localhost") used.registry.clear();
  return used;
}

}  // namespace

std::vector<Reference> names_meant(const LocalImage& image, const Reference& asked) {
  const Reference full = with_long_name(asked);
  std::vector<Reference> found;
  std::vector<std::string> tags;
  for (const Reference& name : image.names) {
    const bool here = full.registry.empty() && is_created_here(name);
    const bool same_place = here || normalized(name).registry == normalized(full).registry;
    if (same_place && (here ? name.path == full.path : normalized(name).path == normalized(full).path)) {
      found.push_back(name);
      if (!name.tag.empty()) tags.push_back(name.tag);
    }
  }
  // A digest alone decides what is meant; else the tag does, the newest one where none was written.
  const bool is_pinned = !full.digest.empty();
  const std::string tag = full.tag.empty() && !is_pinned ? newest_tag(tags).value_or("") : full.tag;
  if (tag.empty()) return found;
  std::vector<Reference> tagged;
  std::ranges::copy_if(found, std::back_inserter(tagged), [&](const Reference& name) { return name.tag == tag; });
  return tagged.empty() && is_pinned ? found : tagged;
}

Result<SubstitutionRow> parse_substitution(std::string_view pattern, std::string_view use) {
  const auto where = [&] { return fmt::format("setting {} '{}'", kSubstituteSetting, pattern); };
  const bool any = pattern.ends_with(kAnyName);
  const std::string probe = any ? std::string(pattern.substr(0, pattern.size() - 1)) + "x" : std::string(pattern);
  BERTH_TRY(const Reference read, parse_reference(probe).context(where));
  if (!read.digest.empty()) {
    return fail(Errc::InvalidInput, fmt::format("{}: a pattern has no digest", where()));
  }
  BERTH_TRY(Reference used, parse_reference(use).context(where));
  return SubstitutionRow{.pattern = std::string(pattern), .use = std::move(used)};
}

Substituted substitute(const Reference& wanted, const SubstitutionTable& table) {
  if (!wanted.digest.empty()) return {.reference = wanted};
  const SubstitutionRow* best = nullptr;
  std::size_t best_fit = 0;
  for (const SubstitutionRow& row : table) {
    const auto fit = fit_of(wanted, row.pattern);
    if (!fit || (best != nullptr && *fit <= best_fit)) continue;
    best = &row;
    best_fit = *fit;
  }
  if (best == nullptr) return {.reference = wanted};
  return {.reference = best->use, .pattern = best->pattern};
}

Result<ResolvedImage> resolve_image(const LocalStore& store, const Reference& wanted, const SubstitutionTable& table,
                                    const TrustPolicy& trust) {
  return resolve_image([&](const Reference& one) { return store.find_image(one); }, wanted, table, trust);
}

Result<ResolvedImage> resolve_image(const FindImage& find, const Reference& wanted, const SubstitutionTable& table,
                                    const TrustPolicy& trust) {
  auto image = find(wanted);
  if (image) {
    BERTH_CHECK_OK(check_trust(trust, names_meant(*image, wanted), digests_of(*image)));
    Reference used = name_used(*image, wanted);
    return ResolvedImage{.image = std::move(*image), .wanted = wanted, .used = std::move(used)};
  }
  if (image.error().code() != Errc::NotFound) return std::unexpected(std::move(image).error());
  const Substituted instead = substitute(wanted, table);
  if (instead.pattern.empty()) {
    // That a name is mistaken says more than that it is not here.
    if (!look_alike_of(trust, with_long_name(wanted)).empty()) BERTH_CHECK_OK(check_name(trust, wanted));
    if (!wanted.digest.empty()) return std::unexpected(std::move(image).error());
    return fail(Errc::NotFound, fmt::format("{}, or let another stand in for it with the setting {}",
                                            image.error().message(), kSubstituteSetting));
  }
  BERTH_TRY(LocalImage found, find(instead.reference).context([&] {
    return fmt::format("use what setting {} '{}' puts in place of '{}'", kSubstituteSetting, instead.pattern,
                       to_string(wanted));
  }));
  BERTH_CHECK_OK(check_trust(trust, names_meant(found, instead.reference), digests_of(found)));
  Reference used = name_used(found, instead.reference);
  std::string why = fmt::format("'{}' is not on this machine; setting {} '{}' puts '{}' in its place ({})",
                                to_string(wanted), kSubstituteSetting, instead.pattern, to_string(used), found.digest);
  return ResolvedImage{.image = std::move(found), .wanted = wanted, .used = std::move(used), .why = std::move(why)};
}

}  // namespace berth::image
