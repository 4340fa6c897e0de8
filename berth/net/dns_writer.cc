// Writing. Names are compressed against all that were written before, so that most answers fit a datagram.

#include <algorithm>
#include <string_view>

#include "berth/net/dns_message.h"

namespace berth::net {
namespace {

constexpr std::uint16_t kClassIn = 1;
constexpr std::uint16_t kTypeOpt = 41;
constexpr std::uint16_t kOptionExtendedError = 15;  // RFC 8914
constexpr std::size_t kMaxPointer = 0x3fff;
constexpr std::size_t kMaxLandmarks = 64;  // places a name may point to: bounds the search, not the names

constexpr std::uint16_t kAnswerFlags = 0x8080;  // an answer, from a server that asks others
constexpr std::uint16_t kRecursionDesired = 0x0100;
constexpr std::uint16_t kTruncated = 0x0200;

class Writer {
 public:
  void u16(std::size_t value) {
    text_ += static_cast<char>(value >> 8 & 0xff);
    text_ += static_cast<char>(value & 0xff);
  }
  void u32(std::uint32_t value) {
    u16(value >> 16);
    u16(value & 0xffff);
  }
  void text(std::string_view bytes) { text_ += bytes; }

  void name(const DnsName& name) {
    for (Bytes rest = name.wire(); rest[0] != 0; rest = rest.subspan(1u + rest[0])) {
      if (const std::size_t known = find(rest); known != 0) return u16(0xc000 | known);
      if (text_.size() <= kMaxPointer && landmarks_.size() < kMaxLandmarks) landmarks_.push_back(text_.size());
      text_.append(reinterpret_cast<const char*>(rest.data()), 1u + rest[0]);
    }
    text_ += '\0';
  }

  void question(const DnsName& asked, std::uint16_t type) {
    name(asked);
    u16(type);
    u16(kClassIn);
  }

  void record(const DnsRecord& record) {
    name(record.owner);
    u16(record.type);
    u16(kClassIn);
    u32(record.ttl);
    const std::size_t length_at = text_.size();
    u16(record.data.size());
    std::size_t at = 0;
    const Bytes data(reinterpret_cast<const std::uint8_t*>(record.data.data()), record.data.size());
    const auto target = record.is(DnsType::CNAME) ? DnsName::read(data, at) : std::nullopt;
    if (!target) return text(record.data);
    name(*target);
    const std::size_t length = text_.size() - length_at - 2;
    text_[length_at] = static_cast<char>(length >> 8);
    text_[length_at + 1] = static_cast<char>(length & 0xff);
  }

  // `code` in full: the header has room for its low four bits only.
  void edns(DnsCode code, DnsReason reason) {
    text_ += '\0';
    u16(kTypeOpt);
    u16(kMaxUdpBytes);
    u32(static_cast<std::uint32_t>(static_cast<unsigned>(code) >> 4) << 24);
    const bool has_reason = reason != DnsReason::None;
    u16(has_reason ? 6 : 0);
    if (!has_reason) return;
    u16(kOptionExtendedError);
    u16(2);
    u16(static_cast<std::size_t>(reason));
  }

  std::size_t size() const { return text_.size(); }
  std::string take() && { return std::move(text_); }

 private:
  // Where a name that ends just like `rest` stands, case included; 0 for nowhere.
  std::size_t find(Bytes rest) const {
    for (const std::size_t landmark : landmarks_) {
      std::size_t at = landmark;
      const Bytes written(reinterpret_cast<const std::uint8_t*>(text_.data()), text_.size());
      const auto known = DnsName::read(written, at);
      if (known && std::ranges::equal(known->wire(), rest)) return landmark;
    }
    return 0;
  }

  std::string text_;
  std::vector<std::size_t> landmarks_;
};

std::string print(const DnsQuery& query, const DnsReply& reply, bool truncated) {
  Writer writer;
  const std::size_t flags = kAnswerFlags | (query.recursion_desired ? kRecursionDesired : 0) |
                            (truncated ? kTruncated : 0) | (static_cast<std::size_t>(reply.code) & 0xf);
  for (const std::size_t field : {std::size_t{query.id}, flags, std::size_t{1}, truncated ? 0 : reply.records.size(),
                                  std::size_t{0}, std::size_t{query.has_edns}}) {
    writer.u16(field);
  }
  writer.question(query.name, query.type);
  if (!truncated) {
    for (const DnsRecord& record : reply.records) writer.record(record);
  }
  if (query.has_edns) writer.edns(reply.code, reply.reason);
  return std::move(writer).take();
}

}  // namespace

std::string print_query(std::uint16_t id, const DnsName& name, std::uint16_t type) {
  Writer writer;
  for (const std::size_t field : {std::size_t{id}, std::size_t{kRecursionDesired}, std::size_t{1}, std::size_t{0},
                                  std::size_t{0}, std::size_t{1}}) {
    writer.u16(field);
  }
  writer.question(name, type);
  writer.edns(DnsCode::NoError, DnsReason::None);
  return std::move(writer).take();
}

std::string print_reply(const DnsQuery& query, const DnsReply& reply, std::size_t limit_bytes) {
  std::string whole = print(query, reply, false);
  return whole.size() <= limit_bytes ? whole : print(query, {.code = reply.code, .reason = reply.reason}, true);
}

std::string print_refusal(const BadQuery& bad) {
  const DnsCode code = bad.code.value_or(DnsCode::FormatError);
  Writer writer;
  const bool extended = static_cast<unsigned>(code) > 0xf;
  writer.u16(bad.id);
  writer.u16(kAnswerFlags | (static_cast<std::size_t>(code) & 0xf));
  for (int i = 0; i < 3; ++i) writer.u16(0);
  writer.u16(extended ? 1 : 0);
  if (extended) writer.edns(code, DnsReason::None);
  return std::move(writer).take();
}

}  // namespace berth::net
