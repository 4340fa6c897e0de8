#include "berth/image/signature_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "berth/image/trust.h"

namespace berth::image {
namespace {

// How well the rule fits: more is narrower, nothing when it does not.
std::optional<std::size_t> fit_of(const SignatureRule& rule, const Reference& name) {
  constexpr std::size_t kName = 1 << 20;  // above every length of a path
  if (rule.place.registry != name.registry) return std::nullopt;
  switch (rule.reach) {
    case Reach::Registry:
      return 0;
    case Reach::Organisation:
      if (!name.path.starts_with(rule.place.path + "/")) return std::nullopt;
      return rule.place.path.size();
    case Reach::Name:
      if (name.path != rule.place.path) return std::nullopt;
      if (rule.place.tag.empty()) return kName;
      return rule.place.tag == name.tag ? std::optional(kName + 1) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

const SignatureRule* rule_for(const std::vector<SignatureRule>& rules, const Reference& given) {
  if (rules.empty() || is_created_here(given)) return nullptr;
  const Reference name = normalized(given);
  const SignatureRule* best = nullptr;
  std::size_t best_fit = 0;
  for (const SignatureRule& rule : rules) {
    const auto fit = fit_of(rule, name);
    if (!fit || (best != nullptr && *fit <= best_fit)) continue;
    best = &rule;
    best_fit = *fit;
  }
  return best;
}

bool is_for(const VerifiedSignature& signature, const Reference& given) {
  const Reference name = normalized(given);
  const bool has_tag = !signature.tag.empty() && !name.tag.empty();
  return signature.repository == name_of(name) && (!has_tag || signature.tag == name.tag);
}

bool satisfies(const VerifiedSignature& signature, const SignatureRule& rule, const Reference& name) {
  return is_for(signature, name) && std::ranges::any_of(rule.keys, [&](const PublicKey& key) {
           return key.problem.empty() && key.fingerprint == signature.key;
         });
}

std::string to_string(const SignatureRule& rule) {
  switch (rule.reach) {
    case Reach::Registry:
      return fmt::format("registry '{}'", rule.place.registry);
    case Reach::Organisation:
      return fmt::format("organisation '{}'", name_of(rule.place));
    case Reach::Name:
      return fmt::format("name '{}'", to_string(rule.place));
  }
  return {};
}

std::string keys_text(const SignatureRule& rule) {
  std::string text;
  for (const PublicKey& key : rule.keys) text += (text.empty() ? "" : ", ") + to_string(key);
  return text;
}

}  // namespace berth::image
