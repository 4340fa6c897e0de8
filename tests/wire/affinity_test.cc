#include "berth/wire/affinity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace berth::wire {
namespace {

TEST(Affinity, NamesWhatStaysTheSame) {
  EXPECT_EQ(affinity_text({.name = "Print"}), "Print");
  EXPECT_EQ(affinity_text({.name = "Whois", .command = "domain", .instance = "north", .image = "python3"}),
            "Whois/domain@north%python3");
  EXPECT_EQ(affinity_text({}), "");
}

TEST(Affinity, HoldsADigestOfCodeAndNotTheCode) {
  const std::string text = affinity_text({.code = "demisto.results('s3cret')"});
  EXPECT_TRUE(text.starts_with("code:"));
  EXPECT_EQ(text.find("s3cret"), std::string::npos);
  EXPECT_EQ(text, affinity_text({.code = "demisto.results('s3cret')"}));
  EXPECT_NE(text, affinity_text({.code = "demisto.results('other')"}));
}

TEST(Affinity, IsFitForAField) {
  const std::string long_name(5000, 'x');
  const std::string given[] = {"two words", "line\r\nfield: value", "caf\xc3\xa9",          "caf\xc3\xa8",
                               long_name,   long_name + "y",        std::string("nul\0", 4)};
  std::set<std::string> texts;
  for (const std::string& name : given) {
    const std::string text = affinity_text({.name = name});
    EXPECT_LE(text.size(), kLongestAffinity);
    EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; })) << text;
    texts.insert(text);
  }
  EXPECT_EQ(texts.size(), std::size(given)) << "told apart all the same";
}

}  // namespace
}  // namespace berth::wire
