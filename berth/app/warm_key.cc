// On the way of every warm call: WarmKeys::of(), which hashes nothing for a call that comes again.

#include "berth/app/warm_key.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "berth/base/sha256.h"

namespace berth::app {
namespace {

// All of it: two texts are equal where the networks are.
std::string network_text(const container::NetworkSpec& network) {
  std::vector<std::string> parts = {net::to_text(network.profile), network.by_operator ? "by the operator" : "its own",
                                    std::string(container::name_of(network.way))};
  const auto add = [&](std::string_view what, std::string value) {
    parts.push_back(fmt::format("{} {}", what, value));
  };
  if (network.proxy) add("proxy", net::to_text(*network.proxy));
  for (const net::AddressRange& range : network.allowed) add("allowed", net::to_text(range));
  for (const net::Resolver& one : network.resolvers) {
    add("resolver", fmt::format("{} {} {}", net::to_text(one.address), one.zone, one.port));
  }
  for (const container::MachineService& one : network.machine_services) {
    add("service", fmt::format("{} {} {}", net::to_text(one.address), one.ports.first, one.ports.last));
  }
  for (const net::AddressRange& range : {network.subnets.v4, network.subnets.v6}) add("subnet", net::to_text(range));
  return fmt::format("{}", fmt::join(parts, "\n"));
}

}  // namespace

std::string warm_key(const container::LaunchSpec& call, std::string_view code, const content::Item& item,
                     std::string_view instance, uid_t user) {
  Sha256 hash;
  const auto add = [&](std::string_view part) {
    hash.update(std::to_string(part.size()));
    hash.update(":");
    hash.update(part);
  };
  for (const std::string_view part :
       {std::string_view(call.root.image_id), code, std::string_view(item.name), std::string_view(item.source.native()),
        instance, std::string_view(item.kind == content::ItemKind::Integration ? "i" : "s")}) {
    add(part);
  }
  for (const auto& list : {call.programs, call.environment}) {
    add(std::to_string(list.size()));
    for (const std::string& one : list) add(one);
  }
  for (const container::FixedFile& file : call.fixed) {
    // What comes from a file follows from the code and the image, which are in it.
    add(file.name);
    add(file.bytes);
  }
  add(std::to_string(user));
  add(network_text(call.network));
  const container::Limits& limits = call.limits;
  add(fmt::format("{} {} {} {} {} {} {} {} {}", limits.memory_bytes, limits.cpus, limits.pids, limits.writable_bytes,
                  limits.writable_files, limits.open_files_soft, limits.open_files_hard, limits.frame_bytes,
                  limits.output_bytes));
  return std::move(hash).hex();
}

bool WarmKeys::Known::is_of(const container::LaunchSpec& call, std::string_view of_code, const content::Item& of_item,
                            std::string_view of_instance, uid_t of_user) const {
  const auto is_same_file = [](const File& one, const container::FixedFile& other) {
    return one.name == other.name && one.bytes == other.bytes;
  };
  return code == of_code && item == of_item.name && kind == of_item.kind && instance == of_instance &&
         user == of_user && source.native() == of_item.source.native() && image_id == call.root.image_id &&
         programs == call.programs && limits == call.limits && network == call.network &&
         environment == call.environment && std::ranges::equal(fixed, call.fixed, is_same_file);
}

std::string WarmKeys::of(const container::LaunchSpec& call, std::string_view code, const content::Item& item,
                         std::string_view instance, uid_t user) {
  const auto found =
      std::ranges::find_if(known_, [&](const Known& one) { return one.is_of(call, code, item, instance, user); });
  if (found != known_.end()) {
    std::rotate(known_.begin(), found, found + 1);
    return known_.front().key;
  }
  Known made{.image_id = call.root.image_id,
             .code = std::string(code),
             .item = item.name,
             .source = item.source,
             .kind = item.kind,
             .instance = std::string(instance),
             .user = user,
             .programs = call.programs,
             .environment = call.environment,
             .fixed = {},
             .network = call.network,
             .limits = call.limits,
             .key = warm_key(call, code, item, instance, user)};
  for (const container::FixedFile& file : call.fixed) made.fixed.push_back({file.name, file.bytes});
  known_.push_front(std::move(made));
  if (known_.size() > kMost) known_.pop_back();
  return known_.front().key;
}

}  // namespace berth::app
