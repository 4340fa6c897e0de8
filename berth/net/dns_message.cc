// Reading. Every read goes through Reader, which stops at the end of the message.

#include "berth/net/dns_message.h"

#include <algorithm>

namespace berth::net {
namespace {

constexpr std::uint16_t kClassIn = 1;
constexpr std::uint16_t kTypeOpt = 41;
constexpr std::size_t kMaxChain = 16;  // CNAMEs in a row; resolvers themselves stop about there

class Reader {
 public:
  explicit Reader(Bytes message) : message_(message) {}

  bool failed() const { return failed_; }
  std::size_t at() const { return at_; }
  bool is_at_end() const { return at_ == message_.size(); }

  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return number(4); }

  DnsName name() {
    auto name = failed_ ? std::nullopt : DnsName::read(message_, at_);
    if (!name) failed_ = true;
    return name.value_or(DnsName());
  }

  Bytes bytes(std::size_t count) {
    if (failed_ || message_.size() - at_ < count) {
      failed_ = true;
      return {};
    }
    at_ += count;
    return message_.subspan(at_ - count, count);
  }

 private:
  std::uint32_t number(std::size_t count) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : bytes(count)) value = value << 8 | byte;
    return value;
  }

  Bytes message_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

struct Header {
  std::uint16_t id, flags, questions, answers, authorities, additionals;

  bool is_answer() const { return (flags & 0x8000) != 0; }
  unsigned operation() const { return flags >> 11 & 0xf; }
  bool is_truncated() const { return (flags & 0x0200) != 0; }
  bool recursion_desired() const { return (flags & 0x0100) != 0; }
  unsigned code() const { return flags & 0xf; }
};

Header read_header(Reader& reader) {
  Header header = {};
  for (std::uint16_t* field :
       {&header.id, &header.flags, &header.questions, &header.answers, &header.authorities, &header.additionals}) {
    *field = reader.u16();
  }
  return header;
}

std::string text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// How the data of a type is built: bytes, then names, then bytes; or bytes alone.
struct Shape {
  DnsType type;
  std::size_t before;  // bytes in front of the names
  std::size_t names;   // names, which may be compressed
  std::size_t after;   // bytes behind them
};

constexpr Shape kShapes[] = {
    {DnsType::NS, 0, 1, 0}, {DnsType::CNAME, 0, 1, 0}, {DnsType::PTR, 0, 1, 0},
    {DnsType::MX, 2, 1, 0}, {DnsType::SRV, 6, 1, 0},   {DnsType::SOA, 0, 2, 20},
};

// Their data is taken as it is: no addresses, no compressed names in it.
constexpr DnsType kPlain[] = {DnsType::TXT,    DnsType::NAPTR, DnsType::DS,  DnsType::SSHFP,
                              DnsType::DNSKEY, DnsType::TLSA,  DnsType::SPF, DnsType::CAA};

const Shape* shape_of(std::uint16_t type) {
  const auto is_it = [&](const Shape& shape) { return static_cast<std::uint16_t>(shape.type) == type; };
  const auto* found = std::ranges::find_if(kShapes, is_it);
  return found == std::end(kShapes) ? nullptr : found;
}

// The data with its names written out; nothing when it does not fill its length exactly.
std::optional<std::string> read_data(Reader& reader, std::uint16_t type, std::size_t length) {
  if (type == static_cast<std::uint16_t>(DnsType::A) && length != 4) return std::nullopt;
  if (type == static_cast<std::uint16_t>(DnsType::AAAA) && length != 16) return std::nullopt;
  const Shape* shape = shape_of(type);
  if (shape == nullptr) return text_of(reader.bytes(length));
  const std::size_t end = reader.at() + length;
  std::string data = text_of(reader.bytes(shape->before));
  for (std::size_t i = 0; i < shape->names; ++i) data += text_of(reader.name().wire());
  data += text_of(reader.bytes(shape->after));
  if (reader.failed() || reader.at() != end) return std::nullopt;
  return data;
}

std::optional<std::vector<DnsRecord>> read_records(Reader& reader, std::size_t count) {
  std::vector<DnsRecord> records;
  for (std::size_t i = 0; i < std::min(count, kMaxRecords); ++i) {
    DnsRecord record;
    record.owner = reader.name();
    record.type = reader.u16();
    const std::uint16_t record_class = reader.u16();
    record.ttl = reader.u32();
    const std::uint16_t length = reader.u16();
    auto data = read_data(reader, record.type, length);
    if (reader.failed() || !data) return std::nullopt;
    // A TTL with its first bit set is zero (RFC 2181, section 8).
    if (record.ttl > 0x7fffffff) record.ttl = 0;
    record.data = *std::move(data);
    if (record_class == kClassIn && is_known_type(record.type)) records.push_back(std::move(record));
  }
  return records;
}

