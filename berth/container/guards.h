// The passes of the isolation that a test can leave out, to show that a probe meets exactly that pass.
#pragma once

#include <set>

namespace berth::container {

enum class Guard {
  Seccomp,       // the system call filter
  Capabilities,  // dropping them, the change to uid 4000, no_new_privs
  UserNamespace,
  NetworkNamespace,
  NetworkRules,  // packet filters: what a container may reach, and what of others reaches it
  ProcMasks,     // masked and read-only parts of /proc, hidden processes
  CloseDescriptors,
};

// What stands between a script and the host. A default-constructed value has every guard up, and only the holder of a
// Weakening can lower one; the program that is installed never makes a Weakening but for the operator's own setting
// `isolation.user_namespace: off`.
class Weakening {
 public:
  static Weakening by_operator_without_user_namespaces() { return Weakening({Guard::UserNamespace}); }
  static Weakening for_probes(std::set<Guard> lowered) { return Weakening(std::move(lowered)); }

 private:
  friend class Guards;
  explicit Weakening(std::set<Guard> lowered) : lowered_(std::move(lowered)) {}
  std::set<Guard> lowered_;
};

class Guards {
 public:
  Guards() = default;
  explicit Guards(Weakening weakening) : lowered_(std::move(weakening.lowered_)) {}

  bool up(Guard guard) const { return !lowered_.contains(guard); }
  bool all_up() const { return lowered_.empty(); }

 private:
  std::set<Guard> lowered_;
};

}  // namespace berth::container
