#include "berth/vet/dockerfile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using testing::ok;

BuildInstruction only(const std::string& text) {
  const auto file = parse_dockerfile("FROM a:1\n" + text);
  EXPECT_TRUE(ok(file)) << text;
  EXPECT_EQ(file->instructions.size(), 2u) << text;
  return file->instructions.back();
}

TEST(Dockerfile, IsItsInstructions) {
  const auto file =
      parse_dockerfile("\xef\xbb\xbf# a comment\n\nfrom a:1 as x\r\n  Run one \\\n  # between\n  two\nUSER 4000");
  ASSERT_TRUE(ok(file));
  ASSERT_EQ(file->instructions.size(), 3u);
  EXPECT_EQ(file->instructions[0].keyword, "FROM");
  EXPECT_EQ(file->instructions[0].text, "a:1 as x");
  EXPECT_EQ(file->instructions[0].line, 3u);
  EXPECT_EQ(file->instructions[1].text, "one   two");
  EXPECT_EQ(file->instructions[1].line, 4u);
  EXPECT_EQ(file->instructions[2].line, 7u);
}

TEST(Dockerfile, TellsFlagsJsonAndWhatIsPutOff) {
  const BuildInstruction add = only("ADD --chown=1 --checksum=sha256:0 https://x.example/y /z");
  EXPECT_THAT(add.flags, ElementsAre("--chown=1", "--checksum=sha256:0"));
  EXPECT_EQ(add.text, "https://x.example/y /z");
  EXPECT_THAT(only("CMD [\"sh\", \"-c\", \"x\"]").words, ElementsAre("sh", "-c", "x"));
  EXPECT_THAT(only("CMD [x").words, ElementsAre());
  EXPECT_EQ(only("ONBUILD run x").keyword, "RUN");
}

TEST(Dockerfile, TakesItsEscapeFromTheDirective) {
  const auto file = parse_dockerfile("# escape=`\nFROM a:1\nRUN one `\n two\nRUN c:\\\n");
  ASSERT_TRUE(ok(file));
  ASSERT_EQ(file->instructions.size(), 3u);
  EXPECT_EQ(file->instructions[1].text, "one  two");
  EXPECT_EQ(file->instructions[2].text, "c:\\");
}

TEST(Dockerfile, JoinsLinesWithNothingBetween) {
  EXPECT_EQ(only("RUN pip ins\\\r\n\n # between\ntall \\  \n\tx").text, "pip install \tx");
  EXPECT_EQ(only("\\\nRUN x").text, "x");
  const auto file = parse_dockerfile("FROM a:1\nRUN one\\\\\nRUN two");  // two signs do not go on
  ASSERT_TRUE(ok(file));
  EXPECT_EQ(file->instructions.size(), 3u);
}

TEST(Dockerfile, HoldsHereDocuments) {
  const BuildInstruction run = only("RUN <<-\"EOF\" sh\n\tpip install x\n# kept\n\tEOF\n");
  EXPECT_THAT(run.documents, ElementsAre("pip install x\n# kept\n"));
  const auto two = parse_dockerfile("FROM a:1\nCOPY <<A <<B /x/\none\nA\ntwo\nB\nUSER 1\n");
  ASSERT_TRUE(ok(two));
  EXPECT_THAT(two->instructions[1].documents, ElementsAre("one\n", "two\n"));
  EXPECT_EQ(two->instructions.back().keyword, "USER");
  EXPECT_THAT(only("RUN cat <<< x").documents, ElementsAre());
  EXPECT_THAT(only("RUN echo '<<EOF' \"<<EOF\" $((1<<2))").documents, ElementsAre());
}

TEST(Dockerfile, ThatCannotBeReadIsRefused) {
  EXPECT_TRUE(fails_with(parse_dockerfile(""), Errc::InvalidInput, "names no base"));
  EXPECT_TRUE(fails_with(parse_dockerfile("RUN x\n"), Errc::InvalidInput, "names no base"));
  EXPECT_TRUE(fails_with(parse_dockerfile("FROM a\nRUN <<EOF\nx\n"), Errc::InvalidInput, "line 2: its here-document"));
  EXPECT_TRUE(fails_with(parse_dockerfile(std::string(kMostDockerfileBytes + 1, 'x')), Errc::Exhausted, "too large"));
  std::string many = "FROM a\n";
  for (int i = 0; i < 10'001; ++i) many += "RUN x\n";
  EXPECT_TRUE(fails_with(parse_dockerfile(many), Errc::Exhausted, "too many instructions"));
}

}  // namespace
}  // namespace berth::vet
