#include "berth/app/command_target.h"

#include <gmock/gmock.h>

#include <fstream>

#include "berth/app/line_service.h"
#include "berth/store/investigations.h"
#include "berth/store/lists.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using testing::fails_with;
using testing::ok;

struct NameRow {
  const char* text;
  const char* owner;
  const char* name;
};

const NameRow kNames[] = {{"", "", ""},
                          {"name", "", "name"},
                          {" \tname\n", "", "name"},
                          {"Brand|||name", "Brand", "name"},
                          {" Brand ||| name ", "Brand", "name"},
                          {"|||name", "", "name"},
                          {"Brand|||", "Brand", ""},
                          {"|||", "", ""},
                          {"a||b", "", "a||b"},
                          {"a|||b|||c", "a", "b|||c"},
                          {"a b", "", "a b"}};

TEST(CommandName, IsTakenApart) {
  for (const NameRow& row : kNames) {
    const CommandName name = command_name_of(row.text);
    EXPECT_EQ(name.owner, row.owner) << row.text;
    EXPECT_EQ(name.name, row.name) << row.text;
  }
}

// A scene with nothing registered, and a tree with one script.
class SceneTest : public ::testing::Test {
 protected:
  SceneTest() {
    settings_.state = folder_.path() / "state";
    settings_.cache = folder_.path() / "cache";
    settings_.runtime = folder_.path() / "run";
    scene_ = std::make_unique<Scene>(settings_);
  }

  testing::TempFolder folder_;
  Settings settings_;
  std::unique_ptr<Scene> scene_;
};

struct TargetRow {
  const char* name;
  CommandName command;
  const char* target;
};

const TargetRow kBuiltIns[] = {
    {"Name", {"", "Set"}, "Set"},
    {"AnyCase", {"", "SETINCIDENT"}, "setIncident"},
    {"Owner", {"Builtin", "Print"}, "Print"},
};

TEST_F(SceneTest, FindsTheCommandsOfTheServer) {
  for (const TargetRow& row : kBuiltIns) {
    SCOPED_TRACE(row.name);
    const auto targets = find_targets(*scene_, nullptr, row.command, {});
    ASSERT_TRUE(ok(targets));
    ASSERT_EQ(targets->size(), 1u);
    ASSERT_NE(targets->front().built_in, nullptr);
    EXPECT_EQ(targets->front().built_in->name, row.target);
  }
}

struct NobodyRow {
  const char* name;
  CommandName command;
};

const NobodyRow kNobody[] = {
    {"Unknown", {"", "harbour-list"}},        {"UnknownOwner", {"Harbour", "harbour-list"}},
    {"UnknownScript", {"Scripts", "Triage"}}, {"BuiltInOfScripts", {"Scripts", "Set"}},
    {"BuiltInOfAnother", {"Harbour", "Set"}}, {"NoBuiltIn", {"Builtin", "harbour-list"}},
};

TEST_F(SceneTest, SaysWhatToDoAboutACommandThatNobodyHas) {
  for (const NobodyRow& row : kNobody) {
    SCOPED_TRACE(row.name);
    const auto targets = find_targets(*scene_, nullptr, row.command, {});
    EXPECT_TRUE(fails_with(targets, Errc::NotFound, "'" + row.command.name + "' is no command of this server"));
    EXPECT_TRUE(targets.error().message().starts_with("Unsupported Command: "));
    EXPECT_TRUE(fails_with(targets, Errc::NotFound, "'berth content list'"));
  }
}

TEST_F(SceneTest, CountsCommands) {
  for (std::int64_t i = 0; i < kMostCommands; ++i) ASSERT_TRUE(ok(scene_->take_command()));
  EXPECT_TRUE(fails_with(scene_->take_command(), Errc::Exhausted, "executed 10000 commands already"));
  EXPECT_TRUE(fails_with(scene_->take_command(), Errc::Exhausted, "as many as a run may"));
}

TEST_F(SceneTest, LetsNamedItemsReachOthers) {
  settings_.other_investigations = {"Closer", "harbour-id"};
  content::Item item;
  item.kind = content::ItemKind::Integration;
  item.name = "Harbour";
  item.id = "harbour-id";
  EXPECT_TRUE(scene_->caller_of(item).reaches_others);
  EXPECT_FALSE(scene_->caller_of(item).is_person);
  EXPECT_EQ(scene_->caller_of(item).kind, content::ItemKind::Integration);
  item.id = "other-id";
  EXPECT_FALSE(scene_->caller_of(item).reaches_others);
  item.name = "Closer";
  EXPECT_TRUE(scene_->caller_of(item).reaches_others);
  item.name = "closer";
  EXPECT_FALSE(scene_->caller_of(item).reaches_others);
}

