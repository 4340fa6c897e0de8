#include "berth/vet/build_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ok;

class Folder : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder()); }
  std::filesystem::path folder() const { return temp_.path() / "my-image"; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder() / name) << text; }
  std::vector<std::string> rules() const {
    const auto read = read_build_folder(folder());
    EXPECT_TRUE(ok(read));
    std::vector<std::string> rules;
    if (!read || !*read) return rules;
    for (const Finding& one : (*read)->image.findings) rules.push_back(one.rule + " " + one.package.origin);
    return rules;
  }
  testing::TempFolder temp_;
};

TEST_F(Folder, WithoutADockerfileIsNone) {
  const auto read = read_build_folder(folder());
  ASSERT_TRUE(ok(read));
  EXPECT_FALSE(read->has_value());
  EXPECT_TRUE(fails_with(read_build_folder(folder() / "none"), Errc::NotFound, "read the image folder"));
}

// `#!` is a comment for pip, and in TOML.
TEST_F(Folder, ReadsAListForWhatItIsWhateverItBeginsWith) {
  write("Dockerfile", "FROM a:1\nRUN pip install -r reqs.py -c held.txt\nUSER a\n");
  write("reqs.py", "#! ours\nreqeusts\n");
  write("held.txt", "#! ours\nreqeusts==2.0\n");
  write("requirements.txt", "#! our list\nsixx==2.0\n--trusted-host evil\n");
  write("uv.lock", "#! ours\nversion = 1\n[[package]]\nname = \"a\"\nversion = \"1\"\nsource = { git = \"x\" }\n");
  const auto read = read_build_folder(folder());
  ASSERT_TRUE(ok(read));
  ASSERT_TRUE(read->has_value());
  std::vector<std::string> names;
  for (const LockedPackage& one : (*read)->asks.packages) names.push_back(one.package.name);
  EXPECT_THAT(names, ElementsAre("reqeusts", "sixx", "a"));
  EXPECT_EQ((*read)->asks.packages[0].package.version, "2.0");
  EXPECT_THAT(rules(), ElementsAre("build.unverified requirements.txt:3"));
  write("Dockerfile", "FROM a:1\nRUN uv run --script requirements.txt\nUSER a\n");
  EXPECT_THAT(rules(), ElementsAre("build.unverified requirements.txt:3"));
}

TEST_F(Folder, ReadsAScriptForItsBlock) {
  write("a.py", "# /// script\n# dependencies = [\"six\"]\n# ///\n");
  write("b.py", "print()\n");
  write("Dockerfile", "FROM a:1\nRUN uv run a.py\nRUN uv run b.py\nRUN uv pip install -r b.py\nUSER a\n");
  const auto read = read_build_folder(folder());
  ASSERT_TRUE(ok(read));
  ASSERT_EQ((*read)->asks.packages.size(), 1u);
  EXPECT_EQ((*read)->asks.packages[0].package.name, "six");
  EXPECT_THAT(rules(), ElementsAre("build.unread Dockerfile:4"));
}

TEST_F(Folder, TellsWhatIsInstalledAndHow) {
  write("Dockerfile", "FROM a\nCOPY requirements.txt /\nRUN pip install -r requirements.txt six==1.16.0\n");
  write("requirements.txt", "--extra-index-url https://x.example\nrequests==2.31.0\n");
  write("Pipfile.lock", "no lock");
  write("notes.txt", "???");
  write("build.conf", "version=1.0.0\ndevonly=\n");
  const auto read = read_build_folder(folder());
  ASSERT_TRUE(ok(read));
  ASSERT_TRUE(read->has_value());
  EXPECT_EQ((*read)->image.package.name, "my-image");
  EXPECT_EQ((*read)->image.package.ecosystem, Ecosystem::Image);
  ASSERT_EQ((*read)->asks.packages.size(), 2u);
  EXPECT_EQ((*read)->asks.packages[0].package.origin, "Dockerfile:3");
  EXPECT_EQ((*read)->asks.packages[1].package.origin, "requirements.txt:2");
  EXPECT_THAT(rules(), ElementsAre("build.moving-tag Dockerfile:1", "build.extra-index requirements.txt",
                                   "build.unread Pipfile.lock"));
}

