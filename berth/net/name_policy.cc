#include "berth/net/name_policy.h"

#include <algorithm>

#include "berth/net/dns_message.h"

namespace berth::net {
namespace {

std::string lower_case_of(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(lower_case(static_cast<std::uint8_t>(c)));
  return lower;
}

// Names for this machine itself (RFC 6761, section 6.3): no resolver is asked about them.
bool is_localhost(std::string_view name) { return name == "localhost" || name.ends_with(".localhost"); }

bool is(std::uint16_t type, DnsType wanted) { return type == static_cast<std::uint16_t>(wanted); }

void find_entries(const std::vector<AllowedName>& allowed, std::string_view name, NameDecision& decision) {
  for (std::size_t at = 0; at < std::min(allowed.size(), kMaxAllowedNames); ++at) {
    if (!allowed[at].pattern.matches(name)) continue;
    decision.entries.set(at);
    decision.may_be_private |= allowed[at].may_be_private;
  }
}

// A reverse name tells the name of an address, and for an address of the site that name is the site's own business.
bool asks_about_refused(const NameRules& rules, std::string_view name) {
  const auto address = reversed_address(name);
  return address && rules.addresses.refusal_of(*address) != nullptr;
}

}  // namespace

NameDecision judge_name(const NameRules& rules, std::string_view name, std::uint16_t type) {
  NameDecision decision;
  const std::string lower = lower_case_of(name);
  if (!is_host_name(lower)) return decision;
  decision.verdict = NameVerdict::NoSuchName;
  if (is_localhost(lower)) return decision;
  if (rules.allowed) find_entries(*rules.allowed, lower, decision);
  if (rules.allowed && decision.entries.none()) {
    decision.verdict = NameVerdict::Refuse;
    return decision;
  }
  if (asks_about_refused(rules, lower)) return decision;
  decision.verdict = is_known_type(type) ? NameVerdict::Forward : NameVerdict::NoData;
  const auto fixed = std::ranges::find(rules.fixed, lower, &FixedName::name);
  if (fixed == rules.fixed.end()) return decision;
  decision.fixed = &*fixed;
  decision.verdict = is(type, DnsType::A) || is(type, DnsType::AAAA) ? NameVerdict::Fixed : NameVerdict::NoData;
  return decision;
}

const AddressRule* judge_address(const NameRules& rules, const NameDecision& decision, const Address& address) {
  const AddressRule* rule = rules.addresses.refusal_of(address);
  const bool is_meant = decision.may_be_private && rule != nullptr && rule->kind == RangeKind::Private;
  return is_meant ? nullptr : rule;
}

EntrySet entries_for(const NameRules& rules, const NameDecision& decision, const std::vector<Address>& addresses) {
  const auto is_refused = [&](const Address& address) { return rules.addresses.refusal_of(address) != nullptr; };
  if (!rules.allowed || std::ranges::none_of(addresses, is_refused)) return decision.entries;
  EntrySet entries = decision.entries;
  for (std::size_t at = 0; at < std::min(rules.allowed->size(), kMaxAllowedNames); ++at) {
    if (!(*rules.allowed)[at].may_be_private) entries.reset(at);
  }
  return entries;
}

}  // namespace berth::net
