#include "berth/app/image_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "berth/app/image_json.h"
#include "berth/app/image_prune.h"
#include "berth/app/image_search.h"

namespace berth::app {
namespace {

using ::testing::ElementsAre;

std::string id_of(char digit) { return std::string(64, digit); }

ImageRow row(char id, const std::string& name) {
  ImageRow row;
  row.id = id_of(id);
  row.digest = "sha256:" + row.id;
  if (!name.empty()) row.name = *image::parse_reference(name);
  row.created = std::string("2026-01-0") + id + "T00:00:00Z";
  row.facts.size_bytes = static_cast<std::uint64_t>(id - '0') * 100;
  row.facts.layers = {std::string(64, id)};
  return row;
}

std::vector<std::string> names_of(const std::vector<ImageRow>& rows) {
  std::vector<std::string> names;
  for (const ImageRow& one : rows) names.push_back(image::to_string(one.name));
  return names;
}

std::vector<ImageRow> some_rows() {
  std::vector<ImageRow> rows = {row('1', "localhost/b:1"), row('2', "localhost/a:9"), row('3', "localhost/a:10")};
  rows[0].facts.python = "3.11.2, 2.7.18";
  rows[0].items = 2;
  rows[0].uses = {{UseKind::Item, "x"}, {UseKind::Item, "y"}};
  rows[1].facts.python = "3.1.0";
  rows[1].facts.packages = 7;
  rows[2].base = "docker.io/library/alpine:3";
  return rows;
}

struct Order {
  const char* name;
  ImageListOrder order;
  std::vector<std::string> expected;
};
const Order kOrders[] = {
    {"ByName", {}, {"localhost/a:10", "localhost/a:9", "localhost/b:1"}},
    {"Reversed", {.reverse = true}, {"localhost/b:1", "localhost/a:9", "localhost/a:10"}},
    {"BySize", {.sort = "size"}, {"localhost/a:10", "localhost/a:9", "localhost/b:1"}},
    {"ByAge", {.sort = "created"}, {"localhost/a:10", "localhost/a:9", "localhost/b:1"}},
    {"ByPackages", {.sort = "packages"}, {"localhost/a:9", "localhost/a:10", "localhost/b:1"}},
    {"ByUse", {.sort = "used"}, {"localhost/b:1", "localhost/a:10", "localhost/a:9"}},
    {"ByPython", {.sort = "python"}, {"localhost/b:1", "localhost/a:9", "localhost/a:10"}},
    {"Named", {.text = "a:9"}, {"localhost/a:9"}},
    {"OfABase", {.text = "alpine"}, {"localhost/a:10"}},
    {"OfADigest", {.text = "sha256:111"}, {"localhost/b:1"}},
    {"OfADigestsDigits", {.text = "1111"}, {"localhost/b:1"}},
    {"OfNoPartOfADigest", {.text = "111"}, {}},
    {"WithPython3", {.python = "3"}, {"localhost/a:9", "localhost/b:1"}},
    {"WithPython311", {.python = "3.11"}, {"localhost/b:1"}},
    {"WithPython31", {.python = "3.1"}, {"localhost/a:9"}},
    {"WithPython2", {.python = "2.7"}, {"localhost/b:1"}},
    {"Used", {.used = true}, {"localhost/b:1"}},
    {"Unused", {.unused = true}, {"localhost/a:10", "localhost/a:9"}},
};
class ImageOrder : public ::testing::TestWithParam<Order> {};
TEST_P(ImageOrder, Holds) { EXPECT_EQ(names_of(ordered(some_rows(), GetParam().order)), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(Table, ImageOrder, ::testing::ValuesIn(kOrders), [](auto& row) { return row.param.name; });

TEST(ImageOrders, AreVersionsAndKeysThatThereAre) {
  for (const char* python : {"", "3", "3.11", "3.11.2"}) EXPECT_TRUE(check_order({.python = python})) << python;
  for (const char* python : {"abc", "3.", ".3", "3.11rc1", " 3"})
    EXPECT_FALSE(check_order({.python = python})) << python;
  EXPECT_FALSE(check_order({.sort = "colour"}));
}

TEST(ImagesJson, HasEachImageOnceWithAllItsNames) {
  std::vector<ImageRow> rows = {row('1', "docker.io/demisto/a:1"), row('1', "localhost/a:1"), row('2', "")};
  rows[0].newer.tag = "2";
  const Json json = images_json(rows);
  ASSERT_EQ(json.as_array()->size(), 2u);
  const Json& first = json.as_array()->front();
  EXPECT_EQ(print_json(*first.find("names")), R"(["docker.io/demisto/a:1", "localhost/a:1"])");
  EXPECT_EQ(print_json(*first.find("newer")),
            R"([{"name": "docker.io/demisto/a:1", "tag": "2", "not_looked_up": null}])");
  EXPECT_TRUE(json.as_array()->back().find("names")->as_array()->empty());
}

TEST(ImagesMarkdown, KeepsCellsInTheirPlaces) {
  std::vector<ImageRow> rows = {row('1', "localhost/a:1")};
  rows[0].base = "x|y\\z\x1b";
  EXPECT_NE(images_markdown(rows).find("|x\\|y\\\\z\\\\x1b|"), std::string::npos) << images_markdown(rows);
}

struct Pruned {
  const char* name;
  std::vector<ImageRow> rows;
  bool all;
  char image;
  bool goes;
  const char* reason;
};
ImageRow made_here(ImageRow row) {
  row.facts.is_made_here = true;
  return row;
}
ImageRow used(ImageRow row, UseKind kind) {
  row.uses = {{kind, "somebody"}};
  return row;
}
ImageRow above(ImageRow row, char layer) {
  row.facts.layers.push_back(std::string(64, layer));
  return row;
}
const Pruned kPruned[] = {
    {"TheNewestStays", {made_here(row('1', "localhost/a:1"))}, false, '1', false, "the newest of its name"},
    {"TheNewestGoesWithAll", {made_here(row('1', "localhost/a:1"))}, true, '1', true, "nothing uses it"},
    {"AnOlderTagGoes",
     {made_here(row('1', "localhost/a:9")), row('2', "localhost/a:10")},
     false,
     '1',
     true,
     "'localhost/a:10' is newer"},
    {"NotWhenAnItemUsesIt",
     {used(made_here(row('1', "localhost/a:9")), UseKind::Item), row('2', "localhost/a:10")},
     true,
     '1',
     false,
     "used by somebody"},
    {"NotWhenALockPinsIt",
     {used(made_here(row('1', "localhost/a:9")), UseKind::Lock), row('2', "localhost/a:10")},
     true,
     '1',
     false,
     "used by somebody"},
    {"NotWhenAContainerHasIt",
     {used(made_here(row('1', "localhost/a:9")), UseKind::Container), row('2', "localhost/a:10")},
     true,
     '1',
     false,
     "used by somebody"},
    {"OnlyWhenAllItsNamesAreOld",
     {made_here(row('1', "localhost/a:9")), made_here(row('1', "localhost/b:1")), row('2', "localhost/a:10")},
     false,
     '1',
     false,
     "the newest of its name"},
    {"WithoutAName", {made_here(row('1', ""))}, false, '1', true, "it has no name"},
    {"AStrangersStays",
     {row('1', "localhost/a:9"), row('2', "localhost/a:10")},
     true,
     '1',
     false,
     "neither made by Berth"},
    {"AStrangersWithoutANameStays", {row('1', "")}, true, '1', false, "neither made by Berth"},
    {"OfTheOrganisation",
     {row('1', "docker.io/demisto/a:9"), row('2', "docker.io/demisto/a:10")},
     false,
     '1',
     true,
     "'docker.io/demisto/a:10' is newer"},
    {"OfALookAlikeStays",
     {row('1', "docker.io/demist0/a:9"), row('2', "docker.io/demist0/a:10")},
     true,
     '1',
     false,
     "neither made by Berth"},
    {"WhatAStayingOneIsBuiltOn",
     {made_here(row('1', "localhost/a:9")), row('2', "localhost/a:10"), above(row('3', "localhost/c:1"), '1')},
     false,
     '1',
     false,
     "'localhost/c:1', which stays, is built on it"},
    {"WhatAGoingOneIsBuiltOn",
     {made_here(row('1', "localhost/a:9")), row('2', "localhost/a:10"),
      above(made_here(row('3', "localhost/c:1")), '1'), row('4', "localhost/c:2")},
     false,
     '1',
     true,
     "'localhost/a:10' is newer"},
};
class PrunePlan : public ::testing::TestWithParam<Pruned> {};
TEST_P(PrunePlan, GivesItsReason) {
  const auto steps = plan_prune(GetParam().rows, GetParam().all);
  const auto step = std::ranges::find(steps, id_of(GetParam().image), &PruneStep::id);
  ASSERT_NE(step, steps.end());
  EXPECT_EQ(step->goes, GetParam().goes) << step->reason;
  EXPECT_NE(step->reason.find(GetParam().reason), std::string::npos) << step->reason;
}
INSTANTIATE_TEST_SUITE_P(Table, PrunePlan, ::testing::ValuesIn(kPruned), [](auto& row) { return row.param.name; });

TEST(ImageSearchHits, NameWhereTheyAre) {
  image::LocalImage image;
  image.names = {*image::parse_reference("localhost/requests-tools:1")};
  image.config.labels = {{"org.opencontainers.image.title", "Requests and more"}};
  image::Inventory inventory;
  inventory.packages = {{image::PackageFormat::Dpkg, "python3-requests", "2.28", "all"}};
  inventory.python = {{"Requests_Toolbelt", "1.0", "m", "", "", true}};
  std::vector<std::string> found;
  for (const ImageHit& hit : hits_in(image, inventory, "REQUESTS")) found.push_back(hit.where + ": " + hit.what);
  EXPECT_THAT(found,
              ElementsAre("name: localhost/requests-tools:1", "label: org.opencontainers.image.title=Requests and more",
                          "package: python3-requests 2.28", "Python: Requests_Toolbelt 1.0"));
  EXPECT_EQ(hits_in(image, inventory, "requests.toolbelt").size(), 1u);
  EXPECT_TRUE(hits_in(image, inventory, "flask").empty());
}

}  // namespace
}  // namespace berth::app
