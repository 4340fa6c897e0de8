#include "berth/vet/project_page.h"

#include <gtest/gtest.h>

#include <string>

#include "berth/base/utc_text.h"
#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using testing::fails_with;
using testing::ok;
using Presence = IndexAnswer::Presence;

std::string utc(std::chrono::system_clock::time_point time) { return utc_text(time).substr(0, 10); }

constexpr const char* kPage = R"({"meta": {"api-version": "1.1"}, "name": "some-thing", "files": [
  {"filename": "Some_Thing-1.0-py3-none-any.whl", "hashes": {"sha256": "aa"}, "upload-time": "2024-01-02T03:04:05.123456Z",
   "yanked": false, "url": "x"},
  {"filename": "some-thing-1.0.0.tar.gz", "hashes": {"sha256": "bb"}, "upload-time": "2026-05-06T00:00:00Z"},
  {"filename": "some_thing-2.0-1-py3-none-any.whl", "hashes": {}, "upload-time": 7, "yanked": "leaks"},
  {"filename": "some.thing-3.0.zip", "hashes": {"sha256": "dd"}, "yanked": true}, 5]})";

IndexAnswer answer(const char* page = kPage) {
  IndexAnswer made;
  made.index = "https://index.example/simple";
  made.presence = Presence::There;
  made.page = *parse_project_page(page);
  return made;
}

IndexAnswer absent(bool is_public = false) {
  IndexAnswer made;
  made.index = "https://other.example/simple";
  made.presence = Presence::Absent;
  made.is_public = is_public;
  return made;
}

IndexAnswer silent() {
  IndexAnswer made;
  made.index = "https://gone.example";
  made.problem = "it answered with status 503";
  return made;
}

Facts thing(const char* version = "1.0", const char* sha256 = "") {
  Facts facts;
  facts.package = make_package(Ecosystem::PyPI, "some.thing", version, "x");
  facts.sha256 = sha256;
  return facts;
}

Facts told(Facts facts, const std::vector<IndexAnswer>& answers) {
  add_answers(facts, answers);
  return facts;
}

TEST(ProjectPage, TellsFiles) {
  const auto page = parse_project_page(kPage);
  ASSERT_TRUE(ok(page));
  const auto* files = &page->files;
  ASSERT_EQ(files->size(), 4u);
  EXPECT_EQ((*files)[0].sha256, "aa");
  EXPECT_TRUE((*files)[0].uploaded.has_value());
  EXPECT_FALSE((*files)[0].is_yanked);
  EXPECT_EQ((*files)[1].uploaded, parse_utc("2026-05-06"));
  EXPECT_FALSE((*files)[2].uploaded.has_value());
  EXPECT_TRUE((*files)[2].is_yanked);
  EXPECT_EQ((*files)[2].yanked_reason, "leaks");
  EXPECT_TRUE((*files)[3].is_yanked);
}

TEST(ProjectPage, TellsWhereMetadataLies) {
  const auto page = parse_project_page(R"({"files": [
      {"filename": "a-1-py3-none-any.whl", "core-metadata": {"sha256": "ab"}, "dist-info-metadata": {"sha256": "cd"}},
      {"filename": "a-2-py3-none-any.whl", "core-metadata": false, "dist-info-metadata": true},
      {"filename": "a-3-py3-none-any.whl", "core-metadata": false}, {"filename": "a-4-py3-none-any.whl"}]})");
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->files[0].metadata_sha256, "ab");
  EXPECT_EQ(page->files[1].metadata_sha256, "");
  EXPECT_EQ(page->files[2].metadata_sha256, std::nullopt);
  EXPECT_EQ(page->files[3].metadata_sha256, std::nullopt);
}

TEST(ProjectPage, KnowsAHashInAnyCase) {
  const auto page = parse_project_page(
      R"({"files": [{"filename": "a-1.zip", "hashes": {"sha256": "AB"}, "core-metadata": {"sha256": "CD"}}]})");
  ASSERT_TRUE(ok(page));
  EXPECT_EQ(page->files[0].sha256, "ab");
  EXPECT_EQ(page->files[0].metadata_sha256, "cd");
}

