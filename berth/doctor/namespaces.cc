#include "berth/doctor/namespaces.h"

#include <fmt/format.h>
#include <sched.h>

#include "berth/doctor/attempt.h"
#include "berth/doctor/words.h"

namespace berth::doctor {

UserNamespaceFacts user_namespace_facts(const Asked& asked) {
  return {.root = asked.root,
          .most = small_file("/proc/sys/user/max_user_namespaces"),
          .unprivileged_clone = small_file("/proc/sys/kernel/unprivileged_userns_clone"),
          .apparmor_restricts = small_file("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
          .tried = attempt_user_namespace()};
}

CheckResult judge_user_namespaces(const UserNamespaceFacts& facts) {
  if (facts.tried) return ok(facts.most ? fmt::format("one was made; {} may be", *facts.most) : "one was made");
  // The first setting that explains the refusal names the remedy.
  if (facts.most == "0") {
    return failure("user.max_user_namespaces is 0",
                   "'sysctl -w user.max_user_namespaces=15000', and the same line in /etc/sysctl.d");
  }
  if (!facts.root && facts.unprivileged_clone == "0") {
    return failure("kernel.unprivileged_userns_clone is 0: only root may make them",
                   "'sysctl -w kernel.unprivileged_userns_clone=1', and the same line in /etc/sysctl.d");
  }
  if (!facts.root && facts.apparmor_restricts == "1") {
    return failure("AppArmor lets ordinary users make none that is of use: " + facts.tried.error().message(),
                   "give berth an AppArmor profile with 'userns,', or set "
                   "kernel.apparmor_restrict_unprivileged_userns to 0");
  }
  if (facts.tried.error().code() == Errc::NotFound || facts.tried.error().code() == Errc::InvalidInput) {
    return failure(facts.tried.error().message(), "use a kernel with CONFIG_USER_NS");
  }
  return failure(facts.tried.error().message(),
                 "let them be made here: a container or service that confines berth must allow clone with new "
                 "namespaces");
}

NamespaceAttempts try_namespaces() {
  constexpr std::pair<const char*, std::uint64_t> kKinds[] = {
      {"mount", CLONE_NEWNS}, {"pid", CLONE_NEWPID},     {"ipc", CLONE_NEWIPC},
      {"uts", CLONE_NEWUTS},  {"network", CLONE_NEWNET}, {"cgroup", CLONE_NEWCGROUP},
  };
  NamespaceAttempts tried;
  for (const auto& [name, flag] : kKinds) tried.emplace_back(name, attempt(flag, [] { return Result<void>(); }));
  return tried;
}

CheckResult judge_namespaces(const NamespaceAttempts& tried, bool root, bool user_namespaces) {
  if (!root && !user_namespaces) return skipped("an ordinary user makes them in a user namespace, and has none");
  std::vector<std::string> had;
  std::vector<std::string> refused;
  const Error* why = nullptr;
  for (const auto& [name, result] : tried) {
    (result ? had : refused).push_back(name);
    if (!result && why == nullptr) why = &result.error();
  }
  if (why == nullptr) return ok(listed(had, had.size()));
  return failure(fmt::format("none to be had of: {} ({})", listed(refused, refused.size()), why->message()),
                 "raise user.max_*_namespaces of that name, if it is 0; berth needs CAP_SYS_ADMIN and a kernel with "
                 "all kinds of namespaces");
}

}  // namespace berth::doctor
