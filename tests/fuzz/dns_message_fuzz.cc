// What strangers and scripts send: a message is read or refused, and what is written of it is read again as the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "berth/base/error.h"
#include "berth/net/destination.h"
#include "berth/net/dns_message.h"
#include "berth/net/name_answer.h"

namespace {

using berth::net::Bytes;
using berth::net::DnsAnswer;
using berth::net::DnsQuery;

Bytes bytes_of(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

bool same_bytes(const berth::net::DnsName& a, const berth::net::DnsName& b) {
  return std::ranges::equal(a.wire(), b.wire());
}

void check_name(const berth::net::DnsName& name) {
  BERTH_ASSERT(!name.wire().empty() && name.wire().size() <= 255 && name.wire().back() == 0);
  std::size_t at = 0;
  const auto again = berth::net::DnsName::read(name.wire(), at);
  BERTH_ASSERT(again && at == name.wire().size() && same_bytes(*again, name));
  const std::string text = name.to_text();
  BERTH_ASSERT(std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; }));
  // A text that can be a host's name is this name and no other.
  if (!berth::net::is_host_name(text)) return;
  const auto from_text = berth::net::DnsName::from_text(text);
  BERTH_ASSERT(from_text && same_bytes(*from_text, name));
}

void check_query(Bytes bytes) {
  const auto query = berth::net::parse_query(bytes);
  if (!query) {
    BERTH_ASSERT(berth::net::print_refusal(query.error()).size() >= 12);
    return;
  }
  check_name(query->name);
  const std::string printed = berth::net::print_query(query->id, query->name, query->type);
  const auto again = berth::net::parse_query(bytes_of(printed));
  BERTH_ASSERT(again && again->id == query->id && again->type == query->type && same_bytes(again->name, query->name));
}

void check_answer(Bytes bytes) {
  const auto answer = berth::net::parse_answer(bytes);
  if (!answer) return;
  check_name(answer->name);
  BERTH_ASSERT(answer->records.size() <= berth::net::kMaxRecords);
  const DnsQuery query = {.id = answer->id, .name = answer->name, .type = answer->type, .has_edns = true};
  auto records = answer->records;
  berth::net::give_one_ttl(records);
  for (const std::size_t limit : {berth::net::kPlainUdpBytes, berth::net::kMaxUdpBytes, berth::net::kMaxTcpBytes}) {
    const std::string printed = berth::net::print_reply(query, {.code = answer->code, .records = records}, limit);
    BERTH_ASSERT(printed.size() <= limit);
    const auto again = berth::net::parse_answer(bytes_of(printed));
    BERTH_ASSERT(again && again->id == answer->id && same_bytes(again->name, answer->name));
    if (again->truncated) continue;
    BERTH_ASSERT(again->records.size() == records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      BERTH_ASSERT(again->records[i].type == records[i].type && again->records[i].ttl == records[i].ttl);
      BERTH_ASSERT(same_bytes(again->records[i].owner, records[i].owner));
      BERTH_ASSERT(again->records[i].data == records[i].data);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_query(Bytes(data, size));
  check_answer(Bytes(data, size));
  return 0;
}
