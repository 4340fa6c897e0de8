#include "berth/vet/html_page.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using testing::fails_with;

constexpr const char* kDigest = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef";

// "name sha256 yanked=reason metadata;" of each file, what is not there left out.
std::string files_of(const std::string& html) {
  const auto page = parse_html_page(html);
  if (!page) return page.error().message();
  std::string text;
  for (const ProjectFile& file : page->files) {
    text += fmt::format("{}{}{}{};", file.name, file.sha256.empty() ? "" : " hash",
                        file.is_yanked ? " yanked=" + file.yanked_reason : "",
                        file.metadata_sha256 ? fmt::format(" metadata={}", file.metadata_sha256->size()) : "");
  }
  return text;
}

TEST(HtmlPage, PassesOverNamesThatNoFileHas) {
  EXPECT_EQ(files_of("<a href='" + std::string(kLongestFileName + 1, 'a') + "'><a href=b-1.zip>"), "b-1.zip;");
}

struct Row {
  const char* name;
  const char* html;
  const char* files;  // or the error
};

const Row kRows[] = {
    {"Plain", "<html><a href='a-1.whl'>a-1.whl</a><A HREF=\"/x/b-1.zip\">", "a-1.whl;b-1.zip;"},
    {"Yanked", "<a data-yanked='it leaks' href=a-1.whl>", "a-1.whl yanked=it leaks;"},
    {"YankedWithoutReason", "<a href=a-1.whl data-yanked>x</a><a DATA-YANKED=\"\" href=b>",
     "a-1.whl yanked=;b yanked=;"},
    {"References", "<a href='a&#45;1&#x2E;whl?x=1&amp;y&z' data-yanked='&lt;b&gt; &amp; &unknown; & &#0;'>",
     "a-1.whl yanked=<b> & &unknown; & \xEF\xBF\xBD;"},
    {"Percents", "<a href='https://i.example/a%2D1%2.whl#egg=x'>", "a-1%2.whl;"},
    {"OfAFolder", "<a href='../'>up</a><a href='a-1/'>x</a><a name=x><a href='?C=N'>", "..;a-1;"},
    {"CommentsAndCode", "<!-- <a href=x> --><script>if (a<b) '<a href=y>'</script><STYLE>a<b</Style><a href=z>", "z;"},
    {"EmptyComment", "<!--><a href=z>", "z;"},
    {"NoTags", "1 < 2 <3 </> <? ?> <!DOCTYPE html><br/><a/href=z>", "z;"},
    {"QuotesHoldTags", "<p title='<a href=x>'><a title=\">\" href=z>", "z;"},
    {"Metadata", "<a href=z data-core-metadata=true><a href=y data-dist-info-metadata=false>", "z metadata=0;y;"},
    {"TagThatIsCut", "<a href=x>x</a><a href=y", "the page of a project cannot be read: a tag does not end"},
    {"QuoteThatIsCut", "<a href='y>", "the page of a project cannot be read: a text in quotes does not end"},
    {"CommentThatIsCut", "<!-- <a href=x>", "the page of a project cannot be read: a comment does not end"},
    {"ScriptThatIsCut", "<script><a href=x>", "the page of a project cannot be read: a script or style does not end"},
    {"TwoAddresses", "<a href=x href=y>", "the page of a project cannot be read: a link has two addresses"},
    {"UnknownReference", "<a href='a&period;1'>",
     "the page of a project cannot be read: a link's address has a reference in it that is not known"},
    {"OtherInterface", "<meta name='pypi:repository-version' content='2.0'>",
     "the page of a project cannot be read: it is of another version of the interface"},
    {"Empty", "", ""},
};

class HtmlPage : public ::testing::TestWithParam<Row> {};
TEST_P(HtmlPage, TellsItsFiles) { EXPECT_EQ(files_of(GetParam().html), GetParam().files); }
INSTANTIATE_TEST_SUITE_P(Table, HtmlPage, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(HtmlPage, TellsHashesInSmallLetters) {
  const auto page =
      parse_html_page(fmt::format("<a href='a-1.whl#x=1&sha256={}' data-core-metadata='sha256={}'>"
                                  "<a href='b-1.whl#sha256=12'><a href='c-1.whl#md5={}'>",
                                  kDigest, kDigest, kDigest));
  ASSERT_TRUE(testing::ok(page));
  EXPECT_EQ(page->files[0].sha256, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
  EXPECT_EQ(page->files[0].metadata_sha256, page->files[0].sha256);
  EXPECT_EQ(page->files[1].sha256, "");
  EXPECT_EQ(page->files[2].sha256, "");
}

TEST(HtmlPage, TellsTheStatus) {
  const auto page = parse_html_page(
      "<meta content=quarantined name=pypi:project-status><meta name='pypi:project-status-reason' content='a &amp; "
      "b'>");
  ASSERT_TRUE(testing::ok(page));
  EXPECT_EQ(page->status, "quarantined");
  EXPECT_EQ(page->status_reason, "a & b");
  EXPECT_EQ(parse_html_page("<meta name='pypi:project-status' content=active>")->status, "");
}

TEST(HtmlPage, HasBounds) {
  std::string many = "<a";
  for (int i = 0; i < 65; ++i) many += " x";
  EXPECT_TRUE(fails_with(parse_html_page(many + ">"), Errc::InvalidInput, "too many attributes"));
  EXPECT_TRUE(fails_with(parse_html_page(std::string("<\0a href=x>", 11)), Errc::InvalidInput, "no text in UTF-8"));
  std::string files;
  for (std::size_t i = 0; i <= kMostFiles; ++i) files += "<a href=x>";
  EXPECT_TRUE(fails_with(parse_html_page(files), Errc::Exhausted, "too many files"));
}

}  // namespace
}  // namespace berth::vet
