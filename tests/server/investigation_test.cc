#include "berth/server/investigation.h"

#include <gmock/gmock.h>

#include "berth/store/entries.h"
#include "berth/store/files.h"
#include "tests/server/scene.h"

namespace berth::server {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using ::testing::IsEmpty;
using testing::json;
using testing::new_entries;
using testing::NoScript;
using testing::ok;
using testing::StateFolder;

class InPlayground {
 public:
  static constexpr const char* kId = "1";
  std::unique_ptr<Investigation> make(Json incident) {
    auto playground = std::make_unique<Playground>();
    if (!incident.is_null()) playground->set_incident(incident.set("id", kId));
    return playground;
  }
};

class InDatabase {
 public:
  static constexpr const char* kId = "2";
  std::unique_ptr<Investigation> make(Json incident) {
    return std::make_unique<StoredInvestigation>(folder_.add_investigation("case", std::move(incident)));
  }

 private:
  StateFolder folder_;
};

template <class Maker>
class InvestigationTest : public ::testing::Test {
 protected:
  Investigation& investigation() {
    if (!investigation_) investigation_ = maker_.make(std::move(incident_));
    return *investigation_;
  }

  // Entry ids end in the investigation's.
  static std::string id(std::string_view number) { return std::string(number) + "@" + Maker::kId; }

  Posted post(std::vector<NewEntry>& entries, const Posting& posting = {}) {
    auto posted = investigation().post(entries, posting, script_);
    EXPECT_TRUE(ok(posted));
    return posted.value_or(Posted());
  }
  Posted post(std::string_view list, const Posting& posting = {}) {
    auto entries = new_entries(list);
    return post(entries, posting);
  }
  HeldFile add_file(const std::string& name, const std::string& bytes, bool info = false) {
    std::vector<NewEntry> entries;
    entries.push_back({json(info ? R"({"Type": 9})" : R"({"Type": 3})"), NewFile{name, bytes, info}});
    const Posted posted = post(entries);
    auto file = investigation().file(posted.ids.at(0));
    EXPECT_TRUE(ok(file));
    return *std::move(file);
  }
  std::vector<std::string> contents_of(const EntryQuery& query) {
    auto found = investigation().entries(query);
    EXPECT_TRUE(ok(found));
    std::vector<std::string> contents;
    for (const Json& one : *found) contents.push_back(one.text_or("Contents", "?"));
    return contents;
  }
  std::string context() {
    auto context = investigation().context();
    EXPECT_TRUE(ok(context));
    return print_json(*context);
  }

  Maker maker_;
  Json incident_;
  NoScript script_;

 private:
  std::unique_ptr<Investigation> investigation_;
};

using Makers = ::testing::Types<InPlayground, InDatabase>;
TYPED_TEST_SUITE(InvestigationTest, Makers);

TYPED_TEST(InvestigationTest, DescribesItself) {
  EXPECT_EQ(this->investigation().id(), TypeParam::kId);
  auto description = this->investigation().description();
  ASSERT_TRUE(ok(description));
  EXPECT_EQ(description->text_or("id", ""), TypeParam::kId);
  EXPECT_EQ(*description->find("status"), Json(0));
  EXPECT_EQ(stored_name(this->investigation(), "f"), std::string(TypeParam::kId) + "_f");
}

// --- entries ---------------------------------------------------------------------------------------------------------

TYPED_TEST(InvestigationTest, NumbersEntriesInTheirOrder) {
  EXPECT_THAT(this->post(R"([{"Contents": "a"}, {"Contents": "b"}])").ids, ElementsAre(this->id("1"), this->id("2")));
  EXPECT_THAT(this->post("[]").ids, IsEmpty());
  EXPECT_THAT(this->post(R"([{"Contents": "c"}])").ids, ElementsAre(this->id("3")));
}

TYPED_TEST(InvestigationTest, TellsWhoMadeAnEntry) {
  const Posted first =
      this->post(R"([{"Type": 4, "ContentsFormat": "text", "Contents": "a", "ID": "forged", "Brand": "B",
                                      "ModuleName": "B_1"}])",
                 {.call_id = "call", .parent = "12@7"});
  const auto entry = this->investigation().entry(first.ids.at(0));
  ASSERT_TRUE(ok(entry));
  EXPECT_EQ(entry->text_or("ID", ""), this->id("1"));
  EXPECT_EQ(entry->text_or("Contents", ""), "a");
  const Json* metadata = entry->find("Metadata");
  ASSERT_NE(metadata, nullptr);
  EXPECT_EQ(metadata->text_or("id", ""), this->id("1"));
  EXPECT_EQ(*metadata->find("type"), Json(4));
  EXPECT_EQ(metadata->text_or("format", ""), "text");
  EXPECT_EQ(metadata->text_or("brand", ""), "B");
  EXPECT_EQ(metadata->text_or("instance", ""), "B_1");
  EXPECT_EQ(metadata->text_or("parentId", ""), "12@7");
  EXPECT_EQ(metadata->text_or("investigationId", ""), TypeParam::kId);
  EXPECT_THAT(metadata->text_or("created", ""), ::testing::EndsWith("Z"));
}

