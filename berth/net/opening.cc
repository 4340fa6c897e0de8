#include "berth/net/opening.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "berth/net/name_forwarder.h"
#include "berth/sys/syscall.h"

namespace berth::net {
namespace {

constexpr std::uint32_t kOpeningMark = 0x6e70'6f31;
constexpr std::uint32_t kAnswerMark = 0x6e70'6132;

// Both ends are the same program on the same machine: fields stand as they lie in memory.
struct WireAddress {
  std::uint8_t family;
  std::uint8_t bytes[16];
};

struct WireOpening {
  std::uint32_t mark;
  std::uint32_t sequence;
  std::uint32_t ttl_seconds;
  std::uint32_t count;
  std::uint8_t entries[kMaxAllowedNames / 8];
  WireAddress addresses[kMaxOpenedAddresses];
};

struct WireAnswer {
  std::uint32_t mark;
  std::uint32_t sequence;
  std::uint32_t opened;
};

std::unexpected<Error> corrupt(const char* why) {
  return fail(Errc::Corrupt, fmt::format("read a record of the name forwarder: {}", why));
}

template <class Record>
Result<void> send_record(int fd, const Record& record) {
  const auto send = [&] { return ::send(fd, &record, sizeof(record), MSG_NOSIGNAL | MSG_DONTWAIT); };
  BERTH_TRY(const int sent, sys::call(send, "send a record of {} bytes over the control socket", sizeof(record)));
  if (static_cast<std::size_t>(sent) != sizeof(record)) return fail(Errc::Internal, "a record was sent in pieces");
  return {};
}

template <class Record>
Result<std::optional<Record>> receive_record(int fd) {
  Record record;
  const auto receive = [&] { return ::recv(fd, &record, sizeof(record), MSG_DONTWAIT | MSG_TRUNC); };
  const auto got = sys::call(receive, "receive from the control socket");
  if (!got && got.error().os_error() == EAGAIN) return std::nullopt;
  if (!got) return std::unexpected(got.error());
  if (*got == 0) return fail(Errc::NotFound, "the other end of the control socket is closed");
  if (static_cast<std::size_t>(*got) != sizeof(record)) return corrupt("its size is wrong");
  return record;
}

Result<Address> address_of(const WireAddress& wire) {
  if (wire.family == static_cast<std::uint8_t>(Family::V6)) return Address::v6(wire.bytes);
  const bool is_zero_behind = std::all_of(wire.bytes + 4, wire.bytes + 16, [](std::uint8_t byte) { return byte == 0; });
  if (wire.family != static_cast<std::uint8_t>(Family::V4) || !is_zero_behind) return corrupt("an address is none");
  return Address::v4(wire.bytes);
}

}  // namespace

Result<void> send_opening(int control, const Opening& opening) {
  BERTH_ASSERT(!opening.addresses.empty() && opening.addresses.size() <= kMaxOpenedAddresses);
  WireOpening wire = {};
  wire.mark = kOpeningMark;
  wire.sequence = opening.sequence;
  wire.ttl_seconds = static_cast<std::uint32_t>(opening.ttl.count());
  wire.count = static_cast<std::uint32_t>(opening.addresses.size());
  for (std::size_t entry = 0; entry < kMaxAllowedNames; ++entry) {
    if (opening.entries.test(entry)) wire.entries[entry / 8] |= static_cast<std::uint8_t>(1u << entry % 8);
  }
  for (std::size_t at = 0; at < opening.addresses.size(); ++at) {
    wire.addresses[at].family = static_cast<std::uint8_t>(opening.addresses[at].family);
    std::ranges::copy(opening.addresses[at].bytes, wire.addresses[at].bytes);
  }
  return send_record(control, wire);
}

Result<std::optional<Opening>> receive_opening(int control) {
  BERTH_TRY(const std::optional<WireOpening> wire, receive_record<WireOpening>(control));
  if (!wire) return std::nullopt;
  if (wire->mark != kOpeningMark) return corrupt("its mark is wrong");
  if (wire->count == 0 || wire->count > kMaxOpenedAddresses) return corrupt("it has no or too many addresses");
  Opening opening = {.sequence = wire->sequence, .ttl = std::chrono::seconds(wire->ttl_seconds)};
  if (opening.ttl < kMinTtl || opening.ttl > kMaxTtl) return corrupt("its time to live is out of bounds");
  for (std::size_t entry = 0; entry < kMaxAllowedNames; ++entry) {
    opening.entries.set(entry, (wire->entries[entry / 8] >> entry % 8 & 1) != 0);
  }
  if (opening.entries.none()) return corrupt("it belongs to no entry of the allow-list");
  for (const WireAddress& address : std::span(wire->addresses).first(wire->count)) {
    BERTH_TRY(opening.addresses.emplace_back(), address_of(address));
  }
  return opening;
}

Result<void> answer_opening(int control, std::uint32_t sequence, bool opened) {
  return send_record(control, WireAnswer{kAnswerMark, sequence, opened ? 1u : 0u});
}

Result<std::optional<OpeningAnswer>> receive_opening_answer(int control) {
  BERTH_TRY(const std::optional<WireAnswer> wire, receive_record<WireAnswer>(control));
  if (!wire) return std::nullopt;
  if (wire->mark != kAnswerMark || wire->opened > 1) return corrupt("the keeper's answer is none");
  return OpeningAnswer{wire->sequence, wire->opened == 1};
}

}  // namespace berth::net
