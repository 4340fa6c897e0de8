#include "berth/content/item_reader.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/content/content_fixture.h"

namespace berth::content {
namespace {

using ::testing::HasSubstr;

class ReadItem : public ContentFixture {};

TEST_F(ReadItem, TakesAPythonFileAsAScriptOfAnyArgument) {
  const auto item = read_item(write("hello.py", "\xef\xbb\xbfprint(1)\n"));
  ASSERT_TRUE(testing::ok(item));
  EXPECT_EQ(item->kind, ItemKind::Script);
  EXPECT_EQ(item->name, "hello");
  EXPECT_EQ(item->subtype, "python3");
  EXPECT_TRUE(item->any_argument);
  EXPECT_EQ(item->code, "print(1)\n");
  EXPECT_EQ(item->source, at("hello.py"));
}

TEST_F(ReadItem, TakesAUnifiedYaml) {
  const auto item = read_item(write("script-X.yml", script_yaml("X", "print(2)")));
  ASSERT_TRUE(testing::ok(item));
  EXPECT_EQ(item->code, "print(2)");
  EXPECT_EQ(item->code_path, at("script-X.yml"));
  EXPECT_FALSE(item->any_argument);
}

TEST_F(ReadItem, TakesAPackageByFolderAndByYaml) {
  write("X/X.yml", script_yaml("X", "'-'"));
  write("X/X.py", "print(3)\n");
  write("X/X_test.py", "assert False\n");
  write("X/CommonServerPython.py", "no\n");
  write("X/.hidden.yml", "no\n");
  for (const char* path : {"X", "X/", "X/X.yml", "X/../X/."}) {
    const auto item = read_item(at(path));
    ASSERT_TRUE(testing::ok(item)) << path;
    EXPECT_EQ(item->code, "print(3)\n");
    EXPECT_EQ(item->code_path, at("X/X.py"));
  }
}

TEST_F(ReadItem, PutsTheCodeFileBeforeCodeInThePackagesYaml) {
  write("X/X.yml", script_yaml("X", "old()"));
  write("X/X.py", "new()\n");
  const auto package = read_item(at("X"));
  ASSERT_TRUE(testing::ok(package));
  EXPECT_EQ(package->code, "new()\n");
  ASSERT_EQ(package->warnings.size(), 1u);
  EXPECT_THAT(package->warnings[0].text, HasSubstr("'X.py', goes before"));
  EXPECT_EQ(read_item(at("X/X.yml"))->code, "old()");
}

TEST_F(ReadItem, KeepsTheCodeOfAPackageWithoutCodeFile) {
  write("X/X.yml", script_yaml("X", "inside()"));
  EXPECT_EQ(read_item(at("X"))->code, "inside()");
}

TEST_F(ReadItem, FindsPowerShellAndJavaScript) {
  write("P/P.yml", "name: P\ntype: powershell\nscript: ''\n");
  write("P/P.ps1", "1\n");
  write("P/P.Tests.ps1", "no\n");
  write("P/A.py", "no\n");
  EXPECT_EQ(read_item(at("P"))->code, "1\n");
  write("J/J.yml", "name: J\ntype: javascript\nscript: ''\n");
  write("J/J.js", "2\n");
  EXPECT_EQ(read_item(at("J"))->code, "2\n");
}

TEST_F(ReadItem, SaysWhatIsWrong) {
  write("none/none.yml", script_yaml("none"));
  EXPECT_TRUE(testing::fails_with(read_item(at("none")), Errc::InvalidInput,
                                  "none.yml: key 'script': it is empty, and no Python code file lies beside it"));
  write("Scripts/u.yml", script_yaml("u"));
  write("Scripts/stranger.py", "no\n");
  EXPECT_TRUE(testing::fails_with(read_item(at("Scripts/u.yml")), Errc::InvalidInput, "key 'script': it is empty"));
  write("int/int.yml", "name: i\nscript: {type: python, script: ''}\n");
  EXPECT_TRUE(testing::fails_with(read_item(at("int")), Errc::InvalidInput, "key 'script.script': it is empty"));
  write("two/a.yml", script_yaml("a"));
  write("two/b.yml", script_yaml("b"));
  EXPECT_TRUE(testing::fails_with(read_item(at("two")), Errc::InvalidInput,
                                  "2 YAML files in the folder, 'a.yml' and 'b.yml' among them; name the one"));
  std::filesystem::create_directories(at("empty"));
  EXPECT_TRUE(testing::fails_with(read_item(at("empty")), Errc::InvalidInput, "no YAML file in the folder"));
  EXPECT_TRUE(testing::fails_with(read_item(at("absent.py")), Errc::NotFound, "absent.py"));
  EXPECT_TRUE(testing::fails_with(read_item(write("a.txt", "x")), Errc::InvalidInput, "give a .py or .yml file"));
  EXPECT_TRUE(testing::fails_with(read_item(write("bad.yml", "a: [")), Errc::InvalidInput,
                                  "it is not YAML: did not find expected node content"));
}

TEST_F(ReadItem, RefusesCodeThatCannotBeCode) {
  EXPECT_TRUE(testing::fails_with(read_item(write("n.py", std::string("ab\n12\0", 6))), Errc::InvalidInput,
                                  "n.py:2:3: a NUL byte"));
  EXPECT_TRUE(testing::fails_with(read_item(write("l.py", "x = 'caf\xe9'  # 1234567890\n")), Errc::InvalidInput,
                                  "l.py:1:9: byte 0xe9 is not UTF-8"));
  EXPECT_TRUE(testing::fails_with(read_item(write("big.py", std::string((10 << 20) + 1, '#'))), Errc::Exhausted,
                                  "limit of 10485760"));
  EXPECT_TRUE(testing::fails_with(read_item(write("u.yml", script_yaml("u", "\"a\\0b\""))), Errc::InvalidInput, "NUL"));
  EXPECT_TRUE(testing::fails_with(script_from_text(std::string(1, '\0'), "-"), Errc::InvalidInput, "NUL"));
  EXPECT_TRUE(testing::ok(script_from_text("print('é')", "-")));
}

TEST_F(ReadItem, RefusesDevicesAndPipes) {
  std::filesystem::create_directories(at("p"));
  ASSERT_EQ(::mkfifo(at("p/fifo.py").c_str(), 0600), 0);
  EXPECT_TRUE(testing::fails_with(read_item(at("p/fifo.py")), Errc::InvalidInput, "not a regular file"));
  link("p/zero.py", "/dev/zero");
  EXPECT_TRUE(testing::fails_with(read_item(at("p/zero.py")), Errc::InvalidInput, "not a regular file"));
}

TEST_F(ReadItem, RefusesLinksOutOfAPackage) {
  write("outside.py", "secret\n");
  write("outside.yml", script_yaml("outside", "secret"));
  write("code/code.yml", script_yaml("code"));
  link("code/code.py", "../outside.py");
  EXPECT_TRUE(testing::fails_with(read_item(at("code")), Errc::Denied, "a symbolic link that leads out"));
  EXPECT_TRUE(testing::fails_with(read_item(at("code/code.yml")), Errc::Denied, "a symbolic link that leads out"));
  link("yaml/yaml.yml", "../outside.yml");
  EXPECT_TRUE(testing::fails_with(read_item(at("yaml")), Errc::Denied, "a symbolic link that leads out"));
  write("absolute/a.yml", script_yaml("a"));
  link("absolute/a.py", at("outside.py").native());
  EXPECT_TRUE(testing::fails_with(read_item(at("absolute")), Errc::Denied, "a symbolic link that leads out"));
}

TEST_F(ReadItem, RefusesLinksOutOfATree) {
  write("outside/X/X.yml", script_yaml("X", "secret"));
  write("outside/x.py", "secret\n");
  std::filesystem::create_directories(at("tree/Packs/P/Scripts"));
  link("tree/Packs/P/Scripts/X", "../../../../outside/X");
  link("tree/Packs/P/Scripts/x.py", "../../../../outside/x.py");
  link("tree/Packs/Q", "../../outside");
  for (const char* path : {"tree/Packs/P/Scripts/X", "tree/Packs/P/Scripts/X/X.yml", "tree/Packs/P/Scripts/x.py",
                           "tree/Packs/Q/X", "tree/Packs/Q/x.py"}) {
    EXPECT_TRUE(testing::fails_with(read_item(at(path)), Errc::Denied, "a symbolic link that leads out")) << path;
  }
}

TEST_F(ReadItem, FollowsLinksInsideATreeAndPathsGivenFromOutside) {
  write("tree/Packs/P/Scripts/X/X.yml", script_yaml("X"));
  write("tree/Packs/P/Scripts/shared.txt.py", "shared()\n");
  link("tree/Packs/P/Scripts/X/X.py", "../shared.txt.py");
  const auto item = read_item(at("tree/Packs/P/Scripts/X"));
  ASSERT_TRUE(testing::ok(item));
  EXPECT_EQ(item->code, "shared()\n");
  link("mine.py", "tree/Packs/P/Scripts/shared.txt.py");
  EXPECT_TRUE(testing::ok(read_item(at("mine.py"))));
}

TEST_F(ReadItem, RefusesNamesThatCannotBeSeen) {
  EXPECT_TRUE(testing::fails_with(read_item(at("a\x1b[2Jb.py")), Errc::InvalidInput, "invisible characters"));
  EXPECT_TRUE(testing::fails_with(read_item(std::string("/etc/passwd\0.py", 15)), Errc::InvalidInput, "invisible"));
  write("X/X.yml", script_yaml("X"));
  write("X/a\nb.py", "never()\n");
  EXPECT_TRUE(testing::fails_with(read_item(at("X")), Errc::InvalidInput, "no Python code file lies beside it"));
}

}  // namespace
}  // namespace berth::content
