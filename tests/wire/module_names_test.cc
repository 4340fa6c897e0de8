#include "berth/wire/module_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "berth/base/json.h"

namespace berth::wire {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ModuleName, IsIdentifiersWithDots) {
  for (const char* good : {"a", "_", "requests", "a.b", "urllib3.util.retry", "__future__", "A1._2"}) {
    EXPECT_TRUE(is_module_name(good)) << good;
  }
  EXPECT_TRUE(is_module_name(std::string(kLongestModule, 'a')));
}

TEST(ModuleName, IsNothingElse) {
  for (const char* bad :
       {"", ".", "a.", ".a", "a..b", "1a", "a.1", "a b", "a/b", "../a", "a\nb", "a-b", "a;b", "\xc3\xa9", "a "}) {
    EXPECT_FALSE(is_module_name(bad)) << bad;
  }
  EXPECT_FALSE(is_module_name(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_module_name(std::string(kLongestModule + 1, 'a')));
}

std::vector<std::string> names_in(std::string_view text) { return module_names(*parse_json(text)); }

TEST(ModuleNames, AreThoseOfTheMessage) {
  EXPECT_THAT(names_in(R"({"type": "completed", "modules": ["json", "a.b"]})"), ElementsAre("json", "a.b"));
}

TEST(ModuleNames, PassOverWhatIsNone) {
  EXPECT_THAT(names_in(R"({"modules": ["b", 1, null, ["c"], "../x", "b", "a\nb", "a"]})"), ElementsAre("b", "a"));
  for (const char* text : {"{}", R"({"modules": "a"})", R"({"modules": {"a": 1}})", R"({"modules": null})"}) {
    EXPECT_THAT(names_in(text), IsEmpty()) << text;
  }
}

TEST(ModuleNames, AreBounded) {
  Json names = Json::array();
  for (std::size_t i = 0; i < 2 * kMostModules; ++i) names.push_back("m" + std::to_string(i));
  Json message = Json::object();
  message.set("modules", std::move(names));
  EXPECT_EQ(module_names(message).size(), kMostModules);
}

}  // namespace
}  // namespace berth::wire
