#include "berth/image/base_recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "berth/image/image_config.h"
#include "berth/image/oci_layout.h"
#include "berth/image/private_apt.h"
#include "berth/image/work_folder.h"
#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

const std::vector<Package> kPackages = {{"libc6", "2.36-9", "amd64"}, {"python3", "3.11.2-1+b1", "amd64"}};

TEST(Simulation, NamesThePackages) {
  constexpr std::string_view kText =
      "NOTE: a line\nInst python3 (3.11.2-1+b1 Debian:12/stable [amd64])\n"
      "Inst libc6 (2.36-9 Debian:12/stable, Debian-Security:12/stable [amd64]) [on libc6:amd64] []\n"
      "Inst broken\nInst x (1\nConf libc6 (2.36-9 Debian:12/stable [amd64])\n";
  EXPECT_EQ(parse_simulation(kText), kPackages);
}

TEST(Archive, IsNamedAsAptNamesIt) {
  EXPECT_EQ(archive_name({"login", "1:4.13+dfsg1-1", "amd64"}), "login_1%3a4.13+dfsg1-1_amd64.deb");
}

TEST(DebTime, StandsInTheFirstHeader) {
  const std::string head = "!<arch>\ndebian-binary   1793968894  0     0     100644  4         `\n";
  EXPECT_EQ(*parse_deb_time(head), 1793968894);
  EXPECT_TRUE(testing::fails_with(parse_deb_time("PK"), Errc::Corrupt, "no Debian package"));
  EXPECT_TRUE(testing::fails_with(parse_deb_time("!<arch>\ndebian-binary   17939x8894  "), Errc::Corrupt, "no time"));
  EXPECT_TRUE(testing::fails_with(parse_deb_time("!<arch>\ndebian-binary               "), Errc::Corrupt, "no time"));
}

TEST(ReachSettings, LeavesOutHooksAndPins) {
  EXPECT_EQ(reach_settings("APT::Update::Post-Invoke:: \"rm\";\nAcquire::http::Proxy \"http://p.example:1\";\n"
                           "Acquire::IndexTargets \"\";\nDir::Etc::netrc \"/n\";\nDPkg::Post-Invoke:: \"rm\";\n"),
            "Acquire::http::Proxy \"http://p.example:1\";\nDir::Etc::netrc \"/n\";\n");
}

class EveryRecipe : public ::testing::TestWithParam<const char*> {
 protected:
  const BaseRecipe& recipe() const { return **recipe_of(GetParam()); }
};

TEST_P(EveryRecipe, IsSortedAndWhole) {
  EXPECT_TRUE(std::ranges::is_sorted(recipe().packages));
  EXPECT_EQ(base_wanted(recipe()).size(), recipe().packages.size() + 2);
  const std::string script = base_finish_script(recipe());
  EXPECT_TRUE(script.starts_with("#!/bin/sh\nset -eu\n"));
  EXPECT_NE(script.find("useradd --uid 4000"), std::string::npos);
  EXPECT_NE(script.find("sources.list"), std::string::npos);
}

TEST_P(EveryRecipe, HashesEveryVersion) {
  const std::string inputs = base_inputs(recipe(), kPackages);
  EXPECT_EQ(inputs, base_inputs(recipe(), kPackages));
  auto other = kPackages;
  other[0].version = "2.36-10";
  EXPECT_NE(inputs, base_inputs(recipe(), other));
}

