// Namespaces: whether who asks may make those that a container lives in.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "berth/base/result.h"
#include "berth/doctor/check.h"

namespace berth::doctor {

// What decides about user namespaces, as the files hold it (nothing where there is no such file), and what trying said.
struct UserNamespaceFacts {
  bool root = true;
  std::optional<std::string> most;                // user.max_user_namespaces
  std::optional<std::string> unprivileged_clone;  // kernel.unprivileged_userns_clone, of Debian
  std::optional<std::string> apparmor_restricts;  // kernel.apparmor_restrict_unprivileged_userns, of Ubuntu
  Result<void> tried;
};
UserNamespaceFacts user_namespace_facts(const Asked& asked);
CheckResult judge_user_namespaces(const UserNamespaceFacts& facts);

// The other kinds, by name, each tried alone.
using NamespaceAttempts = std::vector<std::pair<std::string, Result<void>>>;
NamespaceAttempts try_namespaces();
// `user_namespaces`: whether they can be had; an ordinary user needs one for each of the others.
CheckResult judge_namespaces(const NamespaceAttempts& tried, bool root, bool user_namespaces);

}  // namespace berth::doctor
