#include "berth/image/berkeley_hash.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/image/berkeley_fixture.h"
#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAreArray;

struct Reading {
  Result<void> result;
  std::vector<std::string> values;
};

Reading read(std::string_view file) {
  Reading reading;
  reading.result = read_berkeley_values(file, [&](std::string_view value) { reading.values.emplace_back(value); });
  return reading;
}

struct Form {
  const char* name;
  Berkeley made;
};
const Form kForms[] = {
    {"Little", {}},
    {"Big", {.is_big = true}},
    {"UnsortedOfVersion8", {.version = 8, .hash_kind = 2}},
    {"Version10", {.version = 10}},
    {"LargePages", {.page_bytes = 4096}},
    {"BigOfTheLargestPages", {.is_big = true, .page_bytes = 65536}},
};
class BerkeleyHash : public ::testing::TestWithParam<Form> {};
TEST_P(BerkeleyHash, IsReadWhole) {
  std::vector<std::string> values = {"", "one", std::string(100, 'x'), std::string(101, 'y'), std::string(486, 'z')};
  for (int i = 0; i < 40; ++i) values.push_back(std::to_string(i) + std::string(static_cast<std::size_t>(i) * 97, 'a'));
  const Reading reading = read(GetParam().made.file(values));
  EXPECT_TRUE(testing::ok(reading.result));
  EXPECT_THAT(reading.values, UnorderedElementsAreArray(values));
}
TEST_P(BerkeleyHash, OfNothingIsRead) {
  const Reading reading = read(GetParam().made.file({}));
  EXPECT_TRUE(testing::ok(reading.result));
  EXPECT_THAT(reading.values, ElementsAre());
}
INSTANTIATE_TEST_SUITE_P(Forms, BerkeleyHash, ::testing::ValuesIn(kForms), [](auto& row) { return row.param.name; });

// Four buckets: pages 1, 2 and, behind a page of another kind, 4 and 5.
TEST(BerkeleyHashBuckets, LieInGroups) {
  const Berkeley made;
  const Reading reading =
      read(made.meta(5, 3, {1, 1, 2}) + made.hash_page(1, {made.key(1), made.value("a")}) +
           made.hash_page(2, {made.key(2), made.value("b")}) + made.overflow_page(3, "not of a bucket") +
           made.hash_page(4, {made.key(3), made.value("c")}) + made.hash_page(5, {made.key(4), made.value("d")}));
  EXPECT_TRUE(testing::ok(reading.result));
  EXPECT_THAT(reading.values, ElementsAre("a", "b", "c", "d"));
}

TEST(BerkeleyHashBuckets, AlonePlaceWhatIsTold) {
  const Berkeley made;
  const Reading reading = read(made.meta(2, 0, {1}) + made.hash_page(1, {made.key(1), made.value("a")}) +
                               made.hash_page(2, {made.key(2), made.value("of no bucket")}));
  EXPECT_TRUE(testing::ok(reading.result));
  EXPECT_THAT(reading.values, ElementsAre("a"));
}

std::string changed(std::string file, std::size_t at, const std::string& bytes) {
  return file.replace(at, bytes.size(), bytes);
}

// One bucket on page 1 with these items, and what stands on the pages behind it.
std::string one_bucket(const std::vector<std::string>& items, const std::vector<std::string>& behind = {}) {
  const Berkeley made;
  std::string file = made.meta(static_cast<std::uint32_t>(1 + behind.size()), 0, {1}) + made.hash_page(1, items);
  for (const std::string& page : behind) file += page;
  return file;
}
std::string good() { return one_bucket({Berkeley().key(1), Berkeley().value("abc")}); }
std::string far(std::uint32_t bytes, const std::vector<std::string>& behind) {
  return one_bucket({Berkeley().key(1), Berkeley().far_value(2, bytes)}, behind);
}
constexpr std::size_t kPage1 = 512;

