#include "berth/app/image_check.h"

#include <gtest/gtest.h>

namespace berth::app {
namespace {

TEST(CheckedImage, SaysHowItIsMended) {
  const CheckedImage pulled = {.id = "",
                               .names = {},
                               .problems = {"x"},
                               .not_checked = {},
                               .removed_with = {"docker.io/demisto/python3:3.11", "localhost/own:1.0.0.1"}};
  EXPECT_EQ(remedy_of(pulled),
            "remove what has the damage with 'berth image remove --force docker.io/demisto/python3:3.11 "
            "localhost/own:1.0.0.1', then 'berth image pull docker.io/demisto/python3:3.11', make "
            "'localhost/own:1.0.0.1' anew");
  const CheckedImage nameless = {
      .id = std::string(64, 'a'), .names = {}, .problems = {"x"}, .not_checked = {}, .removed_with = {"aaaaaaaaaaaa"}};
  EXPECT_EQ(nameless.title(), "aaaaaaaaaaaa");
  EXPECT_EQ(remedy_of(nameless), "remove what has the damage with 'berth image remove --force aaaaaaaaaaaa'");
}

}  // namespace
}  // namespace berth::app
