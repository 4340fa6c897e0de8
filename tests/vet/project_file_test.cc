#include "berth/vet/project_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace berth::vet {
namespace {

// "name==1.0 pyproject.toml:3", and "left out pyproject.toml:4: why".
std::vector<std::string> lines_of(const Result<LockFile>& lock) {
  if (!lock) return {lock.error().message()};
  std::vector<std::string> lines;
  for (const LockedPackage& one : lock->packages) {
    const std::string version = one.package.version.empty() ? one.specifier : "==" + one.package.version;
    const std::string place = one.location.empty() ? one.index : one.location;
    lines.push_back(fmt::format("{}{}{}{} {}", one.package.name, version, place.empty() ? "" : " from ", place,
                                one.package.origin));
  }
  for (const LeftOut& one : lock->left_out) lines.push_back(fmt::format("left out {}: {}", one.origin, one.why));
  return lines;
}

using Lines = std::vector<std::string>;

TEST(ProjectFile, TellsWhatAProjectAsksFor) {
  EXPECT_EQ(lines_of(parse_pyproject("[project]\n"
                                     "name = 'own'\n"
                                     "dependencies = ['requests[socks]>=2,<3', 'idna == 3.4']\n"
                                     "[project.optional-dependencies]\n"
                                     "more = ['six']\n"
                                     "[dependency-groups]\n"
                                     "test = ['pytest', {include-group = 'more'}]\n"
                                     "[build-system]\n"
                                     "requires = ['hatchling']\n",
                                     "pyproject.toml")),
            (Lines{"requests>=2,<3 pyproject.toml:3", "idna==3.4 pyproject.toml:3", "six pyproject.toml:5",
                   "pytest pyproject.toml:7", "hatchling pyproject.toml:9"}));
}

TEST(ProjectFile, LeavesOutWithItsReasonWhatCannotBeJudged) {
  const Lines lines =
      lines_of(parse_pyproject("[project]\n"
                               "dynamic = ['version', 'dependencies']\n"
                               "dependencies = [5, 'two words']\n"
                               "[tool.poetry.dependencies]\n"
                               "python = '^3.11'\n"
                               "one = '^1.2'\n"
                               "two = {version = '1.5', extras = ['x']}\n"
                               "three = {git = 'https://host.example/three'}\n"
                               "four = '*'\n"
                               "five = '>=1,<2'\n"
                               "[tool.poetry.group.dev.dependencies]\n"
                               "six = '~=1.0'\n",
                               "p"));
  EXPECT_EQ((Lines{lines.begin(), lines.begin() + 6}),
            (Lines{"five>=1,<2 p:10", "four p:9", "one>=1.2,<2 p:6", "three from git https://host.example/three p:8",
                   "two==1.5 p:7", "six~=1.0 p:12"}));
  ASSERT_EQ(lines.size(), 9u);
  EXPECT_EQ(lines[6], "left out p:3: it is no text");
  EXPECT_TRUE(lines[7].starts_with("left out p:3: ")) << lines[7];
  EXPECT_EQ(lines[8], "left out p:2: its dependencies are told by running it alone");
}

TEST(ProjectFile, SaysPoetrysVersionsInThoseOfPip) {
  const auto lock = parse_pyproject(
      "[tool.poetry.dependencies]\n"
      "a = [{version = '^1.0', markers = \"sys_platform == 'win32'\"}, '~2.1']\n"
      "b = {version = '^1 || ^3', extras = ['Some_X'], allow-prereleases = true}\n"
      "c = 'latest'\n"
      "d = {version = '1.0', source = 'gone'}\n"
      "e = []\n"
      "'two words' = '^1'\n"
      "[project]\n"
      "dependencies = ['requsets^2.0', 'one==$V', 'two words']\n",
      "p");
  const Lines lines = lines_of(lock);
  EXPECT_EQ((Lines{lines.begin(), lines.begin() + 10}),
            (Lines{"requsets p:9", "one p:9", "a>=1.0,<2 p:2", "a>=2.1,<2.2 p:2", "b>=1,<2 p:3", "b>=3,<4 p:3", "c p:4",
                   "d from the index 'gone', whose address is not said p:5", "e p:6", "two words>=1,<2 p:7"}));
  ASSERT_EQ(lines.size(), 15u);
  EXPECT_EQ(lines[13], "left out p:4: 'c' latest: which version that takes cannot be read: only its name is judged");
  EXPECT_EQ(lock->packages[2].marker, "sys_platform == 'win32'");
  EXPECT_EQ(lock->packages[5].extras, Lines{"some-x"});
  EXPECT_EQ(lock->packages[5].bounds, Lines{">=0.dev0"});
}

TEST(ProjectFile, ReadsPipfilesWithTheirIndex) {
  const auto lock = parse_pipfile(
      "[[source]]\n"
      "url = 'https://me:word@index.example/simple'\n"
      "[packages]\n"
      "requests = '*'\n"
      "[dev-packages]\n"
      "idna = {version = '==3.4'}\n",
      "Pipfile");
  EXPECT_EQ(lines_of(lock), (Lines{"requests Pipfile:4", "idna==3.4 Pipfile:6"}));
  EXPECT_EQ(lock->index, "https://index.example/simple");
}

TEST(ProjectFile, TellsWhereElseAPipfileTakesPackagesFrom) {
  const auto lock = parse_pipfile(
      "[packages]\n"
      "one = {version = '*', index = 'second'}\n"
      "two = {version = '*', index = 'first'}\n"
      "[[source]]\n"
      "name = 'first'\n"
      "url = 'https://index.example/simple'\n"
      "[[source]]\n"
      "name = 'second'\n"
      "url = 'https://me:word@other.example/simple'\n",
      "p");
  EXPECT_EQ(lines_of(lock),
            (Lines{"one from https://other.example/simple p:2", "two from https://index.example/simple p:3"}));
  EXPECT_EQ(lock->index, "https://index.example/simple");
  EXPECT_EQ(lock->more_indexes, Lines{"https://other.example/simple"});
}

TEST(ProjectFile, TellsWhatUvTakesFromElsewhere) {
  const auto lock = parse_pyproject(
      "[project]\n"
      "dependencies = ['one', 'two', 'three']\n"
      "[tool.uv]\n"
      "dev-dependencies = ['four']\n"
      "extra-index-url = ['https://more.example/simple', 'https://first.example/simple/']\n"
      "[[tool.uv.index]]\n"
      "url = 'https://last.example/simple'\n"
      "default = true\n"
      "[[tool.uv.index]]\n"
      "name = 'first'\n"
      "url = 'https://first.example/simple'\n"
      "[[tool.uv.index]]\n"
      "name = 'apart'\n"
      "url = 'https://apart.example/simple'\n"
      "explicit = true\n"
      "[tool.uv.sources]\n"
      "one = {git = 'https://host.example/one'}\n"
      "two = [{index = 'apart', marker = 'x'}]\n"
      "three = {index = 'first'}\n"
      "four = {index = 'apart'}\n",
      "p");
  const Lines lines = lines_of(lock);
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines[2], "three from https://first.example/simple p:2");
  EXPECT_EQ(lines[3], "four from https://apart.example/simple p:4");
  EXPECT_TRUE(lines[4].starts_with("left out p:17: 'one' is taken from another index")) << lines[4];
  EXPECT_TRUE(lines[5].starts_with("left out p:18: 'two' is taken from another index")) << lines[5];
  EXPECT_EQ(lock->index, "https://first.example/simple");
  EXPECT_EQ(lock->more_indexes, (Lines{"https://last.example/simple", "https://more.example/simple"}));
}

