#include "berth/doctor/checks.h"

#include <algorithm>

#include "berth/content/suggestion.h"
#include "berth/doctor/attempt.h"
#include "berth/doctor/certificates.h"
#include "berth/doctor/cgroups.h"
#include "berth/doctor/clock.h"
#include "berth/doctor/database.h"
#include "berth/doctor/engine.h"
#include "berth/doctor/ids.h"
#include "berth/doctor/kernel.h"
#include "berth/doctor/leftovers.h"
#include "berth/doctor/mounts.h"
#include "berth/doctor/namespaces.h"
#include "berth/doctor/packet_filter.h"
#include "berth/doctor/places.h"
#include "berth/doctor/proxy.h"
#include "berth/doctor/resolver.h"
#include "berth/doctor/resources.h"
#include "berth/doctor/storage.h"
#include "berth/doctor/tools.h"

namespace berth::doctor {
namespace {

bool has_user_namespaces() { return attempt_user_namespace().has_value(); }

MountNeeds mount_needs(const Asked& asked) {
  return {asked.root, has_user_namespaces(), try_mount_calls().has_value(), try_overlay().has_value()};
}

IdMapFacts id_maps_of_storage(const Asked& asked) { return try_id_maps(nearest_folder(storage_folder(asked))); }

CheckResult check_cgroup_limits(const Asked& asked) {
  const Hierarchies found = sys::find_hierarchies();
  return judge_cgroup_limits(found, found ? try_cgroup_limits(*found) : Result<void>(), asked.root);
}

CheckResult check_default_image(const Asked& asked, const std::string& name, const std::string& remedy) {
  const bool storage = judge_storage(storage_facts(asked)).severity == Severity::Ok;
  return judge_default_image(find_default_image(asked, name), remedy, storage);
}

// Read from top to bottom: what comes first is what the rest stands on.
constexpr Check kChecks[] = {
    {"kernel", "kernel", "is the kernel new enough?", [](const Asked&) { return judge_kernel(kernel_facts()); }},
    {"architecture", "kernel", "does Berth know this processor?",
     [](const Asked&) { return judge_architecture(kernel_facts()); }},
    {"pidfd", "kernel", "can processes be made with clone3 and held by a pidfd?",
     [](const Asked&) { return judge_pidfd(try_pidfd()); }},
    {"seccomp", "kernel", "can system calls be filtered?", [](const Asked&) { return judge_seccomp(try_seccomp()); }},
    {"security-modules", "kernel", "which security modules (LSM) have a say?",
     [](const Asked&) { return judge_security_modules(security_module_facts()); }},
    {"user-namespaces", "namespaces", "can user namespaces be made?",
     [](const Asked& asked) { return judge_user_namespaces(user_namespace_facts(asked)); }},
    {"namespaces", "namespaces", "can mount, pid, ipc, uts, network and cgroup namespaces be made?",
     [](const Asked& asked) { return judge_namespaces(try_namespaces(), asked.root, has_user_namespaces()); }},
    {"mount-calls", "mounts", "do fsopen, fsmount, open_tree, move_mount and mount_setattr work?",
     [](const Asked& asked) { return judge_mount_calls(try_mount_calls(), mount_needs(asked)); }},
    {"overlay", "mounts", "can an overlay be mounted?",
     [](const Asked& asked) { return judge_overlay(try_overlay(), mount_needs(asked)); }},
    {"idmapped-storage", "mounts", "can the ids of the storage's file system be shifted?",
     [](const Asked& asked) { return judge_idmapped_storage(id_maps_of_storage(asked), mount_needs(asked)); }},
    {"idmapped-overlay", "mounts", "does overlay take layers whose ids are shifted?",
     [](const Asked& asked) { return judge_idmapped_overlay(id_maps_of_storage(asked), mount_needs(asked)); }},
    {"cgroups", "cgroups", "are the controllers memory, pids and cpu there?",
     [](const Asked& asked) { return judge_cgroups(sys::find_hierarchies(), asked.root); }},
    {"cgroup-limits", "cgroups", "can a group be made and limited?", check_cgroup_limits},
    {"swap-accounting", "cgroups", "does swap count towards the limit of memory?",
     [](const Asked&) { return judge_swap_accounting(swap_facts(sys::find_hierarchies())); }},
    {"sub-ids", "ids", "do /etc/subuid and /etc/subgid grant ids that are nobody else's?",
     [](const Asked& asked) { return judge_sub_ids(sub_id_facts(asked)); }},
    {"id-tools", "ids", "can an ordinary user map its sub-ids (newuidmap, newgidmap)?",
     [](const Asked& asked) { return judge_id_tools(id_tool_facts(), asked.root); }},
    {"configuration", "places", "is the configuration valid, and safe from others?",
     [](const Asked& asked) { return judge_configuration(configuration_facts(asked)); }},
    {"runtime-folder", "places", "can the runtime folder be used, and by Berth alone?",
     [](const Asked& asked) { return judge_runtime_folder(place_facts(asked, asked.settings.runtime)); }},
    {"cache-folder", "places", "can the cache folder be used, and by Berth alone?",
     [](const Asked& asked) { return judge_cache_folder(place_facts(asked, asked.settings.cache)); }},
    {"leftovers", "places", "is anything left that has no owner any more?",
     [](const Asked& asked) { return judge_leftovers(find_leftovers(asked, sys::find_hierarchies())); }},
    {"database", "places", "is the database sound, and safe from others?",
     [](const Asked& asked) { return judge_database(database_facts(asked)); }},
    {"storage", "storage", "can the storage of images be found and read?",
     [](const Asked& asked) { return judge_storage(storage_facts(asked)); }},
    {"storage-space", "storage", "is there room in it?",
     [](const Asked& asked) { return judge_space(space_facts(storage_folder(asked))); }},
    {"python3-image", "storage", "is there the image for Python 3 items that name none?",
     [](const Asked& asked) {
       return check_default_image(asked, asked.settings.default_python3, "make it: 'berth image init'");
     }},
    {"python2-image", "storage", "is there the image for Python 2 items that name none?",
     [](const Asked& asked) {
       return check_default_image(asked, asked.settings.default_python2,
                                  "make it: 'berth image init python2'; Python 3 items need none");
     }},
    {"engine", "tools", "does the engine answer that is to make containers?",
     [](const Asked& asked) { return judge_engine(engine_facts(asked), asked.root); }},
    {"skopeo", "tools", "is skopeo there, and which version?",
     [](const Asked&) { return judge_tool(kSkopeo, tool_version(kSkopeo)); }},
    {"mmdebstrap", "tools", "is mmdebstrap there, and which version?",
     [](const Asked&) { return judge_tool(kMmdebstrap, tool_version(kMmdebstrap)); }},
    {"buildah", "tools", "is buildah there, and which version?",
     [](const Asked&) { return judge_tool(kBuildah, tool_version(kBuildah)); }},
    {"build-runtime", "tools", "is there what root's builds of images run in (runc or crun)?",
     [](const Asked& asked) { return judge_runtimes(runtimes_on_path(), asked.root); }},
    {"nft", "tools", "is nft there, and which version?",
     [](const Asked&) { return judge_tool(kNft, tool_version(kNft)); }},
    {"nftables", "network", "can packets of a container be filtered?",
     [](const Asked& asked) { return judge_nftables(try_nftables(), asked.root, has_user_namespaces()); }},
    {"forwarding", "network", "by which way do containers reach a network?",
     [](const Asked& asked) { return judge_forwarding(forwarding_facts(asked)); }},
    {"name-resolution", "network", "does /etc/resolv.conf name resolvers?",
     [](const Asked&) { return judge_resolver(resolver_facts()); }},
    {"proxy", "network", "do the proxy variables make sense? (none is connected to)",
     [](const Asked&) { return judge_proxy(proxy_variables()); }},
    {"certificates", "network", "is the bundle of trusted certificates whole and in date?",
     [](const Asked&) { return judge_certificates(bundle_facts()); }},
    {"clock", "machine", "is the clock right?", [](const Asked&) { return judge_clock(clock_facts()); }},
    {"descriptors", "machine", "are there descriptors enough for a call?",
     [](const Asked& asked) { return judge_descriptors(descriptor_facts(asked)); }},
    {"processes", "machine", "may as many processes be started as a call may?",
     [](const Asked& asked) { return judge_processes(process_facts(asked)); }},
    {"memory", "machine", "is there memory enough for a call?",
     [](const Asked& asked) { return judge_memory(memory_facts(asked)); }},
    {"entropy", "machine", "are there random bytes?", [](const Asked&) { return judge_random(try_random()); }},
};

}  // namespace

std::span<const Check> checks() { return kChecks; }

Result<std::vector<Check>> choose_checks(const std::vector<std::string>& names) {
  if (names.empty()) return std::vector<Check>(std::begin(kChecks), std::end(kChecks));
  for (const std::string& name : names) {
    if (std::ranges::find(kChecks, name, &Check::name) != std::end(kChecks)) continue;
    std::vector<std::string> known;
    for (const Check& check : kChecks) known.emplace_back(check.name);
    return fail(Errc::InvalidInput, "'" + name + "' is no check" + content::suggestion_for(name, known) +
                                        "; 'berth doctor --list' shows all");
  }
  std::vector<Check> chosen;
  std::ranges::copy_if(kChecks, std::back_inserter(chosen),
                       [&](const Check& check) { return std::ranges::find(names, check.name) != names.end(); });
  return chosen;
}

std::vector<CheckedCheck> make_checks(const std::vector<Check>& chosen, const Asked& asked) {
  using Clock = std::chrono::steady_clock;
  std::vector<CheckedCheck> checked;
  for (const Check& check : chosen) {
    const auto begun = Clock::now();
    CheckResult result = check.make(asked);
    checked.push_back(
        {check, std::move(result), std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun)});
  }
  return checked;
}

}  // namespace berth::doctor
