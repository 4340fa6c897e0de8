// The network of one container, with the processes that serve it: gone with the object.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/container/network_namespace.h"
#include "berth/container/relay.h"
#include "berth/net/name_report.h"
#include "berth/sys/child.h"

namespace berth::container {

// A destination that the script was kept from.
struct Refusal {
  net::Address address;
  std::string protocol;  // "TCP", "UDP", or its number
  std::uint16_t port = 0;
  std::uint64_t count = 0;  // packets
};

// What became of it, for the outcome.
struct NetworkEnd {
  std::string way;  // name_of(NetworkWay); empty for no network
  std::vector<Refusal> refusals;
  std::vector<net::NameEvent> names;  // what was not resolved, and why
};

class Network {
 public:
  // `leases` is the folder of leases; `of_machine` as in Ground: without it nothing is made on the machine. Errors:
  // those of HostTableShare::open().
  static Result<Network> open(const NetworkSpec& spec, const std::filesystem::path& leases, bool of_machine);
  Network(Network&&) noexcept = default;
  Network& operator=(Network&&) = delete;
  ~Network() = default;

  // Makes the namespace. The calling thread stays in it, and has to end. Errors: Unavailable, Exhausted: see
  // make_network_namespace().
  Result<void> make(NetworkPlace place);

  // Starts what serves it: the name forwarder as user `user`, the keeper, the relay. Errors: Unavailable.
  Result<void> serve(uid_t user);
  // Waits until what goes out goes; not beyond `until`, and ten seconds at most. Errors: Unavailable, TimedOut.
  Result<void> wait_until_ready(
      std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max());

  int name_space() const { return made_->self.get(); }
  // What may be left of it on this machine; null for nothing.
  const HostTableShare* host_table() const { return host_table_.get(); }

  // Ends what serves it, and tells what was refused. At most once, when the container has ended.
  NetworkEnd end();

 private:
  explicit Network(NetworkSpec spec) : spec_(std::move(spec)) {}

  NetworkSpec spec_;
  std::unique_ptr<HostTableShare> host_table_;  // stays where it is: the maker uses it
  std::optional<NetworkNamespace> made_;
  std::optional<Relay> relay_;
  std::optional<sys::Child> forwarder_;
  std::optional<sys::Child> keeper_;
  UniqueFd control_;  // of the forwarder; with a keeper, the keeper has it
  UniqueFd report_;
};

}  // namespace berth::container
