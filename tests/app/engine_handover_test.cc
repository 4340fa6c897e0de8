#include "berth/app/engine_handover.h"

#include <gtest/gtest.h>

namespace berth::app {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

image::LocalImage image_with(char id, Labels labels) {
  image::LocalImage image;
  image.id = std::string(64, id);
  image.config.labels = std::move(labels);
  return image;
}

TEST(InEngine, IsKnownByItsIdOrByWhatBerthHasWrittenIntoIt) {
  const image::LocalImage made = image_with('1', {{"berth.lock", "abc"}, {"version", "1.0.0.1"}});
  EXPECT_EQ(find_in_engine(made, std::nullopt), InEngine::Missing);
  EXPECT_EQ(find_in_engine(made, image_with('1', {})), InEngine::Same);
  EXPECT_EQ(find_in_engine(made, image_with('2', {{"version", "1.0.0.1"}, {"berth.lock", "abc"}})), InEngine::Same)
      << "an engine with ids of its own";
  EXPECT_EQ(find_in_engine(made, image_with('2', {{"berth.lock", "abd"}, {"version", "1.0.0.1"}})), InEngine::Another);
  EXPECT_EQ(find_in_engine(image_with('1', {}), image_with('2', {})), InEngine::Another);
}

}  // namespace
}  // namespace berth::app
