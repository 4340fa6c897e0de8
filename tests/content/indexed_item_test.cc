#include "berth/content/indexed_item.h"

#include <gmock/gmock.h>

#include "berth/content/item_parser.h"
#include "berth/content/yaml_reader.h"
#include "berth/content/yaml_skim.h"
#include "tests/support/result_matchers.h"

namespace berth::content {
namespace {

constexpr char kIntegration[] = R"(category: Utilities
# A comment: with a colon
commonfields:
  id: Harbour
  version: -1
name: Harbour
name:marketplacev2: Other
display: "Name: of, the # port
  name: not a key"
description: 'It''s a
  long one: text'
image: data:image/png;base64,AAAA
detaileddescription: |
  name: in a text
   # no comment
configuration:
- display: Server
  name: url
  type: 0
- name: other
  type: 8
  options: [a, b]
script:
  script: |-
    name: code
    commands:
    - name: in-code
  type: python
  subtype: python3
  dockerimage: demisto/python3:3.11.10.115186
  commands:
  - name: harbour-get
    description: text
    arguments:
    - name: limit
      description: |
        - name: in-text
    outputs:
    - contextPath: A.B
      description: x
  - description: first
    arguments:
      - name: deeper
    name: harbour-list
    deprecated: true
    hidden: true
  isfetch: true
  feed: false
  longRunning: yes
fromversion: 5.5.0
toversion: 8.9.9
deprecated: true
tests:
- No tests
)";

TEST(IndexedItem, KeepsWhatALookUpNeeds) {
  ASSERT_TRUE(skim_yaml(kIntegration));
  const auto item = indexed_item_of(kIntegration, "x.yml", "xsoar");
  ASSERT_TRUE(testing::ok(item));
  EXPECT_EQ(item->kind, ItemKind::Integration);
  EXPECT_EQ(item->id, "Harbour");
  EXPECT_EQ(item->name, "Harbour");
  EXPECT_EQ(item->docker_image, "demisto/python3:3.11.10.115186");
  EXPECT_EQ(item->from_version, "5.5.0");
  EXPECT_EQ(item->to_version, "8.9.9");
  EXPECT_TRUE(item->deprecated);
  ASSERT_EQ(item->commands.size(), 2u);
  EXPECT_EQ(item->commands[0].name, "harbour-get");
  EXPECT_EQ(item->commands[1].name, "harbour-list");
  EXPECT_TRUE(item->commands[1].deprecated && item->commands[1].hidden);
  EXPECT_TRUE(item->flags.fetch_incidents && item->flags.long_running);
  EXPECT_FALSE(item->flags.feed);
  EXPECT_TRUE(has_command(*item, "fetch-incidents") && has_command(*item, "harbour-list"));
  EXPECT_FALSE(has_command(*item, "fetch-indicators"));
}

TEST(IndexedItem, TakesTheKeysOfTheMarketplace) {
  EXPECT_EQ(indexed_item_of(kIntegration, "x.yml", "marketplacev2")->name, "Other");
}

TEST(IndexedItem, PrefersTheMarketplacesOwnKey) {
  constexpr char kScript[] =
      "name: plain\nname:xsoar: both\nname:XSOAR_SAAS: saas\ntype: python\nscript: x\nfromversion:xsoar: 6.0.0\n";
  const auto document = parse_yaml(kScript, "x.yml");
  ASSERT_TRUE(testing::ok(document));
  const std::pair<const char*, const char*> rows[] = {
      {"xsoar", "both"}, {"xsoar_saas", "saas"}, {"xsoar_on_prem", "both"}, {"platform", "plain"}};
  for (const auto& [marketplace, name] : rows) {
    EXPECT_EQ(indexed_item_of(kScript, "x.yml", marketplace)->name, name) << marketplace;
    EXPECT_EQ(parse_item(*document, marketplace)->name, name) << marketplace;
    // A suffixed key without a plain one is dropped.
    EXPECT_EQ(parse_item(*document, marketplace)->from_version, "") << marketplace;
  }
}

struct Row {
  const char* name;
  const char* yaml;
  bool is_skimmed;
};

// Every text means the same to the shortcut and to the whole reader.
class Skim : public ::testing::TestWithParam<Row> {};

TEST_P(Skim, AgreesWithTheWholeReader) {
  const auto& [name, yaml, is_skimmed] = GetParam();
  EXPECT_EQ(skim_yaml(yaml).has_value(), is_skimmed);
  const auto item = indexed_item_of(yaml, "x.yml", "xsoar");
  const auto document = parse_yaml(yaml, "x.yml");
  ASSERT_TRUE(testing::ok(document));
  const auto whole = parse_item(*document);
  ASSERT_TRUE(testing::ok(whole));
  ASSERT_TRUE(testing::ok(item));
  EXPECT_EQ(item->kind, whole->kind);
  EXPECT_EQ(item->id, whole->id);
  EXPECT_EQ(item->name, whole->name);
  EXPECT_EQ(item->language, whole->language);
  EXPECT_EQ(item->docker_image, whole->docker_image.value_or(""));
  EXPECT_EQ(item->from_version, whole->from_version);
  EXPECT_EQ(item->flags.fetch_incidents, whole->flags.fetch_incidents);
  ASSERT_EQ(item->commands.size(), whole->commands.size());
  for (std::size_t i = 0; i < whole->commands.size(); ++i) EXPECT_EQ(item->commands[i].name, whole->commands[i].name);
}

INSTANTIATE_TEST_SUITE_P(
    IndexedItem, Skim,
    ::testing::Values(
        Row{"Integration", kIntegration, true},
        Row{"Script", "commonfields: {id: S, version: -1}\nname: S\nscript: ''\ntype: python\nargs:\n- name: a\n",
            true},
        Row{"CodeInside", "name: S\ntype: python\nscript: |\n  name: not\n\n  type: powershell\nfromversion: 6.0.0\n",
            true},
        Row{"CodeWithTabs", "name: S\ntype: python\nscript: |\n  if a:\n  \tname: x\nfromversion: 6.0.0\n", true},
        Row{"QuotedOverLines", "name: S\ncomment: \"a\nname: b\"\ntype: python\nscript: x\n", true},
        Row{"QuotedEscapes", "name: S\ncomment: \"a \\\" b\"\nother: 'it''s'\ntype: python\nscript: x\n", true},
        Row{"LineEnds", "name: S\r\ntype: python\r\nscript: |\r\n  x\r\nfromversion: 6.0.0\r\n", true},
        Row{"ByteOrderMark", "\xef\xbb\xbfname: S\ntype: python\nscript: x\n", true},
        Row{"DocumentStart", "---\nname: S\ntype: python\nscript: x\n", true},
        Row{"KeyOfAPart", "type: python\nscript: x\nname: S\nargs:\n  - name: other\n    type: x\n", true},
        Row{"DeepCommands",
            "name: I\nscript:\n    type: python\n    script: x\n    commands:\n        -   name: c-1\n            "
            "arguments:\n            - name: z\n        -   name: c-2\n    isfetch: true\n",
            true},
        Row{"NoCommands", "name: I\nscript:\n  type: python\n  script: x\n  commands: []\n", true},
        Row{"EmptyCommands", "name: I\nscript:\n  type: python\n  script: x\n  commands:\n  isfetch: true\n", true},
        Row{"Flow", "{name: S, type: python, script: x}\n", false},
        Row{"FlowScript", "name: I\nscript: {type: python, script: x, isfetch: true}\n", false},
        Row{"Anchors", "x: &n S\nname: *n\ntype: python\nscript: x\n", false},
        Row{"QuotedKeys", "\"name\": S\ntype: python\nscript: x\n", false},
        Row{"FlowOverLines", "name: S\ntags: [a,\n b]\ntype: python\nscript: x\n", false},
        Row{"PlainCode", "name: S\ntype: python\nscript:\n  print(1)\n", false}),
    [](const auto& row) { return row.param.name; });

TEST(IndexedItem, SaysWhereAYamlIsBroken) {
  const auto fails = [](const char* yaml) { return indexed_item_of(yaml, "x.yml", "xsoar"); };
  EXPECT_TRUE(testing::fails_with(fails("name: [\n"), Errc::InvalidInput, "x.yml:2:1"));
  EXPECT_TRUE(testing::fails_with(fails("a: 1\nb: 2\n"), Errc::InvalidInput, "neither a script nor an integration"));
  EXPECT_TRUE(testing::fails_with(fails("type: python\nscript: x\n"), Errc::InvalidInput, "key 'name'"));
  EXPECT_TRUE(testing::fails_with(fails("- name: a\n"), Errc::InvalidInput, "neither a script"));
}

TEST(IndexedItem, KeepsWhatItDependsOnWithoutBrands) {
  const auto item = indexed_item_of(
      "name: S\ntype: python\nscript: x\ndependson:\n  must:\n  - Brand|||brand-get\n  - Other\n", "x", "xsoar");
  ASSERT_TRUE(testing::ok(item));
  EXPECT_THAT(item->must_have, ::testing::ElementsAre("brand-get", "Other"));
}

}  // namespace
}  // namespace berth::content
