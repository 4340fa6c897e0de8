#include "berth/image/trust.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace berth::image {
namespace {

constexpr std::string_view kDockerHub = "docker.io";

// The registry that clients never ask anybody for.
constexpr std::string_view kHere = "localhost";

std::unexpected<Error> refuse_row(std::string_view list, std::string_view row, std::string_view why) {
  return fail(Errc::InvalidInput, fmt::format("setting {}.{} '{}': {}", kTrustSetting, list, row, why));
}

// The first component of the path, which is the organisation; nothing where a registry holds names without one.
std::string_view organisation_of(const Reference& name) {
  const std::size_t slash = name.path.find('/');
  return slash == std::string::npos ? std::string_view() : std::string_view(name.path).substr(0, slash);
}

bool lies_below(const Reference& name, const Reference& organisation) {
  return name.registry == organisation.registry && name.path.size() > organisation.path.size() &&
         name.path.starts_with(organisation.path) && name.path[organisation.path.size()] == '/';
}

// How a text looks at a glance: signs that are read alike become one, and what joins them is left out.
std::string glance(std::string_view text) {
  constexpr std::pair<std::string_view, char> kAlike[] = {
      {"rn", 'm'}, {"nn", 'm'}, {"vv", 'w'}, {"cl", 'd'}, {"0", 'o'}, {"1", 'l'}, {"i", 'l'}, {"j", 'l'},
      {"3", 'e'},  {"4", 'a'},  {"5", 's'},  {"6", 'b'},  {"7", 't'}, {"8", 'b'}, {"9", 'g'}, {"q", 'g'}};
  std::string seen;
  while (!text.empty()) {
    const auto alike = std::ranges::find_if(kAlike, [&](const auto& row) { return text.starts_with(row.first); });
    if (alike != std::ranges::end(kAlike)) {
      seen += alike->second;
      text.remove_prefix(alike->first.size());
      continue;
    }
    if (!std::string_view("-_.").contains(text.front())) seen += text.front();
    text.remove_prefix(1);
  }
  return seen;
}

// Whether one sign put in, left out, changed, or swapped with its neighbour leads from one text to the other.
bool is_one_slip_apart(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  const auto [at_a, at_b] = std::ranges::mismatch(a, b);
  const std::string_view rest_a(at_a, a.end());
  const std::string_view rest_b(at_b, b.end());
  if (rest_b.empty()) return true;
  if (a.size() < b.size()) return rest_a == rest_b.substr(1);
  if (rest_a.substr(1) == rest_b.substr(1)) return true;
  return rest_a.size() > 1 && rest_a[0] == rest_b[1] && rest_a[1] == rest_b[0] && rest_a.substr(2) == rest_b.substr(2);
}

bool looks_like(std::string_view text, std::string_view trusted) {
  constexpr std::size_t kShortest = 4;  // shorter words are one slip apart by chance
  if (text == trusted || text.empty()) return false;
  return glance(text) == glance(trusted) ||
         (std::min(text.size(), trusted.size()) >= kShortest && is_one_slip_apart(text, trusted));
}

// As a person writes it.
std::string short_name(const Reference& name) { return name.registry == kDockerHub ? name.path : name_of(name); }

Error unsigned_refusal(const SignatureRule& rule, const Reference& given, std::string_view digest,
                       const std::vector<VerifiedSignature>& known) {
  std::string why = fmt::format("none was verified here for {}", digest.empty() ? "it" : digest);
  for (const VerifiedSignature& one : known) {
    why = is_for(one, given) ? fmt::format("it is signed by the key {}, which is not among them", one.key)
                             : fmt::format("its signature is for '{}{}{}', which is another name", one.repository,
                                           one.tag.empty() ? "" : ":", one.tag);
  }
  const std::string name = to_string(given);
  Reference pinned = {.registry = given.registry, .path = given.path};
  pinned.digest = digest;
  const std::string elsewhere =
      digest.empty() ? std::string()
                     : fmt::format(" ('berth image verify {}' where it is Docker's or Podman's)", to_string(pinned));
  return Error(Errc::InvalidInput,
               fmt::format("use image '{}': it is not trusted: the setting {}.signatures ({}) asks for a signature by "
                           "{}, and {}; 'berth image pull {}' looks for one in its registry, also when the image is "
                           "here already{}, and {}.digests can name its digest",
                           name, kTrustSetting, to_string(rule), keys_text(rule), why, name, elsewhere, kTrustSetting));
}

Error refusal(const TrustPolicy& policy, const Reference& name, const Reference& given) {
  const Reference shown = {.registry = name.registry, .path = name.path};
  std::string why = fmt::format("use image '{}': it is not trusted", to_string(given));
  if (const std::string alike = look_alike_of(policy, name); !alike.empty()) {
    why += fmt::format(": its name looks like '{}', which is trusted, and is another", alike);
    return Error(Errc::InvalidInput, why + "; check how it is written");
  }
  const std::string_view organisation = organisation_of(name);
  if (is_created_here(name)) {
    return Error(Errc::InvalidInput, fmt::format("{}: {}.local is off; set it to on, or add its digest to {}.digests",
                                                 why, kTrustSetting, kTrustSetting));
  }
  return Error(
      Errc::InvalidInput,
      fmt::format("{}: {} is not among those that the setting {} names; trust it there, as '{}' under 'names' "
                  "for example",
                  why,
                  organisation.empty() ? fmt::format("the registry '{}'", name.registry)
                                       : fmt::format("the organisation '{}' of '{}'", organisation, name.registry),
                  kTrustSetting, short_name(shown)));
}

}  // namespace