TEST_F(Folder, HoldsVersionsAsItsCommandsDo) {
  write("Dockerfile",
        "FROM a:1 AS one\nENV PIP_CONSTRAINT=/c/all.txt\nCOPY . /c\nWORKDIR /c\n"
        "RUN pip install weak && uv pip install weak\n"
        "FROM one\nRUN pip install weak -r list.txt -c more.txt --pre\n"
        "FROM b:1\nCOPY . /\nRUN pip install -r list.txt && PIP_PRE=no PIP_CONSTRAINT=more.txt pip install weak\n"
        "RUN export PIP_CONSTRAINT='gone.txt https://x.example/c.txt' && pip install free\n");
  write("all.txt", "weak<2\n");
  write("more.txt", "weak!=1\n-r hidden.txt\n");
  write("hidden.txt", "hidden\n");
  write("list.txt", "weak>0\n");
  const auto read = read_build_folder(folder());
  ASSERT_TRUE(ok(read));
  ASSERT_TRUE(read->has_value());
  std::vector<std::string> packages;
  for (const LockedPackage& one : (*read)->asks.packages) {
    std::string text = one.package.origin + " " + one.package.name;
    for (const std::string& bound : one.bounds) text += "|" + bound;
    packages.push_back(text);
  }
  EXPECT_THAT(packages, ::testing::UnorderedElementsAre(
                            "Dockerfile:5 weak|<2", "Dockerfile:5 weak", "Dockerfile:7 weak|>=0.dev0|!=1|<2",
                            "list.txt:1 weak|>=0.dev0|!=1|<2", "hidden.txt:1 hidden", "hidden.txt:1 hidden",
                            "list.txt:1 weak", "Dockerfile:10 weak|!=1", "Dockerfile:11 free"));
  EXPECT_THAT(rules(), ElementsAre("build.unread Dockerfile:11", "build.unread Dockerfile:11"));
}

