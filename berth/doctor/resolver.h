// Name resolution: what /etc/resolv.conf says, and whether the resolvers on this machine are there. No name is asked
// for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/doctor/check.h"

namespace berth::doctor {

struct ResolverFacts {
  Result<std::string> conf;  // text of /etc/resolv.conf
  std::string udp;           // text of /proc/net/udp
  std::string udp6;
};
ResolverFacts resolver_facts();
CheckResult judge_resolver(const ResolverFacts& facts);

}  // namespace berth::doctor
