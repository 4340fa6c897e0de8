#include <gmock/gmock.h>

#include <fstream>

#include "berth/app/content_lines.h"
#include "berth/app/content_service.h"
#include "berth/app/content_source.h"
#include "berth/app/fetched_content.h"
#include "berth/app/git_clone.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;
using content::ItemKind;
using ::testing::HasSubstr;

TEST(GitOrigin, TellsAddressesFromPaths) {
  for (const char* git :
       {"https://x/y", "git@host:pack", "ssh://h/p", "ext::sh -c x", "a/b.git", "host:path", "file:///x"}) {
    EXPECT_TRUE(is_git_origin(git)) << git;
  }
  for (const char* path : {"/a/b", "a/b", "./a:b", "pack.zip", "a/b:c"}) EXPECT_FALSE(is_git_origin(path)) << path;
}

struct Origin {
  const char* text;
  const char* problem;  // part of it; empty where it is taken
};

TEST(GitOrigin, TakesHttpsSshAndThisMachine) {
  const Origin rows[] = {
      {"https://example.org/pack.git", ""},
      {"ssh://git@example.org/pack", ""},
      {"git@example.org:pack.git", ""},
      {"file:///srv/pack", ""},
      {"/srv/pack.git", ""},
      {"http://127.0.0.1:8080/pack", ""},
      {"http://localhost/pack", ""},
      {"http://[::1]:80/pack", ""},
      {"http://example.org/pack", "http is taken from this machine alone"},
      {"http://127.example.org/pack", "http is taken from this machine alone"},
      {"http://example.org@localhost.evil/pack", "it holds a user"},
      {"ext::sh -c touch% /tmp/x", "it asks for a helper"},
      {"fd::3", "it asks for a helper"},
      {"git://example.org/pack", "'git' is no protocol"},
      {"ftp://example.org/pack", "'ftp' is no protocol"},
      {"--upload-pack=touch /tmp/x", "it begins with '-'"},
      {"ssh://-oProxyCommand=x/pack", "its host begins with '-'"},
      {"ssh://git@-oProxyCommand=x/pack", "its host begins with '-'"},
      {"https://user:secret@example.org/pack", "it holds a user or a password"},
      {"https://ghp_secret@example.org/pack", "it holds a user or a password"},
      {"ssh://git:secret@example.org/pack", "it holds a user or a password"},
      {"https://example.org/\x1b[2J", "invisible characters"},
  };
  for (const auto& [text, problem] : rows) {
    const std::string found = problem_of_git_origin(text);
    EXPECT_EQ(found.empty(), *problem == '\0') << text << ": " << found;
    EXPECT_THAT(found, HasSubstr(problem)) << text;
    EXPECT_THAT(found, ::testing::Not(HasSubstr("secret"))) << text;
  }
}

TEST(SourceName, IsMadeOfTheOrigin) {
  const std::pair<const char*, const char*> rows[] = {{"https://example.org/team/content.git", "content"},
                                                      {"git@example.org:pack.git", "pack"},
                                                      {"/srv/My Packs/", "My-Packs"},
                                                      {"../x/Harbour.zip", "Harbour"},
                                                      {"script-X.yml", "script-X"},
                                                      {"_hidden", "hidden"},
                                                      {"...", ""}};
  for (const auto& [origin, name] : rows) EXPECT_EQ(source_name_of(origin), name) << origin;
  for (const char* bad : {"", ".", "..", "a/b", "-x", ".x", "a b", "a\n", "\xc3\xa9"}) {
    EXPECT_NE(problem_of_source_name(bad), "") << bad;
  }
  EXPECT_EQ(problem_of_source_name(std::string(64, 'a')), "");
  EXPECT_NE(problem_of_source_name(std::string(65, 'a')), "");
}

