#include "berth/doctor/packet_filter.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "berth/base/json.h"
#include "berth/base/unique_fd.h"
#include "berth/doctor/attempt.h"
#include "berth/doctor/tools.h"
#include "berth/doctor/words.h"
#include "berth/sys/syscall.h"
#include "berth/sys/tool.h"

namespace berth::doctor {
namespace {

// A batch of netlink messages for nf_tables: just what making one table with one chain takes.
class Batch {
 public:
  void begin(std::uint16_t type, std::uint8_t family, std::uint16_t flags, std::uint16_t resource) {
    start_ = bytes_.size();
    const nlmsghdr header = {
        .nlmsg_type = type, .nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags), .nlmsg_seq = ++sequence_};
    const nfgenmsg message = {.nfgen_family = family, .version = NFNETLINK_V0, .res_id = htons(resource)};
    append(header);
    append(message);
    close();
  }
  void text(std::uint16_t type, std::string_view value) {
    attribute(type, static_cast<std::uint16_t>(value.size() + 1));
    bytes_ += value;
    bytes_ += '\0';
    close();
  }
  void number(std::uint16_t type, std::uint32_t value) {
    attribute(type, sizeof(value));
    append(htonl(value));
    close();
  }
  // The head of an attribute that holds `count` numbers.
  void numbers(std::uint16_t type, std::uint16_t count) {
    attribute(static_cast<std::uint16_t>(type | NLA_F_NESTED), static_cast<std::uint16_t>(8 * count));
  }
  const std::string& bytes() const { return bytes_; }

 private:
  template <class T>
  void append(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void attribute(std::uint16_t type, std::uint16_t payload) {
    append(nlattr{static_cast<std::uint16_t>(sizeof(nlattr) + payload), type});
  }
  // Pads, and writes the length of the message so far.
  void close() {
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
    const auto length = static_cast<std::uint32_t>(bytes_.size() - start_);
    std::memcpy(bytes_.data() + start_, &length, sizeof(length));
  }

  std::string bytes_;
  std::size_t start_ = 0;
  std::uint32_t sequence_ = 0;
};

constexpr std::uint16_t message_of(std::uint16_t kind) {
  return static_cast<std::uint16_t>((NFNL_SUBSYS_NFTABLES << 8) | kind);
}

std::string table_with_chain() {
  Batch batch;
  batch.begin(NFNL_MSG_BATCH_BEGIN, AF_UNSPEC, 0, NFNL_SUBSYS_NFTABLES);
  batch.begin(message_of(NFT_MSG_NEWTABLE), NFPROTO_INET, NLM_F_CREATE, 0);
  batch.text(NFTA_TABLE_NAME, "berth_doctor");
  batch.begin(message_of(NFT_MSG_NEWCHAIN), NFPROTO_INET, NLM_F_CREATE | NLM_F_ACK, 0);
  batch.text(NFTA_CHAIN_TABLE, "berth_doctor");
  batch.text(NFTA_CHAIN_NAME, "out");
  batch.numbers(NFTA_CHAIN_HOOK, 2);
  batch.number(NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_OUT);
  batch.number(NFTA_HOOK_PRIORITY, 0);
  batch.number(NFTA_CHAIN_POLICY, NF_DROP);
  batch.text(NFTA_CHAIN_TYPE, "filter");
  batch.begin(NFNL_MSG_BATCH_END, AF_UNSPEC, 0, NFNL_SUBSYS_NFTABLES);
  return batch.bytes();
}

// Reads the kernel's answers until the chain is acknowledged or something is refused.
Result<void> acknowledged(int socket) {
  alignas(nlmsghdr) std::array<char, 8192> answer;
  for (;;) {
    BERTH_TRY(int got, sys::call([&] { return ::recv(socket, answer.data(), answer.size(), 0); },
                                 "wait for the answer of nf_tables"));
    auto left = static_cast<std::uint32_t>(got);
    for (auto* message = reinterpret_cast<nlmsghdr*>(answer.data());
         left >= sizeof(nlmsghdr) && message->nlmsg_len >= sizeof(nlmsghdr) && message->nlmsg_len <= left;) {
      if (message->nlmsg_type == NLMSG_ERROR && message->nlmsg_len >= sizeof(nlmsghdr) + sizeof(nlmsgerr)) {
        nlmsgerr error = {};
        std::memcpy(&error, message + 1, sizeof(error));
        if (error.error == 0) return {};
        return std::unexpected(Error::from_errno(-error.error, "make an nftables table with a chain"));
      }
      const std::uint32_t step = std::min((message->nlmsg_len + 3) / 4 * 4, left);
      left -= step;
      message = reinterpret_cast<nlmsghdr*>(reinterpret_cast<char*>(message) + step);
    }
  }
}

Result<void> make_table() {
  const auto open = [] { return ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER); };
  BERTH_TRY(int opened, sys::call(open, "open a netlink socket to the packet filter"));
  const UniqueFd socket(opened);
  const timeval patience = {.tv_sec = 2};
  BERTH_CHECK_OK(sys::check(
      [&] { return ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)); }, "setsockopt"));
  const std::string batch = table_with_chain();
  BERTH_CHECK_OK(sys::check([&] { return ::send(socket.get(), batch.data(), batch.size(), 0); }, "send to nf_tables"));
  return acknowledged(socket.get());
}

