#include "berth/vet/dependency_facts.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace berth::vet {
namespace {

LockedPackage asked_for(const char* name, const char* origin) {
  LockedPackage locked;
  locked.package = make_package(Ecosystem::PyPI, name, "1.0", origin);
  return locked;
}

std::string installed(const std::string& name, const std::string& requires_dist) {
  return R"({"metadata": {"name": ")" + name + R"(", "version": "1.0", "license": "MIT", "requires_dist": [)" +
         requires_dist + "]}}";
}

TEST(BroughtAlong, IsAllThatGoesTogetherWithWhoAsksForIt) {
  const LockedPackage first = asked_for("First_One", "a.txt:1");
  const LockedPackage second = asked_for("second", "a.txt:2");
  const std::vector<const LockedPackage*> packages = {&first, &second};
  const std::string report = R"({"install": [)" + installed("first-one", R"j("second", "Deep.Down(>=1)")j") + "," +
                             installed("second", R"j("middle[x]>=2 ; python_version > '3'", 5)j") + "," +
                             installed("Middle", R"("deep-down", "middle")") + "," + installed("deep.down", "") + "," +
                             installed("from-nowhere", "") + "]}";
  const auto brought = brought_along_in(report, packages);
  ASSERT_TRUE(brought.has_value()) << brought.error().message();
  ASSERT_EQ(brought->size(), 5u);
  const auto is = [&](std::size_t at, const char* name, const char* asker, const char* origin) {
    const Facts& facts = brought->at(at);
    EXPECT_EQ(facts.package.name, name);
    EXPECT_EQ(facts.brought_by, asker) << name;
    EXPECT_EQ(facts.package.origin, origin) << name;
  };
  is(0, "first-one", "", "a.txt:1");
  is(1, "second", "first-one", "a.txt:2");
  is(2, "middle", "second", "a.txt:2");
  is(3, "deep-down", "first-one", "a.txt:1");
  is(4, "from-nowhere", "", "index");
}

TEST(BroughtAlong, EndsWherePackagesAskForEachOther) {
  const LockedPackage other = asked_for("other", "a.txt:1");
  const std::vector<const LockedPackage*> packages = {&other};
  const std::string report =
      R"({"install": [)" + installed("one", R"("two")") + "," + installed("two", R"("one")") + "]}";
  const auto brought = brought_along_in(report, packages);
  ASSERT_TRUE(brought.has_value());
  ASSERT_EQ(brought->size(), 2u);
  EXPECT_EQ(brought->at(0).brought_by, "two");
  EXPECT_EQ(brought->at(0).package.origin, "index");
  EXPECT_FALSE(brought_along_in("[]", packages).has_value());
  EXPECT_FALSE(brought_along_in("{", packages).has_value());
}

}  // namespace
}  // namespace berth::vet
