#include "berth/sys/nft_table.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <array>

namespace berth::sys::nft {
namespace {

using netlink::attribute;
using netlink::attributes_in;
using netlink::big_endian;
using netlink::Message;
using netlink::nested_attribute;
using netlink::text_attribute;

// Types of sets' keys as nft(8) numbers them, so that it can print what is in them; those of a concatenation stand
// beside each other, six bits each.
constexpr std::uint32_t kAddress4 = 7;
constexpr std::uint32_t kAddress6 = 8;
constexpr std::uint32_t kProtocolAndPort = 12 << 6 | 13;

std::string header(std::uint8_t family, std::uint16_t resource = 0) {
  return netlink::bytes_of(nfgenmsg{family, NFNETLINK_V0, ::htons(resource)});
}

Message message(int type, int flags, std::string attributes, std::string doing, std::uint8_t family = NFPROTO_INET) {
  return {static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | type), static_cast<std::uint16_t>(flags),
          header(family) + std::move(attributes), std::move(doing)};
}

std::string number(int type, std::uint32_t value) {
  return attribute(static_cast<std::uint16_t>(type), big_endian(value));
}

// The messages between these are carried out together or not at all; the last of them answers.
std::vector<Message> transaction(std::vector<Message> messages) {
  messages.back().flags |= NLM_F_ACK;
  const std::string all = header(AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
  messages.insert(messages.begin(), {NFNL_MSG_BATCH_BEGIN, 0, all, messages.front().doing});
  messages.push_back({NFNL_MSG_BATCH_END, 0, all, messages.back().doing});
  return messages;
}

Message add_table(const std::string& name, int flags = NLM_F_CREATE) {
  return message(NFT_MSG_NEWTABLE, flags, text_attribute(NFTA_TABLE_NAME, name), "add table inet " + name);
}

Message delete_table(const std::string& name) {
  return message(NFT_MSG_DELTABLE, 0, text_attribute(NFTA_TABLE_NAME, name), "delete table inet " + name);
}

std::uint32_t flags_of(Set::Kind kind) {
  switch (kind) {
    case Set::Kind::Intervals:
      return NFT_SET_INTERVAL;
    case Set::Kind::Addresses:
      return NFT_SET_TIMEOUT;
    case Set::Kind::Destinations:
      return NFT_SET_EVAL;
  }
  return 0;
}

Message add_set(const Table& table, const Set& set, std::uint32_t id) {
  std::uint32_t type = set.family == Family::V4 ? kAddress4 : kAddress6;
  std::size_t length = address_bytes(set.family);
  if (set.kind == Set::Kind::Destinations) {
    type = type << 12 | kProtocolAndPort;
    length += 8;  // each part begins at a multiple of four
  }
  std::string attributes = text_attribute(NFTA_SET_TABLE, table.name) + text_attribute(NFTA_SET_NAME, set.name) +
                           number(NFTA_SET_FLAGS, flags_of(set.kind)) + number(NFTA_SET_KEY_TYPE, type) +
                           number(NFTA_SET_KEY_LEN, static_cast<std::uint32_t>(length)) + number(NFTA_SET_ID, id);
  if (set.size > 0) attributes += nested_attribute(NFTA_SET_DESC, number(NFTA_SET_DESC_SIZE, set.size));
  return message(NFT_MSG_NEWSET, NLM_F_CREATE, std::move(attributes), fmt::format("add set {}", set.name));
}

std::string element(const std::string& key, std::uint32_t flags = 0, std::uint64_t milliseconds = 0) {
  std::string attributes = nested_attribute(NFTA_SET_ELEM_KEY, attribute(NFTA_DATA_VALUE, key));
  if (flags != 0) attributes += number(NFTA_SET_ELEM_FLAGS, flags);
  if (milliseconds != 0) attributes += attribute(NFTA_SET_ELEM_TIMEOUT, big_endian(milliseconds));
  return nested_attribute(NFTA_LIST_ELEM, attributes);
}

std::string elements_of(const std::string& table, const std::string& set, const std::string& elements) {
  return text_attribute(NFTA_SET_ELEM_LIST_TABLE, table) + text_attribute(NFTA_SET_ELEM_LIST_SET, set) +
         nested_attribute(NFTA_SET_ELEM_LIST_ELEMENTS, elements);
}

// The address behind `address`; nothing behind the last of all.
std::optional<std::string> next_of(std::string address) {
  for (std::size_t at = address.size(); at-- > 0;) {
    address[at] = static_cast<char>(static_cast<unsigned char>(address[at]) + 1);
    if (address[at] != '\0') return address;
  }
  return std::nullopt;
}

Message add_intervals(const Table& table, const Set& set) {
  std::string elements;
  for (const Interval& interval : set.intervals) {
    elements += element(interval.first);
    if (const auto end = next_of(interval.last)) elements += element(*end, NFT_SET_ELEM_INTERVAL_END);
  }
  return message(NFT_MSG_NEWSETELEM, NLM_F_CREATE, elements_of(table.name, set.name, elements),
                 fmt::format("add the elements of set {}", set.name));
}

const char* name_of(Hook::Place place) {
  switch (place) {
    case Hook::Place::Input:
      return "input";
    case Hook::Place::Forward:
      return "forward";
    case Hook::Place::Output:
      return "output";
    case Hook::Place::Postrouting:
      return "postrouting";
  }
  return "";
}

Message add_chain(const Table& table, const Chain& chain) {
  std::string attributes = text_attribute(NFTA_CHAIN_TABLE, table.name) + text_attribute(NFTA_CHAIN_NAME, chain.name);
  if (chain.hook) {
    const std::string place = number(NFTA_HOOK_HOOKNUM, static_cast<std::uint32_t>(chain.hook->place)) +
                              number(NFTA_HOOK_PRIORITY, static_cast<std::uint32_t>(chain.hook->priority));
    attributes += nested_attribute(NFTA_CHAIN_HOOK, place) +
                  number(NFTA_CHAIN_POLICY, chain.hook->drops ? NF_DROP : NF_ACCEPT) +
                  text_attribute(NFTA_CHAIN_TYPE, chain.hook->translates ? "nat" : "filter");
  }
  return message(NFT_MSG_NEWCHAIN, NLM_F_CREATE, std::move(attributes), fmt::format("add chain {}", chain.name));
}

Message add_rule(const Table& table, const Rule& rule) {
  std::string expressions;
  for (const Statement& statement : rule.statements) expressions += statement.encoded;
  return message(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND,
                 text_attribute(NFTA_RULE_TABLE, table.name) + text_attribute(NFTA_RULE_CHAIN, rule.chain) +
                     nested_attribute(NFTA_RULE_EXPRESSIONS, expressions),
                 fmt::format("add rule '{}' to chain {}", to_text(rule), rule.chain));
}

void add_contents(const Table& table, std::vector<Message>& messages) {
  std::uint32_t id = 0;
  for (const Set& set : table.sets) {
    messages.push_back(add_set(table, set, ++id));
    if (!set.intervals.empty()) messages.push_back(add_intervals(table, set));
  }
  for (const Chain& chain : table.chains) messages.push_back(add_chain(table, chain));
  for (const Rule& rule : table.rules) messages.push_back(add_rule(table, rule));
}

std::string address_text(const std::string& address) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  ::inet_ntop(address.size() == 4 ? AF_INET : AF_INET6, address.data(), text.data(), text.size());
  return text.data();
}

// How many leading bits all addresses of the interval share, where it holds no others that share them.
std::optional<unsigned> prefix_bits_of(const Interval& interval) {
  const auto bit = [](const std::string& bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at / 8]) >> (7 - at % 8) & 1;
  };
  const std::size_t bits = 8 * interval.first.size();
  std::size_t shared = 0;
  while (shared < bits && bit(interval.first, shared) == bit(interval.last, shared)) ++shared;
  for (std::size_t at = shared; at < bits; ++at) {
    if (bit(interval.first, at) != 0 || bit(interval.last, at) != 1) return std::nullopt;
  }
  return static_cast<unsigned>(shared);
}

