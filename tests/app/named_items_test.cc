#include "berth/app/named_items.h"

#include <gtest/gtest.h>

namespace berth::app {
namespace {

TEST(NamedItems, AreNamedByIdOrName) {
  struct Row {
    std::vector<std::string> names;
    bool is_named;
  };
  const Row rows[] = {{{}, false},          {{"Other"}, false},    {{"Other", "the-id"}, true},
                      {{"The Name"}, true}, {{"the name"}, false}, {{"The"}, false},
                      {{""}, false}};
  content::Item item;
  item.id = "the-id";
  item.name = "The Name";
  for (const Row& row : rows) EXPECT_EQ(names_item(row.names, item), row.is_named);
  // An item without an id is not meant by an empty line of the settings.
  item.id = "";
  EXPECT_FALSE(names_item({""}, item));
}

}  // namespace
}  // namespace berth::app
