#include "berth/vet/build_lists.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Of the last line.
std::vector<std::string> places(const std::string& text, const char* path) {
  const auto file = parse_dockerfile("FROM a:1\n" + text + "\nRUN x\n");
  EXPECT_TRUE(testing::ok(file));
  return file ? places_in_folder(*file, path, file->instructions.back().line) : std::vector<std::string>();
}

TEST(PlacesInFolder, AreWhatTheBuildBringsThere) {
  EXPECT_THAT(places("", "deps.txt"), ElementsAre("deps.txt"));
  EXPECT_THAT(places("", "/tmp/deps.txt"), IsEmpty());
  // What is copied may be a folder.
  EXPECT_THAT(places("COPY deps.txt /tmp/", "/tmp/deps.txt"), ElementsAre("deps.txt", "deps.txt/deps.txt"));
  EXPECT_THAT(places("COPY a.txt /tmp/b.txt", "/tmp/b.txt"), ElementsAre("a.txt"));
  EXPECT_THAT(places("COPY [\"sub/a.txt\", \"/tmp\"]", "/tmp/a.txt"), ElementsAre("sub/a.txt", "sub/a.txt/a.txt"));
  EXPECT_THAT(places("WORKDIR /app\nCOPY . .", "/app/sub/a.txt"), ElementsAre("sub/a.txt"));
  EXPECT_THAT(places("WORKDIR /app\nWORKDIR in\nCOPY lists ./", "a.txt"), ElementsAre("lists/a.txt", "a.txt"));
  EXPECT_THAT(places("COPY re*.txt /tmp/", "/tmp/requirements.txt"), ElementsAre("requirements.txt"));
  EXPECT_THAT(places("COPY --from=b deps.txt /tmp/", "/tmp/deps.txt"), IsEmpty());
  EXPECT_THAT(places("COPY a/x.txt /t/\nCOPY b/x.txt /t/", "/t/x.txt"),
              ElementsAre("b/x.txt", "b/x.txt/x.txt", "a/x.txt", "a/x.txt/x.txt"));
}

TEST(PlacesInFolder, StayInTheFolder) {
  EXPECT_THAT(places("", "../../etc/passwd"), ElementsAre("etc/passwd"));
  EXPECT_THAT(places("COPY ../../x.txt /t/", "/t/x.txt"), ElementsAre("x.txt", "x.txt/x.txt"));
}

}  // namespace
}  // namespace berth::vet