std::string interval_text(const Interval& interval) {
  if (interval.first == interval.last) return address_text(interval.first);
  if (const auto bits = prefix_bits_of(interval)) return fmt::format("{}/{}", address_text(interval.first), *bits);
  return fmt::format("{}-{}", address_text(interval.first), address_text(interval.last));
}

std::string set_text(const Set& set) {
  std::string type = set.family == Family::V4 ? "ipv4_addr" : "ipv6_addr";
  const char* flags = "interval";
  if (set.kind == Set::Kind::Addresses) flags = "timeout";
  if (set.kind == Set::Kind::Destinations) {
    type += " . inet_proto . inet_service";
    flags = "dynamic";
  }
  std::string text = fmt::format("\tset {} {{\n\t\ttype {}\n", set.name, type);
  if (set.size > 0) text += fmt::format("\t\tsize {}\n", set.size);
  text += fmt::format("\t\tflags {}\n", flags);
  std::vector<std::string> elements;
  for (const Interval& interval : set.intervals) elements.push_back(interval_text(interval));
  if (!elements.empty()) text += fmt::format("\t\telements = {{ {} }}\n", fmt::join(elements, ", "));
  return text + "\t}\n";
}

std::string chain_text(const Table& table, const Chain& chain) {
  std::string text = fmt::format("\tchain {} {{\n", chain.name);
  if (chain.hook) {
    text += fmt::format("\t\ttype {} hook {} priority {}; policy {};\n", chain.hook->translates ? "nat" : "filter",
                        name_of(chain.hook->place), chain.hook->priority, chain.hook->drops ? "drop" : "accept");
  }
  for (const Rule& rule : table.rules) {
    if (rule.chain == chain.name) text += fmt::format("\t\t{}\n", to_text(rule));
  }
  return text + "\t}\n";
}

