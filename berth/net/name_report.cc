#include "berth/net/name_report.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <span>

#include "berth/base/clock.h"
#include "berth/sys/syscall.h"

namespace berth::net {
namespace {

constexpr std::uint32_t kMark = 0x6e70'7233;
constexpr std::size_t kMaxNameBytes = 253;

struct WireEvent {
  std::uint32_t mark;
  std::uint32_t count;
  std::uint8_t kind;
  std::uint8_t family;  // 0: no address
  std::uint8_t name_bytes;
  std::uint8_t zero;
  std::uint8_t address[16];
  char name[256];
};

constexpr std::size_t kLargestReport = (kMaxNameEvents + 1) * sizeof(WireEvent);
static_assert(kLargestReport <= 65'536);  // what a pipe holds, so that writing never waits

bool is_shown(char c) { return c > ' ' && c < 0x7f; }

// As is_shown wants it, whatever the bytes.
std::string shown_name(std::string_view name) {
  std::string shown(name.substr(0, kMaxNameBytes));
  for (char& c : shown) {
    c = !is_shown(c) ? '?' : c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return shown;
}

WireEvent wire_of(const NameEvent& event) {
  WireEvent wire = {.mark = kMark, .count = event.count, .kind = static_cast<std::uint8_t>(event.kind)};
  if (event.address) {
    wire.family = static_cast<std::uint8_t>(event.address->family);
    std::ranges::copy(event.address->bytes, wire.address);
  }
  wire.name_bytes = static_cast<std::uint8_t>(event.name.size());
  std::ranges::copy(event.name, wire.name);
  return wire;
}

Result<NameEvent> event_of(const WireEvent& wire) {
  const auto corrupt = [](const char* why) {
    return fail(Errc::Corrupt, fmt::format("read the report of the name forwarder: {}", why));
  };
  if (wire.mark != kMark || wire.zero != 0) return corrupt("a record's mark is wrong");
  if (wire.kind < static_cast<std::uint8_t>(NameEventKind::NotAllowed) ||
      wire.kind > static_cast<std::uint8_t>(NameEventKind::Others)) {
    return corrupt("a record is of no kind");
  }
  NameEvent event = {.kind = static_cast<NameEventKind>(wire.kind), .count = wire.count};
  event.name.assign(wire.name, wire.name_bytes);
  if (wire.name_bytes > kMaxNameBytes || !std::ranges::all_of(event.name, is_shown)) return corrupt("a name is none");
  const bool wants_address = event.kind == NameEventKind::AddressRefused;
  if (wants_address != (wire.family != 0) || wire.count == 0) return corrupt("a record contradicts itself");
  if (!wants_address) return event;
  if (wire.family == static_cast<std::uint8_t>(Family::V6)) {
    event.address = Address::v6(wire.address);
  } else if (wire.family == static_cast<std::uint8_t>(Family::V4)) {
    event.address = Address::v4(wire.address);
  } else {
    return corrupt("an address is none");
  }
  return event;
}

// All of `fd`, as far as a report can be long, and a byte more.
Result<std::string> read_all(int fd) {
  constexpr std::int64_t kPatienceNs = 1'000'000'000;
  const std::int64_t deadline = monotonic_ns() + kPatienceNs;
  std::string bytes(kLargestReport + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const std::int64_t left_ms = (deadline - monotonic_ns()) / 1'000'000;
    pollfd polled = {fd, POLLIN, 0};
    BERTH_TRY(const int ready,
              sys::call([&] { return ::poll(&polled, 1, static_cast<int>(std::max<std::int64_t>(left_ms, 0))); },
                        "wait for the report of the name forwarder"));
    if (ready == 0) return fail(Errc::TimedOut, "read the report of the name forwarder: it does not end");
    BERTH_TRY(const int got, sys::call([&] { return ::read(fd, bytes.data() + size, bytes.size() - size); },
                                       "read the report of the name forwarder"));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

void NameReport::note(NameEventKind kind, std::string_view name, const std::optional<Address>& address) {
  const auto count = [](NameEvent& event) {
    if (event.count < std::numeric_limits<std::uint32_t>::max()) ++event.count;
  };
  const std::string shown = shown_name(name);
  const auto known = std::ranges::find_if(events_, [&](const NameEvent& event) {
    return event.kind == kind && event.name == shown && event.address == address;
  });
  if (known != events_.end()) return count(*known);
  if (events_.size() < kMaxNameEvents) {
    events_.push_back({.kind = kind, .name = shown, .address = address, .count = 1});
    return;
  }
  if (events_.size() == kMaxNameEvents) events_.push_back({.kind = NameEventKind::Others});
  count(events_.back());
}

void NameReport::write_to(int fd) const {
  for (const NameEvent& event : events_) {
    const WireEvent wire = wire_of(event);
    // Smaller than PIPE_BUF: whole or not at all.
    if (::write(fd, &wire, sizeof(wire)) != static_cast<ssize_t>(sizeof(wire))) return;
  }
}

Result<std::vector<NameEvent>> read_name_report(int fd) {
  BERTH_TRY(const std::string bytes, read_all(fd));
  if (bytes.size() > kLargestReport || bytes.size() % sizeof(WireEvent) != 0) {
    return fail(Errc::Corrupt, "read the report of the name forwarder: its size is wrong");
  }
  std::vector<NameEvent> events;
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(WireEvent)) {
    WireEvent wire;
    std::copy_n(bytes.data() + at, sizeof(wire), reinterpret_cast<char*>(&wire));
    BERTH_TRY(NameEvent event, event_of(wire));
    events.push_back(std::move(event));
  }
  return events;
}

std::string to_text(const NameEvent& event) {
  const std::string times = event.count == 1 ? "" : fmt::format(" ({} times)", event.count);
  switch (event.kind) {
    case NameEventKind::NotAllowed:
      return fmt::format("the name '{}' is not on the allow-list{}", event.name, times);
    case NameEventKind::NotAName:
      return fmt::format("'{}' is no name a host can have{}", event.name, times);
    case NameEventKind::AddressRefused:
      return fmt::format("the name '{}' leads to {}, which may not be reached{}", event.name,
                         to_text(event.address.value_or(Address())), times);
    case NameEventKind::TooMany:
      return fmt::format("too many different names were asked for within a minute, '{}' first{}", event.name, times);
    case NameEventKind::NoAnswer:
      return fmt::format("no resolver of this machine answered for '{}'{}", event.name, times);
    case NameEventKind::BadAnswer:
      return fmt::format("the resolvers of this machine gave no usable answer for '{}'{}", event.name, times);
    case NameEventKind::NotOpened:
      return fmt::format("the way to the addresses of '{}' was not opened{}", event.name, times);
    case NameEventKind::Others:
      break;
  }
  return fmt::format("{} more name{} could not be resolved", event.count, event.count == 1 ? "" : "s");
}

}  // namespace berth::net