TEST_F(Folder, KeepsConstraintsOnceForAllListsAndNotTooMany) {
  std::string lists;
  for (int i = 0; i < 1'900; ++i) lists += " -r a";
  const auto write_constraints = [&](int count) {
    std::string names;
    for (int i = 0; i < count; ++i) names += "n" + std::to_string(i) + "<9\n";
    write("c.txt", names);
  };
  write("a", "n1\n");
  write("Dockerfile", "FROM a:1\nRUN pip install -c c.txt" + lists + "\n");
  write_constraints(1'000);
  const auto read = read_build_folder(folder());
  ASSERT_TRUE(ok(read));
  ASSERT_FALSE((*read)->asks.packages.empty());
  EXPECT_THAT((*read)->asks.packages[0].bounds, ElementsAre("<9"));
  write("Dockerfile", "FROM a:1\nRUN pip install -c c.txt -r a\nRUN pip install -c c.txt -r a\n");
  write_constraints(25'001);
  EXPECT_TRUE(fails_with(read_build_folder(folder()), Errc::Exhausted, "more than 50000 constraints"));
}

TEST_F(Folder, ReadsAListOnceForEachIndexThatItIsInstalledFrom) {
  write("Dockerfile",
        "FROM a:1\nRUN pip install -r x.txt && pip install -i https://other.example/s -r x.txt -r x.txt\n");
  write("x.txt", "six==1.16.0\n");
  const auto read = read_build_folder(folder());
  ASSERT_TRUE(ok(read));
  ASSERT_EQ((*read)->asks.packages.size(), 2u);
  EXPECT_EQ((*read)->asks.packages[0].index, "");
  EXPECT_EQ((*read)->asks.packages[1].index, "https://other.example/s");
}

TEST_F(Folder, TellsWhatListsSwitchOff) {
  write("Dockerfile", "FROM a:1\nRUN pip install -r requirements.txt\n");
  write("requirements.txt", "--trusted-host x.example\nsix\n");
  EXPECT_THAT(rules(), ElementsAre("build.unverified requirements.txt:1"));
}

TEST_F(Folder, ReadsTheListsThatItsCommandsRead) {
  std::filesystem::create_directories(folder() / "sub");
  write("Containerfile",
        "FROM a:1\nWORKDIR /app\nCOPY sub/ ./lists/\nCOPY deps.txt /tmp/all.txt\n"
        "RUN pip install -r lists/more.txt -r /tmp/all.txt -i https://own.example/simple\n"
        "RUN --mount=type=bind,source=sub,target=/mnt pip install -r /mnt/bound.txt\n"
        "RUN pip install -r /etc/gone.txt && poetry install\n");
  write("deps.txt", "six==1\n");
  write("sub/more.txt", "idna==2\n-r bound.txt\n");
  write("sub/bound.txt", "attrs==3\n");
  const auto read = read_build_folder(folder());
  ASSERT_TRUE(ok(read));
  ASSERT_TRUE(read->has_value());
  std::vector<std::string> packages;
  for (const LockedPackage& one : (*read)->asks.packages) {
    packages.push_back(one.package.name + " " + one.package.origin + " " + one.index);
  }
  EXPECT_THAT(packages, ElementsAre("idna sub/more.txt:1 https://own.example/simple",
                                    "attrs sub/bound.txt:1 https://own.example/simple",
                                    "six deps.txt:1 https://own.example/simple", "attrs sub/bound.txt:1 "));
  EXPECT_THAT(rules(), ElementsAre("build.unread Containerfile:7", "build.unread Containerfile:7"));
  EXPECT_THAT((*read)->image.findings[0].evidence, HasSubstr("the list '/etc/gone.txt', which is not in the folder"));
}

TEST_F(Folder, HasListsWithoutABuildFile) {
  write("uv.lock", "version = 1\nrequires-python = \">=3.8\"\n");
  write("dev-requirements.txt", "six==1\n");
  write("Pipfile.lock", "no lock");
  write("notes.txt", "???");
  const auto lists = read_folder_lists(folder());
  ASSERT_TRUE(ok(lists));
  ASSERT_EQ(lists->size(), 3u);
  EXPECT_EQ((*lists)[0].name, "Pipfile.lock");
  EXPECT_THAT((*lists)[0].problem, HasSubstr("Pipfile.lock"));
  EXPECT_EQ((*lists)[1].name, "dev-requirements.txt");
  EXPECT_EQ((*lists)[1].lock.packages.size(), 1u);
  EXPECT_EQ((*lists)[2].problem, "");
  EXPECT_EQ(image_name(folder()), "my-image");
  EXPECT_EQ(image_name(folder() / ""), "my-image");
}

TEST_F(Folder, FollowsNoLinks) {
  std::ofstream(temp_.path() / "outside.txt") << "six==1\n";
  write("Dockerfile", "FROM a:1\n");
  std::filesystem::create_symlink(temp_.path() / "outside.txt", folder() / "requirements.txt");
  EXPECT_THAT(rules(), ElementsAre("build.unread requirements.txt"));
  std::filesystem::remove(folder() / "Dockerfile");
  std::filesystem::create_symlink(temp_.path() / "outside.txt", folder() / "Dockerfile");
  EXPECT_FALSE(read_build_folder(folder()).has_value());
}

TEST_F(Folder, WithADockerfileThatCannotBeReadIsAnError) {
  write("Dockerfile", "RUN x\n");
  EXPECT_TRUE(fails_with(read_build_folder(folder()), Errc::InvalidInput, "names no base"));
}

TEST(BuildConf, IsReadAsItsReadersDo) {
  const Package package = make_package(Ecosystem::Image, "x", "", "Dockerfile");
  const auto about = [&](const char* text) { return findings_about_build_conf(text, package, "build.conf"); };
  EXPECT_THAT(about("version=1.0.0\n# note\n\ndevonly=true\ndeprecated=\ndeprecated_reason=a=b\n"), IsEmpty());
  const std::pair<const char*, const char*> rows[] = {{"devonly=false", "any value switches 'devonly' on"},
                                                      {"version", "no line NAME=VALUE"},
                                                      {"devonyl=true", "'devonyl' is no key here"},
                                                      {"version=1\nversion=2", "'version' stands twice"}};
  for (const auto& [text, why] : rows) {
    const auto findings = about(text);
    ASSERT_EQ(findings.size(), 1u) << text;
    EXPECT_THAT(findings.front().evidence, HasSubstr(why));
    EXPECT_EQ(findings.front().rule, "build.unread");
  }
}

}  // namespace
}  // namespace berth::vet
