// How the name forwarder tells the keeper of a container's packet filter which addresses an allowed name has.
//
// Fixed records over a SOCK_SEQPACKET pair, because the forwarder reads what strangers send: the keeper takes nothing
// from it that needs parsing, knows ports and permissions by itself, and judges each address again. One record is one
// answer of the DNS; the forwarder hands it to the script only after the keeper has said that the way is open.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "berth/base/result.h"
#include "berth/net/address.h"
#include "berth/net/name_policy.h"

namespace berth::net {

constexpr std::size_t kMaxOpenedAddresses = 16;  // of one answer; more are left out of it

struct Opening {
  std::uint32_t sequence = 0;
  EntrySet entries;                // positions in NameRules::allowed: the names that were meant
  std::chrono::seconds ttl{0};     // how long the script may use the addresses, kMinTtl to kMaxTtl
  std::vector<Address> addresses;  // 1 to kMaxOpenedAddresses
};

// For the forwarder. Errors: those of send(2); Exhausted when the keeper does not read.
Result<void> send_opening(int control, const Opening& opening);

// For the keeper: takes one record, if one waits. Errors: NotFound when the forwarder is gone; Corrupt when the record
// breaks its rules, which only a forwarder in foreign hands would send: end it.
Result<std::optional<Opening>> receive_opening(int control);

// For the keeper: the addresses are open (or were refused) in the packet filter.
Result<void> answer_opening(int control, std::uint32_t sequence, bool opened);

struct OpeningAnswer {
  std::uint32_t sequence = 0;
  bool opened = false;
};

// For the forwarder: takes one answer, if one waits. Errors: NotFound when the keeper has closed its end.
Result<std::optional<OpeningAnswer>> receive_opening_answer(int control);

}  // namespace berth::net