TEST(ProjectPage, PassesOverNamesThatNoFileHas) {
  const std::string project(kLongestFileName - 6, 'a');
  const std::string longest = project + "-1.zip";
  const auto page =
      parse_project_page(R"({"files": [{"filename": "a)" + longest + R"("}, {"filename": ")" + longest + R"("}]})");
  ASSERT_TRUE(ok(page));
  ASSERT_EQ(page->files.size(), 1u);
  EXPECT_EQ(page->files[0].name, longest);
  EXPECT_EQ(version_in_file_name(longest, project), "1");
  EXPECT_EQ(version_in_file_name("a" + longest, "a" + project), "");
}

TEST(ProjectPage, IsRefusedWhenItIsNone) {
  EXPECT_TRUE(fails_with(parse_project_page("<html>"), Errc::InvalidInput, "the page of a project"));
  EXPECT_TRUE(fails_with(parse_project_page("{}"), Errc::InvalidInput, "has no list 'files'"));
  EXPECT_TRUE(fails_with(parse_project_page(R"({"files": {}})"), Errc::InvalidInput, "has no list 'files'"));
  EXPECT_TRUE(fails_with(parse_project_page(std::string(100, '[')), Errc::Exhausted, "the page of a project"));
}

struct FileRow {
  const char* name;
  const char* file;
  const char* project;
  const char* version;
};

const FileRow kFiles[] = {
    {"Wheel", "a_b-1.0-py3-none-any.whl", "a-b", "1.0"},
    {"WheelWithBuild", "a_b-1.0-7-py3-none-any.whl", "a-b", "1.0"},
    {"Source", "a-b-1.0.tar.gz", "a-b", "1.0"},
    {"SourceOfLongerName", "a-b-c-1.0.zip", "a-b-c", "1.0"},
    {"NameLikeAVersion", "a-2-1.0.tar.gz", "a-2", "1.0"},
    {"OldVersion", "a-1.0-beta.tar.gz", "a", "1.0-beta"},
    {"OtherProject", "a-c-1.0.tar.gz", "a-b", ""},
    {"NoVersion", "a-latest.tar.gz", "a", ""},
    {"OtherEnding", "a-1.0.exe", "a", ""},
    {"EndingAlone", ".whl", "a", ""},
    {"Empty", "", "a", ""},
};

class FileName : public ::testing::TestWithParam<FileRow> {};

TEST_P(FileName, TellsTheVersion) {
  EXPECT_EQ(version_in_file_name(GetParam().file, GetParam().project), GetParam().version);
}

INSTANTIATE_TEST_SUITE_P(Table, FileName, ::testing::ValuesIn(kFiles), [](const auto& row) { return row.param.name; });

TEST(IndexAnswers, DateTheFileThatIsMeant) {
  EXPECT_EQ(utc(*told(thing("1.0", "aa"), {answer()}).released), "2024-01-02");
  // A file that came later to an old release makes it young, unless another file is meant.
  EXPECT_EQ(told(thing(), {answer()}).released, parse_utc("2026-05-06"));
  // A hash that no index lists speaks for no file.
  const Facts other = told(thing("1.0", "ff"), {answer()});
  EXPECT_FALSE(other.released.has_value());
  EXPECT_EQ(other.why_undated, "no index that was asked lists the file");
  const Facts dateless = told(thing("3.0"), {answer()});
  EXPECT_EQ(dateless.why_undated, "the index gives no time of upload");
  EXPECT_TRUE(dateless.is_yanked);
  EXPECT_EQ(told(thing("2.0"), {answer()}).yanked_reason, "leaks");
  EXPECT_FALSE(told(thing("1.0", "aa"), {answer()}).is_yanked);
}