TEST(ProjectFile, TellsTheSourcesOfPoetryAndPdm) {
  const auto poetry = parse_pyproject(
      "[[tool.poetry.source]]\n"
      "name = 'mine'\n"
      "url = 'https://mine.example/simple'\n"
      "[[tool.poetry.source]]\n"
      "name = 'PyPI'\n"
      "[[tool.poetry.source]]\n"
      "name = 'gone'\n"
      "[tool.poetry.dependencies]\n"
      "one = {version = '*', source = 'mine'}\n"
      "two = {version = '*', source = 'pypi'}\n",
      "p");
  EXPECT_EQ(lines_of(poetry),
            (Lines{"one from https://mine.example/simple p:9", "two from https://pypi.org/simple p:10",
                   "left out p:6: the index 'gone' has no address"}));
  EXPECT_EQ(poetry->index, "https://mine.example/simple");
  EXPECT_EQ(poetry->more_indexes.size(), 1u);
  const auto supplemented = parse_pyproject(
      "[[tool.poetry.source]]\n"
      "name = 'mine'\n"
      "url = 'https://mine.example/simple'\n"
      "priority = 'supplemental'\n"
      "[tool.poetry.dependencies]\n"
      "two = {version = '*', source = 'pypi'}\n",
      "p");
  EXPECT_EQ(lines_of(supplemented), Lines{"two p:6"});
  EXPECT_EQ(supplemented->more_indexes, Lines{"https://mine.example/simple"});
  const auto pdm = parse_pyproject(
      "[tool.pdm.dev-dependencies]\n"
      "test = ['pytest']\n"
      "[[tool.pdm.source]]\n"
      "name = 'mine'\n"
      "url = 'https://mine.example/simple'\n",
      "p");
  EXPECT_EQ(lines_of(pdm), Lines{"pytest p:2"});
  EXPECT_EQ(pdm->index, "");
  EXPECT_EQ(pdm->more_indexes, Lines{"https://mine.example/simple"});
}

TEST(ProjectFile, IsAnErrorWhereItIsNoToml) {
  EXPECT_TRUE(lines_of(parse_pyproject("[project\n", "p"))[0].starts_with("p:1: "));
  EXPECT_TRUE(lines_of(parse_pyproject("[tool.black]\nline-length = 100\n", "p")).empty());
  EXPECT_EQ(lines_of(parse_pyproject("[project]\ndependencies = 'requests'\n", "p")),
            (Lines{"left out p:2: it is no list"}));
}

TEST(ProjectFile, StandsInAScript) {
  EXPECT_EQ(
      lines_of(parse_script("#!/usr/bin/env python\n# /// script\n# requires-python = \">=3.11\"\n# dependencies = [\n"
                            "#   \"requests<3\",\n# ]\n# ///\nimport requests\n",
                            "s.py")),
      Lines{"requests<3 s.py:5"});
  EXPECT_EQ(lines_of(parse_script("import os\n# /// other\n# ///\n", "s.py")), Lines{});
  EXPECT_EQ(lines_of(parse_script("# /// script\n# dependencies = [\"a\"]\nimport os\n", "s.py")), Lines{});
  EXPECT_FALSE(parse_script("# /// script\n# dependencies = [\n# ///\n", "s.py"));
}

}  // namespace
}  // namespace berth::vet
