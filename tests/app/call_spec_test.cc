#include "berth/app/call_spec.h"

#include <gtest/gtest.h>

#include <functional>

namespace berth::app {
namespace {

struct Row {
  const char* name;
  const char* word;  // of the reason; empty for none
  std::function<void(CallRequest&, container::LaunchSpec&)> change;
};

const Row kRows[] = {
    {"Nothing", "", [](auto&, auto&) {}},
    {"AGuardIsDown", "isolated less",
     [](auto&, auto& spec) {
       spec.guards = container::Guards(container::Weakening::by_operator_without_user_namespaces());
     }},
    {"Keep", "--keep", [](auto&, auto& spec) { spec.keep = true; }},
    {"Files", "work folder", [](auto&, auto& spec) { spec.files.emplace_back(); }},
    {"Debugger", "--debugpy", [](auto& request, auto&) { request.debugger_port = 5678; }},
    {"Port", "published", [](auto& request, auto&) { request.published_port = 80; }},
};

class WhyAlone : public ::testing::TestWithParam<Row> {};

TEST_P(WhyAlone, IsTold) {
  CallRequest request;
  container::LaunchSpec spec;
  GetParam().change(request, spec);
  const std::string_view why = why_alone(request, spec);
  EXPECT_EQ(why.empty(), std::string_view(GetParam().word).empty()) << why;
  EXPECT_TRUE(why.contains(GetParam().word)) << why;
}

INSTANTIATE_TEST_SUITE_P(Table, WhyAlone, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::app
