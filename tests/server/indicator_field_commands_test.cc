// Commands that change indicators: what their fields and verdicts become.
#include <gtest/gtest.h>

#include "berth/store/indicators.h"
#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::fails_with;
using testing::json;
using testing::ok;

class IndicatorScene {
 public:
  IndicatorScene() {
    std::vector<store::Indicator> rows(3);
    rows[0] = {.type = "IP", .value = "192.0.2.1", .fields = json(R"({"tags": ["red"], "note": "n"})"), .score = 2};
    rows[1] = {.type = "IP", .value = "192.0.2.2", .fields = json(R"({"tags": "red,blue"})")};
    rows[2] = {.type = "Host", .value = "192.0.2.1"};
    EXPECT_TRUE(ok(store::Indicators(folder_.database()).upsert(rows)));
  }

  Result<std::vector<Json>> run(std::string_view name, std::string_view args) {
    const Json given = json(args);
    const BuiltInCommand* command = find_built_in(name);
    BERTH_ASSERT(command != nullptr);
    return command->run(CommandArguments(command->name, given), {own_, folder_.state(), script_, caller_});
  }

  // "<fields> <score>" of each.
  std::string indicators() {
    std::string text;
    const auto rows = store::Indicators(folder_.database()).search({});
    EXPECT_TRUE(ok(rows));
    for (const store::Indicator& row : *rows) text += print_json(row.fields) + " " + std::to_string(row.score) + "; ";
    return text;
  }

 private:
  testing::StateFolder folder_;
  testing::NoScript script_;
  StoredInvestigation own_ = folder_.add_investigation("own", json("{}"));
  Caller caller_ = testing::script();
};

constexpr const char* kUnchanged = R"({"tags": ["red"], "note": "n"} 2; {"tags": "red,blue"} 0; {} 0; )";

struct ChangeRow {
  const char* name;
  const char* command;
  const char* args;
  const char* indicators;
};

const ChangeRow kChanges[] = {
    {"Append", "appendIndicatorField", R"({"indicatorsValues": "192.0.2.1", "field": "tags", "fieldValue": "new"})",
     R"({"tags": ["red", "new"], "note": "n"} 2; {"tags": "red,blue"} 0; {"tags": ["new"]} 0; )"},
    {"AppendEachOnce", "appendIndicatorField",
     R"({"indicatorsValues": ["192.0.2.2"], "field": "tags", "fieldValue": ["red", "new", "new"]})",
     R"({"tags": ["red"], "note": "n"} 2; {"tags": ["red", "blue", "new"]} 0; {} 0; )"},
    {"AppendNothing", "appendIndicatorField", R"({"indicatorsValues": "192.0.2.2", "field": "tags"})",
     R"({"tags": ["red"], "note": "n"} 2; {"tags": ["red", "blue"]} 0; {} 0; )"},
    {"Remove", "removeIndicatorField",
     R"({"indicatorsValues": "192.0.2.1,192.0.2.2", "field": "tags", "fieldValue": "red,other"})",
     R"({"tags": [], "note": "n"} 2; {"tags": ["blue"]} 0; {"tags": []} 0; )"},
    {"SetVerdict", "setIndicators", R"({"indicatorsValues": "192.0.2.1", "verdict": "Malicious"})",
     R"({"tags": ["red"], "note": "n"} 3; {"tags": "red,blue"} 0; {} 3; )"},
    {"SetFields", "setIndicators", R"({"indicatorsValues": "192.0.2.2", "tags": ["x"], "country": "NL"})",
     R"({"tags": ["red"], "note": "n"} 2; {"tags": ["x"], "country": "NL"} 0; {} 0; )"},
};

class IndicatorChanges : public ::testing::TestWithParam<ChangeRow> {};

TEST_P(IndicatorChanges, AreStored) {
  IndicatorScene scene;
  ASSERT_TRUE(ok(scene.run(GetParam().command, GetParam().args)));
  EXPECT_EQ(scene.indicators(), GetParam().indicators);
}

INSTANTIATE_TEST_SUITE_P(Table, IndicatorChanges, ::testing::ValuesIn(kChanges),
                         [](const auto& row) { return row.param.name; });

struct RefusedChangeRow {
  const char* name;
  const char* command;
  const char* args;
  Errc code;
  const char* why;
};

const RefusedChangeRow kRefusedChanges[] = {
    {"NoIndicators", "appendIndicatorField", R"({"field": "tags", "fieldValue": "x"})", Errc::InvalidInput,
     "argument 'indicatorsValues' is missing"},
    {"NoField", "appendIndicatorField", R"({"indicatorsValues": "192.0.2.1"})", Errc::InvalidInput,
     "argument 'field' is missing"},
    {"OneIsNotThere", "appendIndicatorField",
     R"({"indicatorsValues": "192.0.2.1,192.0.2.9", "field": "tags", "fieldValue": "x"})", Errc::NotFound,
     "there is no indicator '192.0.2.9'"},
    {"SetWhatIsNotThere", "setIndicators", R"({"indicatorsValues": "a.example", "verdict": "Bad"})", Errc::NotFound,
     "there is no indicator 'a.example'"},
    {"EmptyValue", "setIndicators", R"({"indicatorsValues": ["192.0.2.1", ""], "verdict": "Bad"})", Errc::NotFound,
     "there is no indicator ''"},
};

class RefusedIndicatorChanges : public ::testing::TestWithParam<RefusedChangeRow> {};

TEST_P(RefusedIndicatorChanges, ChangeNothing) {
  IndicatorScene scene;
  EXPECT_TRUE(fails_with(scene.run(GetParam().command, GetParam().args), GetParam().code, GetParam().why));
  EXPECT_EQ(scene.indicators(), kUnchanged);
}

INSTANTIATE_TEST_SUITE_P(Table, RefusedIndicatorChanges, ::testing::ValuesIn(kRefusedChanges),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::server
