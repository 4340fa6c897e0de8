#include "berth/vet/advisory_store.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "berth/base/utc_text.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using ::testing::HasSubstr;
using testing::ok;

const auto kNow = *parse_utc("2026-11-26T12:00:00Z");

GatheredAdvisories gathered(const std::string& version) {
  auto found =
      gather_advisories(R"({"id": "X-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}, "versions": [")" +
                            version + R"("]}]})",
                        "record");
  found->source.name = "ours";
  return *std::move(found);
}

class AdvisoryStore : public ::testing::Test {
 protected:
  bool knows(const std::string& version) const {
    const auto stored = load_advisories(folder());
    return !stored->database.find(make_package(Ecosystem::PyPI, "a", version, "")).empty();
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const SourceInfo& source : load_advisories(folder())->database.sources()) names.push_back(source.name);
    return names;
  }
  std::filesystem::path folder() const { return temp_.path() / "vet"; }
  std::filesystem::path current() const { return folder() / "ours.advisories"; }
  void write(const std::filesystem::path& path, const std::string& bytes) const { std::ofstream(path) << bytes; }

  testing::TempFolder temp_;
};

TEST_F(AdvisoryStore, HasTheStartSetWhereNothingIs) {
  const auto stored = load_advisories(folder());
  ASSERT_TRUE(ok(stored));
  EXPECT_THAT(names(), ElementsAre("start set"));
  EXPECT_TRUE(stored->problems.empty());
  const SourceInfo start_set = stored->database.sources()[0];
  EXPECT_EQ(start_set.dated, "2024-10-10");
  EXPECT_EQ(start_set.imported, "2024-10-10T00:00:00Z");  // not the day on which it was put into the program
  EXPECT_EQ(start_set.advisories, 2661u);
  EXPECT_THAT(start_set.origin, HasSubstr("CC-BY-4.0"));
  EXPECT_FALSE(stored->database.find(make_package(Ecosystem::PyPI, "django", "3.2.0", "")).empty());
}

// Advisories of many packages: a public database.
GatheredAdvisories many(std::size_t count, const std::string& modified) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) {
    list += fmt::format(
        R"({}{{"id": "Y-{}", "modified": "{}", "affected": [{{"package": {{"ecosystem": "PyPI", "name": "p{}"}},
        "versions": ["1"]}}]}})",
        i == 0 ? "[" : ",", i, modified, i);
  }
  auto found = gather_advisories(list + "]", "records");
  found->source.name = "public";
  return *std::move(found);
}

