// What the operator wants in every container: proxies, a private CA, variables (`containers` in berth.yaml).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"
#include "berth/container/launch_spec.h"
#include "berth/net/destination.h"

namespace berth::app {

struct ContainerSettings {
  std::string http_proxy;           // URL; empty: that of network.proxy, where there is one
  std::string https_proxy;          // likewise
  std::string no_proxy;             // hosts with commas between, as programs read NO_PROXY
  std::filesystem::path ca_bundle;  // PEM certificates that are trusted besides the machine's own; empty: none
  std::map<std::string, std::string, std::less<>> variables;
};

// What comes of it for one container.
struct ContainerAdditions {
  std::vector<std::string> variables;  // "NAME=value"
  std::vector<container::FixedFile> files;
  std::vector<std::string> secrets;  // passwords of proxies, to be masked
};

// Proxies in both cases of their names; the private CA put after the certificates of this machine, in one file, with
// the variables by which requests, OpenSSL, curl, pip and Node find it.
// Errors: NotFound, Exhausted (over 8 MiB), InvalidInput (no certificate in it) for the CA bundle, naming the setting.
Result<ContainerAdditions> additions_of(const ContainerSettings& settings,
                                        const std::optional<net::Destination>& network_proxy);

// "http://user:password@proxy.example.com:3128"; a text without a scheme is taken for http. Errors: InvalidInput.
Result<std::string> parse_proxy_url(std::string_view text);
// The name of a variable that an operator may set. Errors: InvalidInput for what is no name, and for variables that
// would steer the dynamic linker or the interpreter's start.
Result<std::string> parse_variable_name(std::string_view text);

}  // namespace berth::app
