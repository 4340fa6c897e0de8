#include "berth/store/mirror_turns.h"

#include "berth/store/entries.h"
#include "berth/store/migrations.h"
#include "tests/store/state.h"

namespace berth::store {
namespace {

using Ids = std::vector<InvestigationId>;

Json json(std::string_view text) { return *parse_json(text); }
Time at(std::int64_t milliseconds) { return Time(std::chrono::milliseconds(milliseconds)); }

constexpr char kBoth[] = R"({"dbotMirrorInstance": "desk", "dbotMirrorId": "A", "dbotMirrorDirection": "Both"})";
constexpr char kIn[] = R"({"dbotMirrorInstance": "desk", "dbotMirrorId": 7, "dbotMirrorDirection": "In"})";
constexpr char kOut[] = R"({"dbotMirrorInstance": "desk", "dbotMirrorId": "C", "dbotMirrorDirection": "Out"})";

Ids ids_of(const Result<std::vector<MirrorTurn>>& turns) {
  Ids ids;
  EXPECT_TRUE(testing::ok(turns));
  if (turns) {
    for (const MirrorTurn& one : *turns) ids.push_back(one.id);
  }
  return ids;
}

class Turns : public State {
 protected:
  InvestigationId add(std::string_view incident, Time when = now()) {
    return investigations_.add({.name = "i", .type = "", .incident = json(incident), .at = when})->id;
  }
  Ids to_tell(std::size_t limit = 100) { return ids_of(turns_.to_tell("desk", limit)); }
  Ids to_ask(std::size_t limit = 100) { return ids_of(turns_.to_ask("desk", limit)); }
  void want(const std::vector<std::string>& ids) { EXPECT_TRUE(testing::ok(turns_.want("desk", ids))); }
  MirrorTurn first_to_ask() { return turns_.to_ask("desk", 1)->at(0); }
  void tell_all() {
    const auto all = turns_.to_tell("desk", 100);
    EXPECT_TRUE(testing::ok(turns_.told(*all)));
    EXPECT_EQ(to_tell(), Ids());
  }

