#include "berth/image/create_recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kHash(64, 'a');
const std::string kDigest = "sha256:" + kHash;

CreateRecipe recipe() {
  CreateRecipe made;
  made.request.name = "example_name";
  made.request.dependencies = {{"mechanize", {}, {}}};
  made.request.packages = {{"wget", ""}};
  made.base = {.name = "berth/python3-deb:3.11.2.1",
               .digest = kDigest,
               .user = "demisto",
               .created = "2026-01-01T00:00:00Z",
               .python = "python3",
               .python_version = "3.11.2",
               .distribution = "debian bookworm",
               .manager = PackageManager::Apt};
  LockedLibrary library;
  library.name = "mechanize";
  library.version = "0.4.10";
  library.sha256 = kHash;
  library.wheel_sha256 = kHash;
  library.licence = "BSD-3-Clause";
  made.libraries = {library};
  made.packages = {{{"wget", "1.21.3-1", "amd64"}, kHash}};
  return made;
}

struct Name {
  const char* name;
  const char* text;
  const char* why;
};
const Name kNames[] = {
    {"UpperCase", "Example", "in lower case"},
    {"Tag", "example:1", "the tag is given by Berth"},
    {"Registry", "registry.example/x", "leave the registry out"},
    {"Digest", "x@sha256:0000000000000000000000000000000000000000000000000000000000000000", "the tag is given"},
    {"OwnBase", "berth/python3-deb", "Berth's own base images"},
    {"ShortName", "localhost/python3", "Berth's own base images"},
    {"ShortNameWrittenOut", "library/python3", "Berth's own base images"},
    {"Path", "../etc", "image name '../etc'"},
    {"Option", "--root=/x", "image name"},
    {"Empty", "", "image name ''"},
};
class BadName : public ::testing::TestWithParam<Name> {};
TEST_P(BadName, IsRefusedWithReason) {
  EXPECT_TRUE(testing::fails_with(parse_image_name(GetParam().text), Errc::InvalidInput, GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(Table, BadName, ::testing::ValuesIn(kNames), [](auto& row) { return row.param.name; });

TEST(ImageName, MayStandBelowLocalhost) {
  EXPECT_EQ(parse_image_name("localhost/example_name").value_or(""), "example_name");
  EXPECT_EQ(parse_image_name("localhost.local/example_name").value_or(""), "example_name") << "as the original has it";
  EXPECT_EQ(parse_image_name("team/tools-2").value_or(""), "team/tools-2");
}

// Whatever is asked for otherwise is another request.
TEST(RequestKey, ChangesWithAllThatIsAskedFor) {
  const CreateRequest request = recipe().request;
  const std::string key = request_key(request, kDigest);
  EXPECT_EQ(request_key(request, kDigest), key);
  std::vector<CreateRequest> others(8, request);
  others[0].name = "other";
  others[1].dependencies.front().specifiers = {">=0.4"};
  others[2].packages.front().version = "1";
  others[3].allow_sources = true;
  others[4].description = "x";
  others[5].authors = "x";
  others[6].source = "x";
  others[7].origins = {"https://index.example/simple"};
  for (std::size_t i = 0; i < others.size(); ++i) EXPECT_NE(request_key(others[i], kDigest), key) << i;
  EXPECT_NE(request_key(request, "sha256:" + std::string(64, 'b')), key);
}

TEST(LockKey, ChangesWithVersionsAndHashes) {
  const std::string key = lock_key(recipe());
  CreateRecipe other = recipe();
  other.libraries.front().sha256 = std::string(64, 'b');
  EXPECT_NE(lock_key(other), key);
  other = recipe();
  other.packages.front().package.version = "1.21.3-2";
  EXPECT_NE(lock_key(other), key);
  other = recipe();
  other.request.origins = {"https://mirror.example/simple"};  // the same from elsewhere is the same
  EXPECT_EQ(lock_key(other), key);
  other.base.python_version = "3.11.9";  // follows from the digest
  EXPECT_EQ(lock_key(other), key);
}

TEST(InstallScript, InstallsWithHashesAndFromNowhereElse) {
  const std::string script = install_script(recipe(), 1234567890);
  for (const char* part : {"--no-index", "--require-hashes", "--no-deps", "--find-links /berth-build/libraries",
                           "/berth-build/packages/*.deb", "SOURCE_DATE_EPOCH=1234567890", "rm -rf /berth-build"}) {
    EXPECT_THAT(script, HasSubstr(part));
  }
  EXPECT_THAT(script, Not(HasSubstr("@PACKAGES@")));
  // Behind the installation the interpreter reads no start-up file of a library.
  const std::size_t installed = script.find("-m pip install");
  EXPECT_THAT(script.substr(installed), HasSubstr("python3 $isolated -S -B -"));
  EXPECT_EQ(script.find("python3 -B -E -s", installed), std::string::npos);
  CreateRecipe none = recipe();
  none.libraries.clear();
  none.packages.clear();
  EXPECT_THAT(install_script(none, 1), Not(HasSubstr("pip install")));
  EXPECT_THAT(install_script(none, 1), Not(HasSubstr("apt-get")));
}

TEST(ImageFolder, IsWhatTheRepositoryUnderstands) {
  const std::string text = dockerfile(recipe());
  const std::string from = "\nFROM berth/python3-deb:3.11.2.1@" + kDigest + "\n";
  for (const char* part : {from.c_str(), "USER root\n", "wget=1.21.3-1", "COPY requirements.txt .", "--require-hashes",
                           "\nUSER demisto\n"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_LT(text.find("USER root"), text.find("apt-get"));
  EXPECT_EQ(build_conf(), "version=1.0.0\n");
  CreateRecipe as_root = recipe();
  as_root.base.user = "";
  EXPECT_THAT(dockerfile(as_root), Not(HasSubstr("USER")));
  // A name without a registry would be a stranger's elsewhere.
  as_root.base.is_local = true;
  EXPECT_THAT(dockerfile(as_root), HasSubstr("\nFROM localhost/berth/python3-deb:3.11.2.1@"));
  EXPECT_THAT(dockerfile(as_root), HasSubstr("# The base lies on the machine where this was made: push it"));
}

TEST(VerifyScript, NamesVersionsAndWhatIsImported) {
  const std::string script = verify_script(recipe());
  EXPECT_THAT(script, HasSubstr("VERSION = \"3.11.2\""));
  EXPECT_THAT(script, HasSubstr("    \"mechanize\": \"0.4.10\",\n"));
  EXPECT_THAT(script, HasSubstr("ASKED = [\n    \"mechanize\",\n]"));
}

TEST(Labels, AreTheAnnotationsOfTheSpecification) {
  CreateRecipe given = recipe();
  given.request.authors = "me";
  given.request.source = "https://git.example/x";
  const auto labels = labels_of(given, "1.0.0.7", 0, "BSD-3-Clause AND MIT");
  const auto value = [&](const std::string& name) {
    const auto found = std::ranges::find(labels, name, [](const auto& label) { return label.first; });
    return found == labels.end() ? "(none)" : found->second;
  };
  const std::string prefix = "org.opencontainers.image.";
  EXPECT_EQ(value(prefix + "title"), "example_name");
  EXPECT_EQ(value(prefix + "version"), "1.0.0.7");
  EXPECT_EQ(value(prefix + "created"), "1970-01-01T00:00:00Z");
  EXPECT_EQ(value(prefix + "authors"), "me");
  EXPECT_EQ(value(prefix + "source"), "https://git.example/x");
  EXPECT_EQ(value(prefix + "licenses"), "BSD-3-Clause AND MIT");
  EXPECT_EQ(value(prefix + "base.name"), "berth/python3-deb:3.11.2.1");
  EXPECT_EQ(value(prefix + "base.digest"), kDigest);
  EXPECT_EQ(value(prefix + "revision"), lock_key(given));
  EXPECT_EQ(value(prefix + "description"), "Python 3.11.2 of debian bookworm with mechanize 0.4.10, wget 1.21.3-1");
  EXPECT_EQ(value(std::string(kRequestLabel)), request_key(given.request, kDigest));
}

TEST(Summary, IsBounded) {
  CreateRecipe many = recipe();
  many.libraries.assign(20, many.libraries.front());
  EXPECT_THAT(summary_of(many), HasSubstr(" and 9 more"));
  many.libraries.clear();
  many.packages.clear();
  EXPECT_EQ(summary_of(many), "nothing new");
}

}  // namespace
}  // namespace berth::image
