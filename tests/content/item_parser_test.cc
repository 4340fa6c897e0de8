#include "berth/content/item_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "berth/content/yaml_reader.h"
#include "tests/support/result_matchers.h"

namespace berth::content {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<Item> item_of(std::string_view yaml) {
  BERTH_TRY(const YamlDocument document, parse_yaml(yaml, "x.yml"));
  return parse_item(document);
}

constexpr std::string_view kScript = R"(commonfields:
  id: GetAge
  version: -1
name: GetAge
script: |-
  return_results('x')
type: python
subtype: python3
dockerimage: demisto/python3:3.11.2.4
alt_dockerimages: [demisto/ml:1.0.0.2]
timeout: 3µs
runas: DBotWeakRole
runonce: true
comment: Tells an age.
tags: [utility]
scripttarget: 0
fromversion: 6.10.0
args:
- name: born
  description: The day.
  required: true
  default: true
- name: unit
  auto: PREDEFINED
  predefined: [days, "no", 010]
  defaultValue: days
  isArray: true
outputs:
- contextPath: Age.Days
  description: Days.
  type: Number
)";

TEST(ParseItem, ReadsAScript) {
  const auto item = item_of(kScript);
  ASSERT_TRUE(testing::ok(item));
  EXPECT_EQ(item->kind, ItemKind::Script);
  EXPECT_EQ(item->id, "GetAge");
  EXPECT_EQ(item->code, "return_results('x')");
  EXPECT_EQ(item->language, Language::Python);
  EXPECT_EQ(item->subtype, "python3");
  EXPECT_EQ(item->docker_image, "demisto/python3:3.11.2.4");
  EXPECT_THAT(item->alternative_images, ElementsAre("demisto/ml:1.0.0.2"));
  EXPECT_EQ(item->timeout, std::chrono::seconds(3000));
  EXPECT_EQ(item->run_as, "DBotWeakRole");
  EXPECT_TRUE(item->run_once);
  EXPECT_EQ(item->from_version, "6.10.0");
  ASSERT_EQ(item->arguments.size(), 2u);
  EXPECT_TRUE(item->arguments[0].required && item->arguments[0].takes_bare_value);
  EXPECT_TRUE(item->arguments[1].is_closed && item->arguments[1].is_array);
  EXPECT_THAT(item->arguments[1].options, ElementsAre("days", "no", "010"));
  EXPECT_EQ(item->arguments[1].default_value, "days");
  ASSERT_EQ(item->outputs.size(), 1u);
  EXPECT_EQ(item->outputs[0].context_path, "Age.Days");
  EXPECT_THAT(item->warnings, IsEmpty());
}

constexpr std::string_view kIntegration = R"(category: Utilities
commonfields: {id: Weather, version: -1}
name: Weather
display: Weather
description: Tells the weather.
configuration:
- {display: URL, name: url, type: 0, required: true, defaultvalue: "https://host"}
- {display: Key, name: apikey, type: 4, hidden: [marketplacev2]}
- {display: Login, name: credentials, type: 9, hidden: [xsoar_on_prem]}
- {display: Kinds, name: kinds, type: 16, options: [a, b], defaultvalue: [a, b]}
- {display: Old, name: old, type: 8, hidden: "true", defaultvalue: "false"}
script:
  script: '-'
  type: python
  subtype: python3
  dockerimage: demisto/python3:3.11.2.4
  isfetch: true
  longRunning: "true"
  commands:
  - name: weather-get
    description: Gets it.
    execution: true
    timeout: 600
    arguments:
    - {name: city, description: Where., default: true}
    outputs: []
  - {name: weather-old, description: Gone., deprecated: true}
)";

TEST(ParseItem, ReadsAnIntegration) {
  const auto item = item_of(kIntegration);
  ASSERT_TRUE(testing::ok(item));
  EXPECT_EQ(item->kind, ItemKind::Integration);
  EXPECT_EQ(item->code, "");
  EXPECT_EQ(item->docker_image, "demisto/python3:3.11.2.4");
  EXPECT_TRUE(item->flags.fetch_incidents && item->flags.long_running);
  EXPECT_FALSE(item->flags.feed);
  ASSERT_EQ(item->commands.size(), 2u);
  EXPECT_EQ(item->commands[0].timeout, std::chrono::seconds(600));
  EXPECT_TRUE(item->commands[0].execution && item->commands[1].deprecated);
  EXPECT_EQ(item->commands[0].arguments[0].name, "city");
  ASSERT_EQ(item->parameters.size(), 5u);
  EXPECT_EQ(item->parameters[0].default_value, Json("https://host"));
  EXPECT_FALSE(item->parameters[1].hidden);
  EXPECT_EQ(item->parameters[1].type, ParameterType::Encrypted);
  const Parameter& login = item->parameters[2];
  EXPECT_TRUE(login.hidden_identifier && login.hidden_password && !login.hidden);
  EXPECT_EQ(item->parameters[3].default_value, Json(Json::Array{"a", "b"}));
  EXPECT_TRUE(item->parameters[4].hidden);
  EXPECT_THAT(item->warnings, IsEmpty());
}

