// Puts together what a container needs to reach indexes, one after the other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/index_reach.h"
#include "berth/app/index_way.h"
#include "berth/app/settings.h"
#include "berth/base/result.h"

namespace berth::app {

// The name of the file of certificates in the container.
inline constexpr const char* kReachBundle = "build-ca.pem";

// Where a file of IndexReach lies in the container.
std::string in_container(std::string_view name);

class Reacher {
 public:
  explicit Reacher(const Settings& settings);

  // An index: through the proxies, where there are any for its scheme, else directly; both where `no_proxy` names
  // exceptions.
  // Errors: InvalidInput; Unavailable when its name cannot be resolved, and no proxy can do that.
  Result<void> add_url(const std::string& url);

  // One that an image names. It is opened where it is public, and nothing of this machine or its site is: no loopback,
  // no private range, no metadata. What the operator has added is left as it is, so that goes first.
  // Errors: as above; Denied for an address that is not public.
  Result<void> add_foreign_url(const std::string& url);

  // A proxy that leads to the indexes, those of `scheme` alone where one is named. Gives the address that a program in
  // the container uses: that of a gate, which leads to the indexes alone and knows the password. To a proxy that is
  // itself spoken to over TLS there is none: it is reached as it is, and a remark says so. Errors: as of add_url.
  Result<std::string> add_proxy(const std::string& url, std::string_view scheme = {});
  bool has_proxy() const { return has_http_proxy_ || has_https_proxy_; }

  // What the operator has set for everything, else the environment says, for programs that read it (proxy_variables).
  // Errors: as above.
  Result<void> add_proxies();

  // As index_certificates has them, and its errors.
  Result<void> add_certificates(const std::filesystem::path& own);
  bool has_certificates() const;

  void add_file(std::string name, std::string bytes);
  void set(std::string_view name, std::string_view value);  // a variable; nothing for an empty value
  void add_secrets(const std::vector<std::string>& secrets);

  // The hosts that have been added.
  std::vector<std::string> hosts() const;

  IndexReach reach() &&;

 private:
  bool knows(const std::string& endpoint) const;
  bool has_proxy_for(const image::IndexUrl& url) const;
  void show(const std::string& endpoint);
  Result<void> add_directly(const image::IndexUrl& url);

  const Settings& settings_;
  std::vector<ProxyVariable> proxies_;
  IndexReach reach_;
  bool has_http_proxy_ = false;
  bool has_https_proxy_ = false;
  std::vector<std::string> direct_;             // endpoints
  std::vector<net::Destination> behind_proxy_;  // what the gates let through
};

}  // namespace berth::app
