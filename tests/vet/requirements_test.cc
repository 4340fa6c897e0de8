#include "berth/vet/requirements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Good {
  const char* test;
  const char* text;
  const char* name;
  const char* version;
  const char* specifier;
  const char* marker;
  const char* location;
};

const Good kGood[] = {
    {"Bare", "requests", "requests", "", "", "", ""},
    {"Exact", "PyYAML==6.0.1", "pyyaml", "6.0.1", "", "", ""},
    {"Blanks", " a == 1.0 ; python_version < '3' ", "a", "1.0", "", "python_version < '3'", ""},
    {"Range", "a>=1,<2", "a", "", ">=1,<2", "", ""},
    {"Wildcard", "a==1.*", "a", "", "==1.*", "", ""},
    {"Arbitrary", "a===1.0-x", "a", "1.0-x", "", "", ""},
    {"Brackets", "a (>=1)", "a", "", ">=1", "", ""},
    {"Extras", "a[b, C_d]==1!2.0+local", "a", "1!2.0+local", "", "", ""},
    {"OtherAlphabet", "requ\xd0\xb5sts==1", "requ\xd0\xb5sts", "1", "", "", ""},  // a name to be judged
    {"EndsWithAJoint", "requests_==1", "requests-", "1", "", "", ""},
    {"Address", "a @ https://u:p@example.org/a.whl ; os_name=='x'", "a", "", "", "os_name=='x'",
     "https://example.org/a.whl"},
};

class GoodRequirement : public ::testing::TestWithParam<Good> {};

TEST_P(GoodRequirement, IsRead) {
  const auto read = parse_requirement(GetParam().text, "x:1");
  ASSERT_TRUE(testing::ok(read));
  EXPECT_EQ(read->package.name, GetParam().name);
  EXPECT_EQ(read->package.version, GetParam().version);
  EXPECT_EQ(read->specifier, GetParam().specifier);
  EXPECT_EQ(read->marker, GetParam().marker);
  EXPECT_EQ(read->location, GetParam().location);
  EXPECT_EQ(read->package.origin, "x:1");
}

INSTANTIATE_TEST_SUITE_P(Table, GoodRequirement, ::testing::ValuesIn(kGood), [](auto& row) { return row.param.test; });

struct Bad {
  const char* test;
  std::string text;
  const char* why;
};

const Bad kBad[] = {
    {"NoName", "==1", "no name of a package"},
    {"OpenExtras", "a[b", "extras do not end"},
    {"EmptyExtra", "a[]", "extra has no proper name"},
    {"NoAddress", "a @ ", "no address"},
    {"NoVersion", "a==", "versions are none"},
    {"OneEqualsSign", "a=1", "versions are none (PEP 508); did you mean 'a==1'?"},
    {"OneEqualsSignAndNothing", "a=!", "versions are none"},
    {"Behind", "a @ https://x y", "something stands behind"},
    {"OpenBracket", "a (>=1", "bracket does not end"},
};

class BadRequirement : public ::testing::TestWithParam<Bad> {};

