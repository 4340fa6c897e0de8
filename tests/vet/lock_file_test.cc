#include "berth/vet/lock_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const char* const kPipfile = R"({
  "_meta": {"sources": [{"name": "pypi", "url": "https://pypi.example/simple", "verify_ssl": true},
                        {"name": "own", "url": "https://me:secret@own.example/simple"}]},
  "default": {
    "requests": {"hashes": ["sha256:aa"], "index": "own", "markers": "python_version >= '3.7'", "version": "==2.31.0"},
    "Mine": {"git": "https://me:secret@code.example/mine.git", "ref": "abc", "extras": ["x"]},
    "any": {"version": "*"},
    "not a name": {"version": "==1"}
  },
  "develop": {"pytest": {"version": "==7.4.0"}}
})";

TEST(LockFile, ReadsPipfileLock) {
  const auto lock = parse_pipfile_lock(kPipfile, "Pipfile.lock");
  ASSERT_TRUE(testing::ok(lock));
  ASSERT_EQ(lock->packages.size(), 5U);
  EXPECT_EQ(lock->packages[0].package.version, "2.31.0");
  EXPECT_EQ(lock->packages[0].package.origin, "Pipfile.lock:default");
  EXPECT_EQ(lock->packages[0].index, "https://own.example/simple");
  EXPECT_EQ(lock->packages[0].marker, "python_version >= '3.7'");
  EXPECT_THAT(lock->packages[0].hashes, ElementsAre("sha256:aa"));
  EXPECT_EQ(lock->packages[1].package.name, "mine");
  EXPECT_EQ(lock->packages[1].location, "git+https://code.example/mine.git@abc");
  EXPECT_EQ(lock->packages[2].specifier, "*");
  EXPECT_EQ(lock->packages[3].package.written, "not a name");
  EXPECT_EQ(lock->packages[4].package.origin, "Pipfile.lock:develop");
  EXPECT_TRUE(lock->left_out.empty());
  // The first of the file is the one that packages without a word are from.
  EXPECT_EQ(lock->index, "https://pypi.example/simple");
  EXPECT_EQ(lock->packages[4].index, "");
  EXPECT_THAT(lock->more_indexes, ElementsAre("https://own.example/simple"));
}

const char* const kPoetry = R"(
[[package]]
name = "Requests"
version = "2.31.0"
files = [{file = "a.whl", hash = "sha256:aa"}, {file = "a.tar.gz", hash = "sha256:bb"}]
markers = "os_name == 'posix'"

[[package]]
name = "mine"
version = "1.0"
[package.source]
type = "git"
url = "https://u:p@code.example/mine.git"
reference = "main"
resolved_reference = "abc"

[[package]]
name = "own"
version = "2"
[package.source]
type = "legacy"
url = "https://own.example/simple"

[[package]]
version = "3"

[metadata.files]
own = [{file = "own.whl", hash = "sha256:cc"}]
)";

TEST(LockFile, ReadsPoetryLock) {
  const auto lock = parse_poetry_lock(kPoetry, "poetry.lock");
  ASSERT_TRUE(testing::ok(lock));
  ASSERT_EQ(lock->packages.size(), 3U);
  EXPECT_EQ(lock->packages[0].package.name, "requests");
  EXPECT_EQ(lock->packages[0].package.origin, "poetry.lock:2");
  EXPECT_THAT(lock->packages[0].hashes, ElementsAre("sha256:aa", "sha256:bb"));
  EXPECT_EQ(lock->packages[0].marker, "os_name == 'posix'");
  EXPECT_EQ(lock->packages[1].location, "git+https://code.example/mine.git@abc");
  EXPECT_EQ(lock->packages[2].index, "https://own.example/simple");
  EXPECT_THAT(lock->packages[2].hashes, ElementsAre("sha256:cc"));
  ASSERT_EQ(lock->left_out.size(), 1U);
}

const char* const kUv = R"(
version = 1
requires-python = ">=3.8"