TEST(ParseItem, ResolvesMarketplaceSuffixes) {
  const auto item = item_of(
      "name: a\nname:xsoar: b\nname:platform: c\nid_x2: 7\ncommonfields: {'id:XSOAR': own, id: x}\nscript: p\n"
      "type: python\nsubtype:xsoar: python3\ndockerimage: a:1\ndockerimage:xsoar_saas: b:1\nodd:key: 1\n"
      "args:\n- {name: x, required: false, 'required:xsoar': true}\n");
  ASSERT_TRUE(testing::ok(item));
  EXPECT_EQ(item->name, "b");
  EXPECT_EQ(item->id, "own");
  EXPECT_EQ(item->subtype, "");  // no plain key, so the suffixed one is dropped
  EXPECT_EQ(item->docker_image, "a:1");
  EXPECT_TRUE(item->arguments[0].required);
  ASSERT_EQ(item->warnings.size(), 2u);
  EXPECT_EQ(item->warnings[0].key, "subtype:xsoar");
  EXPECT_EQ(item->warnings[1].key, "odd:key");
}

TEST(ParseItem, NotesUnknownKeysAtEveryLevel) {
  const auto item = item_of(
      "name: a\ncommonfields: {id: a, ide: b}\nscript: p\ntype: python\ndokerimage: x\n"
      "args:\n- name: y\n  requird: true\noutputs:\n- {contextpath: z}\ntags: notalist\ndeprecated: perhaps\n");
  ASSERT_TRUE(testing::ok(item));
  std::vector<std::string> keys;
  for (const Warning& warning : item->warnings) keys.push_back(warning.key + ":" + std::to_string(warning.line));
  EXPECT_THAT(keys, ElementsAre("commonfields.ide:2", "deprecated:12", "args[0].requird:8", "outputs[0].contextpath:10",
                                "tags:11", "dokerimage:5"));
  EXPECT_EQ(item->warnings[0].file, "x.yml");
  EXPECT_THAT(item->warnings[1].text, HasSubstr("'perhaps' is not true or false"));
}

TEST(ParseItem, BoundsItsWarnings) {
  std::string yaml = "name: a\nscript: p\ntype: python\n";
  for (int i = 0; i < 300; ++i) yaml += "k" + std::to_string(i) + ": 1\n";
  const auto item = item_of(yaml);
  ASSERT_TRUE(testing::ok(item));
  ASSERT_EQ(item->warnings.size(), 101u);
  EXPECT_EQ(item->warnings.back().text, "201 more warnings are left out");
}

TEST(ParseItem, ReadsOtherLanguagesAndPrompts) {
  EXPECT_EQ(item_of("name: a\nscript: x\ntype: powershell\n")->language, Language::PowerShell);
  EXPECT_EQ(item_of("name: a\nscript: x\ntype: javascript\n")->language, Language::JavaScript);
  EXPECT_TRUE(item_of("name: a\nscript: ''\ntype: python\nisllm: true\nuserprompt: x\nmodel: y\n")->is_llm);
}

TEST(ParseItem, KeepsTheFirstOfTwoArguments) {
  const auto item = item_of("name: a\nscript: p\ntype: python\nargs:\n- {name: x, required: true}\n- {name: x}\n");
  ASSERT_TRUE(testing::ok(item));
  ASSERT_EQ(item->arguments.size(), 1u);
  EXPECT_TRUE(item->arguments[0].required);
  EXPECT_THAT(item->warnings.back().text, HasSubstr("'x' stands twice"));
}

struct BadItem {
  const char* name;
  std::string yaml;
  const char* why;
};

std::string many(int count, const char* line) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line;
  return text;
}

