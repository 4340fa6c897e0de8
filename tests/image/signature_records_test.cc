#include "berth/image/signature_records.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kOther = "sha256:" + std::string(64, 'b');

VerifiedSignature sample(const std::string& repository) {
  return {.repository = repository,
          .tag = "1",
          .signed_digest = kOther,
          .key = "sha256:" + std::string(64, 'c'),
          .claim = "what\nwas \x01 signed",
          .signature = std::string("\0\xff", 2)};
}

TEST(SignatureRecords, AreKept) {
  const testing::TempFolder folder;
  EXPECT_TRUE(find_signatures(folder.path(), kDigest).empty());
  for (const char* repository : {"a.example/x", "b.example/x", "a.example/x"}) {
    ASSERT_TRUE(testing::ok(remember_signature(folder.path(), kDigest, sample(repository))));
  }
  EXPECT_EQ(find_signatures(folder.path(), kDigest), (std::vector{sample("a.example/x"), sample("b.example/x")}));
  EXPECT_TRUE(find_signatures(folder.path(), kOther).empty());
  ASSERT_TRUE(testing::ok(carry_signatures(folder.path(), kDigest, kOther)));
  EXPECT_EQ(find_signatures(folder.path(), kOther).size(), 2u);
  forget_signatures(folder.path(), kDigest);
  EXPECT_TRUE(find_signatures(folder.path(), kDigest).empty());
  EXPECT_TRUE(find_signatures(folder.path(), kOther).empty()) << "the index that was signed";
  forget_signatures(folder.path(), kDigest);
}

TEST(SignatureRecords, DoNotGrowWithoutBound) {
  const testing::TempFolder folder;
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(testing::ok(remember_signature(folder.path(), kDigest, sample("a.example/x" + std::to_string(i)))));
  }
  const auto kept = find_signatures(folder.path(), kDigest);
  ASSERT_EQ(kept.size(), 32u);
  EXPECT_EQ(kept.back().repository, "a.example/x39");
}

TEST(SignatureRecords, ThatSomebodyChangedAreNone) {
  const testing::TempFolder folder;
  ASSERT_TRUE(testing::ok(remember_signature(folder.path(), kDigest, sample("a.example/x"))));
  const auto file = folder.path() / "signatures" / (std::string(64, 'a') + ".json");
  auto text = sys::read_file(file, 1 << 20);
  ASSERT_TRUE(testing::ok(text));
  ASSERT_EQ(::chmod(file.c_str(), 0666), 0);
  EXPECT_TRUE(find_signatures(folder.path(), kDigest).empty()) << "others may write to it";
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  EXPECT_EQ(find_signatures(folder.path(), kDigest).size(), 1u);
  text->replace(text->find("a.example"), 1, "b");
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(file, *text, 0644)));
  EXPECT_TRUE(find_signatures(folder.path(), kDigest).empty()) << "its digest is another";
}

TEST(SignatureRecords, CountForTheDigestThatTheyName) {
  const testing::TempFolder folder;
  ASSERT_TRUE(testing::ok(remember_signature(folder.path(), kDigest, sample("a.example/x"))));
  const auto records = folder.path() / "signatures";
  std::filesystem::copy_file(records / (std::string(64, 'a') + ".json"), records / (std::string(64, 'b') + ".json"));
  EXPECT_TRUE(find_signatures(folder.path(), kOther).empty());
  EXPECT_EQ(find_signatures(folder.path(), kDigest).size(), 1u);
}

TEST(SignatureRecords, AreOfDigestsOnly) {
  const testing::TempFolder folder;
  ASSERT_TRUE(testing::ok(remember_signature(folder.path(), "sha256:../../x", sample("a.example/x"))));
  EXPECT_TRUE(find_signatures(folder.path(), "sha256:../../x").empty());
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "signatures"));
}

}  // namespace
}  // namespace berth::image
