#include "berth/image/own_name.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

Reference own(const char* path) { return {.registry = "localhost", .path = path, .tag = "1.0.0.1", .digest = ""}; }

TEST(OwnName, IsNotThatOfWhatIsTrustedElsewhere) {
  TrustPolicy policy;  // also where the setting leaves the standing organisation out
  policy.organisations = {{.registry = "docker.io", .path = "acme/tools"},
                          {.registry = "docker.io", .path = "library"},
                          {.registry = "registry.example:5000", .path = "team"}};
  policy.names = {{.registry = "docker.io", .path = "library/alpine"},
                  {.registry = "docker.io", .path = "x/y", .tag = "2"}};
  policy.signatures = {{.reach = Reach::Organisation, .place = {.registry = "docker.io", .path = "signed"}}};
  const std::pair<const char*, const char*> rows[] = {
      {"demisto/python3", "mean the image of 'demisto' at 'docker.io'"},
      {"acme/tools/x", "mean the image of 'acme/tools'"},
      {"library/x", "mean the image of 'library'"},
      {"alpine", "names trusts the image of that name"},
      {"x/y", "names trusts the image of that name"},
      {"signed/x", "asks for a signature"},
      {"dernisto/python3", "looks like 'demisto'"},
      {"demist0/python3", "looks like 'demisto'"},
  };
  for (const auto& [path, why] : rows) {
    const auto checked = check_own_name(policy, own(path));
    EXPECT_TRUE(testing::fails_with(checked, Errc::InvalidInput, why)) << path;
    EXPECT_TRUE(testing::fails_with(checked, Errc::InvalidInput, "choose another name, as 'own/")) << path;
  }
  for (const char* path : {"example_name", "acme/x", "team/tools", "demisto", "alpine3", "tools/demisto", "x/z"}) {
    EXPECT_TRUE(testing::ok(check_own_name(policy, own(path)))) << path;
  }
}

TEST(OwnName, IsFreeWhereAWholeRegistryIsTrusted) {
  TrustPolicy policy = default_trust();
  policy.registries = {"docker.io"};
  policy.signatures = {{.reach = Reach::Registry, .place = {.registry = "docker.io"}}};
  EXPECT_TRUE(testing::ok(check_own_name(policy, own("team/tools"))));
  EXPECT_FALSE(check_own_name(policy, own("demisto/python3")));
}

}  // namespace
}  // namespace berth::image
