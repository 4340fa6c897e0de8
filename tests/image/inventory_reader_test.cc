#include "berth/image/inventory_reader.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/image/layers.h"
#include "tests/image/rpm_fixture.h"
#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

using namespace std::string_literals;

Inventory inventory_of(Layers& layers, std::size_t count, const ReadingBounds& bounds = {}) {
  const auto tree = ImageTree::open(layers.folders(count));
  EXPECT_TRUE(testing::ok(tree));
  auto inventory = read_inventory(*tree, bounds);
  EXPECT_TRUE(testing::ok(inventory));
  return std::move(*inventory);
}

const PythonDistribution* find(const Inventory& inventory, std::string_view name) {
  const auto found = std::ranges::find(inventory.python, name, &PythonDistribution::name);
  return found == inventory.python.end() ? nullptr : &*found;
}

// Debian below, what pip has added above.
class DebianImage : public ::testing::Test {
 protected:
  void SetUp() override {
    layers_.put(1, "usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian 12\"\n");
    layers_.link(1, "etc/os-release", "../usr/lib/os-release");
    layers_.put(1, "var/lib/dpkg/status",
                "Package: python3-yaml\nStatus: install ok installed\nVersion: 6.0-3\nArchitecture: amd64\n\n"
                "Package: libc6\nStatus: install ok installed\nVersion: 2.36\nArchitecture: amd64\n");
    layers_.put(1, "var/lib/dpkg/info/python3-yaml:amd64.list",
                "/.\n/usr/lib/python3/dist-packages/PyYAML-6.0.dist-info\n"
                "/usr/lib/python3/dist-packages/PyYAML-6.0.dist-info/METADATA\n");
    layers_.put(1, "usr/lib/python3/dist-packages/PyYAML-6.0.dist-info/METADATA", "Name: PyYAML\nVersion: 6.0\n");
    layers_.put(1, "usr/lib/python3/dist-packages/six-1.16.0.egg-info", "Name: six\nVersion: 1.16.0\n");
    layers_.put(1, "usr/lib/python3/dist-packages/old-1.egg-info/PKG-INFO", "Name: old\nVersion: 1\n");
    layers_.put(1, "usr/bin/python3.11",
                "\x7f"
                "ELF\0003.11.2\0"s);
    layers_.link(1, "usr/bin/python3", "python3.11");
    layers_.put(1, "usr/bin/python3.11-config", "#!/bin/sh");
    const std::string site = "usr/local/lib/python3.11/dist-packages/";
    layers_.put(0, site + "requests-2.32.0.dist-info/METADATA", "Name: requests\nVersion: 2.32.0\n");
    layers_.put(0, site + "requests-2.32.0.dist-info/INSTALLER", "pip\n");
    layers_.put(0, site + "setuptools/_vendor/wheel-0.43.dist-info/METADATA", "Name: wheel\nVersion: 0.43\n");
    layers_.white_out(0, "usr/lib/python3/dist-packages/old-1.egg-info");
  }

  Layers layers_;
};

TEST_F(DebianImage, IsReadWhole) {
  const Inventory inventory = inventory_of(layers_, 2);
  EXPECT_EQ(inventory.os, (OsRelease{"debian", "12", "Debian 12"}));
  ASSERT_EQ(inventory.packages.size(), 2u);
  EXPECT_EQ(inventory.packages[0].name, "libc6");
  EXPECT_EQ(inventory.interpreters, (std::vector<Interpreter>{{"usr/bin/python3.11", "cpython", "3.11.2"}}));
  EXPECT_EQ(python_versions_text(inventory), "3.11.2");
  EXPECT_TRUE(inventory.unread.empty());
  ASSERT_EQ(inventory.python.size(), 4u);
  EXPECT_EQ(find(inventory, "PyYAML")->owner, "python3-yaml");
  EXPECT_EQ(find(inventory, "six")->metadata, "usr/lib/python3/dist-packages/six-1.16.0.egg-info");
  EXPECT_EQ(find(inventory, "requests")->installer, "pip");
  EXPECT_EQ(find(inventory, "requests")->owner, "");
  EXPECT_TRUE(find(inventory, "requests")->is_installed);
  EXPECT_FALSE(find(inventory, "wheel")->is_installed);
  EXPECT_EQ(find(inventory, "old"), nullptr);
}

TEST_F(DebianImage, ComesBackFromJson) {
  const Inventory inventory = inventory_of(layers_, 2);
  const auto back = parse_json(print_json(inventory_json(inventory)));
  ASSERT_TRUE(testing::ok(back));
  const auto read = inventory_of_json(*back);
  ASSERT_TRUE(testing::ok(read));
  EXPECT_EQ(*read, inventory);
}

