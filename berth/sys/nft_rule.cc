#include "berth/sys/nft_rule.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <net/if.h>
#include <netinet/in.h>

#include <array>

#include "berth/sys/netlink.h"

namespace berth::sys::nft {
namespace {

using netlink::attribute;
using netlink::big_endian;
using netlink::nested_attribute;
using netlink::text_attribute;

// A parameter of an expression.
std::string number(int type, std::uint32_t value) {
  return attribute(static_cast<std::uint16_t>(type), big_endian(value));
}
std::string wide_number(int type, std::uint64_t value) {
  return attribute(static_cast<std::uint16_t>(type), big_endian(value));
}

std::string expression(std::string_view name, std::string_view parameters) {
  return nested_attribute(NFTA_LIST_ELEM,
                          text_attribute(NFTA_EXPR_NAME, name) + nested_attribute(NFTA_EXPR_DATA, parameters));
}

std::string load_meta(std::uint32_t key, std::uint32_t into = NFT_REG_1) {
  return expression("meta", number(NFTA_META_DREG, into) + number(NFTA_META_KEY, key));
}

std::string load_bytes(std::uint32_t base, std::size_t offset, std::size_t length, std::uint32_t into = NFT_REG_1) {
  return expression("payload", number(NFTA_PAYLOAD_DREG, into) + number(NFTA_PAYLOAD_BASE, base) +
                                   number(NFTA_PAYLOAD_OFFSET, static_cast<std::uint32_t>(offset)) +
                                   number(NFTA_PAYLOAD_LEN, static_cast<std::uint32_t>(length)));
}

std::string compare(std::uint32_t operation, std::string_view bytes) {
  return expression("cmp", number(NFTA_CMP_SREG, NFT_REG_1) + number(NFTA_CMP_OP, operation) +
                               nested_attribute(NFTA_CMP_DATA, attribute(NFTA_DATA_VALUE, bytes)));
}

std::string mask_with(std::string_view mask) {
  const std::string zeros(mask.size(), '\0');
  return expression("bitwise", number(NFTA_BITWISE_SREG, NFT_REG_1) + number(NFTA_BITWISE_DREG, NFT_REG_1) +
                                   number(NFTA_BITWISE_LEN, static_cast<std::uint32_t>(mask.size())) +
                                   nested_attribute(NFTA_BITWISE_MASK, attribute(NFTA_DATA_VALUE, mask)) +
                                   nested_attribute(NFTA_BITWISE_XOR, attribute(NFTA_DATA_VALUE, zeros)));
}

std::string verdict(int code, std::string_view chain = {}) {
  std::string parameters = number(NFTA_VERDICT_CODE, static_cast<std::uint32_t>(code));
  if (!chain.empty()) parameters += text_attribute(NFTA_VERDICT_CHAIN, chain);
  return expression("immediate",
                    number(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT) +
                        nested_attribute(NFTA_IMMEDIATE_DATA, nested_attribute(NFTA_DATA_VERDICT, parameters)));
}

const char* name_of(Family family) { return family == Family::V4 ? "ip" : "ip6"; }

std::string is_family(Family family) {
  return load_meta(NFT_META_NFPROTO) +
         compare(NFT_CMP_EQ, std::string(1, family == Family::V4 ? NFPROTO_IPV4 : NFPROTO_IPV6));
}

constexpr std::size_t kSourceAt = 12;  // in an IPv4 header; in an IPv6 one 8
std::size_t source_at(Family family) { return family == Family::V4 ? kSourceAt : 8; }
std::size_t destination_at(Family family) { return source_at(family) + address_bytes(family); }

std::string to_text(const Prefix& prefix) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  ::inet_ntop(prefix.family == Family::V4 ? AF_INET : AF_INET6, prefix.address.data(), text.data(), text.size());
  if (prefix.bits == 8 * address_bytes(prefix.family)) return text.data();
  return fmt::format("{}/{}", text.data(), prefix.bits);
}

std::string mask_of(const Prefix& prefix) {
  std::string mask(address_bytes(prefix.family), '\0');
  for (unsigned bit = 0; bit < prefix.bits; ++bit) {
    mask[bit / 8] = static_cast<char>(static_cast<unsigned char>(mask[bit / 8]) | (0x80u >> (bit % 8)));
  }
  return mask;
}

Statement address_in(const Prefix& prefix, const char* end, std::size_t at, bool is_in) {
  std::string encoded =
      is_family(prefix.family) + load_bytes(NFT_PAYLOAD_NETWORK_HEADER, at, address_bytes(prefix.family));
  // An address of whole length needs no mask, and nft would not print one it made itself otherwise.
  if (prefix.bits < 8 * address_bytes(prefix.family)) encoded += mask_with(mask_of(prefix));
  encoded += compare(is_in ? NFT_CMP_EQ : NFT_CMP_NEQ, prefix.address);
  return {fmt::format("{} {} {}{}", name_of(prefix.family), end, is_in ? "" : "!= ", to_text(prefix)),
          std::move(encoded)};
}

Statement on_interface(std::uint32_t key, const char* word, std::string_view name) {
  std::string bytes(name);
  if (bytes.ends_with('*')) {
    bytes.pop_back();
  } else {
    bytes.resize(IFNAMSIZ, '\0');
  }
  return {fmt::format("{} \"{}\"", word, name), load_meta(key) + compare(NFT_CMP_EQ, bytes)};
}

// A state of connection tracking, as a bit of the word that the kernel loads in its own order.
Statement in_state(std::uint32_t bits, std::string text) {
  const std::string load = expression("ct", number(NFTA_CT_DREG, NFT_REG_1) + number(NFTA_CT_KEY, NFT_CT_STATE));
  return {"ct state " + std::move(text),
          load + mask_with(netlink::bytes_of(bits)) + compare(NFT_CMP_NEQ, std::string(4, '\0'))};
}

constexpr std::uint32_t state_bit(int state) { return 1u << (state % IP_CT_IS_REPLY + 1); }
constexpr std::uint32_t kInvalid = 1;

constexpr std::size_t kPortAt = 2;  // of the destination, in a TCP or UDP header
constexpr std::uint32_t kThirdWord = NFT_REG32_00;

}  // namespace

