// linkIncidents and setOwner: what becomes of both incidents, and who may reach them.
#include <gtest/gtest.h>

#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::fails_with;
using testing::json;
using testing::ok;

// Investigations 2, the caller's own, 3 and 4 have an incident; 5 has none.
class LinkScene {
 public:
  Result<std::vector<Json>> run(std::string_view name, std::string_view args, const Caller& caller) {
    const Json given = json(args);
    const BuiltInCommand* command = find_built_in(name);
    BERTH_ASSERT(command != nullptr);
    return command->run(CommandArguments(command->name, given), {own_, folder_.state(), script_, caller});
  }

  std::string field(const std::string& id, std::string_view name) {
    auto investigation = StoredInvestigation::open(folder_.state(), id);
    BERTH_ASSERT(investigation.has_value());
    const Json incident = *investigation->incident();
    const Json* found = incident.find(name);
    return found != nullptr ? print_json(*found) : "";
  }
  std::string links() {
    return field("2", "linkedIncidents") + field("3", "linkedIncidents") + field("4", "linkedIncidents");
  }

  testing::StateFolder folder_;
  testing::NoScript script_;
  StoredInvestigation own_ = folder_.add_investigation("own", json("{}"));
  StoredInvestigation third_ = folder_.add_investigation("third", json("{}"));
  StoredInvestigation fourth_ = folder_.add_investigation("fourth", json("{}"));
  StoredInvestigation bare_ = folder_.add_investigation("bare");
};

struct LinkRow {
  const char* name;
  const char* args;
  const char* answer;
  const char* links;  // of 2, 3 and 4
};

const LinkRow kLinks[] = {
    {"One", R"({"linkedIncidentIDs": "3"})", "1 incidents linked", R"(["3"]["2"])"},
    {"Several", R"({"linkedIncidentIDs": "3,4", "action": "link"})", "2 incidents linked", R"(["3", "4"]["2"]["2"])"},
    {"AList", R"({"linkedIncidentIDs": ["3", "4"]})", "2 incidents linked", R"(["3", "4"]["2"]["2"])"},
    {"OfAnother", R"({"incidentId": "4", "linkedIncidentIDs": "3"})", "1 incidents linked", R"(["4"]["3"])"},
    {"Twice", R"({"linkedIncidentIDs": "3,3"})", "2 incidents linked", R"(["3"]["2"])"},
    {"UnlinkWhatIsNot", R"({"linkedIncidentIDs": "3", "action": "unlink"})", "1 incidents unlinked", "[][]"},
    {"Duplicate", R"({"linkedIncidentIDs": "3", "action": "duplicate"})", "1 incidents marked as duplicates",
     R"(["3"]["2"])"},
};

class Links : public ::testing::TestWithParam<LinkRow> {};

TEST_P(Links, AreSeenFromBothEnds) {
  LinkScene scene;
  const auto entries = scene.run("linkIncidents", GetParam().args, testing::person());
  ASSERT_TRUE(ok(entries));
  EXPECT_EQ(entries->front().text_or("Contents", ""), GetParam().answer);
  EXPECT_EQ(scene.links(), GetParam().links);
}

INSTANTIATE_TEST_SUITE_P(Table, Links, ::testing::ValuesIn(kLinks), [](const auto& row) { return row.param.name; });

struct RefusedLinkRow {
  const char* name;
  Caller caller;
  const char* args;
  Errc code;
  const char* why;
};

const RefusedLinkRow kRefusedLinks[] = {
    {"NoIds", testing::person(), "{}", Errc::InvalidInput, "argument 'linkedIncidentIDs' is missing"},
    {"Itself", testing::person(), R"({"linkedIncidentIDs": "3,2"})", Errc::InvalidInput,
     "has incident 2 itself among them"},
    {"NoAction", testing::person(), R"({"linkedIncidentIDs": "3", "action": "merge"})", Errc::InvalidInput,
     "argument 'action' is none of link, unlink and duplicate"},
    {"NoIncident", testing::person(), R"({"linkedIncidentIDs": "3,5"})", Errc::NotFound,
     "investigation 5 has no incident to link"},
    {"NoInvestigation", testing::person(), R"({"linkedIncidentIDs": "3,77"})", Errc::NotFound,
     "there is no investigation 77"},
    {"OutOfReach", testing::script(), R"({"linkedIncidentIDs": "3"})", Errc::Denied, "rights.other_investigations"},
    {"BothOutOfReach", testing::script(), R"({"incidentId": "4", "linkedIncidentIDs": "3"})", Errc::Denied,
     "rights.other_investigations"},
};

class RefusedLinks : public ::testing::TestWithParam<RefusedLinkRow> {};

TEST_P(RefusedLinks, ChangeNothing) {
  LinkScene scene;
  EXPECT_TRUE(
      fails_with(scene.run("linkIncidents", GetParam().args, GetParam().caller), GetParam().code, GetParam().why));
  EXPECT_EQ(scene.links(), "");
}

INSTANTIATE_TEST_SUITE_P(Table, RefusedLinks, ::testing::ValuesIn(kRefusedLinks),
                         [](const auto& row) { return row.param.name; });

TEST(LinkIncidents, CountsAndUndoes) {
  LinkScene scene;
  ASSERT_TRUE(ok(scene.run("linkIncidents", R"({"linkedIncidentIDs": "3,4"})", testing::person())));
  EXPECT_EQ(scene.field("2", "linkedCount"), "2");
  ASSERT_TRUE(ok(scene.run("linkIncidents", R"({"linkedIncidentIDs": "3", "action": "unlink"})", testing::person())));
  EXPECT_EQ(scene.links(), R"(["4"][]["2"])");
  EXPECT_EQ(scene.field("2", "linkedCount"), "1");
}

TEST(LinkIncidents, ClosesDuplicatesAlone) {
  LinkScene scene;
  ASSERT_TRUE(
      ok(scene.run("linkIncidents", R"({"linkedIncidentIDs": "3", "action": "duplicate"})", testing::person())));
  store::Investigations investigations(scene.folder_.database());
  EXPECT_EQ(investigations.get(3)->close_reason, "Duplicate");
  EXPECT_EQ(investigations.get(3)->close_notes, "duplicate of incident 2");
  EXPECT_FALSE(investigations.get(3)->is_open());
  EXPECT_TRUE(investigations.get(2)->is_open());
}

TEST(SetOwner, SetsTheOwner) {
  LinkScene scene;
  ASSERT_TRUE(ok(scene.run("setOwner", R"({"owner": "ada"})", testing::script())));
  EXPECT_EQ(scene.field("2", "owner"), R"("ada")");
  EXPECT_TRUE(fails_with(scene.run("setOwner", "{}", testing::script()), Errc::InvalidInput, "'owner' is missing"));
  EXPECT_TRUE(fails_with(scene.run("setOwner", R"({"owner": "ada", "id": "3"})", testing::script()), Errc::Denied,
                         "rights.other_investigations"));
}

}  // namespace
}  // namespace berth::server
