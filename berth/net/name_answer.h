// What is done to the records of an answer before a script gets them.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "berth/net/address.h"
#include "berth/net/dns_message.h"
#include "berth/net/name_policy.h"

namespace berth::net {

// The address that a record holds; nothing for other types than A and AAAA.
std::optional<Address> address_of(const DnsRecord& record);

std::vector<Address> addresses_of(const std::vector<DnsRecord>& records);

// Gives all records the shortest of their times, between kMinTtl and kMaxTtl, and says which: one answer is forgotten
// at one time, by the script and by the packet filter. Without records: kMinTtl.
std::chrono::seconds give_one_ttl(std::vector<DnsRecord>& records);

// Leaves the first `most` addresses, and all records that hold none.
void keep_addresses(std::vector<DnsRecord>& records, std::size_t most);

// The addresses of the type that `query` wants.
std::vector<DnsRecord> fixed_records(const DnsQuery& query, const FixedName& fixed);

}  // namespace berth::net
