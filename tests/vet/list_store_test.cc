#include "berth/vet/list_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "berth/base/utc_text.h"
#include "berth/vet/kept_file.h"
#include "berth/vet/knowledge.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ok;

const auto kNow = *parse_utc("2026-11-26T12:00:00Z");

KnownList malicious(const std::string& names) {
  auto list = gather_list(ListKind::Malicious, names, "x");
  list->info.origin = "/srv/names";
  return *std::move(list);
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class ListStore : public ::testing::Test {
 protected:
  std::filesystem::path folder() const { return temp_.path() / "vet"; }
  std::filesystem::path current() const { return folder() / "malicious.list"; }
  std::string text() const { return load_lists(folder()).of(ListKind::Malicious).text; }
  void write(const std::filesystem::path& path, const std::string& bytes) const {
    std::ofstream(path, std::ios::binary) << bytes;
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder()), {}));
  }

  testing::TempFolder temp_;
};

TEST_F(ListStore, HasWhatComesWithBerthWhereNothingIs) {
  const StoredLists stored = load_lists(folder());
  ASSERT_EQ(stored.lists.size(), 4u);
  for (const ListKind kind : kListKinds) {
    EXPECT_EQ(stored.of(kind).info.kind, kind);
    EXPECT_TRUE(stored.of(kind).info.is_built_in());
  }
  EXPECT_THAT(stored.problems, IsEmpty());
}

TEST_F(ListStore, ReplacesAListAndSaysWhatItIs) {
  ASSERT_TRUE(ok(store_list(folder(), malicious("one\n"), kNow)));
  const auto info = store_list(folder(), malicious("two\tus\nthree\n"), kNow);
  ASSERT_TRUE(ok(info));
  EXPECT_EQ(text(), "two\tus\nthree\n");
  EXPECT_EQ(info->imported, "2026-11-26T12:00:00Z");
  EXPECT_EQ(load_lists(folder()).of(ListKind::Malicious).info, *info);
  EXPECT_TRUE(ok(remove_list(folder(), ListKind::Malicious)));
  EXPECT_EQ(files(), 0u);
  EXPECT_TRUE(load_lists(folder()).of(ListKind::Malicious).info.is_built_in());
  EXPECT_TRUE(fails_with(remove_list(folder(), ListKind::Malicious), Errc::NotFound,
                         "no malicious names were imported: those that come with Berth are in use"));
}

TEST_F(ListStore, UsesTheOneBeforeWhateverBitIsFlippedAndSaysSo) {
  ASSERT_TRUE(ok(store_list(folder(), malicious("old\n"), kNow)));
  ASSERT_TRUE(ok(store_list(folder(), malicious("new\n"), kNow)));
  const std::string good = bytes_of(current());
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << at % 8));
    write(current(), bad);
    const StoredLists stored = load_lists(folder());
    ASSERT_EQ(stored.of(ListKind::Malicious).text, "old\n") << at;
    ASSERT_THAT(stored.problems, ElementsAre(HasSubstr("the one before it is in use, imported 2026"))) << at;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    write(current(), good.substr(0, size));
    ASSERT_EQ(text(), "old\n") << size;
  }
  // What is damaged does not take the place of the good old one.
  ASSERT_TRUE(ok(store_list(folder(), malicious("newest\n"), kNow)));
  EXPECT_EQ(text(), "newest\n");
  write(current(), "");
  EXPECT_EQ(text(), "old\n");
  write(file_before(current()), "");
  const StoredLists stored = load_lists(folder());
  EXPECT_TRUE(stored.of(ListKind::Malicious).info.is_built_in());
  EXPECT_THAT(stored.problems,
              ElementsAre("malicious names: it is no list of Berth's: the one that comes with Berth is "
                          "in use"));
}

TEST_F(ListStore, UsesTheOneBeforeWhereTheCurrentOneIsGone) {
  ASSERT_TRUE(ok(store_list(folder(), malicious("old\n"), kNow)));
  ASSERT_TRUE(ok(store_list(folder(), malicious("new\n"), kNow)));
  std::filesystem::remove(current());
  const StoredLists stored = load_lists(folder());
  EXPECT_EQ(stored.of(ListKind::Malicious).text, "old\n");
  EXPECT_EQ(stored.problems.size(), 1u);
}

TEST_F(ListStore, RemovesWhatThoseWhoWereKilledLeft) {
  ASSERT_TRUE(ok(store_list(folder(), malicious("one\n"), kNow)));
  for (const char* name : {"malicious.list.aB3xYz", "malicious.list.old.draft", "pypa.advisories.123456"}) {
    write(folder() / name, "half a list");
  }
  write(folder() / "README.thefile", "not ours");
  EXPECT_EQ(text(), "one\n");
  ASSERT_TRUE(ok(store_list(folder(), malicious("two\n"), kNow)));
  EXPECT_EQ(text(), "two\n");
  EXPECT_EQ(files(), 3u);  // the list, the one before it, and what is not ours
}

TEST_F(ListStore, RefusesWhatIsOfAnotherKindOrOfANewerBerth) {
  KnownList list = malicious("one\n");
  const std::string bytes = encode_list(list);
  EXPECT_TRUE(ok(decode_list(ListKind::Malicious, bytes)));
  EXPECT_TRUE(fails_with(decode_list(ListKind::Popular, bytes), Errc::Corrupt, "it is of another kind"));
  EXPECT_TRUE(fails_with(decode_list(ListKind::Malicious, "berth list 2\n"), Errc::InvalidInput, "by a newer Berth"));
  list.text = "Not Normal\n";
  EXPECT_TRUE(fails_with(decode_list(ListKind::Malicious, encode_list(list)), Errc::InvalidInput, "not a normalised"));
}

TEST_F(ListStore, IsWhatJudgementKnows) {
  const auto before = StoredKnowledge::load(folder());
  ASSERT_TRUE(ok(before));
  EXPECT_FALSE(before->view().malicious.source_of("zz-evil").has_value());
  EXPECT_TRUE(before->view().look_alikes.find("reqests").has_value());
  ASSERT_TRUE(ok(store_list(folder(), malicious("zz-evil\tus\n"), kNow)));
  std::string names = built_in_list(ListKind::Popular).text;
  auto popular = gather_list(ListKind::Popular, "zz-well-known\n" + names, "x");
  ASSERT_TRUE(ok(popular));
  ASSERT_TRUE(ok(store_list(folder(), *std::move(popular), kNow)));
  const auto loaded = StoredKnowledge::load(folder());
  ASSERT_TRUE(ok(loaded));
  const Knowledge known = loaded->view();
  EXPECT_EQ(known.malicious.source_of("zz-evil"), "us");
  // What comes with Berth stays known.
  EXPECT_TRUE(known.malicious.source_of("aiiohttp").has_value());
  EXPECT_EQ(known.look_alikes.find("zz-wel-known")->target, "zz-well-known");
  EXPECT_FALSE(before->view().look_alikes.find("zz-wel-known").has_value());
  ASSERT_EQ(known.lists.size(), 4u);
  EXPECT_FALSE(known.lists[0].is_built_in());
  EXPECT_TRUE(known.lists[2].is_built_in());
}

}  // namespace
}  // namespace berth::vet