TYPED_TEST(InvestigationTest, PutsTheIdIntoWhatWasPosted) {
  auto entries = new_entries(R"([{"Contents": "a"}])");
  this->post(entries);
  EXPECT_EQ(print_json(entries[0].entry), R"({"Contents": "a", "ID": ")" + this->id("1") + R"("})");
}

struct NoEntryRow {
  const char* name;
  const char* id;
};

const NoEntryRow kNoEntries[] = {
    {"Empty", ""},         {"Zero", "0"},     {"PastTheEnd", "2"}, {"Negative", "-1"},
    {"LeadingZero", "01"}, {"NoNumber", "x"}, {"Blank", " 1"},     {"TooLarge", "99999999999999999999"},
};

TYPED_TEST(InvestigationTest, KnowsNoOtherEntries) {
  this->post(R"([{"Contents": "a"}])");
  for (const NoEntryRow& row : kNoEntries) {
    SCOPED_TRACE(row.name);
    EXPECT_TRUE(fails_with(this->investigation().entry(this->id(row.id)), Errc::NotFound, this->id(row.id)));
  }
  for (const char* id : {"", "1", "@", "1@", "1@99", "@1"}) {
    EXPECT_TRUE(fails_with(this->investigation().entry(id), Errc::NotFound, "there is no entry")) << id;
  }
  const auto shown = this->investigation().entry(std::string(100'000, 'x'));
  ASSERT_FALSE(shown.has_value());
  EXPECT_LT(shown.error().message().size(), 400u);
}

struct QueryRow {
  const char* name;
  EntryQuery query;
  const char* found;  // the contents, one letter each
};

const QueryRow kQueries[] = {
    {"All", {}, "abcde"},
    {"OneType", {.types = {3}, .tags = {}}, "c"},
    {"TypesWithoutAnyCountAsNotes", {.types = {1}, .tags = {}}, "abe"},
    {"SeveralTypes", {.types = {3, 4}, .tags = {}}, "cd"},
    {"NoSuchType", {.types = {99}, .tags = {}}, ""},
    {"OneTag", {.types = {}, .tags = {"x"}}, "bd"},
    {"OneOfTheTags", {.types = {}, .tags = {"y", "x"}}, "bde"},
    {"NoSuchTag", {.types = {}, .tags = {"X"}}, ""},
    {"TypeAndTag", {.types = {4}, .tags = {"x"}}, "d"},
    {"After", {.types = {}, .tags = {}, .after = 3}, "de"},
    {"AfterTheLast", {.types = {}, .tags = {}, .after = 5}, ""},
    {"AfterLongPast", {.types = {}, .tags = {}, .after = INT64_MAX}, ""},
    {"AfterLessThanNothing", {.types = {}, .tags = {}, .after = -7}, "abcde"},
    {"Limit", {.types = {}, .tags = {}, .after = 1, .limit = 2}, "bc"},
    {"LimitCountsWhatIsWanted", {.types = {}, .tags = {"y", "x"}, .after = 0, .limit = 2}, "bd"},
    {"LimitOfNone", {.types = {}, .tags = {}, .after = 0, .limit = 0}, ""},
};

TYPED_TEST(InvestigationTest, FindsEntries) {
  this->post(
      R"([{"Contents": "a"}, {"Type": 1, "Contents": "b", "Tags": ["x"]}, {"Type": 3, "Contents": "c", "Tags": "x"},
                 {"Type": 4, "Contents": "d", "Tags": ["z", 1, "x"]}, {"Type": "3", "Contents": "e", "Tags": ["y"]}])");
  for (const QueryRow& row : kQueries) {
    SCOPED_TRACE(row.name);
    std::string found;
    for (const std::string& one : this->contents_of(row.query)) found += one;
    EXPECT_EQ(found, row.found);
  }
}

// --- outputs ---------------------------------------------------------------------------------------------------------

TYPED_TEST(InvestigationTest, MergesOutputsByTheirKeys) {
  this->post(R"x([{"EntryContext": {"Host(val.ID && val.ID == obj.ID)": {"ID": 1, "Name": "a"}, "Deep.List": 1}},
                 {"EntryContext": {"Host(val.ID && val.ID == obj.ID)": [{"ID": 2}, {"ID": 1, "Name": "b"}], "Deep.List": 2}},
                 {"EntryContext": null}, {}])x");
  EXPECT_EQ(json(this->context()), json(R"({"Host": [{"ID": 1, "Name": "b"}, {"ID": 2}], "Deep": {"List": [1, 2]}})"));
}

