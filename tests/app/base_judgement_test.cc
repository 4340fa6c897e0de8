#include "berth/app/base_judgement.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "berth/image/base_recipe.h"
#include "berth/vet/approvals.h"
#include "berth/vet/built_in_data.h"
#include "tests/content/zip_writer.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class BaseJudgement : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(wheels());
    ::setenv("BERTH_CONFIG", (temp_.path() / "berth.yaml").c_str(), 1);
  }
  void TearDown() override { ::unsetenv("BERTH_CONFIG"); }

  std::filesystem::path wheels() const { return temp_.path() / "wheels"; }
  void add(const std::string& name, const std::string& version, const char* licence) const {
    const std::string metadata =
        fmt::format("Metadata-Version: 2.1\nName: {}\nVersion: {}\nLicense: {}\n", name, version, licence);
    std::ofstream(wheels() / fmt::format("{}-{}-py2.py3-none-any.whl", name, version))
        << content::ZipWriter()
               .add({.name = fmt::format("{}-{}.dist-info/METADATA", name, version), .data = metadata})
               .finish();
  }
  Result<void> judge() {
    Settings settings;
    settings.state = temp_.path() / "state";
    return judge_base_wheels(settings, wheels(), [this](std::string_view line) { told_.emplace_back(line); });
  }

  testing::TempFolder temp_;
  std::vector<std::string> told_;
};

TEST_F(BaseJudgement, TakesTheLastVersionsOfPython2AndSaysWhatIsApproved) {
  add("certifi", "2021.10.8", "MPL-2.0");
  add("six", "1.16.0", "MIT");
  ASSERT_TRUE(testing::ok(judge()));
  EXPECT_THAT(told_, Contains(HasSubstr("approved: certifi 2021.10.8: advisory.")));
  EXPECT_THAT(told_, Contains(HasSubstr("judged 2 libraries, ")));
}

TEST_F(BaseJudgement, RefusesWhatNobodyApproved) {
  add("Jinja2", "2.11.2", "BSD-3-Clause");
  EXPECT_TRUE(testing::fails_with(judge(), Errc::Denied, "Jinja2 2.11.2: advisory."));
}

TEST_F(BaseJudgement, RefusesALicenceThatThePolicyDoesNotTake) {
  add("six", "1.16.0", "GPL-3.0-only");
  EXPECT_TRUE(testing::fails_with(judge(), Errc::Denied, "six 1.16.0: licence.denied"));
}

// Whoever changes a version of the recipe looks at what is accepted of it.
TEST(Python2Approvals, AreOfExactlyTheVersionsOfTheRecipe) {
  const auto approvals = vet::parse_approvals(vet::python2_approvals_text(), "approvals");
  ASSERT_TRUE(testing::ok(approvals));
  std::istringstream lines{std::string(image::python2_recipe().wheels)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find("==");
    if (equals == std::string::npos) continue;
    const std::string version = line.substr(equals + 2, line.find(' ', equals) - equals - 2);
    vet::Finding finding;
    finding.rule = "advisory.critical";
    finding.package = vet::make_package(vet::Ecosystem::PyPI, line.substr(0, equals), version, "");
    const auto covers = [&](const vet::Approval& one) { return one.covers(finding); };
    EXPECT_TRUE(std::ranges::any_of(*approvals, covers)) << line;
    finding.package.version += ".1";
    EXPECT_FALSE(std::ranges::any_of(*approvals, covers)) << line;
    finding.rule = "advisory.malicious";
    EXPECT_FALSE(std::ranges::any_of(*approvals, covers)) << line;
  }
}

}  // namespace
}  // namespace berth::app