TEST(ContentLines, FindTheLineOfAKey) {
  const testing::TempFolder folder;
  const fs::path file = folder.path() / "a.yml";
  std::ofstream(file) << "name: a\nscript:\n  type: python\n  commands:\n  - name: b\n    arguments: []\n  - name: c\n";
  EXPECT_EQ(line_of_key(file, "name"), 1u);
  EXPECT_EQ(line_of_key(file, "script.type"), 3u);
  EXPECT_EQ(line_of_key(file, "script.commands[0].arguments"), 6u);
  EXPECT_EQ(line_of_key(file, "script.commands[1].arguments"), 7u);
  EXPECT_EQ(line_of_key(file, "script.commands[9].arguments"), 4u);
  EXPECT_EQ(line_of_key(file, "nothing"), 1u);
  EXPECT_EQ(line_of_key(folder.path() / "b.yml", "name"), 0u);
  EXPECT_EQ(line_in_error("read: /a/b.yml:12:3: key 'x'", "/a/b.yml"), 12u);
  EXPECT_EQ(line_in_error("read: /a/b.yml: no", "/a/b.yml"), 0u);
}

TEST(FetchedContent, PutsAllOrNothing) {
  const testing::TempFolder folder;
  auto fetched = FetchedContent::open(folder.path() / "content");
  ASSERT_TRUE(testing::ok(fetched));
  const auto write = [](const char* text) {
    return [text](const fs::path& into) -> Result<void> {
      fs::create_directories(into);
      std::ofstream(into / "x") << text;
      return {};
    };
  };
  const auto read = [&] {
    std::string text;
    std::ifstream(fetched->place_of("a") / "x") >> text;
    return text;
  };
  ASSERT_TRUE(testing::ok(fetched->put("a", write("one"))));
  ASSERT_TRUE(testing::ok(fetched->put("a", write("two"))));
  EXPECT_EQ(read(), "two");
  const auto failed = fetched->put("a", [](const fs::path& into) -> Result<void> {
    fs::create_directories(into);
    return fail(Errc::InvalidInput, "half");
  });
  EXPECT_TRUE(testing::fails_with(failed, Errc::InvalidInput, "half"));
  EXPECT_EQ(read(), "two");
  // Nothing of the attempts is left but the lock.
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path() / "content"), fs::directory_iterator()), 2);
  ASSERT_TRUE(testing::ok(fetched->remove("a")));
  EXPECT_FALSE(fs::exists(fetched->place_of("a")));
}

TEST(FetchedContent, SweepsWhatADeadProcessLeft) {
  const testing::TempFolder folder;
  fs::create_directories(folder.path() / ".staging-dead/content");
  fs::create_directories(folder.path() / "kept");
  ASSERT_TRUE(testing::ok(FetchedContent::open(folder.path())));
  EXPECT_FALSE(fs::exists(folder.path() / ".staging-dead"));
  EXPECT_TRUE(fs::exists(folder.path() / "kept"));
}

class Service : public ::testing::Test {
 protected:
  void write(const std::string& inside, const std::string& text) const {
    fs::create_directories((folder_.path() / inside).parent_path());
    std::ofstream(folder_.path() / inside) << text;
  }
  void script(const std::string& inside, const std::string& name, const std::string& more = "") const {
    write(inside, "name: " + name + "\ncommonfields: {id: " + name +
                      ", version: -1}\ntype: python\nsubtype: python3\nscript: print(1)\n" + more);
  }
  void integration(const std::string& inside, const std::string& name, const std::string& command,
                   const std::string& more = "") const {
    write(inside,
          "name: " + name + "\nscript:\n  type: python\n  script: x\n  commands:\n  - name: " + command + "\n" + more);
  }
  ContentService open(const std::vector<std::string>& names) const {
    Settings settings;
    settings.cache = folder_.path() / "cache";
    std::vector<ContentSource> sources;
    for (const std::string& name : names) sources.push_back({name, (folder_.path() / name).native()});
    return ContentService::with_sources(settings, std::move(sources));
  }

 private:
  testing::TempFolder folder_;
};

