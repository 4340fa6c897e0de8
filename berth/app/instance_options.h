// What an operator sets for an instance beside its parameters, and which names instances may have. Pure.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/net/address_range.h"
#include "berth/net/network_profile.h"

namespace berth::app {

struct InstanceOptions {
  std::optional<net::NetworkProfile> network;  // empty: what item and operator say
  std::vector<net::AddressRange> allowed;      // private ranges that are open to it
  std::filesystem::path source;                // where its integration was read from; empty: it is a registered one
};

// As the store keeps them, in an object that may hold other members too.
Json to_json(const InstanceOptions& options);
// Whether it is a member that to_json() may set.
bool is_instance_option(std::string_view name);
// Errors: Corrupt, where they cannot be read.
Result<InstanceOptions> parse_instance_options(const Json& json);

// "10.0.0.8", "10.1.0.0/16", "fd00::/8". Errors: InvalidInput, for a host's name with the remedy.
Result<net::AddressRange> parse_allowed(std::string_view text);

// `using=` takes names with commas between them, and `NAME|||command` one before bars.
// Errors: InvalidInput, for a name that is empty, longer than 200 bytes, or holds a comma, bars, a line end, or blanks
// around it.
Result<void> check_instance_name(std::string_view name);

// "<brand>_instance_1", or with the first number that `is_taken` has not.
std::string default_instance_name(std::string_view brand, const std::function<bool(const std::string&)>& is_taken);

}  // namespace berth::app