TEST_P(BadRequirement, IsRefusedWithReason) {
  EXPECT_TRUE(testing::fails_with(parse_requirement(GetParam().text, "x:1"), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadRequirement, ::testing::ValuesIn(kBad), [](auto& row) { return row.param.test; });

TEST(Requirements, ReadAWholeList) {
  const auto read = parse_requirements(
      "# made by a tool\n"
      "-i https://me:secret@index.example/simple\n"
      "--extra-index-url=https://more.example/simple\n"
      "requests==2.31.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb  # via x\n"
      "numpy>=1 # new\r\n"
      "-r more.txt\n-c bounds.txt\n"
      "-e ./mine\n./wheels/a-1-py3-none-any.whl\nhttps://example.org/b.tar.gz\n"
      "--pre\n--no-binary :all:\n",
      "requirements.txt");
  ASSERT_TRUE(testing::ok(read));
  ASSERT_EQ(read->lock.packages.size(), 2U);
  EXPECT_EQ(read->lock.packages[0].package.origin, "requirements.txt:4");
  EXPECT_EQ(read->lock.packages[0].package.version, "2.31.0");
  EXPECT_THAT(read->lock.packages[0].hashes, ElementsAre("sha256:aa", "sha256:bb"));
  EXPECT_EQ(read->lock.packages[1].specifier, ">=1");
  EXPECT_EQ(read->lock.index, "https://index.example/simple");
  EXPECT_THAT(read->lock.more_indexes, ElementsAre("https://more.example/simple"));
  ASSERT_EQ(read->included.size(), 2U);
  EXPECT_EQ(read->included[0].path, "more.txt");
  EXPECT_TRUE(read->included[1].is_constraint);
  ASSERT_EQ(read->lock.left_out.size(), 3U);
  EXPECT_EQ(read->lock.left_out[0].origin, "requirements.txt:10");
}

TEST(Requirements, HaveNoByteOrderMark) {
  const auto read = parse_requirements("\xef\xbb\xbfrequests==2.31.0\n", "requirements.txt");
  ASSERT_TRUE(testing::ok(read));
  ASSERT_EQ(read->lock.packages.size(), 1U);
  EXPECT_EQ(read->lock.packages[0].package.written, "requests");
}

TEST(Requirements, SayWhatTheyLeaveOut) {
  const auto read = parse_requirements("-e git+https://me:secret@x.example/y\n./wheels/a.whl\n", "r.txt");
  ASSERT_TRUE(testing::ok(read));
  ASSERT_EQ(read->lock.left_out.size(), 2U);
  EXPECT_THAT(read->lock.left_out[0].why, HasSubstr("'git+https://x.example/y' is an editable"));
  EXPECT_THAT(read->lock.left_out[1].why, HasSubstr("'./wheels/a.whl' is a bare address or path"));
}

TEST(Requirements, RefuseWhatPipWould) {
  EXPECT_TRUE(testing::fails_with(parse_requirements("a\n--run-this x\n", "r.txt"), Errc::InvalidInput, "r.txt:2"));
  EXPECT_TRUE(testing::fails_with(parse_requirements("-r\n", "r.txt"), Errc::InvalidInput, "no value"));
  EXPECT_TRUE(testing::fails_with(parse_requirements("a==1 --hash=x\n", "r.txt"), Errc::InvalidInput, "hash"));
  EXPECT_TRUE(
      testing::fails_with(parse_requirements(std::string(kMostLockBytes + 1, 'a'), "r.txt"), Errc::Exhausted, "bytes"));
}

TEST(Requirements, BoundPackages) {
  std::string text;
  for (std::size_t i = 0; i <= kMostLockedPackages; ++i) text += "a\n";
  EXPECT_TRUE(testing::fails_with(parse_requirements(text, "r.txt"), Errc::Exhausted, "packages"));
}

class IncludedLists : public ::testing::Test {
 protected:
  void write(const char* name, const std::string& text) {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    std::ofstream(folder_.path() / name) << text;
  }
  std::vector<std::string> names() {
    const auto read = read_requirements(folder_.path(), "requirements.txt");
    std::vector<std::string> found;
    if (!read) {
      found.push_back(read.error().message());
    } else {
      for (const auto& locked : read->packages) found.push_back(locked.package.name);
    }
    return found;
  }

  testing::TempFolder folder_;
};

TEST_F(IncludedLists, AreReadOnceEach) {
  write("requirements.txt", "a\n-r sub/more.txt\n-c sub/bounds.txt\n");
  write("sub/more.txt", "b\n-r ../requirements.txt\n");
  write("sub/bounds.txt", "c==1\n");
  EXPECT_THAT(names(), ElementsAre("a", "b"));
}

TEST_F(IncludedLists, StayInTheFolder) {
  write("requirements.txt", "-r ../other.txt\n");
  EXPECT_THAT(names(), ElementsAre(HasSubstr("lies outside")));
  write("requirements.txt", "-r /etc/hostname\n");
  EXPECT_THAT(names(), ElementsAre(HasSubstr("lies outside")));
  std::filesystem::create_symlink("/etc/hostname", folder_.path() / "link.txt");
  write("requirements.txt", "-r link.txt\n");
  EXPECT_THAT(names(), ElementsAre(HasSubstr("link.txt")));
  write("requirements.txt", "-r gone.txt\n");
  EXPECT_THAT(names(), ElementsAre(HasSubstr("gone.txt")));
}

TEST_F(IncludedLists, AreBounded) {
  std::string all;
  for (int i = 0; i < 70; ++i) {
    write(("list" + std::to_string(i) + ".txt").c_str(), "");
    all += "-r list" + std::to_string(i) + ".txt\n";
  }
  write("requirements.txt", all);
  EXPECT_THAT(names(), ElementsAre(HasSubstr("more than 64 lists")));
}

}  // namespace
}  // namespace berth::vet
