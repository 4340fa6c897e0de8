#include "berth/net/name_answer.h"

#include <algorithm>

#include "berth/net/name_forwarder.h"

namespace berth::net {

std::optional<Address> address_of(const DnsRecord& record) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(record.data.data());
  if (record.is(DnsType::A) && record.data.size() == 4) return Address::v4(bytes);
  if (record.is(DnsType::AAAA) && record.data.size() == 16) return Address::v6(bytes);
  return std::nullopt;
}

std::vector<Address> addresses_of(const std::vector<DnsRecord>& records) {
  std::vector<Address> addresses;
  for (const DnsRecord& record : records) {
    if (const auto address = address_of(record)) addresses.push_back(*address);
  }
  return addresses;
}

std::chrono::seconds give_one_ttl(std::vector<DnsRecord>& records) {
  if (records.empty()) return kMinTtl;
  const std::uint32_t shortest = std::ranges::min(records, {}, &DnsRecord::ttl).ttl;
  const auto ttl = std::clamp(std::chrono::seconds(shortest), kMinTtl, kMaxTtl);
  for (DnsRecord& record : records) record.ttl = static_cast<std::uint32_t>(ttl.count());
  return ttl;
}

void keep_addresses(std::vector<DnsRecord>& records, std::size_t most) {
  std::erase_if(records, [&](const DnsRecord& record) {
    if (!address_of(record)) return false;
    if (most == 0) return true;
    --most;
    return false;
  });
}

std::vector<DnsRecord> fixed_records(const DnsQuery& query, const FixedName& fixed) {
  constexpr std::uint32_t kTtlSeconds = 60;
  std::vector<DnsRecord> records;
  for (const Address& address : fixed.addresses) {
    const DnsType type = address.family == Family::V4 ? DnsType::A : DnsType::AAAA;
    if (!query.is(type)) continue;
    const auto* bytes = reinterpret_cast<const char*>(address.bytes.data());
    records.push_back({query.name, query.type, kTtlSeconds, std::string(bytes, address.bits() / 8)});
  }
  return records;
}

}  // namespace berth::net
