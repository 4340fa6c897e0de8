#include "berth/sys/netlink.h"

#include <fmt/format.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>

#include "berth/base/utf8.h"
#include "berth/sys/syscall.h"

namespace berth::sys::netlink {
namespace {

constexpr std::size_t kLargestAnswer = 1 << 16;  // the kernel makes parts of a dump no larger than 32 KiB

std::string padded(std::string bytes) {
  bytes.resize(NLMSG_ALIGN(bytes.size()), '\0');
  return bytes;
}

// The kernel's own words about a refused message, which follow the header that it was sent (NLMSGERR_ATTR_MSG).
std::string kernel_words(const nlmsghdr& answer, std::string_view body) {
  if ((answer.nlmsg_flags & NLM_F_ACK_TLVS) == 0) return "";
  for (const Attribute& one : attributes_in(body.substr(std::min(body.size(), sizeof(nlmsgerr))))) {
    if (one.type == NLMSGERR_ATTR_MSG) return to_visible(one.bytes.substr(0, one.bytes.find('\0')), false);
  }
  return "";
}

// What came back for one request.
struct Reply {
  std::vector<Answer> answers;
  std::optional<Error> refusal;  // the first
  bool is_done = false;          // a dump's end, or an acknowledgement
};

class Reader {
 public:
  Reader(std::span<const Message> messages, std::uint32_t first) : messages_(messages), first_(first) {}

  // Takes one datagram's messages apart.
  Result<void> take(std::string_view bytes, Reply& reply) const {
    while (bytes.size() >= sizeof(nlmsghdr)) {
      nlmsghdr header;
      std::memcpy(&header, bytes.data(), sizeof(header));
      if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > bytes.size()) break;
      take_message(header, bytes.substr(sizeof(header), header.nlmsg_len - sizeof(header)), reply);
      bytes.remove_prefix(std::min<std::size_t>(bytes.size(), NLMSG_ALIGN(header.nlmsg_len)));
    }
    if (bytes.empty()) return {};
    return fail(Errc::Corrupt, "read an answer of the kernel over netlink: it is cut short");
  }

 private:
  void take_message(const nlmsghdr& header, std::string_view body, Reply& reply) const {
    const std::uint32_t at = header.nlmsg_seq - first_;
    if (at >= messages_.size()) return;  // of an earlier request that ended with an error
    if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE) {
      reply.is_done = true;
      int error = 0;
      if (body.size() >= sizeof(error)) std::memcpy(&error, body.data(), sizeof(error));
      if (error >= 0 || reply.refusal) return;
      const std::string words = kernel_words(header, body);
      reply.refusal = Error::from_errno(-error, messages_[at].doing + (words.empty() ? "" : " (" + words + ")"));
      return;
    }
    if (header.nlmsg_type == NLMSG_NOOP) return;
    reply.answers.push_back({header.nlmsg_type, std::string(body)});
  }

  std::span<const Message> messages_;
  std::uint32_t first_;
};

}  // namespace

std::string attribute(std::uint16_t type, std::string_view bytes) {
  const nlattr header = {static_cast<std::uint16_t>(sizeof(nlattr) + bytes.size()), type};
  std::string text = bytes_of(header);
  text += bytes;
  return padded(std::move(text));
}

std::string text_attribute(std::uint16_t type, std::string_view text) {
  return attribute(type, std::string(text) + '\0');
}

std::string nested_attribute(std::uint16_t type, std::string_view attributes) {
  return attribute(type | NLA_F_NESTED, attributes);
}

std::vector<Attribute> attributes_in(std::string_view bytes) {
  std::vector<Attribute> found;
  while (bytes.size() >= sizeof(nlattr)) {
    nlattr header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    if (header.nla_len < sizeof(header) || header.nla_len > bytes.size()) break;
    found.push_back({static_cast<std::uint16_t>(header.nla_type & NLA_TYPE_MASK),
                     bytes.substr(sizeof(header), header.nla_len - sizeof(header))});
    bytes.remove_prefix(std::min<std::size_t>(bytes.size(), NLA_ALIGN(header.nla_len)));
  }
  return found;
}

Result<Socket> Socket::open(int protocol) {
  const auto open_socket = [&] { return ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol); };
  BERTH_TRY(int fd, call(open_socket, "open a netlink socket of protocol {}", protocol));
  UniqueFd owner(fd);
  // Kernels without these answer with less text; nothing depends on it.
  const int on = 1;
  ::setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
  ::setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
  return Socket(std::move(owner));
}

Result<std::uint32_t> Socket::send(std::span<const Message> messages) {
  const std::uint32_t first = sequence_;
  std::string bytes;
  for (const Message& message : messages) {
    nlmsghdr header = {};
    header.nlmsg_len = static_cast<std::uint32_t>(sizeof(header) + message.body.size());
    header.nlmsg_type = message.type;
    header.nlmsg_flags = message.flags | NLM_F_REQUEST;
    header.nlmsg_seq = sequence_++;
    bytes += bytes_of(header);
    bytes += message.body;
    bytes.resize(NLMSG_ALIGN(bytes.size()), '\0');
  }
  const auto put = [&] { return ::send(fd_.get(), bytes.data(), bytes.size(), 0); };
  BERTH_CHECK_OK(check(put, "send {} bytes over netlink to {}", bytes.size(), messages.front().doing));
  return first;
}

Result<void> Socket::request(std::span<const Message> messages) {
  if (messages.empty()) return {};
  BERTH_TRY(const std::uint32_t first, send(messages));
  const Reader reader(messages, first);
  Reply reply;
  std::string buffer(kLargestAnswer, '\0');
  // The kernel has carried everything out, and answered, when send() returns.
  for (;;) {
    const auto take = [&] { return ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT); };
    const auto got = call(take, "read an answer over netlink");
    if (!got && got.error().os_error() == EAGAIN) break;
    if (!got) return std::unexpected(got.error());
    BERTH_CHECK_OK(reader.take(std::string_view(buffer).substr(0, static_cast<std::size_t>(*got)), reply));
  }
  if (reply.refusal) return std::unexpected(*std::move(reply.refusal));
  if (reply.is_done) return {};
  return fail(Errc::Internal, messages.back().doing + ": the kernel did not answer over netlink");
}

Result<std::vector<Answer>> Socket::ask(const Message& message) {
  BERTH_TRY(const std::uint32_t first, send({&message, 1}));
  const Reader reader({&message, 1}, first);
  const bool is_dump = (message.flags & NLM_F_DUMP) == NLM_F_DUMP;
  Reply reply;
  std::string buffer(kLargestAnswer, '\0');
  while (!reply.is_done && (is_dump || reply.answers.empty())) {
    BERTH_TRY(int got, call([&] { return ::recv(fd_.get(), buffer.data(), buffer.size(), 0); }, "{}: read the answer",
                            message.doing));
    BERTH_CHECK_OK(reader.take(std::string_view(buffer).substr(0, static_cast<std::size_t>(got)), reply));
  }
  if (reply.refusal) return std::unexpected(*std::move(reply.refusal));
  return std::move(reply.answers);
}

}  // namespace berth::sys::netlink