TYPED_TEST(InvestigationTest, LeavesTheContextAloneWhenAsked) {
  const Posted posted = this->post(R"([{"EntryContext": {"A": 1}}, {"EntryContext": 5}])",
                                   {.call_id = "", .parent = "", .merges_outputs = false});
  EXPECT_THAT(posted.problems, IsEmpty());
  EXPECT_EQ(this->context(), "{}");
  EXPECT_EQ(this->contents_of({}).size(), 2u);
}

TYPED_TEST(InvestigationTest, TellsOfOutputsAndKeepsTheRest) {
  const Posted posted = this->post(R"x([{"Contents": "a", "EntryContext": {"A": 1, "A.b": 2, "": 3, "C": 4}},
                                       {"Contents": "b", "EntryContext": [1]},
                                       {"EntryContext": {"E": 5}}])x");
  EXPECT_EQ(json(this->context()), json(R"({"A": 1, "C": 4, "E": 5})"));
  ASSERT_EQ(posted.ids.size(), 3u);
  ASSERT_EQ(posted.problems.size(), 3u) << ::testing::PrintToString(posted.problems);
  EXPECT_THAT(posted.problems[0], ::testing::HasSubstr("output 'A.b' was not put into the context: "));
  EXPECT_THAT(posted.problems[1], ::testing::HasSubstr("output '' was not put into the context: "));
  EXPECT_THAT(posted.problems[2],
              ::testing::HasSubstr("an EntryContext was not put into the context: it is no object"));
}

// --- files -----------------------------------------------------------------------------------------------------------

constexpr const char* kAbc = R"({"Name": "Report.TXT", "Size": 3, "EntryID": "1@N",
  "MD5": "900150983cd24fb0d6963f7d28e17f72", "SHA1": "a9993e364706816aba3e25717850c26c9cd0d89d",
  "SHA256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  "SHA512": "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
  "Type": "ASCII text", "Info": "ASCII text", "Extension": "txt"})";

TYPED_TEST(InvestigationTest, KeepsFiles) {
  const HeldFile file = this->add_file("Report.TXT", "abc");
  EXPECT_EQ(file.entry_id, this->id("1"));
  EXPECT_EQ(file.name, "Report.TXT");
  EXPECT_FALSE(file.info);
  EXPECT_EQ(file.facts.size_bytes, 3u);
  EXPECT_EQ(file.file_id.size(), 36u);
  const auto by_own_id = this->investigation().file(file.file_id);
  ASSERT_TRUE(ok(by_own_id));
  EXPECT_EQ(by_own_id->entry_id, file.entry_id);
  const auto bytes = this->investigation().bytes_of(file);
  ASSERT_TRUE(ok(bytes));
  EXPECT_EQ(*bytes, "abc");
}

