// Queries and answers of the DNS (RFC 1035, 3596, 6891), read without trust and written anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "berth/net/dns_name.h"

namespace berth::net {

// Types of records, as far as they mean something to us.
enum class DnsType : std::uint16_t {
  A = 1,
  NS = 2,
  CNAME = 5,
  SOA = 6,
  PTR = 12,
  MX = 15,
  TXT = 16,
  AAAA = 28,
  SRV = 33,
  NAPTR = 35,
  DS = 43,
  SSHFP = 44,
  DNSKEY = 48,
  TLSA = 52,
  SVCB = 64,
  HTTPS = 65,
  SPF = 99,
  ANY = 255,
  CAA = 257,
};

enum class DnsCode : std::uint8_t {
  NoError = 0,
  FormatError = 1,
  ServerFailure = 2,
  NoSuchName = 3,
  NotImplemented = 4,
  Refused = 5,
  BadVersion = 16
};

// Why an answer is what it is, for clients that show it (RFC 8914).
enum class DnsReason : std::uint16_t { None = 0xffff, Other = 0, Prohibited = 18, NoReachableAuthority = 22 };

constexpr std::size_t kMaxUdpBytes = 1232;   // of a datagram, so that no network needs to cut it (DNS flag day 2020)
constexpr std::size_t kPlainUdpBytes = 512;  // where a client says nothing
constexpr std::size_t kMaxRecords = 128;     // of an answer that is read; further ones are not looked at
constexpr std::size_t kMaxTcpBytes = 65'535;

struct DnsQuery {
  std::uint16_t id = 0;
  DnsName name;  // case as the client wrote it, and so it is answered
  std::uint16_t type = 0;
  bool recursion_desired = true;
  bool has_edns = false;
  std::size_t udp_bytes = kPlainUdpBytes;  // what the client takes, already at most kMaxUdpBytes

  bool is(DnsType wanted) const { return type == static_cast<std::uint16_t>(wanted); }
};

// A message that is no query that can be answered. Without a code it must not be answered at all: it is an answer
// itself (two servers could talk for ever), or too short to have an id.
struct BadQuery {
  std::optional<DnsCode> code;
  std::uint16_t id = 0;
};

struct DnsRecord {
  DnsName owner;
  std::uint16_t type = 0;
  std::uint32_t ttl = 0;  // seconds
  std::string data;       // names in it are written out

  bool is(DnsType wanted) const { return type == static_cast<std::uint16_t>(wanted); }
};

struct DnsAnswer {
  std::uint16_t id = 0;
  DnsCode code = DnsCode::NoError;
  bool truncated = false;
  DnsName name;  // of the question
  std::uint16_t type = 0;
  // The way from the name to its data: each CNAME that leads on from the one before, then the records of the type asked
  // for at its end. Anything else in the message is dropped, and so are types whose data we cannot take apart.
  std::vector<DnsRecord> records;
};

// One question, class IN, standard query.
std::expected<DnsQuery, BadQuery> parse_query(Bytes message);

// Nothing: the message breaks its rules, or is no answer to one question.
std::optional<DnsAnswer> parse_answer(Bytes message);

// Whether we can take the data of this type apart; all others are answered as if there were none.
bool is_known_type(std::uint16_t type);

// The question as we ask it: recursion wanted, EDNS with our size, no option of the client.
std::string print_query(std::uint16_t id, const DnsName& name, std::uint16_t type);

struct DnsReply {
  DnsCode code = DnsCode::NoError;
  DnsReason reason = DnsReason::None;
  std::vector<DnsRecord> records;
};

// The answer to `query` in at most `limit_bytes`; where it is longer, one without records that says so (TC), upon which
// clients ask again over TCP.
std::string print_reply(const DnsQuery& query, const DnsReply& reply, std::size_t limit_bytes);

// The answer to what could not be read, to be sent only where `bad` has a code.
std::string print_refusal(const BadQuery& bad);

}  // namespace berth::net
