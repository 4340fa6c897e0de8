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
  EXPECT_TRUE(read->lock.takes_prereleases);
  ASSERT_EQ(read->lock.settings.size(), 1U);
  EXPECT_EQ(read->lock.settings[0].rule, "build.unread");
  EXPECT_THAT(read->lock.settings[0].why, HasSubstr("'--no-binary :all:' takes sources"));
}

// Each by which pip would install more than the eye sees.
TEST(Requirements, HideNothing) {
  const auto names = [](const std::string& text) {
    const auto read = parse_requirements(text, "r.txt");
    std::vector<std::string> found;
    if (!read) return std::vector{read.error().message()};
    for (const LockedPackage& one : read->lock.packages) found.push_back(one.package.name);
    for (const LeftOut& one : read->lock.left_out) found.push_back("out " + one.why);
    for (const ListSetting& one : read->lock.settings) found.push_back(one.rule + " " + one.origin);
    return found;
  };
  EXPECT_THAT(names("a==1\n# x\rb==1\n"), ElementsAre("a", "b"));
  EXPECT_THAT(names("a==1 ; python_version < \"4\"\x0c"
                    "b==1"),
              ElementsAre("a", "b"));
  EXPECT_THAT(names("# coding: utf-7\na\n"), ElementsAre(HasSubstr("r.txt: line 1 lets pip read it as 'utf-7'")));
  EXPECT_THAT(names("a==${V}\n"), ElementsAre("a", HasSubstr("'a==${V}' holds ${V}, which only the environment")));
  EXPECT_THAT(names("--prefer-binary -r more.txt\n"), ElementsAre(HasSubstr("r.txt:1: -r, -c and -e stand in a line")));
  EXPECT_THAT(names("--hash=sha256:aa\n"), ElementsAre(HasSubstr("--hash stands behind a requirement")));
  EXPECT_THAT(names("a==1 --global-option=\"x y\"\nb --config-settings=x=y -C z=1\nc --install-option d\n"),
              ElementsAre("a", "b", "c", "build.unread r.txt:1", "build.unread r.txt:3"));
  EXPECT_THAT(names("--pre --trusted-host x.example\n--no-binary :none:\n"), ElementsAre("build.unverified r.txt:1"));
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

TEST_F(IncludedLists, AreAskedForAndHoldVersions) {
  const auto read = [&] {
    std::vector<std::string> found;
    const auto lock = read_requirements(folder_.path(), "requirements.txt");
    if (!lock) return std::vector{lock.error().message()};
    for (const LockedPackage& one : lock->packages) {
      std::string text = one.package.name + one.specifier;
      if (!one.package.version.empty()) text += "==" + one.package.version;
      for (const std::string& bound : one.bounds) text += "|" + bound;
      found.push_back(text + one.location);
    }
    return found;
  };
  write("requirements.txt", "weak>=1.0\npinned==3\nfree\nown\n-c sub/bounds.txt\n");
  write("sub/bounds.txt",
        "Weak<2\nweak!=1.5;python_version<'4'\nweak==1;sys_platform=='win32'\npinned<4\n"
        "free==7\nunasked==1\nown @ https://x.example/own.whl\n-c more.txt\n");
  write("sub/more.txt", "--pre\nfree>=1\n");
  EXPECT_THAT(read(), ElementsAre("weak>=1.0|!=1.5 ; python_version<'4'|<2|>=0.dev0", "pinned==3|<4|>=0.dev0",
                                  "free==7|>=1|>=0.dev0", "own|>=0.dev0https://x.example/own.whl"));
  // The same list in both ways, and what a list of constraints takes in by -r.
  write("requirements.txt", "-r sub/more.txt\n-c sub/more.txt\n-c sub/bounds.txt\n");
  write("sub/more.txt", "free>=1\n");
  write("sub/bounds.txt", "-r ../hidden.txt\n");
  write("hidden.txt", "hidden==1\n");
  EXPECT_THAT(read(), ElementsAre("hidden==1", "free>=1|>=1"));
  write("requirements.txt", "free\n-c gone.txt\n");
  EXPECT_THAT(read(), ElementsAre(HasSubstr("requirements.txt:2: read 'gone.txt'")));
  for (const char* address : {"https://x.example/c.txt", "file:///c.txt", "HTTP:c.txt"}) {
    write("requirements.txt", std::string("free\n-c ") + address + "\n");
    EXPECT_THAT(read(), ElementsAre(HasSubstr("is an address, which is not fetched")));
  }
  std::string many;
  for (int i = 0; i < 66; ++i) many += "free!=" + std::to_string(i) + "\n";
  write("requirements.txt", "free\n-c sub/more.txt\n");
  write("sub/more.txt", many);
  EXPECT_THAT(read(), ElementsAre(HasSubstr("more than 64 different constraints of 'free'")));
}

TEST_F(IncludedLists, NameOneIndexOrTwo) {
  write("requirements.txt", "-i https://a.example/simple/\n-r more.txt\n");
  write("more.txt", "-i https://a.example/simple\nb\n");
  auto lock = read_requirements(folder_.path(), "requirements.txt");
  ASSERT_TRUE(testing::ok(lock));
  EXPECT_TRUE(lock->more_indexes.empty());
  write("more.txt", "-i https://b.example/simple\nb\n");
  lock = read_requirements(folder_.path(), "requirements.txt");
  ASSERT_TRUE(testing::ok(lock));
  EXPECT_EQ(lock->more_indexes.size(), 1U);
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
