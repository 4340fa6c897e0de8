#include "berth/container/guards.h"

#include <utility>

namespace berth::container {

std::optional<Guard> find_guard(std::string_view name) {
  constexpr std::pair<std::string_view, Guard> kNames[] = {
      {"seccomp", Guard::Seccomp},
      {"capabilities", Guard::Capabilities},
      {"user_namespace", Guard::UserNamespace},
      {"network_namespace", Guard::NetworkNamespace},
      {"network_rules", Guard::NetworkRules},
      {"proc_masks", Guard::ProcMasks},
      {"close_descriptors", Guard::CloseDescriptors},
      {"resource_limits", Guard::ResourceLimits},
      {"ipc_namespace", Guard::IpcNamespace},
  };
  for (const auto& [text, guard] : kNames) {
    if (text == name) return guard;
  }
  return std::nullopt;
}

}  // namespace berth::container