  Database database_ = open();
  Investigations investigations_{database_};
  Entries entries_{database_};
  MirrorTurns turns_{database_};
};

struct TermsRow {
  const char* name;
  const char* incident;
  bool goes_out;
  bool comes_in;
};

const TermsRow kTerms[] = {
    {"Both", kBoth, true, true},
    {"In", kIn, false, true},
    {"Out", kOut, true, false},
    {"NotAFiniteNumber",
     R"({"odd": NaN, "dbotMirrorInstance": "desk", "dbotMirrorId": "A", "dbotMirrorDirection": "Both", "l": [Infinity]})",
     true, true},
    {"Escaped", R"({"dbotMirrorInstance": "d\u0065sk", "dbotMirrorId": "A", "dbotMirrorDirection": "Both"})", true,
     true},
    {"NoInstance", R"({"dbotMirrorId": "A", "dbotMirrorDirection": "Both"})", false, false},
    {"InstanceIsANumber", R"({"dbotMirrorInstance": 7, "dbotMirrorId": "A", "dbotMirrorDirection": "Both"})", false,
     false},
    {"OtherCase", R"({"dbotMirrorInstance": "Desk", "dbotMirrorId": "A", "dbotMirrorDirection": "Both"})", false,
     false},
    {"NoId", R"({"dbotMirrorInstance": "desk", "dbotMirrorId": "", "dbotMirrorDirection": "Both"})", false, false},
    {"IdIsAList", R"({"dbotMirrorInstance": "desk", "dbotMirrorId": ["A"], "dbotMirrorDirection": "Both"})", false,
     false},
    {"NoDirection", R"({"dbotMirrorInstance": "desk", "dbotMirrorId": "A"})", false, false},
    {"OtherDirection", R"({"dbotMirrorInstance": "desk", "dbotMirrorId": "A", "dbotMirrorDirection": "Down"})", false,
     false},
    {"Deeper",
     R"({"CustomFields": {"dbotMirrorInstance": "desk", "dbotMirrorId": "A", "dbotMirrorDirection": "Both"}})", false,
     false},
    {"Nothing", "{}", false, false},
};

class MirrorTerms : public Turns, public ::testing::WithParamInterface<TermsRow> {};

TEST_P(MirrorTerms, SayWhoseTurnItIs) {
  const InvestigationId id = add(GetParam().incident);
  want({"A", "7", "C"});
  EXPECT_EQ(to_tell(), GetParam().goes_out ? Ids{id} : Ids());
  EXPECT_EQ(to_ask(), GetParam().comes_in ? Ids{id} : Ids());
  EXPECT_EQ(turns_.oldest("desk")->has_value(), GetParam().comes_in);
}

// The same of one that was made when the database did not know of mirroring.
TEST_P(MirrorTerms, AreFoundInAnOlderDatabase) {
  const std::filesystem::path old = folder_.path() / "old/berth.db";
  {
    auto before = Database::open(old, migrations().first(2));
    ASSERT_TRUE(testing::ok(before));
    ASSERT_TRUE(
        testing::ok(before->run("INSERT INTO investigations (name, type, incident, created, modified)"
                                " VALUES ('none', '', NULL, 3, 3), ('i', '', ?, 5, 5)",
                                {print_json(json(GetParam().incident))})));
  }
  auto database = Database::open(old);
  ASSERT_TRUE(testing::ok(database));
  MirrorTurns turns(*database);
  ASSERT_TRUE(testing::ok(turns.want("desk", {"A", "7", "C"})));
  EXPECT_EQ(ids_of(turns.to_tell("desk", 100)), GetParam().goes_out ? Ids{3} : Ids());
  EXPECT_EQ(ids_of(turns.to_ask("desk", 100)), GetParam().comes_in ? Ids{3} : Ids());
  EXPECT_EQ(turns.oldest("desk").value(), GetParam().comes_in ? std::optional(at(5)) : std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Table, MirrorTerms, ::testing::ValuesIn(kTerms),
                         [](const auto& row) { return row.param.name; });

TEST_F(Turns, OfAnOlderDatabaseAreNotForAnothersInstance) {
  const std::filesystem::path old = folder_.path() / "old/berth.db";
  {
    auto before = Database::open(old, migrations().first(3));
    ASSERT_TRUE(testing::ok(before));
    for (const char* source : {"desk", "vault", ""}) {
      Json incident = json(kBoth);
      incident.set("sourceInstance", source);
      ASSERT_TRUE(
          testing::ok(before->run("INSERT INTO investigations (name, type, incident, created, modified)"
                                  " VALUES ('i', '', ?, 5, 5)",
                                  {print_json(incident)})));
    }
    // What schema 3 had for mirrored stays so.
    ASSERT_TRUE(
        testing::ok(before->run("INSERT INTO investigations (name, type, incident, created, modified,"
                                " mirror_instance) VALUES ('i', '', ?, 5, 5, 'desk')",
                                {print_json(json(kBoth).set("sourceInstance", "vault"))})));
  }
  auto database = Database::open(old);
  ASSERT_TRUE(testing::ok(database));
  EXPECT_EQ(ids_of(MirrorTurns(*database).to_tell("desk", 100)), (Ids{2, 4, 5}));
}

TEST_F(Turns, FollowWhatTheIncidentSays) {
  const InvestigationId id = add("{}");
  EXPECT_EQ(to_tell(), Ids());
  ASSERT_TRUE(testing::ok(investigations_.set_incident_fields(id, json(kBoth))));
  EXPECT_EQ(to_tell(), Ids{id});
  ASSERT_TRUE(testing::ok(investigations_.set_incident_fields(id, json(R"({"dbotMirrorDirection": "In"})"))));
  EXPECT_EQ(to_tell(), Ids());
  want({"A"});
  EXPECT_EQ(to_ask(), Ids{id});
  ASSERT_TRUE(testing::ok(investigations_.set_incident_fields(id, json(R"({"dbotMirrorInstance": null})"))));
  EXPECT_EQ(to_ask(), Ids());
}

TEST_F(Turns, ComeWithEachChangeHere) {
  const InvestigationId id = add(kBoth);
  add(R"({"name": "another"})");
  tell_all();
  const std::vector<NewEntry> plain(1, {.entry = json("{}"), .parent = "", .call_id = "", .tags = {}});
  const std::vector<NewEntry> tagged(1, {.entry = json("{}"), .parent = "", .call_id = "", .tags = {"comments"}});
  const std::vector<std::function<bool()>> changes = {
      [&] { return investigations_.set_incident_fields(id, json(R"({"owner": "ada"})")).has_value(); },
      [&] { return investigations_.close(id, "done", "").has_value(); },
      [&] { return investigations_.reopen(id).has_value(); },
      [&] { return entries_.add(id, tagged).has_value(); },
      [&] { return entries_.add(id, plain).has_value() && entries_.set_tags({2, id}, {"comments"}).has_value(); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    ASSERT_TRUE(changes[i]()) << i;
    EXPECT_EQ(to_tell(), Ids{id}) << i;
    tell_all();
  }
  ASSERT_TRUE(testing::ok(entries_.add(id, plain)));
  EXPECT_EQ(to_tell(), Ids());
}

TEST_F(Turns, AreNotLostWhenSomethingChangesMeanwhile) {
  const InvestigationId id = add(kBoth);
  const MirrorTurn turn = turns_.to_tell("desk", 1)->at(0);
  ASSERT_TRUE(testing::ok(investigations_.close(id, "done", "")));
  ASSERT_TRUE(testing::ok(turns_.told({turn})));
  EXPECT_EQ(to_tell(), Ids{id});
  want({"A"});
  const MirrorTurn asked = first_to_ask();
  want({"A"});
  ASSERT_TRUE(testing::ok(turns_.came(asked)));
  EXPECT_EQ(to_ask(), Ids{id});
  ASSERT_TRUE(testing::ok(turns_.came(first_to_ask())));
  EXPECT_EQ(to_ask(), Ids());
  // One that comes late takes nothing back.
  ASSERT_TRUE(testing::ok(turns_.came(asked)));
  EXPECT_EQ(to_ask(), Ids());
}

TEST_F(Turns, AreForThoseThatAreNamed) {
  const InvestigationId both = add(kBoth);
  const InvestigationId in = add(kIn);
  add(kOut);
  const InvestigationId twin = add(kBoth);
  want({"C", "", "unknown", "A", "A"});
  EXPECT_EQ(to_ask(), (Ids{both, twin}));
  EXPECT_EQ(turns_.count_to_ask("desk").value_or(-1), 2);
  EXPECT_EQ(turns_.count_to_ask("vault").value_or(-1), 0);
  ASSERT_TRUE(testing::ok(turns_.want("vault", {"7"})));
  want({"7"});
  EXPECT_EQ(to_ask(), (Ids{both, in, twin}));
  EXPECT_EQ(to_ask(2), (Ids{both, in}));
}

TEST_F(Turns, AreForAllThatAreOpen) {
  const InvestigationId both = add(kBoth);
  const InvestigationId in = add(kIn);
  add(kOut);
  ASSERT_TRUE(testing::ok(investigations_.close(in, "done", "")));
  ASSERT_TRUE(testing::ok(turns_.want_open("desk")));
  EXPECT_EQ(to_ask(), Ids{both});
}

TEST_F(Turns, TheLastTriedComesLast) {
  const InvestigationId first = add(kBoth);
  const InvestigationId second = add(kBoth);
  const InvestigationId third = add(kBoth);
  want({"A"});
  ASSERT_TRUE(testing::ok(turns_.put_off(first, at(5))));
  ASSERT_TRUE(testing::ok(turns_.went_wrong({second, 0}, at(4))));
  EXPECT_EQ(to_ask(), (Ids{third, second, first}));
  ASSERT_TRUE(testing::ok(turns_.tried_to_tell(first, at(5))));
  ASSERT_TRUE(testing::ok(turns_.tried_to_tell(second, at(4))));
  EXPECT_EQ(to_tell(), (Ids{third, second, first}));
}

TEST_F(Turns, EndAfterTheLastTry) {
  const InvestigationId id = add(kBoth);
  const auto fail_once = [&] { return turns_.went_wrong(first_to_ask()).value_or(-1); };
  want({"A"});
  for (std::int64_t i = 1; i <= MirrorTurns::kMostTries; ++i) {
    EXPECT_EQ(to_ask(), Ids{id}) << i;
    EXPECT_EQ(fail_once(), i);
    if (i < MirrorTurns::kMostTries) want({"A"});  // named in each round, and counted all the same
  }
  EXPECT_EQ(to_ask(), Ids());
  // Once more where nobody knows what has changed, and anew where it is named.
  ASSERT_TRUE(testing::ok(turns_.want_open("desk")));
  EXPECT_EQ(fail_once(), MirrorTurns::kMostTries + 1);
  EXPECT_EQ(to_ask(), Ids());
  want({"A"});
  EXPECT_EQ(fail_once(), 1);
  EXPECT_EQ(to_ask(), Ids{id});
  ASSERT_TRUE(testing::ok(turns_.came(first_to_ask())));
  want({"A"});
  EXPECT_EQ(fail_once(), 1);
  EXPECT_EQ(turns_.went_wrong({99, 1}).value_or(-1), 0);
}

TEST_F(Turns, StartWithTheOldest) {
  EXPECT_EQ(turns_.oldest("desk").value(), std::nullopt);
  add(kOut, at(1));
  add(kBoth, at(9));
  add(kIn, at(5));
  EXPECT_EQ(turns_.oldest("desk").value(), at(5));
}

// An incident is not read to find whose turn it is, so a damaged one holds up no other.
TEST_F(Turns, AreFoundWithoutTheIncidents) {
  const InvestigationId first = add(kBoth);
  const InvestigationId second = add(kBoth);
  ASSERT_TRUE(testing::ok(database_.run("UPDATE investigations SET incident = '{' WHERE id = ?", {first})));
  want({"A"});
  EXPECT_EQ(to_tell(), (Ids{first, second}));
  EXPECT_EQ(to_ask(), (Ids{first, second}));
  EXPECT_TRUE(testing::fails_with(investigations_.get(first), Errc::Corrupt, "stored JSON is damaged"));
}

}  // namespace
}  // namespace berth::store
