#include "berth/content/code_assembly.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <ctime>
#include <limits>

#include "berth/content/api_modules.h"
#include "berth/content/item_reader.h"
#include "tests/content/content_fixture.h"

namespace berth::content {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Modules by name, without a disk.
ModuleSource modules(std::map<std::string, std::string> texts) {
  return [texts = std::move(texts)](const std::string& name) -> Result<std::string> {
    const auto text = texts.find(name);
    if (text == texts.end()) return fail(Errc::NotFound, "no module " + name);
    return text->second;
  };
}

TEST(ApiModules, StandInThePlaceOfTheirImport) {
  const auto code = insert_api_modules("a\nfrom FooApiModule import *  # noqa: E402\nb\n", true,
                                       modules({{"FooApiModule", "foo = 1"}}));
  ASSERT_TRUE(testing::ok(code));
  EXPECT_EQ(*code,
            "a\n"
            "\n### GENERATED CODE ###: from FooApiModule import *  # noqa: E402\n"
            "# The module's own text from here on.\n"
            "register_module_line('FooApiModule', 'start', __line__(), wrapper=-3)\n"
            "foo = 1\n"
            "register_module_line('FooApiModule', 'end', __line__(), wrapper=1)\n"
            "### END GENERATED CODE ###\n"
            "b\n");
}

TEST(ApiModules, ArePutInsideEachOtherAndTwice) {
  const auto code =
      insert_api_modules("from AApiModule import *\nfrom BApiModule import *", false,
                         modules({{"AApiModule", "from BApiModule import *\na\n"}, {"BApiModule", "b\n"}}));
  ASSERT_TRUE(testing::ok(code));
  std::size_t count = 0;
  for (std::size_t at = code->find("\nb\n"); at != std::string::npos; at = code->find("\nb\n", at + 1)) ++count;
  EXPECT_EQ(count, 2u);
  EXPECT_EQ(code->find("register_module_line"), std::string::npos);
}

TEST(ApiModules, LeaveOtherLinesAlone) {
  for (const std::string line : {"from FooApiModule import X", "import FooApiModule", "# from FooApiModule import *",
                                 "    from FooApiModule import *", "from ApiModule import *", "from Foo import *",
                                 "from a/bApiModule import *", "from FooApiModule import *x"}) {
    EXPECT_EQ(*insert_api_modules(line, true, modules({})), line);
  }
}

TEST(ApiModules, InACircleAreRefusedByName) {
  const auto source =
      modules({{"AApiModule", "from BApiModule import *\n"}, {"BApiModule", "from AApiModule import *\n"}});
  EXPECT_TRUE(testing::fails_with(insert_api_modules("from AApiModule import *\n", true, source), Errc::InvalidInput,
                                  "AApiModule imports BApiModule imports AApiModule; take one"));
}

TEST(ApiModules, CannotGrowWithoutEnd) {
  // Each imports the next twice: 2^15 copies of a large text.
  std::map<std::string, std::string> texts;
  for (int i = 0; i < 15; ++i) {
    const std::string next = "from M" + std::to_string(i + 1) + "ApiModule import *\n";
    texts["M" + std::to_string(i) + "ApiModule"] = next + next;
  }
  texts["M15ApiModule"] = std::string(1 << 20, '#') + "\n";
  EXPECT_TRUE(testing::fails_with(insert_api_modules("from M0ApiModule import *\n", true, modules(texts)),
                                  Errc::Exhausted, "grows past the limit"));
  texts.clear();
  for (int i = 0; i < 20; ++i) {
    texts["M" + std::to_string(i) + "ApiModule"] = "from M" + std::to_string(i + 1) + "ApiModule import *\n";
  }
  EXPECT_TRUE(testing::fails_with(insert_api_modules("from M0ApiModule import *\n", true, modules(texts)),
                                  Errc::Exhausted, "more than 16 import each other"));
}

constexpr std::string_view kCommonText =
    "import demistomock as demisto\ndef register_module_line(a, b, c, wrapper=0): pass\ndef __line__(): return 0\n";

CommonScript built_in(std::string_view text) { return {text, text, "", "digest", "digest"}; }

class Assembly : public ContentFixture {
 protected:
  void SetUp() override {
    write("Packs/P/pack_metadata.json", R"({"currentVersion": "1.2.3"})");
    write("Packs/P/Scripts/X/X.yml", script_yaml("X"));
    write("Packs/P/Scripts/X/X.py", "import demistomock as demisto  # noqa\nfrom CommonServerPython import *\nx()");
  }

