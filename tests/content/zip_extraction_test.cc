#include "berth/content/zip_extraction.h"

#include <gmock/gmock.h>

#include "tests/content/content_fixture.h"
#include "tests/content/zip_writer.h"

namespace berth::content {
namespace {

struct Row {
  const char* name;
  std::vector<const char*> files;
  const char* below;
  const char* strip;
};

std::string zip_of(const std::vector<const char*>& files) {
  ZipWriter writer;
  for (const char* file : files) {
    WrittenEntry entry;
    entry.name = file;
    if (!entry.name.ends_with('/')) entry.data = "{\"name\": \"Harbour\"}";
    writer.add(entry);
  }
  return writer.finish();
}

class Placement : public ::testing::TestWithParam<Row> {};

TEST_P(Placement, PutsPacksUnderPacks) {
  const std::string bytes = zip_of(GetParam().files);
  const auto archive = ZipArchive::parse(bytes, "x.zip");
  ASSERT_TRUE(testing::ok(archive));
  const auto placement = placement_of(*archive, "given");
  if (GetParam().below == nullptr) {
    EXPECT_TRUE(testing::fails_with(placement, Errc::InvalidInput, "look for packs in the archive: there are none"));
    return;
  }
  ASSERT_TRUE(testing::ok(placement));
  EXPECT_EQ(placement->below, GetParam().below);
  EXPECT_EQ(placement->strip, GetParam().strip);
}

INSTANTIATE_TEST_SUITE_P(
    ZipExtraction, Placement,
    ::testing::Values(Row{"Tree", {"Packs/A/Scripts/a.yml", "README.md"}, "", ""},
                      Row{"TreeInAFolder", {"content-main/", "content-main/Packs/A/Scripts/a.yml"}, "", "content-main"},
                      Row{"Packs", {"A/pack_metadata.json", "A/Scripts/a.yml", "B/Integrations/b.yml"}, "Packs", ""},
                      Row{"OnePack", {"A/metadata.json", "A/Scripts/a.yml"}, "Packs", ""},
                      Row{"PackItself", {"metadata.json", "Scripts/script-a.yml"}, "Packs/Harbour", ""},
                      Row{"PackWithoutMetadata", {"Integrations/integration-a.yml"}, "Packs/given", ""},
                      Row{"WithNoise", {"__MACOSX/._A", "A/Scripts/a.yml", ".DS_Store"}, "Packs", ""},
                      Row{"NoPack", {"a/b/c.txt"}, nullptr, ""}, Row{"OnlyFiles", {"a.txt", "b.txt"}, nullptr, ""},
                      Row{"Empty", {}, nullptr, ""}),
    [](const auto& row) { return row.param.name; });

class Extract : public ContentFixture {};

TEST_F(Extract, WritesWhatIsInIt) {
  const std::string bytes = zip_of({"top/A/", "top/A/Scripts/a.yml", "top/__MACOSX/x", "top/A/.DS_Store"});
  const auto archive = ZipArchive::parse(bytes, "x.zip");
  ASSERT_TRUE(testing::ok(archive));
  std::filesystem::create_directories(at("out"));
  ASSERT_TRUE(testing::ok(extract_zip(*archive, *placement_of(*archive, "x"), at("out"))));
  EXPECT_EQ(*sys::read_file(at("out/Packs/A/Scripts/a.yml"), 100), "{\"name\": \"Harbour\"}");
  EXPECT_FALSE(std::filesystem::exists(at("out/Packs/__MACOSX")));
  EXPECT_FALSE(std::filesystem::exists(at("out/Packs/A/.DS_Store")));
  const auto mode = std::filesystem::status(at("out/Packs/A/Scripts/a.yml")).permissions();
  EXPECT_EQ(mode & std::filesystem::perms::owner_exec, std::filesystem::perms::none);
}

TEST_F(Extract, WritesThroughNoLink) {
  write("outside/x", "");
  const std::string bytes = zip_of({"A/Scripts/a.yml"});
  const auto archive = ZipArchive::parse(bytes, "x.zip");
  // The folder must be empty; a link that is there all the same is not written over.
  link("out2/Packs/A/Scripts/a.yml", at("outside/x").native());
  EXPECT_TRUE(testing::fails_with(extract_zip(*archive, *placement_of(*archive, "x"), at("out2")), Errc::AlreadyExists,
                                  "write 'Packs/A/Scripts/a.yml'"));
  EXPECT_EQ(*sys::read_file(at("outside/x"), 10), "");
}

}  // namespace
}  // namespace berth::content
