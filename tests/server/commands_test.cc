// Every built-in command: what it answers and changes, what it refuses, and who may reach other investigations.
#include <gmock/gmock.h>

#include "berth/server/incident_json.h"
#include "berth/store/lists.h"
#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::fails_with;
using ::testing::HasSubstr;
using testing::json;
using testing::new_entries;
using testing::NoScript;
using testing::ok;
using testing::StateFolder;

// Investigation 2 is the caller's own, 3 another one. Both have an incident, an entry and a context.
class Commands {
 public:
  Commands() {
    for (StoredInvestigation* one : {&own_, &other_}) {
      auto entries = new_entries(R"([{"Contents": "note", "Tags": ["t"]}, {"Type": 4, "Contents": "error"}])");
      EXPECT_TRUE(ok(one->post(entries, {}, script_)));
      EXPECT_TRUE(ok(one->change_context(
          [&](dt::Context& context) { return context.set("a", json(R"({"b": 1, "list": [1, 2, 3]})")); })));
    }
  }

  Result<std::vector<Json>> run(std::string_view name, const Json& args, const Caller& caller) {
    const BuiltInCommand* command = find_built_in(name);
    BERTH_ASSERT(command != nullptr);
    return command->run(CommandArguments(command->name, args), {own_, folder_.state(), script_, caller});
  }
  // "<type>: <contents>" of the one entry.
  std::string answer(std::string_view name, std::string_view args, const Caller& caller = testing::script()) {
    const auto entries = run(name, json(args), caller);
    if (!entries) return "error: " + entries.error().message();
    if (entries->size() != 1) return "entries: " + std::to_string(entries->size());
    const Json* contents = entries->front().find("Contents");
    if (contents == nullptr) return "no contents";
    return contents->is_string() ? *contents->as_string() : print_json(*contents);
  }
  std::string context(Investigation& investigation) { return print_json(*investigation.context()); }

  StateFolder folder_;
  NoScript script_;
  StoredInvestigation own_ = folder_.add_investigation("own", json(R"({"name": "own", "severity": 1})"));
  StoredInvestigation other_ = folder_.add_investigation("other", json(R"({"name": "other", "severity": 2})"));
};

// --- answers ---------------------------------------------------------------------------------------------------------

struct AnswerRow {
  const char* name;
  const char* command;
  const char* args;
  const char* answer;
};

