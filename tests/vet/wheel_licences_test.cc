#include "berth/vet/wheel_licences.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "berth/base/sha256.h"
#include "berth/content/zip_records.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::vet {
namespace {

using testing::fails_with;
using testing::ok;

void put(std::string& bytes, std::size_t value, int size) {
  for (int i = 0; i < size; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xff);
}

// Stored entries alone (APPNOTE 4.3).
std::string zip_of(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string bytes;
  std::string directory;
  for (const auto& [name, content] : entries) {
    std::string common;
    put(common, 20, 2);  // version, flags, method, time, date
    put(common, 0, 2);
    put(common, 0, 2);
    put(common, 0, 2);
    put(common, 0x21, 2);
    put(common, content::crc32_of(content), 4);
    put(common, content.size(), 4);
    put(common, content.size(), 4);
    put(common, name.size(), 2);
    put(common, 0, 2);
    directory += "PK\x01\x02" + std::string("\x14\x00", 2) + common + std::string(10, '\0');
    put(directory, bytes.size(), 4);
    directory += name;
    bytes += "PK\x03\x04" + common + name + content;
  }
  std::string end = "PK\x05\x06" + std::string(4, '\0');
  put(end, entries.size(), 2);
  put(end, entries.size(), 2);
  put(end, directory.size(), 4);
  put(end, bytes.size(), 4);
  put(end, 0, 2);
  return bytes + directory + end;
}

class WheelLicences : public ::testing::Test {
 protected:
  auto read(const std::string& bytes) const {
    std::ofstream(temp_.path() / "a-1.0-py3-none-any.whl", std::ios::binary) << bytes;
    return read_wheel_licences(temp_.path() / "a-1.0-py3-none-any.whl");
  }
  testing::TempFolder temp_;
};

constexpr const char* kMetadata = "Metadata-Version: 2.1\nName: a\nVersion: 1.0\n";

TEST_F(WheelLicences, AreThoseOfMetadataAndFiles) {
  const auto told =
      read(zip_of({{"a.py", ""}, {"a-1.0.dist-info/METADATA", std::string(kMetadata) + "License: MIT\n"}}));
  ASSERT_TRUE(ok(told));
  ASSERT_EQ(told->size(), 1u);
  EXPECT_EQ(told->front().expression, "MIT");
  const auto nothing = read(zip_of({{"LICENSE", "x"}, {"a-1.0.dist-info/METADATA", kMetadata}}));
  ASSERT_TRUE(ok(nothing));
  EXPECT_TRUE(nothing->empty());
}

TEST_F(WheelLicences, AreThoseOfFilesThatNothingNames) {
  const auto told = read(zip_of({{"a-1.0.dist-info/METADATA", std::string(kMetadata) + "License-Expression: MIT\n"},
                                 {"a-1.0.dist-info/licenses/vendor/COPYING", "under the GNU GPL, version 3"},
                                 {"a-1.0.dist-info/licenses/large", std::string(2 << 20, 'x')}}));
  ASSERT_TRUE(ok(told));
  ASSERT_EQ(told->size(), 3u);
  EXPECT_EQ(told->at(1).expression, "GPL-3.0-only");
  EXPECT_EQ(told->at(2).restriction, "it is too large");
}

TEST_F(WheelLicences, AreNotReadFromWhatIsNoWheel) {
  EXPECT_TRUE(fails_with(read(""), Errc::InvalidInput, "a-1.0-py3-none-any.whl"));
  EXPECT_TRUE(fails_with(read("no archive"), Errc::InvalidInput, "a-1.0-py3-none-any.whl"));
  EXPECT_TRUE(fails_with(read(zip_of({{"a.py", ""}})), Errc::InvalidInput, "has no METADATA"));
  EXPECT_TRUE(
      fails_with(read(zip_of({{"a-1.0.dist-info/METADATA", kMetadata}, {"b-1.0.dist-info/METADATA", kMetadata}})),
                 Errc::InvalidInput, "several METADATA"));
  EXPECT_TRUE(
      fails_with(read(zip_of({{"a-1.0.dist-info/METADATA", "no field"}})), Errc::InvalidInput, "read the wheel"));
  EXPECT_TRUE(fails_with(read_wheel_licences(temp_.path() / "none.whl"), Errc::NotFound, "read the wheel 'none.whl'"));
}

// A wheel whose end alone is here, and what was asked for of the rest.
struct Distance {
  explicit Distance(std::string all, std::string metadata_sha256 = {}) : bytes(std::move(all)) {
    const std::size_t tail = std::min(bytes.size(), kWheelTail);
    wheel = {.name = "a 1.0",
             .size = bytes.size(),
             .tail = bytes.substr(bytes.size() - tail),
             .read = [this](std::uint64_t offset, std::size_t size) -> Result<std::string> {
               asked.emplace_back(offset, size);
               return bytes.substr(offset, size);
             },
             .metadata_sha256 = std::move(metadata_sha256)};
  }
  Distance(const Distance&) = delete;
  Distance& operator=(const Distance&) = delete;

