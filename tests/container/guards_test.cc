#include "berth/container/guards.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace berth::container {
namespace {

constexpr Guard kAll[] = {Guard::Seccomp,   Guard::Capabilities,     Guard::UserNamespace,  Guard::NetworkNamespace,
                          Guard::ProcMasks, Guard::CloseDescriptors, Guard::ResourceLimits, Guard::IpcNamespace};

TEST(Guards, AreUpByDefault) {
  const Guards guards;
  EXPECT_TRUE(guards.all_up());
  for (const Guard guard : kAll) EXPECT_TRUE(guards.up(guard));
}

TEST(Guards, AreLoweredOneByOne) {
  for (const Guard lowered : kAll) {
    const Guards guards(Weakening::for_probes({lowered}));
    EXPECT_FALSE(guards.all_up());
    for (const Guard guard : kAll) EXPECT_EQ(guards.up(guard), guard != lowered);
  }
}

TEST(Guards, LoseOnlyTheUserNamespaceByTheOperator) {
  const Guards guards(Weakening::by_operator_without_user_namespaces());
  for (const Guard guard : kAll) EXPECT_EQ(guards.up(guard), guard != Guard::UserNamespace);
}

TEST(Guards, AreUpWhereNothingIsLowered) { EXPECT_TRUE(Guards(Weakening::for_probes({})).all_up()); }

TEST(Guards, AreFoundByName) {
  const char* const names[] = {"seccomp",    "capabilities",      "user_namespace",  "network_namespace",
                               "proc_masks", "close_descriptors", "resource_limits", "ipc_namespace"};
  for (std::size_t at = 0; at < std::size(kAll); ++at) EXPECT_EQ(find_guard(names[at]), kAll[at]) << names[at];
  for (const char* unknown : {"", "Seccomp", "seccomp "}) EXPECT_EQ(find_guard(unknown), std::nullopt);
}

// The key to weaken for a probe is made by nobody but the runner of the probes.
static_assert(!std::is_default_constructible_v<ProbeKey>);

// Nothing but a Weakening, and a Weakening only by name.
static_assert(!std::is_constructible_v<Guards, std::set<Guard>>);
static_assert(!std::is_constructible_v<Weakening, std::set<Guard>>);
static_assert(!std::is_default_constructible_v<Weakening>);

}  // namespace
}  // namespace berth::container