TEST_F(Service, FindsItemsByNameAndCommand) {
  script("a/Packs/P/Scripts/s.yml", "One");
  integration("a/Packs/P/Integrations/i.yml", "Two", "two-get");
  const ContentService service = open({"a"});
  const auto item = service.find_item(ItemKind::Script, "One");
  ASSERT_TRUE(testing::ok(item));
  EXPECT_EQ(item->code, "print(1)");
  EXPECT_EQ(service.tree_of(*item)->root().filename(), "a");
  EXPECT_TRUE(testing::ok(service.find_item("Two")));
  ASSERT_EQ(service.find_command("two-get").size(), 1u);
  EXPECT_EQ(service.find_command("two-get")[0].integration.item->id, "Two");
  EXPECT_EQ(service.find_command("test-module").size(), 1u);
  EXPECT_TRUE(service.find_command("two-put").empty());
  EXPECT_TRUE(testing::fails_with(service.find_item(ItemKind::Script, "On"), Errc::NotFound, "did you mean 'One'"));
  EXPECT_TRUE(testing::fails_with(service.find_item("Oen"), Errc::NotFound, "did you mean 'One'"));
  EXPECT_TRUE(testing::fails_with(service.find_item(ItemKind::Integration, "One"), Errc::NotFound, "find integration"));
}

TEST_F(Service, SaysAClashAndLetsTheSourceChoose) {
  script("a/Packs/P/Scripts/s.yml", "One");
  script("b/Packs/P/Scripts/s.yml", "One");
  script("b/Packs/P/Scripts/t.yml", "Old", "toversion: 5.9.9\n");
  script("b/Packs/P/Scripts/u.yml", "Old", "fromversion: 6.0.0\n");
  const ContentService service = open({"a", "b"});
  EXPECT_TRUE(testing::fails_with(service.look_up("One"), Errc::InvalidInput, "of source 'a' and "));
  const auto chosen = service.look_up("b/One");
  ASSERT_TRUE(testing::ok(chosen));
  EXPECT_EQ(chosen->source->name, "b");
  EXPECT_EQ(service.look_up("Old")->item->yaml.filename(), "u.yml");
  ASSERT_EQ(service.clashes().size(), 1u);
  EXPECT_EQ(service.clashes()[0].name, "One");
  EXPECT_EQ(service.clashes()[0].items.size(), 2u);
}

TEST_F(Service, KeepsNamesApartByKind) {
  script("a/Packs/P/Scripts/s.yml", "Same");
  integration("a/Packs/P/Integrations/i.yml", "Same", "x-get");
  const ContentService service = open({"a"});
  EXPECT_TRUE(service.clashes().empty());
  EXPECT_EQ(service.look_up(ItemKind::Integration, "Same")->item->kind, ItemKind::Integration);
  EXPECT_TRUE(testing::fails_with(service.look_up("Same"), Errc::InvalidInput, "it is a script"));
}

TEST_F(Service, LeavesCommandsOfItemsForOtherServersOut) {
  integration("a/Packs/P/Integrations/i.yml", "Two", "two-get", "toversion: 5.9.9\n");
  EXPECT_TRUE(open({"a"}).find_command("two-get").empty());
}

TEST_F(Service, WorksOnWithoutASourceThatIsGone) {
  script("a/Packs/P/Scripts/s.yml", "One");
  const ContentService service = open({"gone", "a"});
  EXPECT_TRUE(testing::ok(service.look_up("One")));
  ASSERT_EQ(service.broken_sources().size(), 1u);
  EXPECT_EQ(service.broken_sources()[0].source->name, "gone");
}

// A text that the shortcut and a parser read differently: what is run is never another item than the one asked for.
TEST_F(Service, RunsNoItemThatIsNotTheOneListed) {
  write("a/Packs/P/Scripts/s.yml",
        "args:\n- description: \"a\ncommonfields:\n id: Listed\nother: b\"\n  name: x\nname: Real\ntype: "
        "python\nscript: x\n");
  const ContentService service = open({"a"});
  ASSERT_TRUE(testing::ok(service.look_up("Listed")));
  EXPECT_TRUE(
      testing::fails_with(service.find_item("Listed"), Errc::Corrupt, "it holds script 'Real', and was listed as"));
}

TEST(ItemPath, IsTakenForAPathWhereItCanBeNothingElse) {
  for (const char* path : {"-", "/x", "./x", "..", "~x", ""}) EXPECT_TRUE(is_item_path(path)) << path;
  EXPECT_FALSE(is_item_path("NoSuchItemHere"));
  EXPECT_FALSE(is_item_path("source/NoSuchItem"));
}

}  // namespace
}  // namespace berth::app