TYPED_TEST(InvestigationTest, TellsOfFilesInTheContext) {
  this->add_file("Report.TXT", "abc");
  std::string expected = kAbc;
  expected.replace(expected.find("1@N"), 3, this->id("1"));
  EXPECT_EQ(json(this->context()), json(R"({"File": )" + expected + "}"));
  this->add_file("empty", "", true);
  const Json context = json(this->context());
  EXPECT_EQ(*context.find("File"), json(expected));
  ASSERT_NE(context.find("InfoFile"), nullptr);
  EXPECT_EQ(context.find("InfoFile")->text_or("EntryID", ""), this->id("2"));
  EXPECT_EQ(*context.find("InfoFile")->find("Size"), Json(0));
}

TYPED_TEST(InvestigationTest, TellsOfTheFileInItsEntry) {
  std::vector<NewEntry> entries;
  entries.push_back({json(R"({"Type": 3, "FileID": "forged", "FileMetadata": "forged"})"), NewFile{"a", "abc", false}});
  this->post(entries);
  const auto file = this->investigation().file(this->id("1"));
  ASSERT_TRUE(ok(file));
  const auto stored = this->investigation().entry(this->id("1"));
  ASSERT_TRUE(ok(stored));
  for (const Json& entry : {entries[0].entry, *stored}) {
    EXPECT_EQ(entry.text_or("FileID", ""), file->file_id);
    const Json* metadata = entry.find("FileMetadata");
    ASSERT_NE(metadata, nullptr);
    EXPECT_EQ(*metadata->find("size"), Json(3));
    for (const char* hash : {"md5", "sha1", "sha256", "sha512"})
      EXPECT_FALSE(metadata->text_or(hash, "").empty()) << hash;
    EXPECT_EQ(metadata->text_or("md5", ""), "900150983cd24fb0d6963f7d28e17f72");
  }
}

TYPED_TEST(InvestigationTest, ListsFilesInTheirOrder) {
  EXPECT_THAT(*this->investigation().files(), IsEmpty());
  this->add_file("same", "first");
  this->post(R"([{"Contents": "between"}])");
  this->add_file("same", "second", true);
  const auto files = this->investigation().files();
  ASSERT_TRUE(ok(files));
  ASSERT_EQ(files->size(), 2u);
  EXPECT_EQ((*files)[0].entry_id, this->id("1"));
  EXPECT_EQ((*files)[1].entry_id, this->id("3"));
  EXPECT_TRUE((*files)[1].info);
  EXPECT_EQ(*this->investigation().bytes_of((*files)[1]), "second");
}

TYPED_TEST(InvestigationTest, KnowsNoOtherFiles) {
  this->add_file("a", "abc");
  this->post(R"([{"Contents": "no file"}])");
  for (const std::string& id : {std::string(), this->id("2"), this->id("3"), std::string("a"), std::string("1"),
                                std::string("1@99"), std::string("00000000-0000-4000-8000-000000000000")}) {
    EXPECT_TRUE(fails_with(this->investigation().file(id), Errc::NotFound, "no file belongs to entry '" + id + "'"));
  }
  HeldFile stranger;
  stranger.file_id = "00000000-0000-4000-8000-000000000000";
  EXPECT_TRUE(fails_with(this->investigation().bytes_of(stranger), Errc::NotFound, stranger.file_id));
}

// --- context and incident --------------------------------------------------------------------------------------------

TYPED_TEST(InvestigationTest, ChangesTheContext) {
  const auto changed = this->investigation().change_context([](dt::Context& context) -> Result<void> {
    BERTH_CHECK_OK(context.set("a.b", 1));
    return context.set("c", Json::array());
  });
  ASSERT_TRUE(ok(changed));
  EXPECT_EQ(this->context(), R"({"a": {"b": 1}, "c": []})");
}