Facts locked(std::vector<std::string> hashes, const char* version = "1.0") {
  Facts facts = thing(version);
  facts.locked_sha256 = std::move(hashes);
  return facts;
}

TEST(IndexAnswers, AreHeldAgainstTheHashesOfALock) {
  EXPECT_TRUE(told(locked({"aa", "bb"}), {answer()}).findings.empty());
  const Facts strange = told(locked({"dd"}), {answer()});  // of another version
  ASSERT_EQ(strange.findings.size(), 1u);
  EXPECT_EQ(strange.findings[0].rule, "source.hash");
  EXPECT_EQ(strange.findings[0].verdict, Verdict::Refuse);
  const Facts partly = told(locked({"aa", "ee"}), {answer(), absent()});
  ASSERT_EQ(partly.findings.size(), 1u);
  EXPECT_EQ(partly.findings[0].verdict, Verdict::Ask);
  EXPECT_NE(partly.findings[0].evidence.find("1 of the 2 hashes"), std::string::npos);
  // Nothing to hold them against: the index gives no hash, has not the version, or another index did not answer.
  EXPECT_TRUE(told(locked({"aa"}, "2.0"), {answer()}).findings.empty());
  EXPECT_TRUE(told(locked({"aa"}, "9"), {answer()}).findings.empty());
  EXPECT_TRUE(told(locked({"ee"}), {answer(), silent()}).findings.empty());
  // A file without a hash, of another index of that version, may be what is locked.
  const IndexAnswer bare = answer(R"({"files": [{"filename": "some_thing-1.0.zip"}, {"filename": "other.zip"}]})");
  EXPECT_TRUE(told(locked({"ee"}), {answer(), bare}).findings.empty());
  EXPECT_EQ(why_no_hashes(locked({"ee"}), {bare, answer()}),
            "the index 'https://index.example/simple' gives no SHA-256 of 'some_thing-1.0.zip'");
  EXPECT_EQ(told(locked({"ee"}, "3.0"), {answer(), bare}).findings.size(), 1u);
  // Of files at addresses of the lock's own that is no answer.
  EXPECT_EQ(why_no_hashes(locked({"aa"}), {answer()}), "");
  EXPECT_EQ(why_no_hashes(locked({"aa"}, "9"), {answer()}), "no index that was asked gives the hash of any");
  EXPECT_EQ(why_no_hashes(locked({"aa"}, ""), {answer()}), "its version is not known");
  EXPECT_TRUE(
      why_no_hashes(locked({"aa"}), {answer(), silent()}).starts_with("the index 'https://gone.example' does not"));
}

TEST(IndexAnswers, ThatDidNotComeAreWhyNothingIsKnown) {
  Facts missing = thing();
  missing.findings.push_back({Verdict::Ask, "facts.missing", missing.package, "pip finds no wheel for it", "look"});
  EXPECT_EQ(told(missing, {answer(), silent()}).findings[0].evidence, "pip finds no wheel for it");
  const Facts facts = told(missing, {silent()});
  ASSERT_EQ(facts.findings.size(), 1u);
  EXPECT_EQ(facts.findings[0].evidence,
            "the index 'https://gone.example' could not be asked: it answered with status 503");
  EXPECT_NE(facts.findings[0].remedy.find("can be reached"), std::string::npos);
}

TEST(IndexAnswers, WithoutHashesSpeakForAllFilesOfTheVersion) {
  const IndexAnswer bare = answer(R"({"files": [{"filename": "some_thing-1.0.zip", "yanked": "leaks"},
                                              {"filename": "some_thing-2.0.zip", "hashes": {"sha256": "bb"}}]})");
  EXPECT_EQ(told(thing("1.0", "aa"), {bare}).yanked_reason, "leaks");
  EXPECT_FALSE(told(thing("2.0", "aa"), {bare}).is_yanked);
}