std::string to_text(const Rule& rule) {
  std::string text;
  for (const Statement& statement : rule.statements) {
    if (!text.empty()) text += ' ';
    text += statement.text;
  }
  return text;
}

Statement from_interface(std::string_view name) { return on_interface(NFT_META_IIFNAME, "iifname", name); }
Statement to_interface(std::string_view name) { return on_interface(NFT_META_OIFNAME, "oifname", name); }

Statement from_addresses(const Prefix& prefix) { return address_in(prefix, "saddr", source_at(prefix.family), true); }
Statement to_addresses(const Prefix& prefix) {
  return address_in(prefix, "daddr", destination_at(prefix.family), true);
}
Statement from_other_addresses(const Prefix& prefix) {
  return address_in(prefix, "saddr", source_at(prefix.family), false);
}

Statement to_member_of(Family family, std::string_view set) {
  const std::string look_up =
      expression("lookup", text_attribute(NFTA_LOOKUP_SET, set) + number(NFTA_LOOKUP_SREG, NFT_REG_1));
  return {fmt::format("{} daddr @{}", name_of(family), set),
          is_family(family) + load_bytes(NFT_PAYLOAD_NETWORK_HEADER, destination_at(family), address_bytes(family)) +
              look_up};
}

Statement answers() { return in_state(state_bit(IP_CT_ESTABLISHED) | state_bit(IP_CT_RELATED), "established,related"); }
Statement opens_connection() { return in_state(state_bit(IP_CT_NEW), "new"); }
Statement invalid() { return in_state(kInvalid, "invalid"); }

Statement protocol_is(std::uint8_t protocol) {
  return {fmt::format("meta l4proto {}", protocol == IPPROTO_TCP ? "tcp" : "udp"),
          load_meta(NFT_META_L4PROTO) + compare(NFT_CMP_EQ, netlink::bytes_of(protocol))};
}