TYPED_TEST(InvestigationTest, AnErrorUndoesEveryChange) {
  ASSERT_TRUE(ok(this->investigation().change_context([](dt::Context& context) { return context.set("a", 1); })));
  const auto changed = this->investigation().change_context([](dt::Context& context) -> Result<void> {
    BERTH_CHECK_OK(context.set("a", 2));
    BERTH_CHECK_OK(context.set("b", 3));
    return fail(Errc::Unavailable, "thought better of it");
  });
  EXPECT_TRUE(fails_with(changed, Errc::Unavailable, "thought better of it"));
  EXPECT_EQ(this->context(), R"({"a": 1})");
}

TYPED_TEST(InvestigationTest, SetsAPathOrNothing) {
  ASSERT_TRUE(ok(this->investigation().set_context("a.b", 1)));
  EXPECT_TRUE(fails_with(this->investigation().set_context("a.b.c", 2), Errc::InvalidInput, "no object"));
  ASSERT_TRUE(ok(this->investigation().set_context("a.d", "x")));
  EXPECT_EQ(this->context(), R"({"a": {"b": 1, "d": "x"}})");
}

TYPED_TEST(InvestigationTest, HasNoIncidentUntilFieldsAreSet) {
  EXPECT_EQ(*this->investigation().incident(), Json());
  for (const Json& wrong : {Json(), Json::array(), Json("x"), Json(1)}) {
    EXPECT_TRUE(fails_with(this->investigation().set_incident_fields(wrong), Errc::InvalidInput, "object"));
  }
  EXPECT_EQ(*this->investigation().incident(), Json());
  ASSERT_TRUE(ok(this->investigation().set_incident_fields(json(R"({"name": "n", "severity": 2})"))));
  const auto incident = this->investigation().incident();
  ASSERT_TRUE(ok(incident));
  EXPECT_EQ(incident->text_or("id", ""), TypeParam::kId);
  EXPECT_EQ(incident->text_or("name", ""), "n");
}

TYPED_TEST(InvestigationTest, SetsFieldsOfTheIncident) {
  this->incident_ = json(R"({"name": "n", "severity": 1, "CustomFields": {"a": 1}})");
  ASSERT_TRUE(ok(this->investigation().set_incident_fields(json(R"({"severity": 3, "owner": "me"})"))));
  const auto incident = this->investigation().incident();
  ASSERT_TRUE(ok(incident));
  EXPECT_EQ(incident->text_or("name", ""), "n");
  EXPECT_EQ(*incident->find("severity"), Json(3));
  EXPECT_EQ(incident->text_or("owner", ""), "me");
  EXPECT_EQ(*incident->find("CustomFields"), json(R"({"a": 1})"));
}

TYPED_TEST(InvestigationTest, ChangesTheIncidentInOneStep) {
  this->incident_ = json(R"({"name": "n", "severity": 1})");
  ASSERT_TRUE(ok(this->investigation().change_incident([](const Json& incident) -> Result<Json> {
    return Json::object().set("severity", *incident.find("severity")->as_int() + 1);
  })));
  EXPECT_EQ(*this->investigation().incident()->find("severity"), Json(2));
  const auto refused = this->investigation().change_incident(
      [](const Json&) -> Result<Json> { return fail(Errc::NotFound, "there is none"); });
  EXPECT_TRUE(fails_with(refused, Errc::NotFound, "there is none"));
  EXPECT_TRUE(fails_with(this->investigation().change_incident([](const Json&) -> Result<Json> { return Json("x"); }),
                         Errc::InvalidInput, "object"));
  EXPECT_EQ(*this->investigation().incident()->find("severity"), Json(2));
}

TYPED_TEST(InvestigationTest, ChangesAnIncidentThatIsNotThereYet) {
  ASSERT_TRUE(ok(this->investigation().change_incident([](const Json& incident) -> Result<Json> {
    EXPECT_TRUE(incident.is_null());
    return Json::object().set("severity", 3);
  })));
  EXPECT_EQ(*this->investigation().incident()->find("severity"), Json(3));
}

