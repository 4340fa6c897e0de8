#include "berth/container/network.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>

#include "berth/container/keeper.h"
#include "berth/net/name_forwarder.h"
#include "berth/net/resolv_conf.h"
#include "berth/sys/file.h"
#include "berth/sys/network_links.h"
#include "berth/sys/passed_descriptors.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr const char* kResolverFile = "/etc/resolv.conf";

std::string protocol_name(std::uint8_t protocol) {
  if (protocol == IPPROTO_TCP) return "TCP";
  if (protocol == IPPROTO_UDP) return "UDP";
  return fmt::format("protocol {}", protocol);
}

std::vector<Refusal> refusals_in(sys::netlink::Socket& filter) {
  std::vector<Refusal> refusals;
  for (const net::Family family : {net::Family::V4, net::Family::V6}) {
    const auto recorded = sys::nft::recorded_in(filter, kTableName, refusal_set(family));
    if (!recorded) continue;  // it tells less, and that is all
    for (const auto& one : *recorded) {
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(one.address.data());
      const net::Address address = family == net::Family::V4 ? net::Address::v4(bytes) : net::Address::v6(bytes);
      refusals.push_back({address, protocol_name(one.protocol), one.port, one.count});
    }
  }
  std::ranges::sort(refusals, {}, [](const Refusal& one) { return std::tie(one.address, one.protocol, one.port); });
  return refusals;
}

}  // namespace

Result<Network> Network::open(const NetworkSpec& spec, const std::filesystem::path& leases, bool of_machine) {
  Network network(spec);
  if (!spec.is_none() && of_machine) {
    BERTH_TRY(HostTableShare share, HostTableShare::open(leases));
    network.host_table_ = std::make_unique<HostTableShare>(std::move(share));
  }
  return network;
}

Result<void> Network::make(NetworkPlace place) {
  place.host_table = host_table_.get();
  BERTH_TRY(made_, make_network_namespace(spec_, place).context([] { return "make the network"; }));
  return {};
}

Result<void> Network::serve(uid_t user) {
  if (spec_.is_none()) return {};
  if (made_->way.way != NetworkWay::Veth) {
    BERTH_TRY(relay_, Relay::start(made_->way, made_->self.get(), made_->addresses));
  }
  BERTH_TRY(sys::SocketPair control, sys::make_socket_pair());  // theirs: the forwarder's
  BERTH_TRY(sys::Pipe report, sys::make_pipe());
  const OpenNames names = open_names_of(spec_);
  const bool is_list = spec_.profile.reach != net::Reach::Egress;

  net::NameForwarderJob job;
  job.udp = {made_->udp.get()};
  job.tcp = {made_->tcp.get()};
  job.control = control.theirs.get();
  job.report = report.write.get();
  if (spec_.resolvers.empty()) {
    BERTH_TRY(const std::string text, sys::read_file(kResolverFile, 1 << 16));
    job.upstream = net::parse_resolv_conf(text);
  } else {
    job.upstream.resolvers = spec_.resolvers;
  }
  job.rules.addresses = made_->rules;
  if (is_list) job.rules.allowed = names.names;
  if (::geteuid() == 0) job.become = user;
  const auto forward = [&]() -> int {
    control.ours.reset();
    net::run_name_forwarder(job);
  };
  BERTH_TRY(forwarder_, sys::Child::start(0, std::nullopt, forward).context([] { return "start the name forwarder"; }));
  control.theirs.reset();
  report_ = std::move(report.read);
  if (!is_list) {
    control_ = std::move(control.ours);
    return {};
  }
  BERTH_TRY(keeper_, start_keeper({names, made_->rules, *made_->filter, control.ours.get()}));
  return {};
}

Result<void> Network::wait_until_ready(std::chrono::steady_clock::time_point until) {
  // The sockets for names are the forwarder's alone, so that they close when it ends.
  if (made_) {
    made_->udp.reset();
    made_->tcp.reset();
  }
  if (!relay_) return {};
  BERTH_CHECK_OK(relay_->wait_until_ready(until));
  // What it says is one thing: without an interface nothing would go out, and nobody would know why.
  auto wired = sys::interface_index(*made_->links, kInside);
  if (wired) return {};
  return fail(Errc::Unavailable,
              fmt::format("start {}: it says that it is ready, but made no interface {}", made_->way.program, kInside));
}

NetworkEnd Network::end() {
  NetworkEnd end;
  if (spec_.is_none()) return end;
  end.way = name_of(made_->way.way);
  end.refusals = refusals_in(*made_->filter);
  keeper_.reset();
  control_.reset();
  // What the forwarder tells last; one that has died tells nothing.
  if (auto names = net::read_name_report(report_.get())) end.names = *std::move(names);
  forwarder_.reset();
  relay_.reset();
  return end;
}

}  // namespace berth::container