TEST(IndexAnswers, ThatCannotBeReadAreAskedAbout) {
  IndexAnswer unread = answer(R"({"files": []})");
  unread.problem = "its page cannot be read";
  const Facts facts = told(thing(), {unread});
  ASSERT_EQ(facts.findings.size(), 1u);
  EXPECT_EQ(facts.findings[0].rule, "facts.missing");
  EXPECT_EQ(facts.findings[0].verdict, Verdict::Ask);
  // Another that has the version tells.
  EXPECT_TRUE(told(thing(), {answer(), unread}).findings.empty());
}

TEST(IndexAnswers, TellHowLongAndHowOften) {
  const Facts facts = told(thing("1.0", "aa"), {answer()});
  EXPECT_EQ(facts.releases, 3);  // 1.0 and 1.0.0 are one
  ASSERT_TRUE(facts.first_released.has_value());
  EXPECT_EQ(utc(*facts.first_released), "2024-01-02");
  ASSERT_TRUE(facts.last_released.has_value());
  EXPECT_EQ(utc(*facts.last_released), "2026-05-06");
}

struct Status {
  const char* name;
  const char* status;  // in JSON
  const char* given_up;
  bool is_quarantined = false;
};
const Status kStatuses[] = {
    {"Active", R"({"status": "active", "reason": "well"})", ""},
    {"Archived", R"({"status": "archived"})", "archived"},
    {"DeprecatedWithReason", R"({"status": "deprecated", "reason": "use other"})", "deprecated: use other"},
    {"Quarantined", R"({"status": "quarantined", "reason": "steals"})", "", true},
    {"Unknown", R"({"status": "asleep"})", ""},
    {"OfAnotherKind", R"({"status": ["archived"]})", ""},
    {"NoObject", R"("archived")", ""},
};
class ProjectStatus : public ::testing::TestWithParam<Status> {};
TEST_P(ProjectStatus, IsTold) {
  const std::string page = R"({"files": [], "project-status": )" + std::string(GetParam().status) + "}";
  const Facts facts = told(thing(), {answer(page.c_str())});
  EXPECT_EQ(facts.given_up, GetParam().given_up);
  ASSERT_EQ(facts.findings.size(), GetParam().is_quarantined ? 1u : 0u);
  if (!GetParam().is_quarantined) return;
  EXPECT_EQ(facts.findings[0].rule, "release.quarantined");
  EXPECT_EQ(facts.findings[0].verdict, Verdict::Refuse);
  EXPECT_EQ(facts.findings[0].evidence, "https://index.example/simple says of the project: quarantined: steals");
}
INSTANTIATE_TEST_SUITE_P(Table, ProjectStatus, ::testing::ValuesIn(kStatuses),
                         [](auto& row) { return row.param.name; });

TEST(IndexAnswers, TellWhereTheNameIs) {
  const Facts one = told(thing(), {answer()});
  EXPECT_EQ(one.is_on_index, true);
  EXPECT_FALSE(one.is_public_asked);
  EXPECT_EQ(told(thing(), {absent(true)}).is_on_index, false);
  EXPECT_TRUE(told(thing(), {absent(true)}).is_public_asked);
  const Facts own_and_free = told(thing(), {answer(), absent(true)});
  EXPECT_TRUE(own_and_free.is_public_asked);
  EXPECT_EQ(own_and_free.is_on_public_index, false);
  EXPECT_EQ(told(thing(), {answer(), answer()}).is_on_public_index, true);
}

TEST(IndexAnswers, ThatDidNotComeLeaveOpenWhatTheyWouldSay) {
  const Facts facts = told(thing(), {silent(), absent()});
  EXPECT_FALSE(facts.is_on_index.has_value());
  EXPECT_FALSE(facts.is_on_public_index.has_value());
  EXPECT_EQ(facts.why_undated, "https://gone.example: it answered with status 503");
  Facts known = thing();
  known.is_on_index = true;  // pip found it
  EXPECT_EQ(told(known, {silent()}).is_on_index, true);
  EXPECT_EQ(told(thing(), {}).why_undated, "");
}

}  // namespace
}  // namespace berth::vet