  Result<AssembledCode> assemble(std::string_view path, std::string_view fallback = kCommonText) const {
    BERTH_TRY(const Item item, read_item(at(path)));
    const auto tree = find_tree_of(at(path));
    return assemble_code(item, tree ? &*tree : nullptr, built_in(fallback));
  }
};

TEST_F(Assembly, PutsCommonUserAndItemTogether) {
  write("Packs/Base/Scripts/CommonServerPython/CommonServerPython.py", kCommonText);
  write("Packs/Base/Scripts/CommonServerUserPython/CommonServerUserPython.py",
        "from CommonServerPython import *\nu = 1");
  const auto code = assemble("Packs/P/Scripts/X", "never");
  ASSERT_TRUE(testing::ok(code));
  EXPECT_EQ(code->whole(),
            "\ndef register_module_line(a, b, c, wrapper=0): pass\ndef __line__(): return 0\n"
            "\nu = 1\n"
            "register_module_line('X', 'start', __line__())\n"
            "CONSTANT_PACK_VERSION = '1.2.3'\n"
            "demisto.debug('pack id = P, pack version = 1.2.3')\n"
            "\n\nx()\n"
            "register_module_line('X', 'end', __line__())\n");
  const CodePrelude& before = *code->before;
  EXPECT_EQ(before.lines, 5u);
  ASSERT_EQ(before.parts.size(), 2u);
  EXPECT_EQ(before.parts[0].kind, CodePartKind::Common);
  EXPECT_EQ(before.parts[1].kind, CodePartKind::User);
  EXPECT_EQ(before.text_of(before.parts[1]), "\nu = 1\n");
  EXPECT_EQ(before.parts[1].first_line, 4u);
  EXPECT_EQ(code->item.first_line, 6u);
  EXPECT_EQ(code->item.lines, 7u);
  EXPECT_EQ(code->item.offset, before.text.size());
  EXPECT_EQ(code->item.origin, at("Packs/P/Scripts/X/X.py").native());
}

TEST_F(Assembly, TakesTheGivenCommonScriptWhereTheTreeHasNone) {
  const auto code = assemble("Packs/P/Scripts/X");
  ASSERT_TRUE(testing::ok(code));
  ASSERT_EQ(code->before->parts.size(), 1u);
  EXPECT_EQ(code->before->parts[0].origin, "the built-in common script");
  EXPECT_THAT(code->whole(), HasSubstr("register_module_line('X', 'start'"));
}

TEST_F(Assembly, LeavesModuleLinesOutWhereNothingDefinesThem) {
  const auto code = assemble("Packs/P/Scripts/X", "y = 1\n");
  ASSERT_TRUE(testing::ok(code));
  EXPECT_EQ(code->whole().find("register_module_line"), std::string::npos);
}

TEST_F(Assembly, ServesAPlainFileWithoutATree) {
  write("plain/hello.py", "return_results('hi')\n");
  auto item = read_item(at("plain/hello.py"));
  ASSERT_TRUE(testing::ok(item));
  const auto code = assemble_code(*item, nullptr, built_in(kCommonText));
  ASSERT_TRUE(testing::ok(code));
  EXPECT_THAT(code->whole(), HasSubstr("def __line__(): return 0\nregister_module_line('hello', 'start', __line__())\n"
                                       "return_results('hi')\n"));
}

TEST_F(Assembly, InsertsTheTreesApiModules) {
  write("Packs/P/Scripts/X/X.py", "from FooApiModule import *\nx()\n");
  write("Packs/ApiModules/Scripts/FooApiModule/FooApiModule.py", "from CommonServerPython import *\nfoo()\n");
  const auto code = assemble("Packs/P/Scripts/X");
  ASSERT_TRUE(testing::ok(code));
  EXPECT_THAT(code->whole(), HasSubstr("'FooApiModule', 'start', __line__(), wrapper=-3)\n\nfoo()\n"));
  EXPECT_EQ(code->whole().find("from CommonServerPython"), std::string::npos);
}

TEST_F(Assembly, BringsNamesThatModulesAndTheUserScriptTakeForGranted) {
  write("Packs/P/Scripts/X/X.py", "from FooApiModule import *\nx()\n");
  write("Packs/ApiModules/Scripts/FooApiModule/FooApiModule.py", "t = datetime.now()\n");
  write("Packs/Base/Scripts/CommonServerUserPython/CommonServerUserPython.py", "@wraps(x)\ndef u(): pass\n");
  const auto code = assemble("Packs/P/Scripts/X");
  ASSERT_TRUE(testing::ok(code));
  EXPECT_EQ(code->before->text_of(code->before->parts[0]),
            std::string(kCommonText) + "from datetime import datetime\nfrom functools import wraps\n");
  EXPECT_EQ(code->before->known_size, kCommonText.size());
  EXPECT_EQ(code->before->known_digest, "digest");
  EXPECT_EQ(code->before->parts[1].kind, CodePartKind::User);
  // The tree's own common script brings what it brings.
  write("Packs/Base/Scripts/CommonServerPython/CommonServerPython.py", kCommonText);
  const auto own = assemble("Packs/P/Scripts/X");
  ASSERT_TRUE(testing::ok(own));
  EXPECT_EQ(own->whole().find("from datetime"), std::string::npos);
}

TEST_F(Assembly, SaysWhichApiModuleIsMissing) {
  write("Packs/P/Scripts/X/X.py", "from FooApiModule import *\n");
  EXPECT_TRUE(testing::fails_with(assemble("Packs/P/Scripts/X"), Errc::NotFound,
                                  "assemble script 'X': insert API module 'FooApiModule': '"));
  EXPECT_TRUE(testing::fails_with(assemble("Packs/P/Scripts/X"), Errc::NotFound,
                                  "Packs/ApiModules/Scripts/FooApiModule/FooApiModule.py' is missing; add it"));
  auto item = script_from_text("from FooApiModule import *\n", "-");
  ASSERT_TRUE(testing::ok(item));
  EXPECT_TRUE(testing::fails_with(assemble_code(*item, nullptr, built_in(kCommonText)), Errc::NotFound,
                                  "lies in no content tree"));
}

TEST_F(Assembly, DoesNotReadModulesOrCommonCodeBehindLinksThatLeadOut) {
  write("Packs/P/Scripts/X/X.py", "from FooApiModule import *\n");
  link("Packs/ApiModules/Scripts/FooApiModule/FooApiModule.py", "/etc/passwd");
  EXPECT_TRUE(testing::fails_with(assemble("Packs/P/Scripts/X"), Errc::Denied, "leads out"));
  link("Packs/Base/Scripts/CommonServerPython/CommonServerPython.py", "/etc/passwd");
  EXPECT_TRUE(testing::fails_with(assemble("Packs/P/Scripts/X"), Errc::Denied, "CommonServerPython.py"));
}

TEST_F(Assembly, RefusesOtherLanguages) {
  write("p.ps1", "1\n");
  EXPECT_TRUE(testing::fails_with(assemble("p.ps1"), Errc::Unavailable,
                                  "written in PowerShell: that takes an image with `pwsh`"));
}

TEST_F(Assembly, DoesNotPutTheCommonScriptBeforeItself) {
  write("Packs/Base/Scripts/CommonServerPython/CommonServerPython.yml", script_yaml("CommonServerPython"));
  write("Packs/Base/Scripts/CommonServerPython/CommonServerPython.py", kCommonText);
  const auto code = assemble("Packs/Base/Scripts/CommonServerPython");
  ASSERT_TRUE(testing::ok(code));
  EXPECT_EQ(code->before->parts.size(), 0u);
  EXPECT_EQ(code->whole().find("'start'"), std::string::npos);
}

TEST_F(Assembly, RemembersWhatStandsInFrontUntilItChanges) {
  KnownPreludes known;
  const auto assemble_again = [&](const char* text) {
    write("Packs/P/Scripts/X/X.py", text);
    const auto tree = find_tree_of(at("Packs/P/Scripts/X"));
    FileStamps stamps;
    auto code = assemble_code(*read_item(at("Packs/P/Scripts/X")), &*tree, built_in(kCommonText), known, stamps);
    EXPECT_TRUE(testing::ok(code));
    EXPECT_EQ(code->whole(), assemble("Packs/P/Scripts/X")->whole());
    return code->before;
  };
  const auto before = assemble_again("x()\n");
  EXPECT_EQ(assemble_again("y()\n"), before);
  EXPECT_NE(assemble_again("datetime.now()\n"), before) << "which takes an import";
  EXPECT_EQ(assemble_again("z()\n"), before);
  write("Packs/Base/Scripts/CommonServerUserPython/CommonServerUserPython.py", "u = 1\n");
  const auto with_user = assemble_again("x()\n");
  EXPECT_NE(with_user, before);
  write("Packs/Base/Scripts/CommonServerPython/CommonServerPython.py", "c = 1\n");
  EXPECT_EQ(assemble_again("x()\n")->parts.front().origin,
            at("Packs/Base/Scripts/CommonServerPython/CommonServerPython.py").native());
  write("Packs/Base/Scripts/CommonServerPython/CommonServerPython.py", "c = 2\n");
  EXPECT_THAT(assemble_again("x()\n")->text, HasSubstr("c = 2"));
}

TEST_F(Assembly, OfALargeCommonScriptTakesAboutAMillisecond) {
  std::string common(kCommonText);
  for (int i = 0; i < 15'000; ++i) common += "    if something: return function(argument)\n";
  write("Packs/Base/Scripts/CommonServerPython/CommonServerPython.py", common);
  const auto item = read_item(at("Packs/P/Scripts/X"));
  const auto tree = find_tree_of(at("Packs/P/Scripts/X"));
  ASSERT_TRUE(item && tree);
  // Processor time, so that a busy machine does not count.
  auto best = std::numeric_limits<std::clock_t>::max();
  for (int i = 0; i < 5; ++i) {
    const std::clock_t start = std::clock();
    ASSERT_TRUE(testing::ok(assemble_code(*item, &*tree, {})));
    best = std::min(best, std::clock() - start);
  }
  EXPECT_LT(best, CLOCKS_PER_SEC / 10);  // sanitizers included
}

TEST_F(Assembly, KnowsWhereTheItemsOwnLinesStand) {
  const auto item = script_from_text("import demistomock as demisto\nraise ValueError(1)\n", "hello");
  ASSERT_TRUE(testing::ok(item));
  const char* with_lines = "def register_module_line(a, b, c, wrapper=0): pass\ndef __line__(): return 0\n";
  for (const char* common : {"", "x = 1\ny = 2\n", with_lines}) {
    const auto code = assemble_code(*item, nullptr, built_in(common));
    ASSERT_TRUE(testing::ok(code));
    const auto first = first_line_of_item(*code, *item);
    ASSERT_TRUE(first.has_value());
    const std::string whole = code->whole();
    std::string_view rest = whole;
    for (std::size_t line = 1; line < *first + 1; ++line) rest.remove_prefix(rest.find('\n') + 1);
    EXPECT_TRUE(rest.starts_with("raise ValueError(1)\n")) << code->whole();
  }
}

}  // namespace
}  // namespace berth::content
