#include "berth/image/storage_places.h"

#include <gtest/gtest.h>

#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

TEST(StorageConf, ReadsWhatStandsInItsTable) {
  constexpr std::string_view kConf =
      "graphroot = \"/outside\"\n[storage]\n# graphroot = \"/comment\"\n  graphroot= '/a b' # why\r\n"
      "runroot = 5\n[storage.options]\ngraphroot = \"/options\"\n";
  EXPECT_EQ(storage_conf_value(kConf, "graphroot"), "/a b");
  EXPECT_EQ(storage_conf_value(kConf, "runroot"), std::nullopt);
  EXPECT_EQ(storage_conf_value(kConf, "driver"), std::nullopt);
  EXPECT_EQ(storage_conf_value("[storage]\ngraphroot = \"/open", "graphroot"), std::nullopt);
}

TEST(GraphRoot, IsTheFirstThatIsSet) {
  const testing::TempFolder folder;
  const auto conf = folder.path() / "storage.conf";
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(
      conf, "[storage]\ngraphroot = \"/machine\"\nrootless_storage_path = \"$HOME/own\"\n", 0644)));
  StoragePlaces places = {.home = "/home/u", .machine_conf = {folder.path() / "none", conf}};
  EXPECT_EQ(*find_graph_root(places), "/machine");
  places.setting = "/setting";
  EXPECT_EQ(*find_graph_root(places), "/setting");
  places = {.root = false, .home = "/home/u", .machine_conf = {conf}};
  EXPECT_EQ(*find_graph_root(places), "/home/u/own");
  places.config_home = folder.path();
  std::filesystem::create_directories(folder.path() / "containers");
  std::filesystem::copy(conf, folder.path() / "containers/storage.conf");
  EXPECT_EQ(*find_graph_root(places), "/machine");
}

TEST(GraphRoot, HasTheToolsDefaults) {
  EXPECT_EQ(*find_graph_root({.machine_conf = {}}), "/var/lib/containers/storage");
  EXPECT_EQ(*find_graph_root({.root = false, .home = "/home/u", .machine_conf = {}}),
            "/home/u/.local/share/containers/storage");
  EXPECT_EQ(*find_graph_root({.root = false, .home = "/home/u", .data_home = "/data", .machine_conf = {}}),
            "/data/containers/storage");
}

TEST(GraphRoot, SaysWhichFileCannotBeRead) {
  const testing::TempFolder folder;
  EXPECT_TRUE(testing::fails_with(find_graph_root({.machine_conf = {folder.path()}}), Errc::InvalidInput,
                                  "not a regular file"));
}

}  // namespace
}  // namespace berth::image
