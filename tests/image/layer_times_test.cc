#include "berth/image/layer_times.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "berth/base/sha256.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

std::string header(const std::string& name, char type, const std::string& size, const std::string& time) {
  std::string block(512, '\0');
  block.replace(0, name.size(), name);
  block.replace(100, 7, "0000644");
  block.replace(124, size.size(), size);
  block.replace(136, time.size(), time);
  block[156] = type;
  block.replace(257, 8,
                std::string("ustar\0"
                            "00",
                            8));
  block.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  char text[8];
  std::snprintf(text, sizeof text, "%06o", sum);
  block.replace(148, 7, std::string(text, 7));
  return block;
}

std::string padded(std::string data) {
  data.resize((data.size() + 511) / 512 * 512, '\0');
  return data;
}

std::string tar_of(const std::string& time) {
  // The second file's size stands in its extended header alone.
  return header("d/.wh.gone", '0', "00000000000", time) + header("x", 'x', "00000000014", time) +
         padded("12 size=600\n") + header("large", '0', "00000000000", time) + padded(std::string(600, 'y')) +
         header("l", '2', "00000000000", time) + std::string(1024, '\0');
}

struct Rewritten {
  Result<PlainLayer> layer;
  std::string text;
};

Rewritten rewrite(const std::string& tar) {
  const testing::TempFolder folder;
  std::ofstream(folder.path() / "from", std::ios::binary) << tar;
  auto layer = set_layer_times(folder.path() / "from", folder.path() / "to", 0x10000);
  std::ostringstream text;
  text << std::ifstream(folder.path() / "to", std::ios::binary).rdbuf();
  return {std::move(layer), text.str()};
}

TEST(LayerTimes, AreAllTheSameAfterwards) {
  const Rewritten one = rewrite(tar_of("00000000001"));
  const Rewritten other = rewrite(tar_of("15000000002"));
  ASSERT_TRUE(testing::ok(one.layer));
  ASSERT_TRUE(testing::ok(other.layer));
  EXPECT_EQ(one.text, tar_of("00000200000"));
  EXPECT_EQ(one.text, other.text);
  EXPECT_EQ(one.layer->digest, "sha256:" + sha256_hex(one.text));
  EXPECT_EQ(one.layer->size_bytes, one.text.size());
}

TEST(LayerTimes, OfWhatIsNoTarAreRefused) {
  const std::string good = tar_of("00000000001");
  for (const std::string& tar : {good.substr(0, 700), std::string(512, 'z'), good.substr(0, 1024 + 600)}) {
    EXPECT_TRUE(testing::fails_with(rewrite(tar).layer, Errc::Corrupt, "no tar"));
  }
}

}  // namespace
}  // namespace berth::image
