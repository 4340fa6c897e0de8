// What the name forwarder answers, and what it does not: decided here, from data.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/net/address.h"
#include "berth/net/address_rules.h"
#include "berth/net/destination.h"

namespace berth::net {

// More names in one allow-list are refused by whoever makes it: a set of them fits one record of the control socket.
constexpr std::size_t kMaxAllowedNames = 256;
using EntrySet = std::bitset<kMaxAllowedNames>;

// A name of an allow-list. Ports are not this side's business: the packet filter knows them by the entry's number.
struct AllowedName {
  NamePattern pattern;
  bool may_be_private = false;  // its addresses may lie in private networks (RangeKind::Private), never elsewhere
};

// A name that the operator gave addresses to, as in /etc/hosts. It is no permission: the rules for addresses hold.
struct FixedName {
  std::string name;  // lower case, without a last dot
  std::vector<Address> addresses;
};

struct NameRules {
  std::optional<std::vector<AllowedName>> allowed;  // nothing: any name may be asked for
  AddressRules addresses;
  std::vector<FixedName> fixed;
};

enum class NameVerdict {
  Forward,     // ask an upstream resolver
  Fixed,       // answer from NameRules::fixed
  Refuse,      // not on the list, or no name a host can have: "no such name", and a line in the report
  NoSuchName,  // nobody outside is asked, and nothing is reported: 'localhost', reverse names of refused addresses
  NoData,      // the name is right, the type is not for containers: an empty answer
};

struct NameDecision {
  NameVerdict verdict = NameVerdict::Refuse;
  EntrySet entries;                  // which of NameRules::allowed match; empty when any name may be asked for
  bool may_be_private = false;       // of any of these
  const FixedName* fixed = nullptr;  // with NameVerdict::Fixed
};

// What to do with a question. `name` as it was asked, any case, without a last dot; `type` as in RFC 1035.
// Of types only those pass that a filter of addresses can follow: HTTPS and SVCB carry addresses in a form of their
// own, ANY and unknown types could, so they get NoData.
NameDecision judge_name(const NameRules& rules, std::string_view name, std::uint16_t type);

// The rule that refuses `address` in the answer to a name that was decided so, or nullptr.
const AddressRule* judge_address(const NameRules& rules, const NameDecision& decision, const Address& address);

// Of the entries that match a name, those that may have all of `addresses`, which were judged before: an address of the
// site is opened for the ports of entries that may be private, and for no others. Never empty when `decision` has any.
EntrySet entries_for(const NameRules& rules, const NameDecision& decision, const std::vector<Address>& addresses);

}  // namespace berth::net