// --- what the kernel answers ---

std::string_view find(std::string_view bytes, int type) {
  for (const auto& one : attributes_in(bytes)) {
    if (one.type == type) return one.bytes;
  }
  return {};
}

std::string text_of(std::string_view bytes) { return std::string(bytes.substr(0, bytes.find('\0'))); }

template <class T>
T number_of(std::string_view bytes) {
  T value = 0;
  for (const char byte : bytes.substr(0, sizeof(T))) {
    value = static_cast<T>(value << 4 << 4) | static_cast<unsigned char>(byte);
  }
  return value;
}

std::string_view attributes_of(const netlink::Answer& answer) {
  return std::string_view(answer.body).substr(std::min(answer.body.size(), sizeof(nfgenmsg)));
}

// What a set counts of an element, in its counter.
std::uint64_t packets_of(std::string_view element_attributes) {
  std::string_view counter = find(element_attributes, NFTA_SET_ELEM_EXPR);
  if (counter.empty()) counter = find(find(element_attributes, NFTA_SET_ELEM_EXPRESSIONS), NFTA_LIST_ELEM);
  return number_of<std::uint64_t>(find(find(counter, NFTA_EXPR_DATA), NFTA_COUNTER_PACKETS));
}

// Whether an expression of a rule can keep a packet from going on. Those of iptables are not read further.
bool decides(std::string_view expression) {
  const std::string name = text_of(find(expression, NFTA_EXPR_NAME));
  const std::string_view data = find(expression, NFTA_EXPR_DATA);
  if (name == "lookup")
    return number_of<std::uint32_t>(find(data, NFTA_LOOKUP_DREG)) == NFT_REG_VERDICT &&
           !find(data, NFTA_LOOKUP_DREG).empty();
  if (name != "immediate") return name == "reject" || name == "queue" || name == "target";
  const std::string_view code = find(find(find(data, NFTA_IMMEDIATE_DATA), NFTA_DATA_VERDICT), NFTA_VERDICT_CODE);
  if (code.empty()) return false;
  const auto verdict = static_cast<std::int32_t>(number_of<std::uint32_t>(code));
  return verdict != NF_ACCEPT && verdict != NFT_CONTINUE && verdict != NFT_RETURN;
}

const char* family_name(std::uint8_t family) {
  switch (family) {
    case NFPROTO_IPV4:
      return "ip";
    case NFPROTO_IPV6:
      return "ip6";
    case NFPROTO_INET:
      return "inet";
    default:
      return nullptr;
  }
}

Result<bool> has_deciding_rule(netlink::Socket& socket, std::uint8_t family, const ForwardChain& chain) {
  const Message dump =
      message(NFT_MSG_GETRULE, NLM_F_DUMP,
              text_attribute(NFTA_RULE_TABLE, chain.table) + text_attribute(NFTA_RULE_CHAIN, chain.name),
              fmt::format("list chain {} {} {}", chain.family, chain.table, chain.name), family);
  BERTH_TRY(const auto rules, socket.ask(dump));
  for (const auto& rule : rules) {
    if (text_of(find(attributes_of(rule), NFTA_RULE_CHAIN)) != chain.name) continue;
    for (const auto& one : attributes_in(find(attributes_of(rule), NFTA_RULE_EXPRESSIONS))) {
      if (decides(one.bytes)) return true;
    }
  }
  return false;
}

}  // namespace

std::string to_text(const Table& table) {
  std::string text = fmt::format("table inet {} {{\n", table.name);
  for (const Set& set : table.sets) text += set_text(set) + "\n";
  for (const Chain& chain : table.chains) text += chain_text(table, chain) + "\n";
  text.pop_back();
  return text + "}\n";
}

