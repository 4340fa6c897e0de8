// What a script may ask for while it runs. The lines are those of a loop, which the script could write itself.
#include "berth/app/call_host.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "berth/app/command_service.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using testing::fails_with;
using ::testing::HasSubstr;
using testing::ok;
using Clock = std::chrono::steady_clock;

Json json(std::string_view text) {
  auto value = parse_json(text);
  EXPECT_TRUE(ok(value)) << text;
  return value ? *std::move(value) : Json();
}

std::string bytes_at(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

// A call in a playground with an incident and a context, on a machine without images.
class HostTest {
 public:
  explicit HostTest(content::ItemKind kind = content::ItemKind::Script) {
    settings_.state = folder_.path() / "state";
    settings_.cache = folder_.path() / "cache";
    settings_.runtime = folder_.path() / "run";
    settings_.storage = folder_.path() / "storage";
    std::filesystem::create_directories(folder_.path() / "scratch/work");
    scratch_ = UniqueFd(::open((folder_.path() / "scratch").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    auto opened = CallService::open(settings_, container::Guards());
    EXPECT_TRUE(ok(opened));
    BERTH_ASSERT(opened.has_value());
    calls_ = std::make_unique<CallService>(*std::move(opened));
    request_.item.kind = kind;
    request_.item.id = request_.item.name = kind == content::ItemKind::Script ? "Triage" : "Harbour";
    playground().set_incident(json(R"({"id": "1", "name": "case"})"));
    playground().set_context(json(R"({"a": {"b": 1}})"));
    memory_ = std::make_unique<server::IntegrationMemory>(calls_->scene().state(), server::MemoryOwner());
  }

  server::Playground& playground() { return *calls_->scene().playground(); }
  std::filesystem::path work() const { return folder_.path() / "scratch/work"; }

  Result<Json> ask(std::string_view line, Clock::time_point deadline = Clock::time_point::max()) {
    auto message = wire::parse_message(line);
    EXPECT_TRUE(ok(message)) << line;
    CallHost host(*calls_, {request_, nesting_, nullptr, *memory_, scratch_.get(), secrets_});
    return host.answer(*message, deadline);
  }

  // Of a file that the investigation holds.
  server::HeldFile add_file(const std::string& bytes) {
    std::vector<server::NewEntry> entries;
    entries.push_back({json(R"({"Type": 3})"), server::NewFile{"report.txt", bytes, false}});
    EXPECT_TRUE(ok(playground().post(entries, {}, calls_->scene().script())));
    return *playground().file("1@1");
  }

  testing::TempFolder folder_;
  Settings settings_;
  UniqueFd scratch_;
  std::unique_ptr<CallService> calls_;
  CallRequest request_;
  Nesting nesting_;
  std::vector<std::string> secrets_;
  std::unique_ptr<server::IntegrationMemory> memory_;
};

constexpr content::ItemKind kScript = content::ItemKind::Script;
constexpr content::ItemKind kIntegration = content::ItemKind::Integration;

// --- plain answers ---------------------------------------------------------------------------------------------------

struct AnswerRow {
  const char* name;
  content::ItemKind kind;
  const char* line;
  const char* answer;
};

const AnswerRow kAnswers[] = {
    {"Version", kIntegration, R"({"type": "demistoVersion", "seq": 1})",
     R"({"version": "8.9.0", "buildNumber": "0", "platform": "xsoar"})"},
    {"Urls", kScript, R"({"type": "demistoUrls", "seq": 1})",
     R"({"evidenceBoard": "", "investigation": "", "relatedIncidents": "", "server": "", "warRoom": "", "workPlan": ""})"},
    {"Dt", kIntegration, R"({"type": "dt", "seq": 1, "name": "a.b", "value": {"a": {"b": 1}}})", R"({"result": 1})"},
    {"DtOfNothing", kScript, R"({"type": "dt", "seq": 1, "name": "a.b"})", R"({"result": null})"},
    {"SetContext", kScript, R"({"type": "setContext", "seq": 1, "name": "c.d", "value": [1]})", R"({"status": true})"},
    {"Modules", kScript, R"({"type": "getAllModules", "seq": 1})", "{}"},
    {"ModuleCommands", kScript, R"({"type": "getAllModulesSupportedCmds", "seq": 1})", "{}"},
    {"BuiltInCall", kScript, R"({"type": "executeCommand", "seq": 1, "command": "getLicenseID", "args": {}})",
     R"({"id": ""})"},
    {"BuiltInCallOfAnIntegration", kIntegration,
     R"({"type": "executeCommand", "seq": 1, "command": "getLastRun", "args": {}})", "{}"},
};

class HostAnswers : public ::testing::TestWithParam<AnswerRow> {};

TEST_P(HostAnswers, Requests) {
  HostTest test(GetParam().kind);
  const auto answer = test.ask(GetParam().line);
  ASSERT_TRUE(ok(answer));
  EXPECT_EQ(print_json(*answer), GetParam().answer);
}

INSTANTIATE_TEST_SUITE_P(Table, HostAnswers, ::testing::ValuesIn(kAnswers),
                         [](const auto& row) { return row.param.name; });

struct RefusedRow {
  const char* name;
  content::ItemKind kind;
  const char* line;
  Errc code;
  const char* why;
};

const RefusedRow kRefused[] = {
    {"UnknownType", kScript, R"({"type": "frobnicate", "seq": 1})", Errc::InvalidInput,
     "requests of type 'frobnicate' are not known"},
    {"SetContext", kIntegration, R"({"type": "setContext", "seq": 1, "name": "a", "value": 1})", Errc::Denied,
     "'setContext' is a call of scripts, and 'Harbour' is an integration"},
    {"SetContextPath", kScript, R"({"type": "setContext", "seq": 1, "name": "a..b", "value": 1})", Errc::InvalidInput,
     "a..b"},
    {"SetContextWithoutPath", kScript, R"({"type": "setContext", "seq": 1, "value": 1})", Errc::InvalidInput, ""},
    {"Modules", kIntegration, R"({"type": "getAllModules", "seq": 1})", Errc::Denied,
     "'getModules' is a call of scripts"},
    {"ModuleCommands", kIntegration, R"({"type": "getAllModulesSupportedCmds", "seq": 1})", Errc::Denied,
     "'getAllSupportedCommands' is a call of scripts"},
    {"Execute", kIntegration, R"({"type": "execute", "seq": 1, "module": "M", "command": "c", "args": {}})",
     Errc::Denied, "is a call of scripts"},
    {"ExecuteCommand", kIntegration, R"({"type": "executeCommand", "seq": 1, "command": "Set", "args": {"key": "a"}})",
     Errc::Denied, "'executeCommand' is a call of scripts"},
    {"CallOfIntegrations", kScript, R"({"type": "executeCommand", "seq": 1, "command": "setLastRun", "args": {}})",
     Errc::Denied, "'setLastRun' is a call of integrations, and 'Triage' is a script"},
    {"NoCommand", kScript, R"({"type": "executeCommand", "seq": 1, "args": {}})", Errc::InvalidInput, "it has no name"},
    {"UnknownCommand", kScript, R"({"type": "executeCommand", "seq": 1, "command": "nobody-has", "args": {}})",
     Errc::NotFound, "Unsupported Command: 'nobody-has'"},
    {"ArgumentsAreNoObject", kScript, R"({"type": "executeCommand", "seq": 1, "command": "Set", "args": [1]})",
     Errc::InvalidInput, "execute 'Set': its arguments are no object"},
    {"FileThatIsNot", kScript, R"({"type": "getFileByEntryID", "seq": 1, "args": {"id": "9@1"}})", Errc::NotFound,
     "no file belongs to entry '9@1'; hand one in with --file"},
    {"FileWithoutId", kIntegration, R"({"type": "getFileByEntryID", "seq": 1, "args": 7})", Errc::NotFound, "''"},
};

class HostRefusals : public ::testing::TestWithParam<RefusedRow> {};

TEST_P(HostRefusals, SayWhyAndChangeNothing) {
  HostTest test(GetParam().kind);
  EXPECT_TRUE(fails_with(test.ask(GetParam().line), GetParam().code, GetParam().why));
  EXPECT_EQ(print_json(*test.playground().context()), R"({"a": {"b": 1}})");
}

INSTANTIATE_TEST_SUITE_P(Table, HostRefusals, ::testing::ValuesIn(kRefused),
                         [](const auto& row) { return row.param.name; });

TEST(CallHost, BoundsWhatACallSets) {
  HostTest test;
  CallHost host(*test.calls_,
                {test.request_, test.nesting_, nullptr, *test.memory_, test.scratch_.get(), test.secrets_});
  wire::Message message = wire::parse_message(R"({"type": "setContext", "seq": 1, "name": "big"})").value();
  message.body.set("value", std::string(33 << 20, 'x'));
  EXPECT_TRUE(ok(host.answer(message, Clock::time_point::max())));
  EXPECT_TRUE(fails_with(host.answer(message, Clock::time_point::max()), Errc::Exhausted,
                         "set context: more than 64 MiB were set in this call"));
}

// --- commands --------------------------------------------------------------------------------------------------------

struct CommandRow {
  const char* name;
  const char* line;
  std::vector<std::string> contents;
};

const CommandRow kCommands[] = {
    {"Print", R"({"type": "executeCommand", "seq": 1, "command": "Print", "args": {"value": "x"}})", {"x"}},
    {"WithOwner",
     R"({"type": "executeCommand", "seq": 1, "command": "Builtin|||print", "args": {"value": "x"}})",
     {"x"}},
    {"Execute",
     R"({"type": "execute", "seq": 1, "module": "Builtin", "command": "Print", "args": {"value": "x"}})",
     {"x"}},
    {"NoArguments", R"({"type": "executeCommand", "seq": 1, "command": "Print"})", {""}},
    {"TypedValue", R"({"type": "executeCommand", "seq": 1, "command": "Print", "args": {"value": [1, "2"]}})", {"?"}},
    {"Refusal",
     R"({"type": "executeCommand", "seq": 1, "command": "Set", "args": {"value": "x"}})",
     {"command 'Set': argument 'key' is missing"}},
    {"AnotherInvestigation",
     R"({"type": "executeCommand", "seq": 1, "command": "SetByIncidentId", "args": {"id": "2", "key": "a"}})",
     {"'Triage' runs in investigation 1 and may not reach investigation 2; an operator can allow it: "
      "rights.other_investigations"}},
};

class HostCommands : public ::testing::TestWithParam<CommandRow> {};

TEST_P(HostCommands, AnswerWithEntries) {
  HostTest test;
  const auto answer = test.ask(GetParam().line);
  ASSERT_TRUE(ok(answer));
  std::vector<std::string> contents;
  for (const Json& entry : *answer->as_array()) {
    contents.push_back(entry.text_or("Contents", "?"));
    EXPECT_EQ(entry.text_or("Brand", ""), "Builtin");
    const bool refused =
        GetParam().name == std::string_view("Refusal") || GetParam().name == std::string_view("AnotherInvestigation");
    EXPECT_EQ(*entry.find("Type"), Json(refused ? 4 : 1));
  }
  EXPECT_EQ(contents, GetParam().contents);
  // What a script has asked for is for the script, not for the investigation.
  EXPECT_TRUE(test.playground().entries({})->empty());
}

INSTANTIATE_TEST_SUITE_P(Table, HostCommands, ::testing::ValuesIn(kCommands),
                         [](const auto& row) { return row.param.name; });

TEST(CallHost, ChangesWhatCommandsChange) {
  HostTest test;
  ASSERT_TRUE(ok(test.ask(
      R"({"type": "executeCommand", "seq": 1, "command": "Set", "args": {"key": "c", "value": {"d": [1]}, "append": null}})")));
  EXPECT_EQ(print_json(*test.playground().context()), R"({"a": {"b": 1}, "c": {"d": [1]}})");
}

// Arguments that speak to the server are no fields of an incident.
TEST(CallHost, KeepsReservedArgumentsFromBuiltInCommands) {
  HostTest test;
  ASSERT_TRUE(ok(test.ask(R"({"type": "executeCommand", "seq": 1, "command": "setIncident",
                              "args": {"country": "NL", "ignore-outputs": "true", "retry-count": "1"}})")));
  EXPECT_EQ(*test.playground().incident()->find("CustomFields"), json(R"({"country": "NL"})"));
}

TEST(CallHost, EndsCallsThatGoTooDeep) {
  constexpr const char* kLine = R"({"type": "executeCommand", "seq": 1, "command": "Print", "args": {"value": "x"}})";
  HostTest test;
  test.nesting_.depth = kDeepestCall - 2;
  EXPECT_TRUE(ok(test.ask(kLine)));
  test.nesting_.depth = kDeepestCall - 1;
  EXPECT_TRUE(fails_with(test.ask(kLine), Errc::Exhausted, "execute 'Print': calls are 16 deep already"));
}

TEST(CallHost, EndsCirclesAndCallsWhoseTimeIsOver) {
  constexpr const char* kLine = R"({"type": "executeCommand", "seq": 1, "command": "Print", "args": {"value": "x"}})";
  HostTest test;
  EXPECT_TRUE(fails_with(test.ask(kLine, Clock::now() - std::chrono::seconds(1)), Errc::TimedOut,
                         "execute 'Print': the time of the call is over"));
  test.nesting_.keys = {"Print\n{}\nvalue=x"};
  test.nesting_.callers = {"Outer", "Print"};
  EXPECT_TRUE(
      fails_with(test.ask(kLine), Errc::Exhausted, "in a circle, with the same arguments: Outer -> Print -> Print"));
  test.nesting_.keys = {"Print\n{}\nvalue=y"};
  EXPECT_TRUE(ok(test.ask(kLine)));
}

// What is kept is seen by others; what a script computes for itself is not.
TEST(CallHost, MasksSecretsInWhatIsKept) {
  HostTest test;
  test.secrets_ = {"canary-secret"};
  ASSERT_TRUE(ok(test.ask(R"({"type": "setContext", "seq": 1, "name": "c", "value": ["a canary-secret b"]})")));
  ASSERT_TRUE(ok(test.ask(
      R"({"type": "executeCommand", "seq": 1, "command": "Set", "args": {"key": "d", "value": "canary-secret"}})")));
  ASSERT_TRUE(ok(test.ask(
      R"({"type": "executeCommand", "seq": 1, "command": "setIncident", "args": {"details": "canary-secret"}})")));
  const std::string context = print_json(*test.playground().context());
  EXPECT_EQ(context.find("canary"), std::string::npos) << context;
  EXPECT_EQ(test.playground().incident()->text_or("details", ""), "********");
  const auto found = test.ask(R"({"type": "dt", "seq": 1, "name": "x", "value": {"x": "canary-secret"}})");
  ASSERT_TRUE(ok(found));
  EXPECT_EQ(found->text_or("result", ""), "canary-secret");
}

// --- files -----------------------------------------------------------------------------------------------------------

constexpr const char* kFileLine = R"({"type": "getFileByEntryID", "seq": 1, "args": {"id": "1@1"}})";

TEST(CallHost, HandsOverAFileThatCannotBeWritten) {
  HostTest test(kIntegration);
  const server::HeldFile file = test.add_file("bytes");
  for (int again = 0; again < 2; ++again) {
    const auto answer = test.ask(kFileLine);
    ASSERT_TRUE(ok(answer));
    EXPECT_EQ(*answer, Json::object().set("id", "1@1").set("path", "1_" + file.file_id).set("name", "report.txt"));
    const auto path = test.work() / answer->text_or("path", "");
    EXPECT_EQ(bytes_at(path), "bytes");
    struct stat status = {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0444u);
  }
}

TEST(CallHost, WritesThroughNoLinkThatAScriptLeft) {
  HostTest test;
  const server::HeldFile file = test.add_file("bytes");
  const auto victim = test.folder_.path() / "victim";
  std::ofstream(victim) << "untouched";
  const auto path = test.work() / ("1_" + file.file_id);
  std::filesystem::create_symlink(victim, path);
  ASSERT_TRUE(ok(test.ask(kFileLine)));
  EXPECT_EQ(bytes_at(victim), "untouched");
  EXPECT_FALSE(std::filesystem::is_symlink(path));
  EXPECT_EQ(bytes_at(path), "bytes");
}

// Nothing is removed or written behind a work folder that has become a link.
TEST(CallHost, FollowsNoWorkFolderThatIsALink) {
  HostTest test;
  const server::HeldFile file = test.add_file("bytes");
  const auto elsewhere = test.folder_.path() / "elsewhere";
  std::filesystem::create_directory(elsewhere);
  const auto victim = elsewhere / ("1_" + file.file_id);
  std::ofstream(victim) << "untouched";
  std::filesystem::remove(test.work());
  std::filesystem::create_directory_symlink(elsewhere, test.work());
  EXPECT_FALSE(test.ask(kFileLine).has_value());
  EXPECT_EQ(bytes_at(victim), "untouched");
}

// --- what comes back -------------------------------------------------------------------------------------------------

TEST(ReturnedEntries, TellWhoAnsweredAndWhoDidNot) {
  CallAnswer good;
  good.record.entries = {json(R"({"ID": "3@1", "Type": 1, "ContentsFormat": "text", "Contents": "well"})")};
  good.outcome.cause = engine::Cause::Completed;
  CallAnswer raised;
  raised.record.entries = {json(R"({"Type": 1, "Contents": "before"})")};
  raised.record.exception = {"Traceback\n", "ValueError: x\n"};
  raised.outcome.cause = engine::Cause::Exception;
  CallAnswer killed;
  killed.outcome.cause = engine::Cause::Memory;
  killed.outcome.explanation = "it needed too much";
  std::vector<CommandAnswer> answers;
  answers.push_back({"Harbour", "Harbour_1", good});
  answers.push_back({"Scripts", "Triage", raised});
  answers.push_back({"Harbour", "Harbour_2", killed});
  answers.push_back({"Harbour", "Harbour_3",
                     std::unexpected(StartError{Error(Errc::InvalidInput, "argument 'x' is missing"), false})});
  const Json all = returned_entries(answers, "7");
  std::vector<std::string> shown;
  for (const Json& entry : *all.as_array()) {
    shown.push_back(entry.text_or("ModuleName", "") + " " + print_json(*entry.find("Type")) + " " +
                    entry.text_or("Contents", "?"));
    EXPECT_EQ(entry.find("Metadata")->text_or("investigationId", ""), "7");
    EXPECT_EQ(entry.find("Metadata")->text_or("instance", ""), entry.text_or("ModuleName", ""));
  }
  EXPECT_THAT(shown,
              ::testing::ElementsAre("Harbour_1 1 well", "Triage 1 before", "Triage 4 Traceback\nValueError: x\n",
                                     "Harbour_2 4 'Harbour_2' did not complete: it needed too much",
                                     "Harbour_3 4 argument 'x' is missing"));
  EXPECT_EQ(all.as_array()->at(0).find("Metadata")->text_or("id", ""), "3@1");
  EXPECT_EQ(all.as_array()->at(1).text_or("Category", ""), "automation");
}

}  // namespace
}  // namespace berth::app
