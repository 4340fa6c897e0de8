// Which addresses a container may reach: one ordered list, from which packet filters are built and answers are judged.
#pragma once

#include <string_view>
#include <vector>

#include "berth/net/address.h"
#include "berth/net/address_range.h"

namespace berth::net {

enum class RangeKind {
  Allowed,   // an operator named it
  Own,       // an address of this machine
  Metadata,  // the service of a cloud that hands out the machine's credentials
  Private,   // networks of a site: what an allow-list may open for a single name
  Special,   // everything else that is not the public internet
};

struct AddressRule {
  AddressRange range;
  RangeKind kind = RangeKind::Special;
  std::string_view what;  // "private", "loopback", ...: ends the sentence "ADDRESS is ..."; lives for ever

  bool allows() const { return kind == RangeKind::Allowed; }
};

// The rules of one container. A wide range that an operator allows ("10.0.0.0/8") opens neither this machine's own
// addresses nor cloud metadata in it: those are opened only where the single address itself is named.
class AddressRules {
 public:
  // Everything but the public internet is refused, and so are `own` addresses of this machine; `allowed` is not.
  explicit AddressRules(const std::vector<AddressRange>& allowed = {}, const std::vector<Address>& own = {});

  // The first rule whose range contains an address decides; an address in none of them is allowed. Ready to be
  // written out as a packet filter in this order. Where an operator allows NAT64 (64:ff9b::/96), the rules for IPv4
  // stand here a second time as IPv6 ranges, so that translation is no way round them.
  const std::vector<AddressRule>& ordered() const { return rules_; }

  // The rule that refuses `address`, or nullptr when it may be reached. An IPv4 address in the IPv6 form
  // (::ffff:10.0.0.1) is refused whatever it holds: no honest answer has it.
  const AddressRule* refusal_of(const Address& address) const;

 private:
  std::vector<AddressRule> rules_;
};

}  // namespace berth::net