[[package]]
name = "project"
version = "0.1.0"
source = { virtual = "." }

[[package]]
name = "idna"
version = "3.7"
source = { registry = "https://pypi.example/simple" }
sdist = { url = "https://x/idna.tar.gz", hash = "sha256:aa", size = 1 }
wheels = [{ url = "https://x/idna.whl", hash = "sha256:bb" }]

[[package]]
name = "mine"
version = "1"
source = { git = "https://code.example/mine?rev=1#abc" }

[[package]]
name = "part"
version = "1"
source = { editable = "parts/part" }
)";

TEST(LockFile, ReadsUvLock) {
  const auto lock = parse_uv_lock(kUv, "uv.lock");
  ASSERT_TRUE(testing::ok(lock));
  ASSERT_EQ(lock->packages.size(), 3U);
  EXPECT_EQ(lock->packages[0].package.name, "idna");
  EXPECT_EQ(lock->packages[0].index, "https://pypi.example/simple");
  EXPECT_THAT(lock->packages[0].hashes, ElementsAre("sha256:aa", "sha256:bb"));
  EXPECT_THAT(lock->packages[0].files, ElementsAre("https://x/idna.tar.gz", "https://x/idna.whl"));
  EXPECT_EQ(lock->packages[1].location, "git+https://code.example/mine?rev=1#abc");
  EXPECT_EQ(lock->packages[2].location, "path parts/part");
}

const char* const kPylock = R"(
lock-version = "1.0"
created-by = "x"
[[packages]]
name = "attrs"
version = "25.1.0"
index = "https://pypi.example/simple/"
wheels = [{name = "attrs.whl", url = "https://x/attrs.whl", hashes = {sha256 = "aa"}}]
[[packages]]
name = "mine"
vcs = {type = "git", url = "https://code.example/mine", commit-id = "abc"}
[[packages]]
name = "here"
directory = {path = "here"}
[[packages]]
name = "there"
archive = {url = "https://u:p@x/there.zip", hashes = {sha256 = "bb"}}
marker = "sys_platform == 'linux'"
)";

TEST(LockFile, ReadsPylock) {
  const auto lock = parse_pylock(kPylock, "pylock.toml");
  ASSERT_TRUE(testing::ok(lock));
  ASSERT_EQ(lock->packages.size(), 4U);
  EXPECT_THAT(lock->packages[0].hashes, ElementsAre("sha256:aa"));
  EXPECT_EQ(lock->packages[0].index, "https://pypi.example/simple/");
  EXPECT_THAT(lock->packages[0].files, ElementsAre("https://x/attrs.whl"));
  EXPECT_EQ(lock->packages[1].location, "git+https://code.example/mine@abc");
  EXPECT_EQ(lock->packages[2].location, "path here");
  EXPECT_EQ(lock->packages[3].location, "https://x/there.zip");
  EXPECT_EQ(lock->packages[3].marker, "sys_platform == 'linux'");
}

