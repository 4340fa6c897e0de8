// What the name forwarder refused or could not find out, in fixed records that a reader can trust to be bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/net/address.h"

namespace berth::net {

enum class NameEventKind : std::uint8_t {
  NotAllowed = 1,  // the name is not on the allow-list
  NotAName,        // no host can have it
  AddressRefused,  // the name has this address, which may not be reached: it was left out of the answer
  TooMany,         // the limit on new names was hit; the name is the first that met it
  NoAnswer,        // no resolver answered in time
  BadAnswer,       // resolvers answered, but with an error or nonsense
  NotOpened,       // the keeper of the packet filter did not open the way to its addresses
  Others,          // what did not fit this report; no name
};

struct NameEvent {
  NameEventKind kind = NameEventKind::Others;
  std::string name;                // as a host name is written, lower case; bytes that no name has are '?'
  std::optional<Address> address;  // with AddressRefused
  std::uint32_t count = 0;         // how often

  friend bool operator==(const NameEvent&, const NameEvent&) = default;
};

constexpr std::size_t kMaxNameEvents = 64;  // what a person reads; further ones are counted in one of kind Others

// Collects events; the same one again only counts.
class NameReport {
 public:
  void note(NameEventKind kind, std::string_view name, const std::optional<Address>& address = std::nullopt);
  const std::vector<NameEvent>& events() const { return events_; }
  bool is_empty() const { return events_.empty(); }
  // Writes all events to a pipe, which has room for the largest report; what a full pipe does not take is lost.
  void write_to(int fd) const;

 private:
  std::vector<NameEvent> events_;  // at most kMaxNameEvents, and one of kind Others last
};

// Reads what write_to wrote, to the end of `fd`. Errors: Corrupt when a record breaks its rules or there are too many,
// as a forwarder in foreign hands could send; TimedOut after a second without an end.
Result<std::vector<NameEvent>> read_name_report(int fd);

// The event as a line for a person: "'evil.example' is not on the allow-list (3 times)".
std::string to_text(const NameEvent& event);

}  // namespace berth::net
