#include "berth/image/named_images.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

std::vector<StoredImage> some_images() {
  std::vector<StoredImage> images(2);
  images[0].id = std::string(64, 'a');
  images[0].digest = "sha256:" + std::string(32, 'a') + std::string(32, '1');
  images[1].id = std::string(64, 'b');
  images[1].digest = "sha256:" + std::string(64, 'c');
  return images;
}

TEST(ImagesByDigits, AreThoseWhoseIdOrDigestBeginsSo) {
  const auto images = some_images();
  const auto find = [&](std::string_view text) { return with_digits(images, text); };
  EXPECT_EQ(*find("bbbbbbbb"), &images[1]);
  EXPECT_EQ(*find("cccccccccc"), &images[1]);
  EXPECT_EQ(*find("sha256:cccccccc"), &images[1]);
  EXPECT_EQ(*find(std::string(64, 'a')), &images[0]);
  EXPECT_EQ(*find("aaaaaaaa"), &images[0]) << "by both, which is one image";
  for (const char* text : {"bbbbbbb", "dddddddd", "BBBBBBBB", "name:tag", "", "sha256:"})
    EXPECT_EQ(*find(text), nullptr) << text;
}

TEST(ImagesByDigits, OfSeveralAreNone) {
  auto images = some_images();
  images[1].digest = "sha256:" + std::string(64, 'a');
  EXPECT_TRUE(testing::fails_with(with_digits(images, "aaaaaaaa"), Errc::InvalidInput, "several images begin with"));
}

}  // namespace
}  // namespace berth::image
