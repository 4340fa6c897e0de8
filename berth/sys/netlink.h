// Netlink: requests to the kernel's network parts, made of messages with nested attributes (netlink(7)).
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::sys::netlink {

// The bytes of a value as it lies in memory; for headers and numbers in host order.
template <class T>
std::string bytes_of(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

// The bytes of a number with the highest one first, as packets and netfilter have them.
template <std::unsigned_integral T>
std::string big_endian(T value) {
  std::string bytes(sizeof(T), '\0');
  for (std::size_t at = sizeof(T); at-- > 0; value = static_cast<T>(value >> 4 >> 4)) {
    bytes[at] = static_cast<char>(value & 0xff);
  }
  return bytes;
}

// One attribute, padded to the next one's place.
std::string attribute(std::uint16_t type, std::string_view bytes);
std::string text_attribute(std::uint16_t type, std::string_view text);  // ended by a zero, as the kernel wants names
std::string nested_attribute(std::uint16_t type, std::string_view attributes);

// The attributes of a message, in order; the list ends where a length makes no sense.
struct Attribute {
  std::uint16_t type = 0;  // without the flags for nesting and byte order
  std::string_view bytes;
};
std::vector<Attribute> attributes_in(std::string_view bytes);

struct Message {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;  // NLM_F_REQUEST is added
  std::string body;         // the family's header, and attributes
  std::string doing;        // what errors say was done: "add the default route"
};

struct Answer {
  std::uint16_t type = 0;
  std::string body;
};

// A connection to one part of the kernel, for the network namespace that the thread was in when it was opened; it
// keeps that namespace alive. Used by one thread at a time.
class Socket {
 public:
  // `protocol` is NETLINK_ROUTE or NETLINK_NETFILTER.
  static Result<Socket> open(int protocol);

  // Sends all messages at once. Those with NLM_F_ACK are answered; so is each one that is refused.
  // Errors: of the first refused message, with its `doing` and the kernel's own words where it has any.
  Result<void> request(std::span<const Message> messages);

  // Sends one message and takes everything that comes back: one answer, or a dump (NLM_F_DUMP).
  // Errors: NotFound where the kernel says ENOENT.
  Result<std::vector<Answer>> ask(const Message& message);

  int fd() const { return fd_.get(); }

 private:
  explicit Socket(UniqueFd fd) : fd_(std::move(fd)) {}
  Result<std::uint32_t> send(std::span<const Message> messages);

  UniqueFd fd_;
  std::uint32_t sequence_ = 1;
};

}  // namespace berth::sys::netlink