TEST_F(SceneTest, EntersAnInvestigation) {
  EXPECT_NE(scene_->playground(), nullptr);
  EXPECT_TRUE(fails_with(scene_->enter_investigation("2"), Errc::NotFound, "there is no investigation 2"));
  EXPECT_NE(scene_->playground(), nullptr);
  store::NewInvestigation wanted;
  wanted.name = "case";
  ASSERT_TRUE(ok(store::Investigations(**scene_->state().database()).add(wanted)));
  ASSERT_TRUE(ok(scene_->enter_investigation("2")));
  EXPECT_EQ(scene_->playground(), nullptr);
  EXPECT_EQ(scene_->investigation().id(), "2");
}

// --- references in arguments -----------------------------------------------------------------------------------------

struct ReferenceRow {
  const char* name;
  const char* value;
  const char* text;   // what the argument becomes
  const char* typed;  // what stands among the typed arguments; empty: nothing
};

const ReferenceRow kReferences[] = {
    {"NoReference", "plain $text", "plain $text", ""},
    {"Text", "${user.name}", "ann", ""},
    {"InText", "<${user.name}>", "<ann>", ""},
    {"Number", "${count}", "3", ""},
    {"NotThere", "${nothing}", "", ""},
    {"NotThereInText", "a${nothing}b", "ab", ""},
    {"Object", "${user}", R"({"name": "ann"})", R"({"name": "ann"})"},
    {"List", "${list}", "[1, 2]", "[1, 2]"},
    {"ListInText", "l=${list}", "l=[1, 2]", ""},
    {"Incident", "${incident.name}", "case", ""},
    {"CustomField", "${incident.country}", "NL", ""},
    {"NoSuchField", "${incident.nothing}", "", ""},
    {"ServerList", "${lists.hosts}", "a,b", ""},
    {"NoSuchList", "${lists.nothing}", "", ""},
    {"Inputs", "${inputs.x}", "", ""},
    {"NeverExpandedAgain", "${trick}", "${user.name}", ""},
};

TEST_F(SceneTest, ExpandsReferences) {
  ASSERT_TRUE(ok(store::Lists(**scene_->state().database()).set("hosts", "a,b")));
  scene_->playground()->set_incident(
      parse_json(R"({"id": "1", "name": "case", "CustomFields": {"country": "NL"}})").value());
  scene_->playground()->set_context(
      parse_json(R"({"user": {"name": "ann"}, "count": 3, "list": [1, 2], "trick": "${user.name}"})").value());
  for (const ReferenceRow& row : kReferences) {
    SCOPED_TRACE(row.name);
    CommandRequest request;
    request.arguments = {{"a", row.value}, {"b", "untouched"}};
    ASSERT_TRUE(ok(expand_references(request, *scene_)));
    EXPECT_EQ(request.arguments[0].value, row.text);
    EXPECT_EQ(request.arguments[1].value, "untouched");
    const Json* typed = request.typed_arguments.find("a");
    EXPECT_EQ(typed != nullptr ? print_json(*typed) : "", row.typed);

    CommandRequest bare;
    bare.arguments = {{std::nullopt, row.value}};
    ASSERT_TRUE(ok(expand_references(bare, *scene_)));
    EXPECT_EQ(bare.arguments[0].value, row.text);
    EXPECT_EQ(bare.typed_arguments, Json::object());
  }
}

TEST_F(SceneTest, NamesTheArgumentWhoseReferenceCannotBeRead) {
  CommandRequest request;
  request.arguments = {{"good", "x"}, {"a", "${b..c}"}};
  EXPECT_TRUE(fails_with(expand_references(request, *scene_), Errc::InvalidInput, "argument 'a': "));
  request.arguments = {{std::nullopt, "${b..c}"}};
  EXPECT_TRUE(fails_with(expand_references(request, *scene_), Errc::InvalidInput, "bare value: "));
}

}  // namespace
}  // namespace berth::app
