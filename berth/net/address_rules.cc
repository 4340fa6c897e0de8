#include "berth/net/address_rules.h"

#include <algorithm>
#include <span>

#include "berth/base/error.h"

namespace berth::net {
namespace {

constexpr std::string_view kOwn = "an address of this machine";

struct Row {
  const char* range;
  RangeKind kind;
  std::string_view what;
};

// Services that hand out credentials or run commands for the machine, at the addresses where clouds have them.
constexpr Row kMetadata[] = {
    {"169.254.169.254", RangeKind::Metadata, "cloud metadata"},
    {"169.254.169.253", RangeKind::Metadata, "cloud metadata"},  // name resolution of AWS
    {"169.254.170.2", RangeKind::Metadata, "cloud metadata"},    // credentials of containers, AWS
    {"169.254.170.23", RangeKind::Metadata, "cloud metadata"},
    {"100.100.100.200", RangeKind::Metadata, "cloud metadata"},  // Alibaba
    {"168.63.129.16", RangeKind::Metadata, "cloud metadata"},    // Azure, although the range is public
    {"192.0.0.192", RangeKind::Metadata, "cloud metadata"},      // Oracle
    {"fd00:ec2::254", RangeKind::Metadata, "cloud metadata"},    // AWS
    {"fd00:ec2::253", RangeKind::Metadata, "cloud metadata"},
    {"fd00:ec2::23", RangeKind::Metadata, "cloud metadata"},
    {"fd20:ce::254", RangeKind::Metadata, "cloud metadata"},        // Google
    {"fd00:42::42", RangeKind::Metadata, "cloud metadata"},         // Scaleway
    {"fd00:c1::a9fe:a9fe", RangeKind::Metadata, "cloud metadata"},  // Oracle
};

// The registries of special-purpose addresses (RFC 6890 and what followed it). For IPv6 all but 2000::/3 is outside
// the public internet, whatever a later registry says of it.
constexpr Row kSpecial[] = {
    {"0.0.0.0/8", RangeKind::Special, "unspecified"},  // 0.0.0.0 connects to this machine
    {"10.0.0.0/8", RangeKind::Private, "private"},
    {"100.64.0.0/10", RangeKind::Private, "private (carrier-grade NAT)"},
    {"127.0.0.0/8", RangeKind::Special, "loopback"},
    {"169.254.0.0/16", RangeKind::Special, "link-local"},
    {"172.16.0.0/12", RangeKind::Private, "private"},
    {"192.0.0.0/24", RangeKind::Special, "reserved"},
    {"192.0.2.0/24", RangeKind::Special, "for documentation"},
    {"192.88.99.0/24", RangeKind::Special, "a 6to4 relay"},
    {"192.168.0.0/16", RangeKind::Private, "private"},
    {"198.18.0.0/15", RangeKind::Special, "for benchmarks"},
    {"198.51.100.0/24", RangeKind::Special, "for documentation"},
    {"203.0.113.0/24", RangeKind::Special, "for documentation"},
    {"224.0.0.0/4", RangeKind::Special, "multicast"},
    {"255.255.255.255", RangeKind::Special, "broadcast"},
    {"240.0.0.0/4", RangeKind::Special, "reserved"},
    {"::", RangeKind::Special, "unspecified"},
    {"::1", RangeKind::Special, "loopback"},
    {"64:ff9b::/96", RangeKind::Special, "IPv4 translated (NAT64)"},
    {"64:ff9b:1::/48", RangeKind::Special, "IPv4 translated (NAT64)"},
    {"2001::/32", RangeKind::Special, "IPv4 embedded (Teredo)"},
    {"2001::/23", RangeKind::Special, "reserved"},
    {"2001:db8::/32", RangeKind::Special, "for documentation"},
    {"2002::/16", RangeKind::Special, "IPv4 embedded (6to4)"},
    {"3fff::/20", RangeKind::Special, "for documentation"},
    {"fc00::/7", RangeKind::Private, "private"},
    {"fe80::/10", RangeKind::Special, "link-local"},
    {"fec0::/10", RangeKind::Special, "site-local"},
    {"ff00::/8", RangeKind::Special, "multicast"},
    {"::/3", RangeKind::Special, "reserved"},
    {"4000::/2", RangeKind::Special, "reserved"},
    {"8000::/1", RangeKind::Special, "reserved"},
};

AddressRule rule_of(const Row& row) {
  const Result<AddressRange> range = parse_address_range(row.range);
  BERTH_ASSERT(range.has_value());
  return {*range, row.kind, row.what};
}

void append_rows(std::vector<AddressRule>& rules, std::span<const Row> rows, Family family) {
  for (const Row& row : rows) {
    if (AddressRule rule = rule_of(row); rule.range.first.family == family) rules.push_back(rule);
  }
}

const AddressRange& nat64() {
  static const AddressRange range = rule_of({"64:ff9b::/96", RangeKind::Special, ""}).range;
  return range;
}

// The same rule for the IPv4 addresses as NAT64 writes them.
AddressRule translated(const AddressRule& rule) {
  AddressRule result = rule;
  result.range.first = nat64().first;
  std::copy_n(rule.range.first.bytes.begin(), 4, result.range.first.bytes.begin() + 12);
  result.range.prefix_bits = 96 + rule.range.prefix_bits;
  return result;
}

void append_translated(std::vector<AddressRule>& rules) {
  const std::size_t count = rules.size();
  for (std::size_t at = 0; at < count; ++at) {
    if (rules[at].range.first.family == Family::V4) rules.push_back(translated(rules[at]));
  }
}

bool is_mapped_ipv4(const Address& address) {
  return address.family == Family::V6 &&
         std::all_of(address.bytes.begin(), address.bytes.begin() + 10, [](std::uint8_t byte) { return byte == 0; }) &&
         address.bytes[10] == 0xff && address.bytes[11] == 0xff;
}

}  // namespace

AddressRules::AddressRules(const std::vector<AddressRange>& allowed, const std::vector<Address>& own) {
  const auto allow = [&](const AddressRange& range) { rules_.push_back({range, RangeKind::Allowed, "allowed"}); };
  for (const AddressRange& range : allowed) {
    if (range.is_single()) allow(range);
  }
  const auto append = [&](Family family) {
    for (const Address& address : own) {
      if (address.family == family) rules_.push_back({AddressRange::single(address), RangeKind::Own, kOwn});
    }
    append_rows(rules_, kMetadata, family);
    for (const AddressRange& range : allowed) {
      if (range.first.family == family && !range.is_single()) allow(range);
    }
    append_rows(rules_, kSpecial, family);
  };
  append(Family::V4);
  const auto is_translated = [](const AddressRange& range) { return range.overlaps(nat64()); };
  if (std::ranges::any_of(allowed, is_translated)) append_translated(rules_);
  append(Family::V6);
}

const AddressRule* AddressRules::refusal_of(const Address& address) const {
  static const AddressRule mapped = {{{.family = Family::V6, .bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}}, 96},
                                     RangeKind::Special,
                                     "IPv4 inside IPv6"};
  if (is_mapped_ipv4(address)) return &mapped;
  const auto first =
      std::ranges::find_if(rules_, [&](const AddressRule& rule) { return rule.range.contains(address); });
  return first == rules_.end() || first->allows() ? nullptr : &*first;
}

}  // namespace berth::net