const BadItem kBadItems[] = {
    {"Empty", "", "it is neither a script nor an integration: it holds no keys"},
    {"Text", "hello", "it holds no keys"},
    {"List", "- a\n", "it holds no keys"},
    {"NoScript", "name: a\ntype: python\n", "key 'script' is missing; a script has it as text"},
    {"NullScriptOfIntegration", "name: a\nscript:\nconfiguration: []\n", "key 'script' is missing"},
    {"ScriptIsList", "name: a\nscript: [x]\n", "x.yml:2:9: key 'script': it is a list"},
    {"NoName", "script: x\ntype: python\n", "key 'name': it is missing or empty; add it"},
    {"NoType", "name: a\nscript: x\n", "key 'type': it is missing"},
    {"OtherType", "name: a\nscript: x\ntype: ruby\n", "'ruby' is no language"},
    {"OtherSubtype", "name: a\nscript: x\ntype: python\nsubtype: python4\n", "write python2 or python3"},
    {"SlashInId", "name: a\ncommonfields: {id: ../../etc}\nscript: x\ntype: python\n",
     "key 'commonfields.id': '../../etc' would lead to another folder"},
    {"DotsAsId", "name: a\ncommonfields: {id: ..}\nscript: x\ntype: python\n", "would lead to another folder"},
    {"SlashInNameAsId", "name: a/b\nscript: x\ntype: python\n", "would lead to another folder"},
    {"NulInId", "name: a\ncommonfields: {id: \"a\\0b\"}\nscript: x\ntype: python\n", "holds invisible characters"},
    {"EscapeInName", "name: \"\\e[2Ja\"\nscript: x\ntype: python\n", "'\\x1b[2Ja' holds invisible characters"},
    {"BidiInArgument", "name: a\nscript: x\ntype: python\nargs: [{name: \"a\\u202eb\"}]\n",
     "key 'args[0].name': 'a\\u202eb' holds invisible characters"},
    {"ControlInImage", "name: a\nscript: x\ntype: python\ndockerimage: \"a:1\\n--privileged\"\n",
     "key 'dockerimage': 'a:1\\x0a--privileged' holds invisible characters"},
    {"LongName", "name: " + std::string(600, 'a') + "\nscript: x\ntype: python\n", "longer than 512 bytes"},
    {"ArgsAsMapping", "name: a\nscript: x\ntype: python\nargs: {x: {}}\n",
     "x.yml:4:7: key 'args': it is a mapping, not a list"},
    {"ArgAsText", "name: a\nscript: x\ntype: python\nargs: [x]\n", "key 'args': 'x' is not a mapping"},
    {"ArgWithoutName", "name: a\nscript: x\ntype: python\nargs: [{required: true}]\n",
     "key 'args[0].name': it is missing"},
    {"RequiredMaybe", "name: a\nscript: x\ntype: python\nargs: [{name: b, required: maybe}]\n",
     "key 'args[0].required': 'maybe' is not true or false"},
    {"PredefinedAsText", "name: a\nscript: x\ntype: python\nargs: [{name: b, predefined: c}]\n",
     "key 'args[0].predefined': 'c' is not a list"},
    {"BadTimeout", "name: a\nscript: x\ntype: python\ntimeout: soon\n",
     "x.yml:4:10: key 'timeout': 'soon' is no duration"},
    {"ManyArguments", "name: a\nscript: x\ntype: python\nargs:\n" + many(2001, "- {name: b}\n"),
     "more than 2000 entries"},
    {"ParameterType", "name: a\nscript: {script: x, type: python}\nconfiguration: [{name: b, type: text}]\n",
     "key 'configuration[0].type': 'text' is not a whole number"},
    {"CommandsAsText", "name: a\nscript: {script: x, type: python, commands: all}\n",
     "key 'script.commands': 'all' is not a list"},
    {"CodeAsList", "name: a\nscript: {script: [x], type: python}\n", "key 'script.script': it is a list, not text"},
    {"FlagOfText", "name: a\nscript: {script: x, type: python, isfetch: sometimes}\n", "key 'script.isfetch'"},
};

class BadItemYaml : public ::testing::TestWithParam<BadItem> {};

TEST_P(BadItemYaml, IsRefusedWithFileKeyAndReason) {
  const auto item = item_of(GetParam().yaml);
  EXPECT_TRUE(testing::fails_with(item, Errc::InvalidInput, GetParam().why));
  ASSERT_FALSE(item.has_value());
  EXPECT_THAT(item.error().message(), HasSubstr("x.yml:"));
  EXPECT_EQ(item.error().message().find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Table, BadItemYaml, ::testing::ValuesIn(kBadItems),
                         [](const auto& row) { return row.param.name; });

TEST(ParseItem, ReadsBerthsOwnKey) {
  const std::string yaml = std::string(kScript) + "\nberth: {network: \"api.example.com:443\"}\n";
  const auto item = item_of(yaml);
  ASSERT_TRUE(testing::ok(item));
  EXPECT_EQ(item->network, "api.example.com:443");
  EXPECT_EQ(item_of(kScript)->network, "");
}

}  // namespace
}  // namespace berth::content