struct Bound {
  const char* name;
  ReadingBounds bounds;
  const char* what;
  const char* why;
};
const Bound kBounds[] = {
    {"OfBytes", {.bytes = 200}, "var/lib/dpkg/status", "larger than the limit of"},
    {"OfTime", {.time = std::chrono::milliseconds(0)}, "/", "walk the image: it takes too long"},
    {"OfInterpreters", {.interpreters = 0}, "usr/bin", "more than 0 interpreters"},
    {"OfNames", {.walk = {.entries = 3}}, "/", "more than 3 names"},
};
class BoundedReading : public DebianImage, public ::testing::WithParamInterface<Bound> {};
TEST_P(BoundedReading, NamesWhatIsBeyond) {
  const Inventory inventory = inventory_of(layers_, 2, GetParam().bounds);
  const auto found = std::ranges::find(inventory.unread, GetParam().what, &Unread::what);
  ASSERT_NE(found, inventory.unread.end());
  EXPECT_NE(found->why.find(GetParam().why), std::string::npos) << found->why;
}
INSTANTIATE_TEST_SUITE_P(Table, BoundedReading, ::testing::ValuesIn(kBounds), [](auto& row) { return row.param.name; });

TEST(ManyNames, OfOneFileAreNotEachRead) {
  Layers layers;
  layers.put(0, "usr/bin/python3.0", std::string(1 << 20, '\0'));
  for (int i = 1; i < 100; ++i) {
    std::filesystem::create_hard_link(layers.layer(0) / "usr/bin/python3.0",
                                      layers.layer(0) / "usr/bin" / ("python3." + std::to_string(i)));
  }
  const Inventory inventory = inventory_of(layers, 1, {.bytes = 5 << 20});
  EXPECT_EQ(inventory.interpreters.size(), 64u);
  // Five were read, for the others it is said that they were not; one row says that there are more than 64.
  EXPECT_EQ(std::ranges::count(inventory.unread, "usr/bin", &Unread::what), 1);
  EXPECT_GE(inventory.unread.size(), 59u);
}

TEST(UnreadThings, AreNotNamedWithoutEnd) {
  Layers layers;
  for (int i = 0; i < 1100; ++i) layers.put(0, "a/" + std::to_string(i) + ".dist-info", "");
  const Inventory inventory = inventory_of(layers, 1);
  ASSERT_EQ(inventory.unread.size(), 1001u);
  EXPECT_EQ(inventory.unread.back().why, "more could not be read than is named here");
}

TEST(InventoryJson, WithoutAMemberIsRefused) {
  EXPECT_TRUE(testing::fails_with(inventory_of_json(Json::object()), Errc::Corrupt, "'os'"));
  Json json = inventory_json({});
  json.set("packages", Json(Json::Array{Json::object().set("format", "ebuild")}));
  EXPECT_TRUE(testing::fails_with(inventory_of_json(json), Errc::Corrupt, "'format'"));
  json.set("packages", 1);
  EXPECT_TRUE(testing::fails_with(inventory_of_json(json), Errc::Corrupt, "'packages'"));
}

TEST(AlpineImage, IsReadWhole) {
  Layers layers;
  layers.put(0, "etc/os-release", "ID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME=\"Alpine Linux v3.20\"\n");
  layers.put(0, "lib/apk/db/installed",
             "P:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\n\nP:py3-six\nV:1.16.0-r9\nA:x86_64\n"
             "F:usr/lib/python3.12/site-packages\nR:six-1.16.0-py3.12.egg-info\n");
  layers.put(0, "usr/lib/python3.12/site-packages/six-1.16.0-py3.12.egg-info", "Name: six\nVersion: 1.16.0\n");
  layers.put(0, "usr/bin/python3.12",
             "\x7f"
             "ELF");
  layers.put(0, "usr/lib/libpython3.12.so.1.0", "ELF\0003.12.7\0"s);
  const Inventory inventory = inventory_of(layers, 1);
  EXPECT_EQ(inventory.packages.size(), 2u);
  EXPECT_EQ(inventory.packages[0].format, PackageFormat::Apk);
  EXPECT_EQ(find(inventory, "six")->owner, "py3-six");
  EXPECT_EQ(python_versions_text(inventory), "3.12.7");
}

TEST(DistrolessImage, IsReadFromStatusD) {
  Layers layers;
  layers.put(0, "var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a\nArchitecture: all\n");
  layers.put(0, "var/lib/dpkg/status.d/tzdata.md5sums", "abc  usr/share/zoneinfo\n");
  const Inventory inventory = inventory_of(layers, 1);
  ASSERT_EQ(inventory.packages.size(), 1u);
  EXPECT_EQ(inventory.packages[0].name, "tzdata");
  EXPECT_TRUE(inventory.unread.empty());
}

class RpmImage : public ::testing::Test {
 protected:
  RpmImage() {
    const std::string header = HeaderText()
                                   .package("py")
                                   .texts(1117, {"a.dist-info"})
                                   .texts(1118, {"/s/site-packages/"})
                                   .numbers(1116, {0})
                                   .blob();
    layers_.put(0, "usr/lib/sysimage/rpm/Packages.db", ndb_file({header, HeaderText().package("bash").blob()}));
    layers_.put(0, "s/site-packages/a.dist-info/METADATA", "Name: a\nVersion: 1\n");
  }

  Layers layers_;
};