TYPED_TEST(InvestigationTest, TakesAnEntitlementOnceUnlessItIsPersistent) {
  ASSERT_TRUE(ok(this->investigation().add_entitlement({"once", false, "tag"})));
  ASSERT_TRUE(ok(this->investigation().add_entitlement({"often", true, ""})));
  std::string answers;
  const auto use = [&](std::string_view guid) {
    return this->investigation().use_entitlement(guid, [&](const Entitlement& used) -> Result<void> {
      answers += used.guid + "/" + used.reply_tag + " ";
      return {};
    });
  };
  ASSERT_TRUE(ok(use("once")));
  EXPECT_TRUE(fails_with(use("once"), Errc::NotFound, "there is no entitlement 'once'"));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(ok(use("often")));
  EXPECT_TRUE(fails_with(use(""), Errc::NotFound, "there is no entitlement ''"));
  EXPECT_EQ(answers, "once/tag often/ often/ ");
}

TYPED_TEST(InvestigationTest, LeavesAnEntitlementWhoseAnswerIsNotKept) {
  ASSERT_TRUE(ok(this->investigation().add_entitlement({"once", false, ""})));
  const auto refuse = [](const Entitlement&) -> Result<void> { return fail(Errc::Exhausted, "no room"); };
  EXPECT_TRUE(fails_with(this->investigation().use_entitlement("once", refuse), Errc::Exhausted, "no room"));
  EXPECT_TRUE(ok(this->investigation().use_entitlement("once", [](const Entitlement&) { return Result<void>(); })));
}

TYPED_TEST(InvestigationTest, ClosesAndStillTakesWhatAScriptHasToSay) {
  this->incident_ = json(R"({"name": "n"})");
  ASSERT_TRUE(ok(this->investigation().close("Resolved", "all is well")));
  EXPECT_EQ(*this->investigation().description()->find("status"), Json(1));
  auto incident = this->investigation().incident();
  ASSERT_TRUE(ok(incident));
  EXPECT_EQ(*incident->find("status"), Json(2));
  EXPECT_EQ(incident->text_or("closeReason", ""), "Resolved");
  EXPECT_EQ(incident->text_or("closeNotes", ""), "all is well");

  EXPECT_EQ(this->post(R"([{"Contents": "done", "EntryContext": {"A": 1}}])").ids.size(), 1u);
  EXPECT_EQ(this->context(), R"({"A": 1})");
  ASSERT_TRUE(ok(this->investigation().close("Duplicate", "")));
  EXPECT_EQ(this->investigation().incident()->text_or("closeReason", ""), "Duplicate");
}

TYPED_TEST(InvestigationTest, ClosingMakesNoIncident) {
  ASSERT_TRUE(ok(this->investigation().close("Resolved", "")));
  EXPECT_EQ(*this->investigation().incident(), Json());
}

// --- bounds, and what only one kind has ------------------------------------------------------------------------------

std::vector<NewEntry> empty_files(std::size_t count) {
  std::vector<NewEntry> entries;
  for (std::size_t i = 0; i < count; ++i) entries.push_back({Json::object(), NewFile{"f", "", false}});
  return entries;
}

struct BoundRow {
  const char* name;
  std::vector<NewEntry> (*entries)();
  const char* why;
};

const BoundRow kBounds[] = {
    {"TooManyFiles", [] { return empty_files(Playground::kMostFiles.files + 1); }, "1000 with 512 MiB in all"},
    {"TooManyEntries",
     [] { return std::vector<NewEntry>(Playground::kMostEntries + 1, NewEntry{Json::object(), std::nullopt}); },
     "it may have 100000"},
};

class PlaygroundBound : public ::testing::TestWithParam<BoundRow> {};

TEST_P(PlaygroundBound, KeepsNothing) {
  Playground playground;
  NoScript script;
  auto entries = GetParam().entries();
  EXPECT_TRUE(fails_with(playground.post(entries, {}, script), Errc::Exhausted, GetParam().why));
  EXPECT_THAT(*playground.entries({}), IsEmpty());
  EXPECT_THAT(*playground.files(), IsEmpty());
  EXPECT_EQ(*playground.context(), Json::object());
}