TEST(LockFile, TellsWhatIsHeldToNoHash) {
  const auto unproven = [](std::string_view file) {
    const auto lock = parse_pylock(
        "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nwheels = [{" + std::string(file) + "}]\n", "pylock.toml");
    if (!lock || lock->packages.size() != 1) return std::string("?");
    const LockedPackage& one = lock->packages[0];
    return (one.unproven.empty() ? "" : one.unproven[0]) + (one.paths.empty() ? "" : " " + one.paths[0]);
  };
  EXPECT_EQ(unproven(R"(name = "a.whl", url = "https://x/a.whl", hashes = {sha256 = "aa"})"), "");
  EXPECT_EQ(unproven(R"(url = "https://x/a.whl", hash = "sha256:aa")"), "");
  EXPECT_EQ(unproven(R"(url = "https://u:p@x/a.whl", hashes = {sha512 = "aa"})"), "https://x/a.whl");
  EXPECT_EQ(unproven(R"(url = "https://x/a.whl", hashes = {sha256 = "aa", sha512 = "bb"})"), "https://x/a.whl");
  EXPECT_EQ(unproven(R"(url = "https://x/a.whl")"), "https://x/a.whl");
  EXPECT_EQ(unproven(R"(path = "evil/a.whl", hashes = {sha256 = "aa"})"), " evil/a.whl");
  // Where the index says which file it is, its hash alone counts.
  EXPECT_EQ(unproven(R"(name = "a.whl", hash = "md5:aa")"), "");
}

using Parse = Result<LockFile> (*)(std::string_view, std::string_view);

struct Bad {
  const char* test;
  Parse parse;
  std::string text;
  const char* why;
};

const Bad kBad[] = {
    {"PipfileNoJson", parse_pipfile_lock, "{", "lock"},
    {"PipfileOther", parse_pipfile_lock, "{}", "neither"},
    {"PipfileArray", parse_pipfile_lock, "[]", "neither"},
    {"PipfileDeep", parse_pipfile_lock, std::string(1000, '['), "lock"},
    {"PoetryNoToml", parse_poetry_lock, "[[package]]\nname = \n", "lock:2"},
    {"PoetryOther", parse_poetry_lock, "a = 1\n", "none of its tables"},
    {"PoetryDeep", parse_poetry_lock, "a = " + std::string(1000, '['), "lock:1"},
    {"UvOther", parse_uv_lock, "", "none of its tables"},
    {"PylockOther", parse_pylock, "", "none of its tables"},
    {"PylockNewer", parse_pylock, "lock-version = \"2.0\"\n", "does not know"},
    {"TooLong", parse_uv_lock, std::string(kMostLockBytes + 1, ' '), "bytes"},
};

class BadLock : public ::testing::TestWithParam<Bad> {};

TEST_P(BadLock, IsRefusedWithReason) {
  const auto read = GetParam().parse(GetParam().text, "lock");
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().message(), HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadLock, ::testing::ValuesIn(kBad), [](auto& row) { return row.param.test; });

TEST(LockFile, IsReadByItsName) {
  const testing::TempFolder folder;
  std::ofstream(folder.path() / "Pipfile.lock") << kPipfile;
  std::ofstream(folder.path() / "poetry.lock") << kPoetry;
  std::ofstream(folder.path() / "uv.lock") << kUv;
  std::ofstream(folder.path() / "pylock.dev.toml") << kPylock;
  std::ofstream(folder.path() / "requirements.txt") << "a==1\n";
  std::ofstream(folder.path() / "setup.py") << "";
  for (const char* name : {"Pipfile.lock", "poetry.lock", "uv.lock", "pylock.dev.toml", "requirements.txt"}) {
    const auto read = read_lock_file(folder.path() / name);
    ASSERT_TRUE(testing::ok(read)) << name;
    EXPECT_FALSE(read->packages.empty()) << name;
  }
  EXPECT_TRUE(testing::fails_with(read_lock_file(folder.path() / "setup.py"), Errc::InvalidInput, "by its name"));
  EXPECT_TRUE(testing::fails_with(read_lock_file(folder.path() / "gone/uv.lock"), Errc::NotFound, "uv.lock"));
}

TEST(LockFile, KeepsNoCredentials) {
  EXPECT_EQ(without_credentials("https://u:p@x.example/a@b"), "https://x.example/a@b");
  EXPECT_EQ(without_credentials("https://u:p@q@x.example"), "https://x.example");
  EXPECT_EQ(without_credentials("https://x.example/a@b"), "https://x.example/a@b");
  EXPECT_EQ(without_credentials("./here"), "./here");
  EXPECT_EQ(without_credentials("https://u:s3c/ret@x.example/a"), "https://***");
  EXPECT_EQ(without_credentials("https://x.example:80/a@b"), "https://x.example:80/a@b");
}

}  // namespace
}  // namespace berth::vet