TEST_F(RpmImage, IsReadWhole) {
  const Inventory inventory = inventory_of(layers_, 1);
  ASSERT_EQ(inventory.packages.size(), 2u);
  EXPECT_EQ(inventory.packages[0].name, "bash");
  EXPECT_EQ(inventory.packages[0].format, PackageFormat::Rpm);
  EXPECT_EQ(find(inventory, "a")->owner, "py");
  EXPECT_TRUE(inventory.unread.empty());
}

TEST_F(RpmImage, IsReadOnceWhereTheOldPlaceIsALink) {
  layers_.link(0, "var/lib/rpm", "../../usr/lib/sysimage/rpm");
  EXPECT_EQ(inventory_of(layers_, 1).packages.size(), 2u);
}

TEST_F(RpmImage, HidesNothingInASecondDatabase) {
  layers_.put(0, "var/lib/rpm/rpmdb.sqlite",
              sqlite_file({sqlite_page({sqlite_row(1, HeaderText().package("q").blob().substr(0, 50))})}));
  layers_.put(0, "var/lib/rpm/rpmdb.sqlite-wal", "");
  const Inventory inventory = inventory_of(layers_, 1);
  EXPECT_EQ(inventory.packages.size(), 2u);
  ASSERT_EQ(inventory.unread.size(), 1u);
  EXPECT_EQ(inventory.unread[0].what, "var/lib/rpm/rpmdb.sqlite");
  EXPECT_NE(inventory.unread[0].why.find("1 of its records"), std::string::npos) << inventory.unread[0].why;
}

struct Hostile {
  const char* name;
  std::function<void(Layers&)> make;
  const char* what;
  const char* why;
};
const Hostile kHostile[] = {
    {"RpmIsNamedNeverEmpty", [](Layers& l) { l.put(0, "var/lib/rpm/rpmdb.sqlite", "x"); }, "var/lib/rpm/rpmdb.sqlite",
     "no database of rpm"},
    {"RpmIsOfBerkeleyDbAndDamaged",
     [](Layers& l) { l.put(0, "var/lib/rpm/Packages", std::string(12, 0) + little(0x61561)); }, "var/lib/rpm/Packages",
     "Berkeley DB: it is none"},
    {"RpmHasALogThatIsNotWrittenBack",
     [](Layers& l) {
       l.put(0, "var/lib/rpm/rpmdb.sqlite", sqlite_file({sqlite_page({})}));
       l.put(0, "var/lib/rpm/rpmdb.sqlite-wal", "x");
     },
     "var/lib/rpm/rpmdb.sqlite-wal", "changes that are not in the database"},
    {"RpmIsALinkOutside",
     [](Layers& l) {
       l.link(0, "var/lib/rpm/rpmdb.sqlite", "/etc");
       l.put(0, "etc/x", "x");
     },
     "var/lib/rpm/rpmdb.sqlite", "not a regular file"},
    {"StatusIsAFolder", [](Layers& l) { l.put(0, "var/lib/dpkg/status/x", "x"); }, "var/lib/dpkg/status",
     "not a regular file"},
    {"StatusIsNone", [](Layers& l) { l.put(0, "var/lib/dpkg/status", "hello\n"); }, "var/lib/dpkg/status",
     "1 of its records"},
    {"StatusDIsAFile", [](Layers& l) { l.put(0, "var/lib/dpkg/status.d", "x"); }, "var/lib/dpkg/status.d",
     "not a folder"},
    {"MetadataIsMissing", [](Layers& l) { l.put(0, "site-packages/a-1.dist-info/RECORD", ""); },
     "site-packages/a-1.dist-info", "no such file"},
    {"MetadataNamesNothing", [](Layers& l) { l.put(0, "site-packages/a-1.dist-info/METADATA", "Name: a\n"); },
     "site-packages/a-1.dist-info", "proper name or version"},
    {"MetadataIsALinkOutside", [](Layers& l) { l.link(0, "site-packages/a-1.egg-info", "/etc/passwd"); },
     "site-packages/a-1.egg-info", "no such file"},
    {"NamesThatMoveACursor", [](Layers& l) { l.put(0, "site-packages/\x1b[2J.dist-info/RECORD", ""); },
     "site-packages/\\x1b[2J.dist-info", "no such file"},
};
class HostileImage : public ::testing::TestWithParam<Hostile> {};
TEST_P(HostileImage, HasWhatCannotBeReadNamed) {
  Layers layers;
  GetParam().make(layers);
  const Inventory inventory = inventory_of(layers, 1);
  EXPECT_TRUE(inventory.packages.empty());
  EXPECT_TRUE(inventory.python.empty());
  ASSERT_EQ(inventory.unread.size(), 1u);
  EXPECT_EQ(inventory.unread[0].what, GetParam().what);
  EXPECT_NE(inventory.unread[0].why.find(GetParam().why), std::string::npos) << inventory.unread[0].why;
}
INSTANTIATE_TEST_SUITE_P(Table, HostileImage, ::testing::ValuesIn(kHostile), [](auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::image