TEST_F(AdvisoryStore, KeepsTheStartSetUntilSomethingCoversTheIndex) {
  ASSERT_TRUE(ok(store_advisories(folder(), gathered("1"), kNow)));
  EXPECT_THAT(names(), ElementsAre("ours", "start set"));
  ASSERT_TRUE(ok(store_advisories(folder(), many(1'000, "2026-11-25T00:00:00Z"), kNow)));
  EXPECT_THAT(names(), ElementsAre("ours", "public"));
}

TEST_F(AdvisoryStore, CountsAgeByTheDayOfTheContents) {
  GatheredAdvisories small = gathered("1");
  small.source.dated = "2026-11-16";
  EXPECT_EQ(age_of(*store_advisories(folder(), small, kNow), kNow), std::chrono::hours(10 * 24 + 12));
  small.source.dated = "2026-12-24";
  EXPECT_EQ(age_of(*store_advisories(folder(), small, kNow), kNow), std::nullopt);
  EXPECT_EQ(load_advisories(folder())->database.sources()[0].dated, "2026-12-24");
}

TEST_F(AdvisoryStore, TellsAPublicDatabaseThatWasOldWhenItWasImported) {
  const auto fresh = store_advisories(folder(), many(1'000, "2026-11-01T00:00:00Z"), kNow);
  EXPECT_FALSE(is_outdated(*fresh));
  EXPECT_EQ(age_of(*fresh, kNow), std::chrono::hours(0));
  const auto old = store_advisories(folder(), many(1'000, "2024-10-08T00:00:00Z"), kNow);
  EXPECT_TRUE(is_outdated(*old));
  EXPECT_EQ(age_of(*old, kNow), kNow - (*parse_utc("2024-10-08") + std::chrono::days(30)));
  // Of a few of one's own nothing need change for years.
  EXPECT_FALSE(is_outdated(*store_advisories(folder(), many(999, "2024-10-08T00:00:00Z"), kNow)));
}

TEST_F(AdvisoryStore, ReplacesASourceAndSaysWhatItIs) {
  ASSERT_TRUE(ok(store_advisories(folder(), gathered("1"), kNow)));
  const auto source = store_advisories(folder(), gathered("2"), kNow);
  ASSERT_TRUE(ok(source));
  EXPECT_FALSE(knows("1"));
  EXPECT_TRUE(knows("2"));
  EXPECT_EQ(source->imported, "2026-11-26T12:00:00Z");
  EXPECT_EQ(age_of(*source, kNow + std::chrono::hours(48)), std::chrono::hours(48));
  EXPECT_THAT(names(), ElementsAre("ours", "start set"));
}

TEST_F(AdvisoryStore, IsNotReplacedByAFewUnlessThatIsMeant) {
  ASSERT_TRUE(ok(store_advisories(folder(), many(100, "2026-11-25T00:00:00Z"), kNow)));
  EXPECT_TRUE(fails_with(store_advisories(folder(), many(49, "2026-11-26T00:00:00Z"), kNow), Errc::InvalidInput,
                         "it has 49 advisories, and 'public' has 100 now"));
  EXPECT_TRUE(ok(store_advisories(folder(), many(50, "2026-11-26T00:00:00Z"), kNow)));
  ASSERT_TRUE(ok(store_advisories(folder(), many(100, "2026-11-25T00:00:00Z"), kNow)));
  EXPECT_TRUE(ok(store_advisories(folder(), many(1, "2026-11-26T00:00:00Z"), kNow, Shrinking::Taken)));
  EXPECT_TRUE(ok(store_advisories(folder(), many(100, "2026-11-25T00:00:00Z"), kNow)));
}

TEST_F(AdvisoryStore, UsesTheOldOneWhereTheNewOneIsDamagedAndSaysSo) {
  ASSERT_TRUE(ok(store_advisories(folder(), gathered("1"), kNow)));
  ASSERT_TRUE(ok(store_advisories(folder(), gathered("2"), kNow)));
  std::string bytes;
  std::getline(std::ifstream(current()), bytes, '\0');
  bytes[bytes.size() - 3] = '?';
  write(current(), bytes);
  EXPECT_TRUE(knows("1"));
  EXPECT_THAT(load_advisories(folder())->problems,
              ElementsAre("ours: its checksum is wrong; import the advisories again: the one before it is in use, "
                          "imported 2026-11-26T12:00:00Z"));
  // What is damaged does not take the place of the good old one.
  ASSERT_TRUE(ok(store_advisories(folder(), gathered("3"), kNow)));
  write(current(), "");
  EXPECT_TRUE(knows("1"));
  std::filesystem::remove(folder() / "ours.advisories.old");
  EXPECT_THAT(load_advisories(folder())->problems, ElementsAre(HasSubstr("nothing of it is in use")));
}

TEST_F(AdvisoryStore, IsNotDisturbedByWhatAnInterruptedImportLeft) {
  ASSERT_TRUE(ok(store_advisories(folder(), gathered("1"), kNow)));
  write(folder() / "ours.advisories.Xy1234", "half a database");
  write(folder() / "ours.advisories.old.draft", "half a database");
  write(folder() / "README", "words");
  const auto stored = load_advisories(folder());
  EXPECT_TRUE(stored->problems.empty());
  EXPECT_TRUE(knows("1"));
  EXPECT_TRUE(ok(store_advisories(folder(), gathered("2"), kNow)));
  EXPECT_TRUE(knows("2"));
}

TEST_F(AdvisoryStore, RemovesASource) {
  ASSERT_TRUE(ok(store_advisories(folder(), gathered("1"), kNow)));
  ASSERT_TRUE(ok(store_advisories(folder(), gathered("1"), kNow)));
  EXPECT_TRUE(ok(remove_advisories(folder(), "ours")));
  EXPECT_THAT(names(), ElementsAre("start set"));
  EXPECT_TRUE(fails_with(remove_advisories(folder(), "ours"), Errc::NotFound, "there is no source 'ours'"));
  EXPECT_TRUE(fails_with(remove_advisories(folder(), "../ours"), Errc::NotFound, "there is no source"));
}

TEST_F(AdvisoryStore, TakesOnlyNamesThatAreFiles) {
  for (const char* name : {"", "../x", "a/b", ".x", "A", "a b"}) {
    GatheredAdvisories bad = gathered("1");
    bad.source.name = name;
    EXPECT_TRUE(
        fails_with(store_advisories(folder(), std::move(bad), kNow), Errc::InvalidInput, "is no name of a source"))
        << name;
  }
}

TEST(SourceName, IsThatOfItsFile) {
  EXPECT_EQ(source_name_of("/x/pypa-2024-10.tar.gz"), "pypa-2024-10");
  EXPECT_EQ(source_name_of("https://host.example/PyPI/all.zip?x=/y"), "all");
  EXPECT_EQ(source_name_of("https://host.example/My Records.json/"), "my-records");
  EXPECT_EQ(source_name_of("/"), "advisories");
  EXPECT_EQ(source_name_of(".zip"), "zip");
}

}  // namespace
}  // namespace berth::vet