std::optional<DnsName> target_of(const DnsRecord& cname) {
  std::size_t at = 0;
  return DnsName::read(Bytes(reinterpret_cast<const std::uint8_t*>(cname.data.data()), cname.data.size()), at);
}

// What leads from `name` to records of `type`. Resolvers write the way in order, but need not.
std::vector<DnsRecord> records_on_the_way(const std::vector<DnsRecord>& all, DnsName name, std::uint16_t type) {
  std::vector<DnsRecord> way;
  const auto of_name = [&](const DnsRecord& record) { return record.owner.equals_any_case(name); };
  for (std::size_t links = 0; links <= kMaxChain; ++links) {
    for (const DnsRecord& record : all) {
      if (record.type == type && of_name(record)) way.push_back(record);
    }
    if (type == static_cast<std::uint16_t>(DnsType::CNAME) || (!way.empty() && way.back().type == type)) return way;
    const auto alias = std::ranges::find_if(
        all, [&](const DnsRecord& record) { return record.is(DnsType::CNAME) && of_name(record); });
    if (alias == all.end()) return way;
    way.push_back(*alias);
    const auto target = target_of(*alias);
    if (!target) return way;
    name = *target;
  }
  return {};  // a loop, or longer than anybody follows
}

// EDNS, in the additional section of a query; a second OPT is an error (RFC 6891, section 6.1.1).
std::optional<DnsCode> read_edns(Reader& reader, std::size_t count, DnsQuery& query) {
  for (std::size_t i = 0; i < count; ++i) {
    const DnsName owner = reader.name();
    const std::uint16_t type = reader.u16();
    const std::uint16_t size = reader.u16();
    const std::uint32_t flags = reader.u32();
    reader.bytes(reader.u16());
    if (reader.failed()) return DnsCode::FormatError;
    if (type != kTypeOpt) continue;
    if (query.has_edns || owner.wire().size() != 1) return DnsCode::FormatError;
    query.has_edns = true;
    query.udp_bytes = std::clamp<std::size_t>(size, kPlainUdpBytes, kMaxUdpBytes);
    if ((flags >> 16 & 0xff) != 0) return DnsCode::BadVersion;
  }
  return std::nullopt;
}

}  // namespace

bool is_known_type(std::uint16_t type) {
  const auto dns_type = static_cast<DnsType>(type);
  return dns_type == DnsType::A || dns_type == DnsType::AAAA || shape_of(type) != nullptr ||
         std::ranges::find(kPlain, dns_type) != std::end(kPlain);
}

std::expected<DnsQuery, BadQuery> parse_query(Bytes message) {
  Reader reader(message);
  const Header header = read_header(reader);
  if (reader.failed() || header.is_answer()) return std::unexpected(BadQuery());
  const auto refuse = [&](DnsCode code) { return std::unexpected(BadQuery{code, header.id}); };
  if (header.operation() != 0) return refuse(DnsCode::NotImplemented);
  // Queries have a question, perhaps an OPT and a signature, and nothing else.
  if (header.questions != 1 || header.answers != 0 || header.authorities != 0 || header.additionals > 2) {
    return refuse(DnsCode::FormatError);
  }
  DnsQuery query = {.id = header.id, .recursion_desired = header.recursion_desired()};
  query.name = reader.name();
  query.type = reader.u16();
  const std::uint16_t query_class = reader.u16();
  if (reader.failed()) return refuse(DnsCode::FormatError);
  if (query_class != kClassIn) return refuse(DnsCode::NotImplemented);
  if (const auto fault = read_edns(reader, header.additionals, query)) return refuse(*fault);
  if (!reader.is_at_end()) return refuse(DnsCode::FormatError);
  return query;
}

std::optional<DnsAnswer> parse_answer(Bytes message) {
  Reader reader(message);
  const Header header = read_header(reader);
  if (reader.failed() || !header.is_answer() || header.operation() != 0 || header.questions != 1) return std::nullopt;
  DnsAnswer answer = {.id = header.id, .code = static_cast<DnsCode>(header.code()), .truncated = header.is_truncated()};
  answer.name = reader.name();
  answer.type = reader.u16();
  if (reader.u16() != kClassIn || reader.failed()) return std::nullopt;
  if (answer.truncated) return answer;  // it is asked for again; half a record may stand at its end
  const auto all = read_records(reader, header.answers);
  if (!all) return std::nullopt;
  answer.records = records_on_the_way(*all, answer.name, answer.type);
  return answer;
}

}  // namespace berth::net