TEST_P(EveryRecipe, LocksEveryWheelByHash) {
  std::string_view lock = recipe().wheels;
  std::string last;
  while (!lock.empty()) {
    const std::string line(lock.substr(0, lock.find('\n')));
    lock.remove_prefix(std::min(line.size() + 1, lock.size()));
    if (line.empty()) last.clear();  // the lines of another kind of wheel begin
    if (line.empty()) continue;
    EXPECT_THAT(line, ::testing::MatchesRegex("[A-Za-z0-9.-]+==[0-9a-z.]+ --hash=sha256:[0-9a-f]{64}"));
    std::string folded = line;
    std::ranges::transform(folded, folded.begin(), [](unsigned char c) { return std::tolower(c); });
    EXPECT_LT(last, folded);
    last = std::move(folded);
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryRecipe, ::testing::Values("python3", "python2"));

TEST(BaseRecipe, TellsTheInterpretersVersion) {
  EXPECT_EQ(python_version_of(python3_recipe(), kPackages), "3.11.2");
  EXPECT_EQ(python_version_of(python2_recipe(), {{"python2.7", "2.7.18-8+deb11u1", "amd64"}}), "2.7.18");
  EXPECT_EQ(python_version_of(python2_recipe(), kPackages), "");
}

TEST(BaseRecipe, IsNamedByItsShortName) {
  EXPECT_EQ((*recipe_of("python2"))->name, "berth/python-deb");
  EXPECT_TRUE(testing::fails_with(recipe_of("ruby"), Errc::InvalidInput, "'python3' and 'python2'"));
}

const BaseFacts kFacts = {.title = "Python 3",
                          .command = "python3",
                          .name = "berth/python3-deb",
                          .python_version = "3.11.2",
                          .architecture = "amd64",
                          .distribution = "debian bookworm",
                          .inputs = "sha256:in",
                          .layer_digest = "sha256:layer",
                          .newest_package_time = 1793968894};

TEST(BaseConfig, IsReadAsItIsWritten) {
  const auto config = parse_image_config(print_json(base_config(kFacts, "3.11.2.4")));
  ASSERT_TRUE(testing::ok(config));
  EXPECT_EQ(config->user, "demisto");
  EXPECT_EQ(config->env_value("DOCKER_IMAGE"), "berth/python3-deb:3.11.2.4");
  EXPECT_EQ(config->env_value("PYTHON_VERSION"), "3.11.2");
  EXPECT_EQ(config->env_value("LANG"), "C.UTF-8");
  EXPECT_EQ(config->cmd, std::vector<std::string>{"python3"});
  EXPECT_EQ(config->label(kInputsLabel), "sha256:in");
  EXPECT_EQ(config->label(kContentLabel), base_content(kFacts));
  EXPECT_EQ(base_config(kFacts, "1").text_or("created", ""), "2026-11-06T12:41:34Z");
}

TEST(BaseConfig, ContentIsTheSameWhateverTheTag) {
  BaseFacts other = kFacts;
  other.layer_digest = "sha256:other";
  EXPECT_NE(base_content(kFacts), base_content(other));
  const auto one = parse_image_config(print_json(base_config(kFacts, "3.11.2.1")));
  const auto two = parse_image_config(print_json(base_config(kFacts, "3.11.2.2")));
  EXPECT_EQ(one->label(kContentLabel), two->label(kContentLabel));
}

TEST(OciLayout, HoldsItsBlobsUnderTheirDigests) {
  const testing::TempFolder folder;
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(folder.path() / "layer.tar", "abc", 0600)));
  const auto layer = read_layer_file(folder.path() / "layer.tar");
  ASSERT_TRUE(testing::ok(layer));
  EXPECT_EQ(layer->digest, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(layer->size_bytes, 3u);
  const auto digest = write_oci_layout(folder.path() / "oci", base_config(kFacts, "1"), *layer, "1");
  ASSERT_TRUE(testing::ok(digest));
  const auto manifest_text = sys::read_file(folder.path() / "oci/blobs/sha256" / digest->substr(7), 1 << 16);
  ASSERT_TRUE(testing::ok(manifest_text));
  const auto manifest = parse_json(*manifest_text);
  ASSERT_TRUE(testing::ok(manifest));
  const Json& described = manifest->find("layers")->as_array()->front();
  EXPECT_EQ(described.text_or("digest", ""), layer->digest);
  EXPECT_EQ(described.text_or("mediaType", ""), "application/vnd.oci.image.layer.v1.tar");
  EXPECT_EQ(*sys::read_file(folder.path() / "oci/blobs/sha256" / layer->digest.substr(7), 100), "abc");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "layer.tar"));
  EXPECT_TRUE(testing::fails_with(write_oci_layout(folder.path() / "oci", Json::object(), *layer, "1"),
                                  Errc::AlreadyExists, "make image folder"));
}

TEST(WorkFolder, IsEmptyAtTheStartAndGoneAtTheEnd) {
  const testing::TempFolder folder;
  const auto path = folder.path() / "cache/work";
  std::filesystem::create_directories(path / "left/behind");
  const auto later = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  {
    const auto work = WorkFolder::open(path, later, {});
    ASSERT_TRUE(testing::ok(work));
    EXPECT_TRUE(std::filesystem::is_empty(path));
    std::string said;
    const auto second = WorkFolder::open(path, std::chrono::steady_clock::now(), [&](auto text) { said = text; });
    EXPECT_TRUE(testing::fails_with(second, Errc::TimedOut, "another process holds it"));
    EXPECT_TRUE(std::filesystem::exists(path)) << "the loser leaves the winner's folder alone";
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(WorkFolder, SeesMountsBelow) {
  constexpr std::string_view kInfo = "1 2 8:1 / / rw - ext4 x rw\n3 1 0:5 / /c/work/root/dev rw - devtmpfs x rw\n";
  EXPECT_TRUE(has_mount_below(kInfo, "/c/work"));
  EXPECT_TRUE(has_mount_below(kInfo, "/c/work/root/dev"));
  EXPECT_FALSE(has_mount_below(kInfo, "/c/wor"));
  EXPECT_FALSE(has_mount_below(kInfo, "/c/work/root/dev/x"));
  EXPECT_FALSE(has_mount_below("", "/c"));
}

}  // namespace
}  // namespace berth::image