TrustPolicy default_trust() {
  TrustPolicy policy;
  policy.organisations.push_back({.registry = std::string(kDockerHub), .path = "demisto"});
  return policy;
}

Result<std::string> parse_trusted_registry(std::string_view text) {
  // A registry alone is no reference, so that its grammar is tried with a name behind it.
  const auto probe = parse_reference(std::string(text) + "/x/y");
  if (!probe) return refuse_row("registries", text, probe.error().message());
  if (probe->registry.empty() || probe->path != "x/y") {
    return refuse_row("registries", text, "it is no registry: write its host name, with ':PORT' where it has one");
  }
  return normalized(*probe).registry;
}

Result<Reference> parse_trusted_organisation(std::string_view text) {
  const auto probe = parse_reference(std::string(text) + "/x");
  if (!probe) return refuse_row("organisations", text, probe.error().message());
  Reference organisation = normalized(*probe);
  if (organisation.path == "x" || organisation.path == "library/x" || text.empty()) {
    return refuse_row("organisations", text, "it is a registry: name it under 'registries'");
  }
  organisation.path.resize(organisation.path.size() - 2);
  return organisation;
}

Result<Reference> parse_trusted_name(std::string_view text) {
  auto name = parse_reference(text);
  if (!name) return refuse_row("names", text, name.error().message());
  if (!name->digest.empty()) return refuse_row("names", text, "name the digest under 'digests'");
  return normalized(*std::move(name));
}

Result<std::string> parse_trusted_digest(std::string_view text) {
  if (is_digest(text)) return std::string(text);
  return refuse_row("digests", text, "it is not 'sha256:' and 64 lower-case hexadecimal digits");
}

Result<void> add_signature_rule(TrustPolicy& policy, SignatureRule rule) {
  if (is_created_here(rule.place)) {
    return refuse_row("signatures", to_string(rule), "what was created on this machine has no signature");
  }
  for (const SignatureRule& other : policy.signatures) {
    if (other.reach != rule.reach || other.place != rule.place) continue;
    return refuse_row("signatures", to_string(rule), "it stands there twice; name all its keys in one row");
  }
  policy.signatures.push_back(std::move(rule));
  return {};
}

bool is_created_here(const Reference& name) { return normalized(name).registry == kHere; }

std::string look_alike_of(const TrustPolicy& policy, const Reference& given) {
  const Reference name = normalized(given);
  for (const Reference& trusted : policy.organisations) {
    if (lies_below(name, trusted)) continue;
    const std::string_view organisation = organisation_of(name);
    if (name.registry == trusted.registry && looks_like(organisation, trusted.path)) return trusted.path;
    if (organisation == trusted.path && looks_like(name.registry, trusted.registry)) return name_of(trusted);
  }
  for (const Reference& trusted : policy.names) {
    if (name.registry == trusted.registry && looks_like(name.path, trusted.path)) return short_name(trusted);
  }
  for (const std::string& trusted : policy.registries) {
    if (looks_like(name.registry, trusted)) return trusted;
  }
  return {};
}

Result<void> check_trust(const TrustPolicy& policy, const Reference& given, std::string_view digest) {
  const Reference name = normalized(given);
  if (digest.empty()) digest = name.digest;
  const bool has_digest = !digest.empty() && std::ranges::find(policy.digests, digest) != policy.digests.end();
  if (policy.any || has_digest) return {};
  if (const SignatureRule* rule = rule_for(policy.signatures, name)) {
    std::vector<VerifiedSignature> known;
    if (policy.find_verified && !digest.empty()) known = policy.find_verified(std::string(digest));
    if (std::ranges::any_of(known, [&](const auto& one) { return satisfies(one, *rule, name); })) return {};
    return std::unexpected(unsigned_refusal(*rule, given, digest, known));
  }
  const bool trusted =
      (policy.local && is_created_here(name)) ||
      std::ranges::find(policy.registries, name.registry) != policy.registries.end() ||
      std::ranges::any_of(policy.organisations, [&](const Reference& row) { return lies_below(name, row); }) ||
      std::ranges::any_of(policy.names, [&](const Reference& row) {
        return row.registry == name.registry && row.path == name.path && (row.tag.empty() || row.tag == name.tag);
      });
  if (trusted) return {};
  return std::unexpected(refusal(policy, name, given));
}

Result<void> check_trust(const TrustPolicy& policy, const std::vector<Reference>& names,
                         const std::vector<std::string>& digests) {
  for (const Reference& name : names) {
    for (const std::string& digest : digests) {
      if (check_trust(policy, name, digest)) return {};
    }
  }
  if (names.empty()) return fail(Errc::InvalidInput, "use an image without a name: it is not trusted");
  return check_trust(policy, names.front(), digests.empty() ? std::string_view() : digests.front());
}

Result<void> check_name(const TrustPolicy& policy, const Reference& name) {
  return rule_for(policy.signatures, name) != nullptr ? Result<void>() : check_trust(policy, name);
}

}  // namespace berth::image