Statement to_ports(std::uint16_t first, std::uint16_t last) {
  const std::string load = load_bytes(NFT_PAYLOAD_TRANSPORT_HEADER, kPortAt, sizeof(first));
  if (first == last) return {fmt::format("th dport {}", first), load + compare(NFT_CMP_EQ, big_endian(first))};
  return {fmt::format("th dport {}-{}", first, last),
          load + compare(NFT_CMP_GTE, big_endian(first)) + compare(NFT_CMP_LTE, big_endian(last))};
}

Statement icmp6_type_is(std::uint8_t type, std::string_view name) {
  return {fmt::format("icmpv6 type {}", name),
          load_meta(NFT_META_L4PROTO) + compare(NFT_CMP_EQ, std::string(1, IPPROTO_ICMPV6)) +
              load_bytes(NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1) + compare(NFT_CMP_EQ, netlink::bytes_of(type))};
}

Statement faster_than(std::uint32_t packets_per_second, std::uint32_t burst) {
  return {fmt::format("limit rate over {}/second burst {} packets", packets_per_second, burst),
          expression("limit", wide_number(NFTA_LIMIT_RATE, packets_per_second) + wide_number(NFTA_LIMIT_UNIT, 1) +
                                  number(NFTA_LIMIT_BURST, burst) + number(NFTA_LIMIT_TYPE, NFT_LIMIT_PKTS) +
                                  number(NFTA_LIMIT_FLAGS, NFT_LIMIT_F_INV))};
}

Statement more_connections_than(std::uint32_t count) {
  return {
      fmt::format("ct count over {}", count),
      expression("connlimit", number(NFTA_CONNLIMIT_COUNT, count) + number(NFTA_CONNLIMIT_FLAGS, NFT_CONNLIMIT_F_INV))};
}

Statement accept() { return {"accept", verdict(NF_ACCEPT)}; }
Statement drop() { return {"drop", verdict(NF_DROP)}; }
Statement go_to(std::string_view chain) { return {fmt::format("goto {}", chain), verdict(NFT_GOTO, chain)}; }

Statement record_destination(Family family, std::string_view set) {
  // The parts of the key lie in registers of four bytes, one after the other.
  const std::uint32_t words = static_cast<std::uint32_t>(address_bytes(family) / 4);
  const std::string load = load_bytes(NFT_PAYLOAD_NETWORK_HEADER, destination_at(family), address_bytes(family)) +
                           load_meta(NFT_META_L4PROTO, kThirdWord + words) +
                           load_bytes(NFT_PAYLOAD_TRANSPORT_HEADER, kPortAt, 2, kThirdWord + words + 1);
  const std::string counter = text_attribute(NFTA_EXPR_NAME, "counter");
  const std::string add =
      expression("dynset", text_attribute(NFTA_DYNSET_SET_NAME, set) + number(NFTA_DYNSET_OP, NFT_DYNSET_OP_ADD) +
                               number(NFTA_DYNSET_SREG_KEY, NFT_REG_1) + nested_attribute(NFTA_DYNSET_EXPR, counter));
  return {fmt::format("add @{} {{ {} daddr . meta l4proto . th dport counter }}", set, name_of(family)),
          is_family(family) + load + add};
}

Statement reset_connection() {
  return {"reject with tcp reset", expression("reject", number(NFTA_REJECT_TYPE, NFT_REJECT_TCP_RST) +
                                                            attribute(NFTA_REJECT_ICMP_CODE, std::string(1, '\0')))};
}
Statement refuse_as_prohibited() {
  return {
      "reject with icmpx admin-prohibited",
      expression("reject", number(NFTA_REJECT_TYPE, NFT_REJECT_ICMPX_UNREACH) +
                               attribute(NFTA_REJECT_ICMP_CODE, std::string(1, NFT_REJECT_ICMPX_ADMIN_PROHIBITED)))};
}
Statement masquerade() { return {"masquerade", expression("masq", "")}; }

}  // namespace berth::sys::nft
