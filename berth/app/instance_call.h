// An instance, opened for one call.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/net/address_range.h"
#include "berth/net/network_profile.h"

namespace berth::app {

struct InstanceCall {
  std::string name;
  std::string brand;
  Json params = Json::object();                // what code sees, with its secrets
  std::vector<std::string> secrets;            // texts to be masked, longest first
  std::optional<net::NetworkProfile> network;  // empty: what item and operator say
  std::vector<net::AddressRange> allowed;      // private ranges that are open to it beside the operator's
};

}  // namespace berth::app