struct Bad {
  const char* name;
  std::string file;
  const char* why;
};
const Bad kBad[] = {
    {"Empty", "", "it is none"},
    {"HeadBreaksOff", good().substr(0, 511), "it is none"},
    {"OfAnotherMethod", changed(good(), 12, little(0x53162)), "it is none"},
    {"OldVersion", changed(good(), 16, little(7)), "version 7"},
    {"NewVersion", changed(good(), 16, little(11)), "version 11"},
    {"FirstPageOfAnotherKind", changed(good(), 25, "\x0d"), "first page is none"},
    {"Encrypted", changed(good(), 24, "\x01"), "encrypted"},
    {"WithChecksums", changed(good(), 26, "\x01"), "encrypted"},
    {"OfSeveralFiles", changed(good(), 36, little(2)), "encrypted"},
    {"SmallPages", changed(good(), 20, little(256)), "have a size"},
    {"LargePages", changed(good(), 20, little(131072)), "have a size"},
    {"OddPages", changed(good(), 20, little(513)), "have a size"},
    {"NoPages", changed(good(), 20, little(0)), "have a size"},
    {"BreaksOff", good().substr(0, good().size() - 1), "breaks off after 1 pages of 2"},
    {"LastPageIsFar", changed(good(), 32, little(0xffffffff)), "breaks off after 2 pages of 4294967296"},
    {"ManyBuckets", changed(good(), 72, little(0xffffffff)), "more buckets than pages"},
    {"MoreBucketsThanPages", changed(good(), 72, little(1)), "more buckets than pages"},
    {"BucketOnTheFirstPage", changed(good(), 96, little(0)), "page 0: it is not in the file"},
    {"BucketOutside", changed(good(), 96, little(2)), "page 2: it is not in the file"},
    {"BucketOfAnotherKind", changed(good(), kPage1 + 25, "\x05"), "page 1: it is none of a hash table"},
    {"BucketOfAnotherNumber", changed(good(), kPage1 + 8, little(7)), "page 1: it is none of a hash table"},
    {"UnusedBucketWithEntries", changed(good(), kPage1 + 25, "\0"s), "page 1: it is none of a hash table"},
    {"ChainGoesRound", changed(one_bucket({}), kPage1 + 16, little(1)), "page 1: it is used twice"},
    {"ChainLeadsOut", changed(one_bucket({}), kPage1 + 16, little(9)), "page 9: it is not in the file"},
    {"TwoBucketsOfOnePage", Berkeley().meta(2, 1, {1, 0}) + Berkeley().hash_page(1, {}) + Berkeley().hash_page(2, {}),
     "page 1: it is used twice"},
    {"KeyWithoutValue", one_bucket({Berkeley().key(1)}), "page 1: a key has no value"},
    {"MoreEntriesThanRoom", changed(good(), kPage1 + 20, "\xfe\xff"), "page 1: it has more entries than room"},
    {"EntryInTheHead", changed(good(), kPage1 + 28, "\x19\0"s), "page 1: an entry lies outside"},
    {"EntryInThePlaces", changed(good(), kPage1 + 28, "\x1d\0"s), "page 1: an entry lies outside"},
    {"EntryBehindThePage", changed(good(), kPage1 + 26, "\0\x02"s), "page 1: an entry lies outside"},
    {"EntryOverAnother", changed(good(), kPage1 + 28, good().substr(kPage1 + 26, 2)), "page 1: an entry lies outside"},
    {"LongKey", one_bucket({"\x01" + "12345"s, Berkeley().value("abc")}), "page 1: a key is none of rpm's"},
    {"KeyElsewhere", one_bucket({Berkeley().far_value(2, 4), Berkeley().value("abc")}),
     "page 1: a key is none of rpm's"},
    {"SeveralValues", one_bucket({Berkeley().key(1), "\x02" + "abc"s}), "page 1: a value is none of rpm's"},
    {"FarValueBreaksOff", one_bucket({Berkeley().key(1), "\x03" + "abc"s}), "page 1: a value is none of rpm's"},
    {"ValueLongerThanTheFile", far(0xffffffff, {}), "page 1: a value is longer than the file"},
    {"ValueOutside", far(10, {}), "page 2: it is not in the file"},
    {"ValueBreaksOff", far(10, {Berkeley().overflow_page(2, "abc")}), "page 2: a value breaks off"},
    {"ValueGoesRound", far(10, {Berkeley().overflow_page(2, "abc", 2)}), "page 2: it is used twice"},
    {"ValueOnTheFirstPage", far(10, {Berkeley().overflow_page(2, "abc", 1)}), "page 1: it is used twice"},
    {"ValueGoesOn", far(3, {Berkeley().overflow_page(2, "abc", 3), Berkeley().overflow_page(3, "d")}),
     "goes on behind"},
    {"ValueHoldsMore", far(2, {Berkeley().overflow_page(2, "abc")}), "page 2: it holds another part"},
    {"ValueHoldsNothing", far(3, {Berkeley().overflow_page(2, "", 3), Berkeley().overflow_page(3, "abc")}),
     "page 2: it holds another part"},
    {"ValueBehindItsPage", changed(far(900, {Berkeley().overflow_page(2, "abc")}), 1024 + 22, "\xe7\x01"),
     "page 2: it holds another part"},
    {"ValueOfAnotherKind", far(3, {Berkeley().hash_page(2, {})}), "page 2: it is none of a value"},
    {"ValueOfAnotherNumber", far(3, {Berkeley().overflow_page(3, "abc")}), "page 2: it is none of a value"},
};
class BadBerkeleyHash : public ::testing::TestWithParam<Bad> {};
TEST_P(BadBerkeleyHash, IsRefusedWithThePage) {
  const Reading reading = read(GetParam().file);
  EXPECT_TRUE(testing::fails_with(reading.result, Errc::Corrupt, GetParam().why));
  EXPECT_THAT(reading.values, ElementsAre());
}
INSTANTIATE_TEST_SUITE_P(Table, BadBerkeleyHash, ::testing::ValuesIn(kBad), [](auto& row) { return row.param.name; });

TEST(BerkeleyHashCounter, IsNoPackage) {
  // Whatever stands there: it is not looked at.
  const Reading reading =
      read(one_bucket({Berkeley().key(0), Berkeley().far_value(9, 9), Berkeley().key(256), Berkeley().value("abc")}));
  EXPECT_TRUE(testing::ok(reading.result));
  EXPECT_THAT(reading.values, ElementsAre("abc"));
}

}  // namespace
}  // namespace berth::image
