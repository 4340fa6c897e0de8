#include "berth/store/instances.h"

#include "berth/store/vault.h"
#include "tests/store/state.h"

namespace berth::store {
namespace {

class StoredInstances : public State {
 protected:
  Instance an_instance(const std::string& name) {
    const auto vault = Vault::open(database_, {.file = folder_.path() / "state/secret.key", .credentials = {}});
    EXPECT_TRUE(testing::ok(vault));
    Instance instance;
    instance.name = name;
    instance.brand = "Harbour";
    instance.parameters = Json::object().set("url", "https://a.example");
    instance.options = Json::object().set("allow", "10.0.0.0/8");
    instance.secrets["apikey"] = *vault->seal({name, "apikey"}, "s3cret");
    return instance;
  }

  Database database_ = open();
  Instances instances_{database_};
};

TEST_F(StoredInstances, AreReadAsTheyWereAdded) {
  const Instance added = an_instance("one");
  ASSERT_TRUE(testing::ok(instances_.add(added)));
  const auto stored = instances_.get("one");
  ASSERT_TRUE(testing::ok(stored));
  EXPECT_EQ(stored->parameters, added.parameters);
  EXPECT_EQ(stored->options, added.options);
  EXPECT_EQ(stored->secrets, added.secrets);
  EXPECT_EQ(stored->created, added.created);
  EXPECT_TRUE(stored->enabled);
  EXPECT_FALSE(stored->last_test.has_value());
  EXPECT_TRUE(testing::fails_with(instances_.add(added), Errc::AlreadyExists, "add instance 'one'"));
}

TEST_F(StoredInstances, AreFoundByBrand) {
  ASSERT_TRUE(testing::ok(instances_.add(an_instance("b"))));
  ASSERT_TRUE(testing::ok(instances_.add(an_instance("a"))));
  Instance other = an_instance("c");
  other.brand = "Other";
  ASSERT_TRUE(testing::ok(instances_.add(other)));
  const auto found = instances_.list("Harbour");
  ASSERT_TRUE(testing::ok(found));
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ(found->front().name, "a");
  EXPECT_EQ(found->front().secrets.size(), 1u);
  EXPECT_EQ(instances_.list()->size(), 3u);
}

TEST_F(StoredInstances, AreChanged) {
  Instance instance = an_instance("one");
  ASSERT_TRUE(testing::ok(instances_.add(instance)));
  instance.parameters.set("url", "https://b.example");
  instance.secrets.clear();
  ASSERT_TRUE(testing::ok(instances_.update(instance)));
  EXPECT_EQ(instances_.get("one")->parameters, instance.parameters);
  EXPECT_TRUE(instances_.get("one")->secrets.empty());
  ASSERT_TRUE(testing::ok(instances_.set_enabled("one", false)));
  EXPECT_FALSE(instances_.get("one")->enabled);
  ASSERT_TRUE(testing::ok(instances_.set_last_test("one", {.passed = true, .message = "ok", .at = now()})));
  EXPECT_EQ(instances_.get("one")->last_test->message, "ok");
  instance.brand = "Other";
  EXPECT_TRUE(testing::fails_with(instances_.update(instance), Errc::InvalidInput, "cannot become 'Other'"));
  ASSERT_TRUE(testing::ok(instances_.remove("one")));
  for (const auto& missing :
       {instances_.remove("one"), instances_.set_enabled("one", true), instances_.update(instance)}) {
    EXPECT_TRUE(testing::fails_with(missing, Errc::NotFound, "'one'"));
  }
}

struct Bad {
  const char* name;
  Errc code;
  void (*spoil)(Instance&);
  const char* why;
};
const Bad kBad[] = {
    {"NoName", Errc::InvalidInput, [](Instance& it) { it.name = ""; }, "needs a name"},
    {"NoBrand", Errc::InvalidInput, [](Instance& it) { it.brand = ""; }, "needs a brand"},
    {"ListOfParameters", Errc::InvalidInput, [](Instance& it) { it.parameters = Json::array(); }, "JSON object"},
    {"PlainSecret", Errc::Corrupt, [](Instance& it) { it.secrets["apikey"] = "s3cret"; }, "secret 'apikey'"},
    {"OtherKey", Errc::Conflict,
     [](Instance& it) {
       char& digit = it.secrets["apikey"][3];
       digit = digit == '0' ? '1' : '0';
     },
     "another key"},
};
class BadInstance : public StoredInstances, public ::testing::WithParamInterface<Bad> {};
TEST_P(BadInstance, IsRefused) {
  Instance instance = an_instance("one");
  GetParam().spoil(instance);
  const auto refused = instances_.add(instance);
  EXPECT_TRUE(testing::fails_with(refused, GetParam().code, GetParam().why));
  EXPECT_EQ(refused.error().message().find("s3cret"), std::string::npos);
  EXPECT_TRUE(instances_.list()->empty());
}
INSTANTIATE_TEST_SUITE_P(Table, BadInstance, ::testing::ValuesIn(kBad), [](auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::store
