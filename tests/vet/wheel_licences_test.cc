#include "berth/vet/wheel_licences.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

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

}  // namespace
}  // namespace berth::vet
