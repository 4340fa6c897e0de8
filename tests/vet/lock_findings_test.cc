#include "berth/vet/lock_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace berth::vet {
namespace {

using ::testing::HasSubstr;

TEST(Index, HasOneSpelling) {
  EXPECT_EQ(normal_index("https://PyPI.org:443/simple/"), "https://pypi.org/simple");
  EXPECT_EQ(normal_index("https://u:p@pypi.python.org/simple#x"), "https://pypi.org/simple");
  EXPECT_EQ(normal_index("http://a.example:80"), "http://a.example");
  EXPECT_NE(normal_index("http://pypi.org/simple"), normal_index("https://pypi.org/simple"));
  EXPECT_NE(normal_index("https://a.example/Simple"), normal_index("https://a.example/simple"));
  EXPECT_EQ(normal_index("../wheels/"), "../wheels");
}

TEST(Index, IsPublicHoweverItsAddressIsSpelled) {
  for (const char* index :
       {"https://pypi.org/simple", "https://pypi.org./simple", "https://pypi.org:0443/simple",
        "https://www.PyPI.org/simple", "https://u:p@pypi.python.org:443/", "http://test.pypi.org"}) {
    EXPECT_TRUE(is_public_index(index)) << index;
  }
  for (const char* index : {"https://a.example/pypi.org", "https://pypi.org.a.example/simple",
                            "https://pypi.org@a.example", "https://mypypi.org/simple", "./pypi.org", ""}) {
    EXPECT_FALSE(is_public_index(index)) << index;
  }
}

struct Row {
  const char* name;
  const char* machine;
  std::string index;
  std::vector<std::string> files;
  const char* evidence;  // empty: none
};

const Row kRows[] = {
    {"NothingSaid", "https://pypi.org/simple", "", {}, ""},
    {"TheSame", "https://pypi.org/simple/", "https://pypi.org/simple", {"https://files.pythonhosted.org/a.whl"}, ""},
    {"AnotherIndex", "https://pypi.org/simple", "https://evil.example/simple", {}, "'https://evil.example/simple'"},
    {"AnotherPath", "https://a.example/one", "https://a.example/two", {}, "'https://a.example/two'"},
    {"PublicWhereAMirrorIsAsked", "https://a.example/simple", "https://pypi.org/simple", {}, "asks 'https://a.example"},
    {"FileElsewhere",
     "https://pypi.org/simple",
     "https://pypi.org/simple",
     {"https://files.pythonhosted.org/a.whl", "https://evil.example/a.whl"},
     "a file of it from 'https://evil.example/a.whl'"},
    {"FileWithoutTls", "https://pypi.org/simple", "", {"http://files.pythonhosted.org/a.whl"}, "a file of it"},
    {"FileOfTheIndexItself", "http://a.example:8080/s", "", {"http://a.example:8080/f/a.whl", "b.whl"}, ""},
    {"FileOfAnotherPort", "http://a.example:8080/s", "", {"http://a.example:8081/f/a.whl"}, "a file of it"},
    {"FileOfTheUserPart", "https://pypi.org/simple", "", {"https://pypi.org@evil.example/a.whl"}, "a file of it"},
    {"Links", "https://files.example/list", "https://files.example/list", {}, ""},
};

class Source : public ::testing::TestWithParam<Row> {};

TEST_P(Source, IsTheMachinesOwnOrAsksFor) {
  LockedPackage locked;
  locked.package = make_package(Ecosystem::PyPI, "a", "1", "uv.lock:3");
  locked.index = GetParam().index;
  locked.files = GetParam().files;
  const auto finding = finding_about_source(locked, {{GetParam().machine}, {}});
  EXPECT_EQ(finding.has_value(), std::string(GetParam().evidence) != "");
  if (!finding) return;
  EXPECT_EQ(finding->rule, "source.elsewhere");
  EXPECT_EQ(finding->verdict, Verdict::Ask);
  EXPECT_THAT(finding->evidence, HasSubstr(GetParam().evidence));
  locked.location = "git+https://x";  // that is told already
  EXPECT_FALSE(finding_about_source(locked, {{GetParam().machine}, {}}).has_value());
}

TEST(LockedFile, IsOneThatTheIndexKnows) {
  LockedPackage locked;
  locked.package = make_package(Ecosystem::PyPI, "a", "1", "uv.lock:3");
  locked.files = {"https://files.pythonhosted.org/a.whl"};
  const MachineIndexes machine = {{"https://pypi.org/simple"}, {}};
  EXPECT_FALSE(finding_about_source(locked, machine).has_value());
  locked.unproven = locked.files;
  const auto unproven = finding_about_source(locked, machine);
  ASSERT_TRUE(unproven.has_value());
  EXPECT_EQ(unproven->rule, "source.hash");
  EXPECT_EQ(unproven->verdict, Verdict::Ask);
  EXPECT_THAT(unproven->evidence, HasSubstr("'https://files.pythonhosted.org/a.whl' without a SHA-256"));
  locked.paths = {"evil/a.whl"};
  const auto path = finding_about_source(locked, machine);
  ASSERT_TRUE(path.has_value());
  EXPECT_EQ(path->rule, "source.elsewhere");
  EXPECT_THAT(path->evidence, HasSubstr("from the path 'evil/a.whl'"));
}

INSTANTIATE_TEST_SUITE_P(Table, Source, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(List, IsAPackageThatApprovalsCanName) {
  EXPECT_FALSE(facts_of_list({}, "requirements.txt").has_value());
  LockFile lock;
  lock.left_out = {{"sub/m.txt:2", "'.' is an editable folder"}};
  lock.more_indexes = {"https://more.example/simple"};
  const auto facts = facts_of_list(lock, "sub/m.txt");
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->package.name, "m.txt");
  EXPECT_EQ(facts->package.ecosystem, Ecosystem::List);
  ASSERT_EQ(facts->findings.size(), 2u);
  EXPECT_EQ(facts->findings[0].rule, "source.elsewhere");
  EXPECT_EQ(facts->findings[0].package.origin, "sub/m.txt:2");
  EXPECT_THAT(facts->findings[0].remedy, HasSubstr("package: m.txt, ecosystem: list"));
  EXPECT_EQ(facts->findings[1].rule, "build.extra-index");
  EXPECT_EQ(facts_of_list({.settings = {{"build.unverified", "m.txt:3", "x"}}}, "m.txt")->findings[0].rule,
            "build.unverified");
  EXPECT_EQ(list_package("a/\xd0\xb5.txt").name, "list");
}

struct AskedRow {
  const char* name;
  const char* machine;
  std::string index;
  std::vector<std::string> more;
  bool is_public_asked;  // where it is said
  std::string taken_from;
};

const AskedRow kAsked[] = {
    {"NothingSaid", "https://pypi.org/simple", "", {}, true, ""},
    {"OneOfItsOwn", "https://pypi.org/simple", "https://mine.example/simple", {}, false, ""},
    {"TheSameAgain", "x", "https://mine.example/simple", {"https://MINE.example/simple/"}, false, ""},
    {"ThePublicOne", "https://mine.example/simple", "https://pypi.org/simple", {}, true, "'https://pypi.org/simple'"},
    {"ThePublicOneSpelledOtherwise", "x", "https://pypi.org./simple", {}, true, "'https://pypi.org./simple'"},
    {"FoldersBesideTheMachines", "https://a.example/s", "", {"./wheels", "file:///w"}, true, ""},
    {"FoldersBesideOne", "x", "https://a.example/s", {"../wheels", "file:w"}, false, ""},
    {"UnknownBesideOne", "x", "https://a.example/s", {"$W"}, true, "'$W', 'https://a.example/s'"},
    {"FoldersWithoutAnIndex", "https://pypi.org/simple", "--no-index", {"/wheels"}, false, ""},
    {"PagesWithoutAnIndex", "https://pypi.org/simple", "--no-index", {"https://a.example/w"}, false, ""},
    {"TwoOfThem",
     "x",
     "https://a.example/s",
     {"https://b.example/s"},
     true,
     "'https://a.example/s', 'https://b.example/s'"},
    {"OneBesideTheMachines",
     "https://a.example/s",
     "",
     {"https://b.example/s"},
     true,
     "'https://a.example/s', 'https://b.example/s'"},
    {"TheMachinesAgain", "https://a.example/s", "", {"https://a.example/s/"}, false, ""},
};

class Asked : public ::testing::TestWithParam<AskedRow> {};

TEST_P(Asked, IsWhatTheListSays) {
  LockedPackage locked;
  locked.package = make_package(Ecosystem::PyPI, "a", "1", "list:3");
  locked.index = GetParam().index;
  locked.more_indexes = std::make_shared<const std::vector<std::string>>(GetParam().more);
  Facts facts;
  add_indexes(facts, locked, {{GetParam().machine}, {}});
  EXPECT_EQ(facts.is_public_asked, GetParam().is_public_asked);
  EXPECT_EQ(facts.taken_from, GetParam().taken_from.empty() ? "" : "list:3 takes it from " + GetParam().taken_from);
}

INSTANTIATE_TEST_SUITE_P(Table, Asked, ::testing::ValuesIn(kAsked), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::vet