const Json* member(const Json& json, std::initializer_list<std::string_view> path) {
  const Json* at = &json;
  for (const std::string_view key : path) {
    if (at != nullptr) at = at->find(key);
  }
  return at;
}

}  // namespace

Result<void> try_nftables() { return attempt(CLONE_NEWNET, make_table); }

CheckResult judge_nftables(const Result<void>& tried, bool root, bool user_namespaces) {
  if (!root && !user_namespaces) return skipped("an ordinary user filters in a user namespace, and has none");
  if (tried) return ok("a table was made in a network namespace of its own");
  return failure(tried.error().message(),
                 "'modprobe nf_tables', or use a kernel with CONFIG_NF_TABLES and CONFIG_NF_TABLES_INET");
}

Result<std::vector<std::string>> dropping_chains(std::string_view nft_json) {
  BERTH_TRY(const Json json, parse_json(nft_json));
  const Json* list = json.find("nftables");
  if (list == nullptr || !list->is_array()) {
    return fail(Errc::InvalidInput, "read the chains of nftables: the text has no list 'nftables'");
  }
  std::vector<std::string> dropping;
  for (const Json& object : *list->as_array()) {
    const Json* chain = member(object, {"chain"});
    if (chain == nullptr || chain->text_or("hook", "") != "forward" || chain->text_or("policy", "") != "drop") continue;
    const std::string table = chain->text_or("table", "");
    if (table.starts_with("berth")) continue;
    dropping.push_back(fmt::format("{} {} {}", chain->text_or("family", ""), table, chain->text_or("name", "")));
  }
  return dropping;
}

bool has_default_route(std::string_view ipv4, std::string_view ipv6) {
  for (const std::string_view line : lines_of(ipv4)) {
    const auto words = words_of(line);
    if (words.size() > 7 && words[1] == "00000000" && words[7] == "00000000") return true;
  }
  for (const std::string_view line : lines_of(ipv6)) {
    const auto words = words_of(line);
    // The kernel's own entry that refuses everything is a default route of the loopback interface.
    if (words.size() > 9 && words[0] == std::string(32, '0') && words[1] == "00" && words[9] != "lo") return true;
  }
  return false;
}

ForwardingFacts forwarding_facts(const Asked& asked) {
  struct stat tun = {};
  ForwardingFacts facts{
      .root = asked.root,
      .ipv4 = small_file("/proc/sys/net/ipv4/ip_forward"),
      .has_route = has_default_route(small_file("/proc/net/route").value_or(""),
                                     small_file("/proc/net/ipv6_route").value_or("")),
      .pasta = find_program("pasta"),
      .slirp4netns = find_program("slirp4netns"),
      .tun = ::stat("/dev/net/tun", &tun) == 0 && S_ISCHR(tun.st_mode),
  };
  if (!asked.root) return facts;
  facts.nftables = try_nftables().has_value();
  // Without nft nobody is asked; then only doing it shows whether packets come through.
  const auto listing = sys::run_tool({"nft", "-j", "list", "chains"}, {.time_limit = std::chrono::seconds(5)});
  if (!listing) return facts;
  if (auto dropping = dropping_chains(listing->out)) facts.dropping = *std::move(dropping);
  return facts;
}

CheckResult judge_forwarding(const ForwardingFacts& facts) {
  const std::string user_mode = !facts.pasta.empty() ? "pasta" : (!facts.slirp4netns.empty() ? "slirp4netns" : "");
  const bool user_mode_works = !user_mode.empty() && facts.tun;
  const char* install = "'apt-get install passt' (pasta), or slirp4netns; calls without a network need neither";
  if (!facts.has_route) {
    return warning("this machine has no default route: containers reach what is next to it at most",
                   "give the machine a route, or run calls without a network");
  }
  std::string why_not;
  if (!facts.root) {
    why_not = "an ordinary user cannot forward";
  } else if (facts.ipv4 != "1") {
    why_not = "this machine forwards no packets (net.ipv4.ip_forward is not 1)";
  } else if (!facts.nftables) {
    why_not = "nftables cannot be used";
  } else if (!facts.dropping.empty()) {
    why_not = fmt::format("packets are dropped by chain {}", listed(facts.dropping));
  } else {
    return ok("by a pair of interfaces, between which this machine forwards");
  }
  if (user_mode_works) return ok(fmt::format("by {}: {}", user_mode, why_not));
  if (!user_mode.empty()) {
    return warning(fmt::format("{}, and {} needs /dev/net/tun, which is not there", why_not, user_mode),
                   "'modprobe tun'; calls without a network work as they are");
  }
  return warning(fmt::format("{}, and there is neither pasta nor slirp4netns", why_not), install);
}

}  // namespace berth::doctor