const AnswerRow kAnswers[] = {
    {"PrintText", "Print", R"({"value": "hello"})", "hello"},
    {"PrintObject", "Print", R"({"value": {"a": [1]}})", R"({"a": [1]})"},
    {"PrintNothing", "Print", "{}", ""},
    {"Set", "Set", R"({"key": "k", "value": "v"})", "Key k set"},
    {"SetWithoutKey", "Set", R"({"value": "v"})", "error: command 'Set': argument 'key' is missing"},
    {"SetFlagIsNone", "Set", R"({"key": "k", "append": "perhaps"})",
     "error: command 'Set': argument 'append' is neither true nor false"},
    {"DeleteNothing", "DeleteContext", "{}",
     "error: command 'DeleteContext': argument 'key' is missing; all=true deletes everything"},
    {"DeleteAllAndAKey", "DeleteContext", R"({"all": "yes", "key": "a"})",
     "error: command 'DeleteContext': argument 'key' cannot stand beside all=true"},
    {"DeleteKey", "DeleteContext", R"({"key": "a.b"})", "Key [a.b] was deleted from the context"},
    {"DeleteUnknownKey", "DeleteContext", R"({"key": "a.x"})", "Key [a.x] was not found in the context"},
    {"DeleteUnknownIndex", "DeleteContext", R"({"key": "a.list", "index": "3"})",
     "Key [a.list] was not found in the context"},
    {"DeleteIndexOfNoList", "DeleteContext", R"({"key": "a.b", "index": "0"})",
     "Key [a.b] was not found in the context"},
    {"DeleteIndexIsNone", "DeleteContext", R"({"key": "a.list", "index": "-1"})",
     "error: command 'DeleteContext': argument 'index' is no whole number from 0 to 1000000"},
    {"DeleteAll", "DeleteContext", R"({"all": true})", "Context cleared"},
    {"GetContext", "getContext", "{}", R"({"id": "2", "context": {"a": {"b": 1, "list": [1, 2, 3]}}})"},
    {"GetEntry", "getEntry", R"({"id": "1@2"})", "note"},
    {"GetEntryWithoutId", "getEntry", "{}", "error: command 'getEntry': argument 'id' is missing"},
    {"GetEntryThatIsNot", "getEntry", R"({"id": "9@2"})", "error: entry '9@2': there is none"},
    {"GetEntryOfNothing", "getEntry", R"({"id": "9"})", "error: there is no entry '9' in investigation 2"},
    {"GetEntries", "getEntries", "{}", "entries: 2"},
    {"GetEntriesOfOwn", "getEntries", R"({"id": "2"})", "entries: 2"},
    {"GetEntriesOfPage", "getEntries", R"({"pageSize": 1})", "note"},
    {"GetEntriesOfTag", "getEntries", R"({"filter": {"tags": ["t"]}})", "note"},
    {"GetEntriesOfTagInText", "getEntries", R"({"filter": "{\"tags\": [\"t\"]}"})", "note"},
    {"GetEntriesOfCategory", "getEntries", R"({"filter": {"categories": ["attachments"]}})", "entries: 0"},
    {"GetEntriesOfNoPage", "getEntries", R"({"pageSize": 0})",
     "error: command 'getEntries': argument 'pageSize' is no whole number from 1 to 10000"},
    {"AddText", "addEntries", R"({"entries": "text"})", R"(["3@2"])"},
    {"AddObject", "addEntries", R"({"entries": {"Contents": "x"}})", R"(["3@2"])"},
    {"AddList", "addEntries", R"({"entries": [{"Contents": "x"}, "y"]})", R"(["3@2", "4@2"])"},
    {"AddListInText", "addEntries", R"({"entries": "[{\"Contents\": \"x\"}]"})", R"(["3@2"])"},
    {"AddNumber", "addEntries", R"({"entries": [1]})",
     "error: command 'addEntries': argument 'entries' is no list of entries"},
    {"AddNothing", "addEntries", "{}", "error: command 'addEntries': argument 'entries' is no list of entries"},
    {"TaskAssign", "taskAssign", R"({"id": "1"})", "No task to work on: this investigation runs no playbook"},
    {"TaskComplete", "taskComplete", R"({"id": "1"})", "No task to work on: this investigation runs no playbook"},
    {"SetIncident", "setIncident", R"({"severity": "high"})", "done"},
    {"SetIncidentSeverity", "setIncident", R"({"severity": "worst"})",
     "error: severity 'worst' is none of unknown, informational, low, medium, high, critical and 0 to 4"},
    {"CreateIncident", "createNewIncident", R"({"name": "new", "type": "Phishing"})", "Created new incident 4"},
    {"CreateIncidentWithoutName", "createNewIncident", "{}",
     "error: command 'createNewIncident': argument 'name' is missing"},
    {"CreateIncidentFields", "createNewIncident", R"({"name": "n", "customFields": "[1]"})",
     "error: customFields is no object"},
    {"GetIncidentsSize", "getIncidents", R"({"size": 0})",
     "error: command 'getIncidents': argument 'size' is no whole number from 1 to 10000"},
    {"GetIncidentsQuery", "getIncidents", R"({"query": "(a"})",
     "error: query, at character 3: a bracket that nothing closes cannot be had here; write it like type:IP and "
     "(score:>=2 or -verdict:Benign) and value:(a.example \"b c\")"},
    {"GetIncidentsFromDate", "getIncidents", R"({"fromdate": "last week"})",
     "error: command 'getIncidents': argument 'fromdate' is no date such as 2026-11-26T04:05:06Z"},
    {"GetIncidentsSort", "getIncidents", R"({"sort": "created"})",
     "error: command 'getIncidents': argument 'sort' 'created' is no order; write field.asc,field.desc"},
    {"GetRoles", "getRoles", "{}", R"([{"id": "operator", "name": "operator", "shifts": []}])"},
    {"Close", "closeInvestigation", R"({"closeReason": "Resolved"})", "done"},
    {"CreateIndicatorWithoutValue", "createNewIndicator", R"({"type": "IP"})",
     "error: command 'createNewIndicator': argument 'value' is missing"},
    {"FindNoIndicator", "findIndicators", "{}", "[]"},
    {"FindIndicatorsPage", "findIndicators", R"({"page": "-1"})",
     "error: command 'findIndicators': argument 'page' is no whole number from 0 to 1000000"},
    {"GetListWithoutName", "getList", "{}", "error: command 'getList': argument 'listName' is missing"},
    {"GetListThatIsNot", "getList", R"({"listName": "l"})", "error: Item not found (8): there is no list 'l'"},
    {"CreateList", "createList", R"({"listName": "l", "listData": "a,b"})", "Done: list l was created"},
    {"SetList", "setList", R"({"listName": "l", "listData": ["a"]})", "Done: list l was set"},
    {"AddToNoList", "addToList", R"({"listName": "l", "listData": "a"})", "error: "},
    {"RemoveFromNoList", "removeFromList", R"({"listName": "l", "listData": "a"})", "error: "},
};

class CommandAnswers : public ::testing::TestWithParam<AnswerRow> {};

TEST_P(CommandAnswers, Answers) {
  Commands commands;
  const std::string answer = commands.answer(GetParam().command, GetParam().args);
  if (GetParam().answer == std::string_view("error: ")) {
    EXPECT_THAT(answer, HasSubstr("'l'"));
    EXPECT_TRUE(answer.starts_with("error: ")) << answer;
  } else {
    EXPECT_EQ(answer, GetParam().answer);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, CommandAnswers, ::testing::ValuesIn(kAnswers),
                         [](const auto& row) { return row.param.name; });

// --- the context -----------------------------------------------------------------------------------------------------

struct ContextRow {
  const char* name;
  const char* command;
  const char* args;
  const char* context;
};

const ContextRow kContexts[] = {
    {"SetText", "Set", R"({"key": "a", "value": "v"})", R"({"a": "v"})"},
    {"SetNothing", "Set", R"({"key": "a"})", R"({"a": null})"},
    {"SetPath", "Set", R"({"key": "a.b", "value": 2})", R"({"a": {"b": 2, "list": [1, 2, 3]}})"},
    {"SetJson", "Set", R"({"key": "a", "value": "{\"x\": [1]}"})", R"({"a": {"x": [1]}})"},
    {"SetStringified", "Set", R"({"key": "a", "value": "[1]", "stringify": "true"})", R"({"a": "[1]"})"},
    {"SetStringifiedValue", "Set", R"({"key": "a", "value": [1], "stringify": "yes"})", R"({"a": "[1]"})"},
    {"Append", "Set", R"({"key": "a.list", "value": 4, "append": "true"})", R"({"a": {"b": 1, "list": [1, 2, 3, 4]}})"},
    {"AppendToOne", "Set", R"({"key": "a.b", "value": 2, "append": true})",
     R"({"a": {"b": [1, 2], "list": [1, 2, 3]}})"},
    {"DeleteKey", "DeleteContext", R"({"key": "a.b"})", R"({"a": {"list": [1, 2, 3]}})"},
    {"DeleteWhole", "DeleteContext", R"({"key": "a"})", "{}"},
    {"DeleteUnknown", "DeleteContext", R"({"key": "x.y"})", R"({"a": {"b": 1, "list": [1, 2, 3]}})"},
    {"DeleteIndex", "DeleteContext", R"({"key": "a.list", "index": "1"})", R"({"a": {"b": 1, "list": [1, 3]}})"},
    {"DeleteAll", "DeleteContext", R"({"all": "yes"})", "{}"},
    {"DeleteAllButSome", "DeleteContext", R"({"all": "yes", "keysToKeep": "a.b,x.y"})", R"({"a": {"b": 1}})"},
};

class CommandContexts : public ::testing::TestWithParam<ContextRow> {};

TEST_P(CommandContexts, Leaves) {
  Commands commands;
  ASSERT_TRUE(ok(commands.run(GetParam().command, json(GetParam().args), testing::script())));
  EXPECT_EQ(json(commands.context(commands.own_)), json(GetParam().context));
}

INSTANTIATE_TEST_SUITE_P(Table, CommandContexts, ::testing::ValuesIn(kContexts),
                         [](const auto& row) { return row.param.name; });

TEST(ContextCommands, DeleteInEveryElement) {
  Commands commands;
  ASSERT_TRUE(
      ok(commands.run("Set", json(R"({"key": "a", "value": [{"x": 1, "y": 2}, {"x": 3}, 4]})"), testing::script())));
  ASSERT_TRUE(ok(commands.run("DeleteContext", json(R"({"key": "a.x"})"), testing::script())));
  EXPECT_EQ(commands.context(commands.own_), R"({"a": [{"y": 2}, {}, 4]})");
}

// --- incidents and indicators ----------------------------------------------------------------------------------------

TEST(IncidentCommands, SetOwnFieldsAndCustomOnes) {
  Commands commands;
  ASSERT_TRUE(ok(commands.run("setIncident", json(R"({"severity": "critical", "country": "NL"})"), testing::script())));
  ASSERT_TRUE(ok(commands.run("setIncident", json(R"({"customFields": "{\"city\": \"Delft\"}"})"), testing::script())));
  const Json incident = *commands.own_.incident();
  EXPECT_EQ(*incident.find("severity"), Json(4));
  EXPECT_EQ(*incident.find("CustomFields"), json(R"({"country": "NL", "city": "Delft"})"));
  EXPECT_EQ(incident.text_or("name", ""), "own");
}

TEST(IncidentCommands, CreatesWhatCanBeFound) {
  Commands commands;
  const auto made = commands.run(
      "createNewIncident", json(R"({"name": "new", "type": "Malware", "severity": "3", "x": "y"})"), testing::script());
  ASSERT_TRUE(ok(made));
  EXPECT_EQ(*made->front().find("EntryContext"), json(R"({"CreatedIncidentID": "4"})"));
  auto stored = StoredInvestigation::open(commands.folder_.state(), "4");
  ASSERT_TRUE(ok(stored));
  const Json incident = *stored->incident();
  EXPECT_EQ(incident.text_or("name", ""), "new");
  EXPECT_EQ(incident.text_or("type", ""), "Malware");
  EXPECT_EQ(*incident.find("severity"), Json(3));
  EXPECT_EQ(*incident.find("CustomFields"), json(R"({"x": "y"})"));
}

TEST(IncidentCommands, CloseForGood) {
  Commands commands;
  const Json args = json(R"({"closeReason": "False Positive", "closeNotes": "n"})");
  ASSERT_TRUE(ok(commands.run("closeInvestigation", args, testing::script())));
  EXPECT_EQ(commands.own_.incident()->text_or("closeReason", ""), "False Positive");
  EXPECT_EQ(*commands.own_.description()->find("status"), Json(1));
}

TEST(IndicatorCommands, MakeChangeAndFind) {
  Commands commands;
  const auto run = [&](const char* name, const char* args) {
    return commands.run(name, json(args), testing::script());
  };
  ASSERT_TRUE(ok(run("createNewIndicator",
                     R"({"value": "a.example", "type": "Domain", "verdict": "Suspicious", "country": "NL"})")));
  const auto changed =
      run("createNewIndicator",
          R"({"value": "a.example", "type": "Domain", "customFields": {"city": "Delft"}, "seenNow": "true"})");
  ASSERT_TRUE(ok(changed));
  const Json& indicator = *changed->front().find("Contents");
  EXPECT_EQ(*indicator.find("score"), Json(2));
  EXPECT_EQ(*indicator.find("CustomFields"), json(R"({"country": "NL", "city": "Delft"})"));
  ASSERT_TRUE(ok(run("createNewIndicator", R"({"value": "b.example"})")));
  const auto found = run("findIndicators", R"({"query": "country:nl"})");
  ASSERT_TRUE(ok(found));
  ASSERT_EQ(found->front().find("Contents")->as_array()->size(), 1u);
  EXPECT_EQ(found->front().text_or("HumanReadable", ""), "1 indicators");
  EXPECT_EQ(commands.answer("findIndicators", R"({"value": "b.example"})").find("Unknown") != std::string::npos, true);
}

// --- lists -----------------------------------------------------------------------------------------------------------

struct ListRow {
  const char* name;
  const char* before;
  const char* command;
  const char* args;
  const char* after;
};

const ListRow kLists[] = {
    {"Add", "a", "addToList", R"({"listName": "l", "listData": "b"})", "a,b"},
    {"AddToEmpty", "", "addToList", R"({"listName": "l", "listData": "b"})", "b"},
    {"AddBehindASeparator", "a", "addToList", R"({"listName": "l", "listData": "b", "separator": "; "})", "a; b"},
    {"Remove", "a,b,c", "removeFromList", R"({"listName": "l", "listData": "b"})", "a,c"},
    {"RemoveFirst", "a,b", "removeFromList", R"({"listName": "l", "listData": "a"})", "b"},
    {"RemoveSeveral", "a,b,c,b", "removeFromList", R"({"listName": "l", "listData": ["b", "c"]})", "a"},
    {"RemoveAll", "a", "removeFromList", R"({"listName": "l", "listData": "a"})", ""},
    {"RemovePartOfAnItem", "ab", "removeFromList", R"({"listName": "l", "listData": "a"})", "ab"},
    {"RemoveNothing", "a,b", "removeFromList", R"({"listName": "l"})", "a,b"},
    {"RemoveKeepsEmptyItems", ",a,,b", "removeFromList", R"({"listName": "l", "listData": "b"})", ",a,"},
    {"RemoveByASeparator", "a; b; c", "removeFromList", R"({"listName": "l", "listData": "b", "separator": "; "})",
     "a; c"},
    {"Set", "a", "setList", R"({"listName": "l", "listData": "x"})", "x"},
    {"SetNothing", "a", "setList", R"({"listName": "l"})", ""},
};

class ListCommands : public ::testing::TestWithParam<ListRow> {};

TEST_P(ListCommands, Leave) {
  Commands commands;
  const Json before = Json::object().set("listName", "l").set("listData", GetParam().before);
  ASSERT_TRUE(ok(commands.run("createList", before, testing::script())));
  EXPECT_TRUE(fails_with(commands.run("createList", before, testing::script()), Errc::AlreadyExists,
                         "the list 'l' is there already; use setList"));
  ASSERT_TRUE(ok(commands.run(GetParam().command, json(GetParam().args), testing::script())));
  EXPECT_EQ(commands.answer("getList", R"({"listName": "l"})"), GetParam().after);
}

INSTANTIATE_TEST_SUITE_P(Table, ListCommands, ::testing::ValuesIn(kLists),
                         [](const auto& row) { return row.param.name; });

// --- other investigations --------------------------------------------------------------------------------------------

struct ReachRow {
  const char* name;
  const char* command;
  const char* args;
};

const ReachRow kReaches[] = {
    {"SetByIncidentId", "SetByIncidentId", R"({"id": "3", "key": "reached", "value": 1})"},
    {"GetContext", "getContext", R"({"id": "3"})"},
    {"GetContextByNumber", "getContext", R"({"id": 3})"},
    {"GetEntry", "getEntry", R"({"id": "1@3"})"},
    {"GetEntries", "getEntries", R"({"id": "3"})"},
    {"AddEntries", "addEntries", R"({"id": "3", "entries": ["x"]})"},
    {"SetIncident", "setIncident", R"({"id": "3", "severity": 4})"},
    {"CloseInvestigation", "closeInvestigation", R"({"id": "3"})"},
};

class Reach : public ::testing::TestWithParam<ReachRow> {};

TEST_P(Reach, IsRefusedWithTheSettingThatAllowsIt) {
  Commands commands;
  const std::string context = commands.context(commands.other_);
  for (const Caller& caller : {testing::script(), testing::integration()}) {
    const auto refused = commands.run(GetParam().command, json(GetParam().args), caller);
    EXPECT_TRUE(fails_with(refused, Errc::Denied,
                           "'" + caller.item +
                               "' runs in investigation 2 and may not reach "
                               "investigation 3; an operator can allow it: rights.other_investigations"));
  }
  EXPECT_EQ(commands.context(commands.other_), context);
  EXPECT_EQ(commands.other_.entries({})->size(), 2u);
  EXPECT_EQ(*commands.other_.incident()->find("severity"), Json(2));
  EXPECT_EQ(*commands.other_.description()->find("status"), Json(0));
}

TEST_P(Reach, IsForThoseWhoMay) {
  for (const Caller& caller : {testing::person(), testing::trusted_script()}) {
    Commands commands;
    EXPECT_TRUE(ok(commands.run(GetParam().command, json(GetParam().args), caller))) << caller.item;
  }
}

TEST_P(Reach, IsNotNeededAtHome) {
  Commands commands;
  std::string args = GetParam().args;
  args.replace(args.find('3'), 1, "2");
  EXPECT_TRUE(ok(commands.run(GetParam().command, json(args), testing::script())));
}

TEST_P(Reach, FindsNoInvestigationThatIsNot) {
  Commands commands;
  std::string args = GetParam().args;
  args.replace(args.find('3'), 1, "77");
  EXPECT_TRUE(fails_with(commands.run(GetParam().command, json(args), testing::person()), Errc::NotFound,
                         "there is no investigation 77"));
}

INSTANTIATE_TEST_SUITE_P(Table, Reach, ::testing::ValuesIn(kReaches), [](const auto& row) { return row.param.name; });

TEST(ReachedInvestigation, IsTheOneThatChanges) {
  Commands commands;
  ASSERT_TRUE(ok(commands.run("SetByIncidentId", json(R"({"id": "3", "key": "k", "value": "v"})"), testing::person())));
  ASSERT_TRUE(ok(commands.run("setIncident", json(R"({"id": "3", "severity": 4})"), testing::person())));
  EXPECT_THAT(commands.context(commands.other_), HasSubstr(R"("k": "v")"));
  EXPECT_THAT(commands.context(commands.own_), ::testing::Not(HasSubstr("\"k\"")));
  EXPECT_EQ(*commands.other_.incident()->find("severity"), Json(4));
  EXPECT_EQ(*commands.own_.incident()->find("severity"), Json(1));
}

std::string names_found(const Result<std::vector<Json>>& entries) {
  std::string names;
  if (!entries) return entries.error().message();
  for (const Json& one : *entries->front().find("Contents")->find("data")->as_array())
    names += one.text_or("name", "?") + " ";
  return names;
}

struct SearchRow {
  const char* name;
  Caller caller;
  const char* args;
  const char* found;
};

const SearchRow kSearches[] = {
    {"PersonSeesAll", testing::person(), "{}", "other own "},
    {"TrustedScriptSeesAll", testing::trusted_script(), "{}", "other own "},
    {"ScriptSeesItsOwn", testing::script(), "{}", "own "},
    {"ScriptAsksForAnother", testing::script(), R"({"id": "3"})", ""},
    {"ScriptAsksByName", testing::script(), R"({"name": "other"})", ""},
    {"IntegrationAsksByQuery", testing::integration(), R"({"query": "name:other"})", ""},
    {"PersonAsksById", testing::person(), R"({"id": "3"})", "other "},
    {"PersonAsksByIds", testing::person(), R"({"id": "2, 3"})", "other own "},
    {"PersonAsksByNames", testing::person(), R"({"name": ["own", "other"]})", "other own "},
    {"PersonAsksByNameInText", testing::person(), R"({"name": "own"})", "own "},
    {"PersonAsksInOrder", testing::person(), R"({"sort": "severity.asc"})", "own other "},
    {"PersonAsksInTurnedOrder", testing::person(), R"({"sort": ["severity.desc", "id.asc"]})", "other own "},
    {"PersonAsksByQuery", testing::person(), R"({"query": "severity:1"})", "own "},
};

class GetIncidents : public ::testing::TestWithParam<SearchRow> {};

TEST_P(GetIncidents, GivesThoseThatTheCallerMayReach) {
  Commands commands;
  const auto found = commands.run("getIncidents", json(GetParam().args), GetParam().caller);
  EXPECT_EQ(names_found(found), GetParam().found);
  ASSERT_TRUE(ok(found));
  const std::string readable = found->front().text_or("HumanReadable", "");
  EXPECT_EQ(readable.find("rights.other_investigations") != std::string::npos, !GetParam().caller.may_reach_others());
}

INSTANTIATE_TEST_SUITE_P(Table, GetIncidents, ::testing::ValuesIn(kSearches),
                         [](const auto& row) { return row.param.name; });

// --- the table itself ------------------------------------------------------------------------------------------------

TEST(BuiltIns, AreFoundByNameInAnyCase) {
  for (const auto group : built_in_commands()) {
    for (const BuiltInCommand& command : group) {
      EXPECT_EQ(find_built_in(command.name), &command) << command.name;  // so no two have one name
      EXPECT_FALSE(command.description.empty()) << command.name;
    }
  }
  EXPECT_EQ(find_built_in("SETINCIDENT"), find_built_in("setIncident"));
  for (const char* name : {"", "Se", "Sett", " Set"}) EXPECT_EQ(find_built_in(name), nullptr) << name;
}

TEST(BuiltIns, KnowTheOneUser) {
  Commands commands;
  const auto users = commands.run("getUsers", Json::object(), testing::script());
  ASSERT_TRUE(ok(users));
  EXPECT_EQ(users->front().find("Contents")->as_array()->front().text_or("username", ""), "operator");
  EXPECT_NE(users->front().find("EntryContext")->find("DemistoUsers"), nullptr);
}

}  // namespace
}  // namespace berth::server
