// The passes of the isolation that a test can leave out, to show that a probe meets exactly that pass.
#pragma once

#include <optional>
#include <set>
#include <string_view>

namespace berth::probe {
class Runner;
}

namespace berth::container {

enum class Guard {
  Seccomp,       // the system call filter
  Capabilities,  // dropping them, the change to uid 4000, no_new_privs
  UserNamespace,
  NetworkNamespace,
  NetworkRules,  // packet filters: what a container may reach, and what of others reaches it
  ProcMasks,     // masked and read-only parts of /proc, hidden processes
  CloseDescriptors,
  ResourceLimits,  // limits of a process: descriptors, queued signals, message queues, locked memory
  IpcNamespace,
};

// By the name that probes give it: "user_namespace".
std::optional<Guard> find_guard(std::string_view name);

// Only the one that runs Berth's own probes can make one (berth/probe/runner.h), and that one takes no other program
// than those inside Berth itself.
class ProbeKey {
  friend class probe::Runner;
  ProbeKey() = default;
};

// What stands between a script and the host. A default-constructed value has every guard up, and only the holder of a
// Weakening can lower one; the program that is installed makes a Weakening for the operator's own setting
// `isolation.user_namespace: off`, and for the controls of its own probes, never for an item of a user.
class Weakening {
 public:
  static Weakening by_operator_without_user_namespaces() { return Weakening({Guard::UserNamespace}); }
  static Weakening for_own_probe(const ProbeKey&, std::set<Guard> lowered) { return Weakening(std::move(lowered)); }
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
  const std::set<Guard>& lowered() const { return lowered_; }

 private:
  std::set<Guard> lowered_;
};

}  // namespace berth::container
