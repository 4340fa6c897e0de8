#include "berth/app/vet_gathering.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
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
  EXPECT_EQ(of({"foo", "foo @ https://evil.example/r.whl"}), (Names{"foo", "foo elsewhere"}));
  const std::filesystem::path list = temp_.path() / "pyproject.toml";
  std::ofstream(list) << "[tool.poetry.dependencies]\n"
                         "foo = [{version = \"*\", python = \"<3\"}, {version = \"*\"}, "
                         "{url = \"https://evil.example/f.whl\"}]\n";
  EXPECT_EQ(of({}, {list.native()}), (Names{"foo", "foo elsewhere"}));
}

}  // namespace
}  // namespace berth::app