INSTANTIATE_TEST_SUITE_P(Table, PlaygroundBound, ::testing::ValuesIn(kBounds),
                         [](const auto& row) { return row.param.name; });

TEST(StoredInvestigationTest, KeepsAllOrNothing) {
  StateFolder folder;
  NoScript script;
  StoredInvestigation investigation = folder.add_investigation("case");
  auto entries = new_entries(R"([{"Contents": "a", "EntryContext": {"A": 1}}, {}])");
  entries.push_back({Json::object(), NewFile{"f", "abc", false}});
  entries[1].entry.set("Contents", std::string(store::Entries::kMostEntryBytes, 'x'));
  EXPECT_TRUE(fails_with(investigation.post(entries, {}, script), Errc::Exhausted, "entry"));
  EXPECT_THAT(*investigation.entries({}), IsEmpty());
  EXPECT_THAT(*investigation.files(), IsEmpty());
  EXPECT_EQ(*investigation.context(), Json::object());
}

TEST(StoredInvestigationTest, SeesNothingOfAnother) {
  StateFolder folder;
  NoScript script;
  StoredInvestigation mine = folder.add_investigation("mine");
  StoredInvestigation other = folder.add_investigation("other");
  std::vector<NewEntry> entries;
  entries.push_back({json(R"({"Type": 3})"), NewFile{"f", "abc", false}});
  ASSERT_TRUE(ok(other.post(entries, {}, script)));
  const HeldFile file = other.files()->at(0);
  EXPECT_TRUE(fails_with(mine.entry(file.entry_id), Errc::NotFound, "there is no entry '1@3' in investigation 2"));
  EXPECT_TRUE(fails_with(mine.file(file.entry_id), Errc::NotFound, "no file belongs to entry '1@3'"));
  EXPECT_TRUE(fails_with(mine.file(file.file_id), Errc::NotFound, "of investigation 2"));
  EXPECT_TRUE(fails_with(mine.bytes_of(file), Errc::NotFound, "investigation 2 has no file"));
  EXPECT_THAT(*mine.entries({}), IsEmpty());
  EXPECT_THAT(*mine.files(), IsEmpty());
}

TEST(StoredInvestigationTest, LastsLongerThanItsProcess) {
  StateFolder folder;
  NoScript script;
  StoredInvestigation first = folder.add_investigation("case");
  auto entries = new_entries(R"([{"Contents": "a", "EntryContext": {"A": 1}}])");
  ASSERT_TRUE(ok(first.post(entries, {}, script)));
  State anew(folder.state().places());
  auto again = StoredInvestigation::open(anew, first.id());
  ASSERT_TRUE(ok(again));
  EXPECT_EQ(again->entry("1@2")->text_or("Contents", ""), "a");
  EXPECT_EQ(print_json(*again->context()), R"({"A": 1})");
}

struct OpenRow {
  const char* name;
  const char* id;
  Errc code;
  const char* why;
};

const OpenRow kNotOpened[] = {
    {"NotThere", "7", Errc::NotFound, "there is no investigation 7; 'berth investigation list'"},
    {"Playground", "1", Errc::NotFound, "there is no investigation 1"},
    {"Empty", "", Errc::InvalidInput, "open investigation ''"},
    {"Zero", "0", Errc::InvalidInput, "a number from 1"},
    {"Negative", "-2", Errc::InvalidInput, "a number from 1"},
    {"Blank", " 2", Errc::InvalidInput, "a number from 1"},
    {"Text", "two", Errc::InvalidInput, "open investigation 'two'"},
    {"TooLarge", "99999999999999999999", Errc::InvalidInput, "a number from 1"},
};

class NotOpened : public ::testing::TestWithParam<OpenRow> {};

TEST_P(NotOpened, SaysWhy) {
  StateFolder folder;
  folder.add_investigation("case");
  EXPECT_TRUE(fails_with(StoredInvestigation::open(folder.state(), GetParam().id), GetParam().code, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, NotOpened, ::testing::ValuesIn(kNotOpened),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::server
