#include "berth/vet/metadata_resolver.h"

#include <gtest/gtest.h>

namespace berth::vet {
namespace {

TEST(MetadataResolverTest, StandsInThePlaceOfPip) {
  const auto words = metadata_resolver("python3");
  ASSERT_EQ(words.size(), 3U);
  EXPECT_EQ(words[0], "python3");
  EXPECT_EQ(words[1], "-c");
  EXPECT_NE(words[2].find("runpy.run_module('pip'"), std::string::npos);
}

TEST(MetadataResolverTest, TellsWhatWasFetchedWhole) {
  using Files = std::vector<std::string>;
  EXPECT_EQ(fetched_whole(""), Files());
  EXPECT_EQ(fetched_whole("WARNING: berth: fetched whole: x\n"), Files());
  EXPECT_EQ(fetched_whole("WARNING: slow\nberth: fetched whole: a-1-py3-none-any.whl b-2-py3-none-any.whl\nmore\n"),
            Files({"a-1-py3-none-any.whl", "b-2-py3-none-any.whl"}));
  EXPECT_EQ(fetched_whole("berth: fetched whole: *"), Files({"*"}));
  EXPECT_EQ(fetched_whole("berth: fetched whole:  a\x1b[31m"), Files({"a\\x1b[31m"}));
  std::string many = "berth: fetched whole:";
  for (int i = 0; i < 50; ++i) many += " a";
  EXPECT_EQ(fetched_whole(many).size(), 20U);
}

}  // namespace
}  // namespace berth::vet
