#include "berth/vet/look_alike.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "berth/vet/name_shape.h"
#include "tests/support/labelled_names.h"

namespace berth::vet {
namespace {

const LookAlikes& built_in() {
  static const LookAlikes look_alikes(PopularNames::built_in(), ModuleNames::built_in());
  return look_alikes;
}

std::filesystem::path data_folder() { return std::filesystem::path(__FILE__).parent_path() / "data"; }

struct Row {
  const char* test;
  const char* name;
  Likeness likeness;
  const char* target;
};

const Row kRows[] = {
    {"Transposed", "reqeusts", Likeness::Shuffled, "requests"},
    {"TransposedInside", "requsets", Likeness::Shuffled, "requests"},
    {"Doubled", "reqquests", Likeness::Shuffled, "requests"},
    {"LeftOut", "reqests", Likeness::Slip, "requests"},
    {"KeyBeside", "requestd", Likeness::Slip, "requests"},
    {"Singular", "request", Likeness::Slip, "requests"},
    {"Vowel", "colurama", Likeness::Slip, "colorama"},
    {"DigitForLetter", "b0to3", Likeness::Homoglyph, "boto3"},
    {"OneForEll", "co1orama", Likeness::Homoglyph, "colorama"},
    {"Separator", "setup-tools", Likeness::Separators, "setuptools"},
    {"SeparatorLost", "pythondateutil", Likeness::Separators, "python-dateutil"},
    {"WordOrder", "toolbelt-requests", Likeness::WordOrder, "requests-toolbelt"},
    {"PythonInFront", "python3-flask", Likeness::PythonAffix, "flask"},
    {"PythonMoved", "pythonkafka", Likeness::PythonAffix, "kafka-python"},
    {"PyBehind", "numpy-py", Likeness::PythonAffix, "numpy"},
    {"Plurals", "importlibs-resource", Likeness::Plural, "importlib-resources"},
    {"NextVersion", "mitmproxy2", Likeness::Version, "mitmproxy"},
    {"Installer", "urllib3-installer", Likeness::Affix, "urllib3"},
    {"Praise", "ultrarequests", Likeness::Affix, "requests"},
    {"AffixAndSlip", "pip-requets", Likeness::Affix, "requests"},
    {"Pair", "matplotlib-numpy", Likeness::Pair, "numpy"},
    {"StandardLibrary", "crypt", Likeness::StandardLibrary, "crypt"},
    {"Module", "cv2", Likeness::Module, "opencv-python"},
};

class LooksAlike : public ::testing::TestWithParam<Row> {};

TEST_P(LooksAlike, IsFoundWithItsTarget) {
  const auto found = built_in().find(GetParam().name);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(likeness_text(found->likeness), likeness_text(GetParam().likeness));
  EXPECT_EQ(found->target, GetParam().target);
  EXPECT_EQ(found->target_rank, PopularNames::built_in().rank_of(found->target).value_or(0));
}

INSTANTIATE_TEST_SUITE_P(Table, LooksAlike, ::testing::ValuesIn(kRows), [](auto& row) { return row.param.test; });

TEST(LookAlikes, LeavesPopularNamesAndOthersAlone) {
  for (const char* name : {"requests", "responses", "mechanize", "pytest-cov", "django-redis", "flask-babel",
                           "demisto-py", "my-own-library", "a", "-", "", "types-requests"}) {
    EXPECT_FALSE(built_in().find(name).has_value()) << name;
  }
}

TEST(LookAlikes, BelievesWhatHasStoodLong) {
  const Standing young = {.age = std::chrono::days(30), .releases = 40};
  const Standing old = {.age = std::chrono::days(4000), .releases = 40};
  EXPECT_TRUE(built_in().find("watchdog-plus", young).has_value());
  EXPECT_FALSE(built_in().find("watchdog-plus", old).has_value());
  EXPECT_TRUE(built_in().find("requestss", old).has_value());
}

TEST(LookAlikes, StaysTotal) {
  for (const std::string& name : {std::string(200, 'a'), std::string(3000, '-'), std::string("\xff\xfe\x00z", 4)}) {
    EXPECT_FALSE(built_in().find(name).has_value());
  }
}

TEST(LookAlikes, FlagsFewRandomNames) {
  const auto names = testing::random_names(data_folder());
  ASSERT_EQ(names.size(), 20'000U);
  const auto flagged = std::ranges::count_if(names, [](auto& name) { return built_in().find(name).has_value(); });
  const double share = static_cast<double>(flagged) / static_cast<double>(names.size());
  fmt::print("random names flagged: {} of {}, {:.2f} %\n", flagged, names.size(), 100 * share);
  EXPECT_LE(share, 0.005);
  EXPECT_GT(flagged, 0);
}

TEST(LookAlikes, FlagsFewPopularNames) {
  const auto& names = PopularNames::built_in().names();
  ASSERT_EQ(names.size(), 15'000U);
  const auto flagged =
      std::count_if(names.begin() + 10'000, names.end(), [](auto name) { return built_in().find(name).has_value(); });
  fmt::print("popular names above rank 10,000 flagged: {} of 5,000, {:.2f} %\n", flagged,
             static_cast<double>(flagged) / 50);
  EXPECT_LE(flagged, 25);
}

TEST(LookAlikes, FindsHeldOutSquats) {
  int held_out = 0;
  int found = 0;
  int with_target = 0;
  for (const auto& pair : testing::labelled_names(data_folder())) {
    if (!pair.is_held_out) continue;
    ++held_out;
    const auto look_alike = built_in().find(pair.name);
    found += look_alike.has_value();
    with_target += look_alike && look_alike->target == pair.target;
  }
  fmt::print("held-out squats found: {} of {}, {:.1f} %; with the target of the report: {}\n", found, held_out,
             100.0 * found / held_out, with_target);
  EXPECT_GE(held_out, 190);
  EXPECT_GE(found * 100, held_out * 75);
}

TEST(NameShape, CountsSlips) {
  EXPECT_EQ(slip_distance("requests", "requests", 2), 0);
  EXPECT_LT(slip_distance("requestss", "requests", 2), slip_distance("requestsx", "requests", 2));
  EXPECT_LT(slip_distance("reqyests", "requests", 2), slip_distance("reqmests", "requests", 2));
  EXPECT_LT(slip_distance("reqeusts", "requests", 2), slip_distance("rexxests", "requests", 2));
  EXPECT_GT(slip_distance("boto4", "boto3", 3), 1.2);
  EXPECT_GT(slip_distance("abc", "requests", 1), 1);
  EXPECT_EQ(skeleton_of("rnodern"), skeleton_of("modem"));
  EXPECT_EQ(without_separators("a-b--c"), "abc");
}

}  // namespace
}  // namespace berth::vet
