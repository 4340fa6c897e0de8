#include "berth/app/assembled_codes.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "berth/content/item_reader.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using namespace std::chrono_literals;

// A tree with a common script of its own, and a script in a pack.
class AssembledCodesTest : public ::testing::Test {
 protected:
  AssembledCodesTest() {
    write("Packs/Base/Scripts/CommonServerPython/CommonServerPython.py", "COMMON = 1\n");
    write("Packs/Base/Scripts/CommonServerPython/CommonServerPython.yml", "name: CommonServerPython\n");
    write("Packs/Mine/Scripts/Shows.py", "demisto.results(COMMON)\n");
    std::this_thread::sleep_for(150ms);  // files that have just changed are read each time
  }

  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = folder_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  std::shared_ptr<const CallCode> code() {
    const std::filesystem::path path = folder_.path() / "Packs/Mine/Scripts/Shows.py";
    const content::ContentTree tree(folder_.path());
    return codes_.of(content::read_item(path).value(), &tree).value();
  }

  AssembledCodes codes_;

 private:
  testing::TempFolder folder_;
};

TEST_F(AssembledCodesTest, AreRememberedWhileTheirFilesAreTheSame) {
  const auto first = code();
  EXPECT_NE(first->text.whole().find("COMMON = 1"), std::string::npos);
  EXPECT_EQ(code(), first);
  EXPECT_EQ(codes_.digest_of(code()), codes_.digest_of(first));
}

TEST_F(AssembledCodesTest, AreNewOnceAFileHasChanged) {
  struct Change {
    const char* file;
    const char* text;
  };
  for (const Change& change : {Change{"Packs/Mine/Scripts/Shows.py", "demisto.results(2)\n"},
                               {"Packs/Base/Scripts/CommonServerPython/CommonServerPython.py", "COMMON = 2\n"},
                               {"Packs/Base/Scripts/CommonServerUserPython/CommonServerUserPython.py", "USER = 3\n"},
                               {"Packs/Mine/pack_metadata.json", R"({"name": "Mine", "currentVersion": "7.8.9"})"}}) {
    const auto before = code();
    const std::string digest = codes_.digest_of(before);
    write(change.file, change.text);
    EXPECT_NE(code(), before) << change.file;
    EXPECT_NE(codes_.digest_of(code()), digest) << change.file;
    std::this_thread::sleep_for(150ms);
    EXPECT_EQ(code(), code()) << change.file;
  }
}

TEST_F(AssembledCodesTest, TellTheCommonScriptApart) {
  const auto before = code()->text.before;
  const std::string common = codes_.prelude_digest_of(code());
  write("Packs/Mine/Scripts/Shows.py", "demisto.results(2)\n");
  EXPECT_EQ(codes_.prelude_digest_of(code()), common);
  EXPECT_EQ(code()->text.before, before) << "which is not put together anew";
  write("Packs/Base/Scripts/CommonServerPython/CommonServerPython.py", "COMMON = 2\n");
  EXPECT_NE(codes_.prelude_digest_of(code()), common);
}

TEST_F(AssembledCodesTest, OfOneTextAreNotThoseOfAnotherItem) {
  const auto item_named = [](const char* name) {
    content::Item item;
    item.name = name;
    item.subtype = "python3";
    item.code = "demisto.results(1)";
    return item;
  };
  const auto one = codes_.of(item_named("one"), nullptr).value();
  EXPECT_EQ(codes_.of(item_named("one"), nullptr).value(), one);
  EXPECT_NE(codes_.of(item_named("two"), nullptr).value(), one);
}

}  // namespace
}  // namespace berth::app