Result<void> put_table(netlink::Socket& socket, const Table& table) {
  std::vector<Message> messages = {add_table(table.name, NLM_F_CREATE | NLM_F_EXCL)};
  add_contents(table, messages);
  return socket.request(transaction(std::move(messages)));
}

Result<void> replace_table(netlink::Socket& socket, const Table& table) {
  // Added first, so that there is one to delete in any case.
  std::vector<Message> messages = {add_table(table.name), delete_table(table.name), add_table(table.name)};
  add_contents(table, messages);
  return socket.request(transaction(std::move(messages)));
}

Result<bool> has_chain(netlink::Socket& socket, const std::string& table, const std::string& chain) {
  const auto found = socket.ask(
      message(NFT_MSG_GETCHAIN, 0, text_attribute(NFTA_CHAIN_TABLE, table) + text_attribute(NFTA_CHAIN_NAME, chain),
              fmt::format("look for chain {} in table inet {}", chain, table)));
  if (found) return true;
  if (found.error().code() == Errc::NotFound) return false;
  return std::unexpected(found.error());
}

Result<void> remove_table(netlink::Socket& socket, const std::string& table) {
  auto removed = socket.request(transaction({delete_table(table)}));
  if (!removed && removed.error().code() == Errc::NotFound) return {};
  return removed;
}

Result<void> add_address(netlink::Socket& socket, const std::string& table, const Set& set, const std::string& address,
                         const AddressTime& time) {
  const std::string doing = fmt::format("let {} into set {}", address_text(address), set.name);
  const std::string timed = elements_of(table, set.name, element(address, 0, time.seconds * 1000));
  std::vector<Message> messages = {message(NFT_MSG_NEWSETELEM, NLM_F_CREATE, timed, doing)};
  if (time.may_be_there) {
    // Kernels before 6.12 keep the old time of an element that is added again: added, deleted, added, in one step.
    messages.push_back(message(NFT_MSG_DELSETELEM, 0, elements_of(table, set.name, element(address)), doing));
    messages.push_back(messages.front());
  }
  return socket.request(transaction(std::move(messages)));
}

Result<std::vector<Recorded>> recorded_in(netlink::Socket& socket, const std::string& table, const Set& set) {
  const std::string named =
      text_attribute(NFTA_SET_ELEM_LIST_TABLE, table) + text_attribute(NFTA_SET_ELEM_LIST_SET, set.name);
  BERTH_TRY(const auto answers,
            socket.ask(message(NFT_MSG_GETSETELEM, NLM_F_DUMP, named, fmt::format("list set {}", set.name))));
  const std::size_t length = address_bytes(set.family);
  std::vector<Recorded> found;
  for (const auto& answer : answers) {
    for (const auto& one : attributes_in(find(attributes_of(answer), NFTA_SET_ELEM_LIST_ELEMENTS))) {
      const std::string_view key = find(find(one.bytes, NFTA_SET_ELEM_KEY), NFTA_DATA_VALUE);
      if (key.size() < length + 6) continue;
      found.push_back({std::string(key.substr(0, length)), static_cast<std::uint8_t>(key[length]),
                       number_of<std::uint16_t>(key.substr(length + 4)), packets_of(one.bytes)});
    }
  }
  return found;
}

Result<std::vector<ForwardChain>> forward_chains(netlink::Socket& socket) {
  BERTH_TRY(const auto answers,
            socket.ask(message(NFT_MSG_GETCHAIN, NLM_F_DUMP, "", "list the chains of this machine", NFPROTO_UNSPEC)));
  std::vector<ForwardChain> chains;
  for (const auto& answer : answers) {
    if (answer.body.empty()) continue;
    const auto family = static_cast<std::uint8_t>(answer.body[0]);
    const std::string_view attributes = attributes_of(answer);
    const std::string_view hook = find(attributes, NFTA_CHAIN_HOOK);
    constexpr auto kForward = static_cast<std::uint32_t>(Hook::Place::Forward);
    if (family_name(family) == nullptr || hook.empty()) continue;
    if (number_of<std::uint32_t>(find(hook, NFTA_HOOK_HOOKNUM)) != kForward) continue;
    ForwardChain chain{family_name(family), text_of(find(attributes, NFTA_CHAIN_TABLE)),
                       text_of(find(attributes, NFTA_CHAIN_NAME))};
    chain.drops = number_of<std::uint32_t>(find(attributes, NFTA_CHAIN_POLICY)) == NF_DROP;
    BERTH_TRY(chain.decides, has_deciding_rule(socket, family, chain));
    chains.push_back(std::move(chain));
  }
  return chains;
}

}  // namespace berth::sys::nft