  std::string bytes;
  DistantWheel wheel;
  std::vector<std::pair<std::uint64_t, std::size_t>> asked;
};

const std::string kMit = std::string(kMetadata) + "License: MIT\n";
const std::string kLarge(600'000, 'x');

TEST(DistantWheel, IsReadFromItsEnd) {
  Distance near(zip_of({{"a.py", kLarge},
                        {"a-1.0.dist-info/METADATA", kMit},
                        {"a-1.0.dist-info/licenses/COPYING", "under the GNU GPL, version 3"}}));
  const auto told = facts_of_distant_wheel(near.wheel);
  ASSERT_TRUE(ok(told));
  ASSERT_EQ(told->licences.size(), 2u);
  EXPECT_EQ(told->licences.at(0).expression, "MIT");
  EXPECT_EQ(told->licences.at(1).expression, "GPL-3.0-only");
  EXPECT_TRUE(near.asked.empty());
}

TEST(DistantWheel, IsAskedForWhatLiesInFront) {
  // METADATA names a file that nothing else tells of.
  Distance far(zip_of({{"a-1.0.dist-info/METADATA", kMit + "License-File: TERMS\n"},
                       {"a-1.0.dist-info/TERMS", "under the GNU GPL, version 3"},
                       {"a.py", kLarge},
                       {"a-1.0.dist-info/licenses/LICENSE", "under the GNU GPL, version 2"},
                       {"b.py", kLarge}}));
  const auto told = facts_of_distant_wheel(far.wheel);
  ASSERT_TRUE(ok(told));
  ASSERT_EQ(told->licences.size(), 3u);
  EXPECT_EQ(*told, *facts_of_wheel(far.bytes, "a 1.0"));
  EXPECT_EQ(far.asked.size(), 3u);
  for (const auto& [offset, size] : far.asked) EXPECT_LT(size, 1000u) << offset;
}

TEST(DistantWheel, HasALargeDirectory) {
  std::vector<std::pair<std::string, std::string>> entries = {{"a-1.0.dist-info/METADATA", kMit}};
  for (int i = 0; i < 5000; ++i) entries.emplace_back("package/module_" + std::to_string(i) + ".py", "");
  Distance far(zip_of(entries));
  const auto told = facts_of_distant_wheel(far.wheel);
  ASSERT_TRUE(ok(told));
  EXPECT_EQ(told->licences.size(), 1u);
  EXPECT_EQ(far.asked.size(), 2u) << "the rest of the directory, and METADATA";
}

TEST(DistantWheel, ThatLiesIsRefused) {
  const auto wheel = [](const std::string& licence) {
    return zip_of({{"a-1.0.dist-info/METADATA", kMit}, {"a.py", kLarge}, {licence, "under the GNU GPL, version 3"}});
  };
  const std::string licence = "a-1.0.dist-info/licenses/COPYING";
  std::string bytes = wheel(licence);
  // In the directory it has another name than in front of its data, and what is no licence need not be read.
  bytes.replace(bytes.rfind(licence), licence.size(), "a-1.0.package/abc/licenses/a.py.");
  Distance renamed(std::move(bytes));
  EXPECT_TRUE(fails_with(facts_of_distant_wheel(renamed.wheel), Errc::InvalidInput, "its local record names it"));
  // The same of what is fetched.
  bytes = wheel(licence);
  bytes[bytes.find("METADATA")] = 'm';
  Distance other(std::move(bytes));
  EXPECT_TRUE(fails_with(facts_of_distant_wheel(other.wheel), Errc::InvalidInput, "its local record names it"));
  Distance twice(zip_of({{"a-1.0.dist-info/METADATA", kMit}, {"a.py", kLarge}, {"a-1.0.dist-info/METADATA", kMit}}));
  EXPECT_TRUE(fails_with(facts_of_distant_wheel(twice.wheel), Errc::InvalidInput, "it is there twice"));
  Distance overlaid(wheel(licence));
  overlaid.wheel.size -= 1;
  EXPECT_TRUE(fails_with(facts_of_distant_wheel(overlaid.wheel), Errc::InvalidInput, "central directory"));
  Distance shorter(wheel(licence));
  shorter.wheel.tail.erase(0, 1);
  EXPECT_TRUE(fails_with(facts_of_distant_wheel(shorter.wheel), Errc::InvalidInput, "not its end"));
}

TEST(DistantWheel, TellsWhatItAsksFor) {
  Distance near(
      zip_of({{"a.py", kLarge}, {"a-1.0.dist-info/METADATA", kMit + "Requires-Dist: b>1\nRequires-Dist: c\n"}}));
  const auto told = facts_of_distant_wheel(near.wheel);
  ASSERT_TRUE(ok(told));
  EXPECT_EQ(told->name, "a");
  EXPECT_EQ(told->version, "1.0");
  EXPECT_EQ(told->requires_dist, (std::vector<std::string>{"b>1", "c"}));
}

// What is not read is not fetched either.
TEST(DistantWheel, HasNoMoreLicenceTextThanIsRead) {
  std::vector<std::pair<std::string, std::string>> entries = {{"a-1.0.dist-info/METADATA", kMit}};
  for (int i = 0; i < 12; ++i) {
    entries.emplace_back("a-1.0.dist-info/licenses/" + std::to_string(i), std::string(1 << 20, 'x'));
  }
  entries.emplace_back("a-1.0.dist-info/licenses/last", "under the GNU GPL, version 3");
  Distance far(zip_of(entries));
  const auto told = facts_of_distant_wheel(far.wheel);
  ASSERT_TRUE(ok(told));
  EXPECT_EQ(std::ranges::count(told->licences, "there is too much of them", &LicenceStatement::restriction), 5);
  EXPECT_EQ(told->licences.back().source, "licenses/last");
  std::size_t fetched = 0;
  for (const auto& [offset, size] : far.asked) fetched += size;
  EXPECT_LT(fetched, std::size_t{9} << 20);
}

TEST(DistantWheel, IsNotTrustedWithWhatComes) {
  const std::string bytes = zip_of({{"a-1.0.dist-info/METADATA", kMit}, {"a.py", kLarge}});
  Distance less(bytes);
  less.wheel.read = [](std::uint64_t, std::size_t) -> Result<std::string> { return "less"; };
  EXPECT_TRUE(fails_with(facts_of_distant_wheel(less.wheel), Errc::Corrupt, "other bytes came"));
  Distance down(bytes);
  down.wheel.read = [](std::uint64_t, std::size_t) -> Result<std::string> { return fail(Errc::Unavailable, "down"); };
  EXPECT_TRUE(fails_with(facts_of_distant_wheel(down.wheel), Errc::Unavailable, "down"));
  Distance right(bytes, sha256_hex(kMit));
  EXPECT_TRUE(ok(facts_of_distant_wheel(right.wheel)));
  Distance wrong(bytes, sha256_hex("other"));
  EXPECT_TRUE(fails_with(facts_of_distant_wheel(wrong.wheel), Errc::Corrupt, "its METADATA is another"));
  // Files that are apart are as many requests.
  std::vector<std::pair<std::string, std::string>> apart = {{"a-1.0.dist-info/METADATA", kMit}};
  for (int i = 0; i < 30; ++i) {
    apart.emplace_back("a-1.0.dist-info/licenses/" + std::to_string(i), "x");
    apart.emplace_back("a" + std::to_string(i), std::string(100'000, 'x'));
  }
  Distance many(zip_of(apart));
  EXPECT_TRUE(fails_with(facts_of_distant_wheel(many.wheel), Errc::Exhausted, "too much of it"));
}

}  // namespace
}  // namespace berth::vet
