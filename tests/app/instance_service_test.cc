#include "berth/app/instance_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "berth/app/state_places.h"
#include "berth/store/rekey.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using content::Assignment;
using content::Item;
using content::Parameter;
using content::ParameterType;
using content::ValueSource;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Item integration() {
  Item item;
  item.kind = content::ItemKind::Integration;
  item.id = "Brand";
  item.name = "Brand display";
  item.parameters = {{.name = "url", .required = true},
                     {.name = "api_key", .type = ParameterType::Encrypted},
                     {.name = "credentials", .type = ParameterType::Credentials},
                     {.name = "pem", .type = ParameterType::LongEncrypted},
                     {.name = "insecure", .type = ParameterType::Boolean, .default_value = Json("true")},
                     {.name = "kinds", .type = ParameterType::MultiSelect, .options = {"a", "b"}}};
  return item;
}

Assignment open_value(const char* name, const char* value) { return {name, value, ValueSource::Inline}; }
Assignment secret_value(const char* name, const char* value) { return {name, value, ValueSource::File}; }

class InstanceServiceTest : public ::testing::Test {
 protected:
  InstanceServiceTest() { settings_.state = folder_.path() / "state"; }

  InstanceService open() {
    auto service = InstanceService::open(settings_);
    EXPECT_TRUE(testing::ok(service));
    return *std::move(service);
  }

  static NewInstance full() {
    NewInstance request;
    request.name = "i";
    request.parameters.assignments = {open_value("url", "https://x"),
                                      secret_value("api_key", "canary-key\n"),
                                      open_value("credentials.identifier", "user"),
                                      secret_value("credentials.password", "canary-password"),
                                      secret_value("credentials.sshkey", "canary-ssh"),
                                      secret_value("pem", "canary\nlines\n")};
    return request;
  }

  // All bytes below the state folder, the key's file excepted.
  std::string state_bytes() const {
    std::string bytes;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(settings_.state)) {
      if (!entry.is_regular_file() || entry.path() == state_places(settings_).keys.file) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(file), {});
    }
    return bytes;
  }

  testing::TempFolder folder_;
  Settings settings_;
};

constexpr const char* kFullParams =
    R"({"url": "https://x", "api_key": "canary-key", "credentials": {"identifier": "user", "password": "canary-password", )"
    R"("credentials": {"sshkey": "canary-ssh"}}, "pem": "canary\nlines\n", "insecure": true, "kinds": []})";

TEST_F(InstanceServiceTest, GivesACallWhatWasGiven) {
  InstanceService service = open();
  NewInstance request = full();
  request.options.network = net::parse_network_profile("proxy").value();
  request.options.allowed = {parse_allowed("10.0.0.8").value()};
  ASSERT_TRUE(testing::ok(service.add(integration(), request)));
  const auto call = open().open_for_call("i", integration());
  ASSERT_TRUE(testing::ok(call));
  EXPECT_EQ(call->name, "i");
  EXPECT_EQ(call->brand, "Brand");
  EXPECT_EQ(print_json(call->params), kFullParams);
  EXPECT_THAT(call->secrets, ElementsAre("canary-password", "canary\nlines\n", "canary-key", "canary-ssh"));
  EXPECT_EQ(call->network, request.options.network);
  EXPECT_EQ(call->allowed, request.options.allowed);
}

TEST_F(InstanceServiceTest, KeepsNoSecretInTheOpen) {
  InstanceService service = open();
  ASSERT_TRUE(testing::ok(service.add(integration(), full())));
  const auto stored = service.get("i");
  ASSERT_TRUE(testing::ok(stored));
  EXPECT_EQ(print_json(stored->parameters),
            R"({"url": "https://x", "api_key": "", "credentials": {"identifier": "user", "password": "", )"
            R"("credentials": {"sshkey": ""}}, "pem": "", "insecure": true, "kinds": []})");
  std::vector<std::string> ways;
  for (const auto& [way, sealed] : stored->secrets) {
    ways.push_back(way);
    EXPECT_TRUE(sealed.starts_with("v1:")) << sealed;
  }
  EXPECT_THAT(ways, ElementsAre("api_key", "credentials.credentials.sshkey", "credentials.password", "pem"));
  EXPECT_EQ(state_bytes().find("canary"), std::string::npos);
  EXPECT_NE(state_bytes().find("https://x"), std::string::npos) << "the look at the state folder sees nothing";
}

TEST_F(InstanceServiceTest, SealedTextsBelongToTheirPlace) {
  InstanceService service = open();
  NewInstance request = full();
  ASSERT_TRUE(testing::ok(service.add(integration(), request)));
  auto stored = service.get("i");
  ASSERT_TRUE(testing::ok(stored));
  std::swap(stored->secrets["api_key"], stored->secrets["credentials.password"]);
  auto database = store::Database::open(state_places(settings_).database);
  ASSERT_TRUE(testing::ok(database));
  ASSERT_TRUE(testing::ok(store::Instances(*database).update(*stored)));
  EXPECT_TRUE(testing::fails_with(service.open_for_call("i", integration()), Errc::Corrupt,
                                  "open secret 'api_key' of instance 'i'"));
}

TEST_F(InstanceServiceTest, ShowsNoSecret) {
  InstanceService service = open();
  ASSERT_TRUE(testing::ok(service.add(integration(), full())));
  const auto stored = service.get("i");
  ASSERT_TRUE(testing::ok(stored));
  const Item item = integration();
  for (const Item* known : {&item, static_cast<const Item*>(nullptr)}) {
    EXPECT_EQ(print_json(shown_parameters(*stored, known)),
              R"({"url": "https://x", "api_key": "********", "credentials": {"identifier": "user", )"
              R"("password": "********", "credentials": {"sshkey": "********"}}, "pem": "********", )"
              R"("insecure": true, "kinds": []})");
  }
}

TEST_F(InstanceServiceTest, NamesByItself) {
  InstanceService service = open();
  NewInstance request = full();
  request.name.clear();
  EXPECT_EQ(service.add(integration(), request).value_or(""), "Brand_instance_1");
  EXPECT_EQ(service.add(integration(), request).value_or(""), "Brand_instance_2");
  ASSERT_TRUE(testing::ok(service.remove("Brand_instance_1")));
  EXPECT_EQ(service.add(integration(), request).value_or(""), "Brand_instance_1");
}

TEST_F(InstanceServiceTest, RefusesWhatIsWrong) {
  InstanceService service = open();
  ASSERT_TRUE(testing::ok(service.add(integration(), full())));
  EXPECT_TRUE(
      testing::fails_with(service.add(integration(), full()), Errc::AlreadyExists, "there is one of that name"));
  NewInstance request = full();
  request.name = "a,b";
  EXPECT_TRUE(testing::fails_with(service.add(integration(), request), Errc::InvalidInput, "it holds a comma"));
  request.name = "other";
  request.parameters.assignments.erase(request.parameters.assignments.begin());
  EXPECT_TRUE(testing::fails_with(service.add(integration(), request), Errc::InvalidInput,
                                  "parameter 'url': it is required and missing"));
  EXPECT_TRUE(testing::fails_with(service.open_for_call("other", integration()), Errc::NotFound, "'other'"));
  EXPECT_TRUE(testing::fails_with(service.change("other", integration(), {}), Errc::NotFound, "'other'"));
}

TEST_F(InstanceServiceTest, ChangesWhatIsGivenAndNothingElse) {
  InstanceService service = open();
  ASSERT_TRUE(testing::ok(service.add(integration(), full())));
  InstanceChange change;
  change.parameters.assignments = {secret_value("credentials.password", "canary-second"), open_value("kinds", "a,b")};
  change.allowed = {{parse_allowed("10.0.0.0/8").value()}};
  Item newer = integration();
  newer.parameters.push_back({.name = "added", .default_value = Json("d")});
  newer.parameters[4].default_value = Json("false");
  ASSERT_TRUE(testing::ok(service.change("i", newer, change)));
  const auto call = service.open_for_call("i", newer);
  ASSERT_TRUE(testing::ok(call));
  EXPECT_EQ(print_json(call->params),
            R"({"url": "https://x", "api_key": "canary-key", "credentials": {"identifier": "user", )"
            R"("password": "canary-second", "credentials": {"sshkey": "canary-ssh"}}, "pem": "canary\nlines\n", )"
            R"("insecure": true, "kinds": ["a", "b"]})");
  EXPECT_EQ(call->allowed, *change.allowed);
}

TEST_F(InstanceServiceTest, ChangesNothingWhenOneValueIsWrong) {
  InstanceService service = open();
  ASSERT_TRUE(testing::ok(service.add(integration(), full())));
  InstanceChange change;
  change.parameters.assignments = {open_value("url", "https://y"), open_value("kinds", "c")};
  EXPECT_TRUE(testing::fails_with(service.change("i", integration(), change), Errc::InvalidInput, "parameter 'kinds'"));
  change.parameters.assignments = {open_value("url", "")};
  EXPECT_TRUE(testing::fails_with(service.change("i", integration(), change), Errc::InvalidInput, "parameter 'url'"));
  change.parameters.assignments = {open_value("api_key", "canary-inline")};
  const auto refused = service.change("i", integration(), change);
  EXPECT_TRUE(testing::fails_with(refused, Errc::InvalidInput, "it is secret"));
  EXPECT_THAT(refused.error().message(), Not(HasSubstr("canary")));
  const auto call = service.open_for_call("i", integration());
  ASSERT_TRUE(testing::ok(call));
  EXPECT_EQ(print_json(call->params), kFullParams);
}

TEST_F(InstanceServiceTest, SecretsCanBeTakenAway) {
  InstanceService service = open();
  ASSERT_TRUE(testing::ok(service.add(integration(), full())));
  InstanceChange change;
  change.parameters.assignments = {open_value("api_key", ""), open_value("pem", "")};
  ASSERT_TRUE(testing::ok(service.change("i", integration(), change)));
  EXPECT_EQ(service.get("i").value().secrets.size(), 2u);
  EXPECT_EQ(service.open_for_call("i", integration()).value().params.text_or("api_key", "?"), "");
}

TEST_F(InstanceServiceTest, FileOfParametersIsTakenOver) {
  InstanceService service = open();
  ASSERT_TRUE(testing::ok(service.add(integration(), full())));
  InstanceChange change;
  change.parameters.file = parse_json(R"({"api_key": "canary-file", "insecure": false})").value();
  ASSERT_TRUE(testing::ok(service.change("i", integration(), change)));
  const auto call = service.open_for_call("i", integration());
  ASSERT_TRUE(testing::ok(call));
  EXPECT_EQ(call->params.text_or("api_key", ""), "canary-file");
  EXPECT_EQ(call->params.text_or("url", ""), "https://x");
  EXPECT_EQ(*call->params.find("insecure"), Json(false));
  EXPECT_EQ(state_bytes().find("canary-file"), std::string::npos);
}

// Newer content turns a parameter that was open into a secret: it is masked, hidden, and sealed with the next call.
TEST_F(InstanceServiceTest, WhatBecomesSecretIsSealed) {
  Item item = integration();
  item.parameters[1].type = ParameterType::ShortText;
  NewInstance request = full();
  request.parameters.assignments[1].source = ValueSource::Inline;
  request.parameters.assignments[1].value = "canary-key";
  {
    InstanceService service = open();
    ASSERT_TRUE(testing::ok(service.add(item, request)));
    const Item newer = integration();
    EXPECT_THAT(print_json(shown_parameters(service.get("i").value(), &newer)), Not(HasSubstr("canary")));
    const auto call = service.open_for_call("i", newer);
    ASSERT_TRUE(testing::ok(call));
    EXPECT_EQ(print_json(call->params), kFullParams);
    EXPECT_THAT(call->secrets, ::testing::Contains("canary-key"));
    EXPECT_THAT(print_json(service.get("i").value().parameters), Not(HasSubstr("canary")));
  }
  EXPECT_EQ(state_bytes().find("canary-key"), std::string::npos);
}

TEST_F(InstanceServiceTest, WhatWasSecretStaysSo) {
  InstanceService service = open();
  ASSERT_TRUE(testing::ok(service.add(integration(), full())));
  Item newer = integration();
  newer.parameters[1].type = ParameterType::ShortText;
  newer.parameters.erase(newer.parameters.begin() + 3);
  InstanceChange change;
  change.parameters.assignments = {open_value("url", "https://y")};
  ASSERT_TRUE(testing::ok(service.change("i", newer, change)));
  EXPECT_EQ(state_bytes().find("canary"), std::string::npos);
  const auto call = service.open_for_call("i", newer);
  ASSERT_TRUE(testing::ok(call));
  EXPECT_EQ(call->params.text_or("api_key", ""), "canary-key");
  EXPECT_EQ(call->params.text_or("pem", ""), "canary\nlines\n");
  EXPECT_THAT(call->secrets, ::testing::IsSupersetOf({"canary-key", "canary\nlines\n"}));
  EXPECT_THAT(print_json(shown_parameters(service.get("i").value(), &newer)), Not(HasSubstr("canary")));
}

TEST_F(InstanceServiceTest, FollowsAChangeOfTheKey) {
  InstanceService service = open();
  ASSERT_TRUE(testing::ok(service.add(integration(), full())));
  ASSERT_TRUE(testing::ok(service.open_for_call("i", integration())));
  auto database = store::Database::open(state_places(settings_).database);
  ASSERT_TRUE(testing::ok(database));
  ASSERT_TRUE(testing::ok(store::rekey(*database, state_places(settings_).keys)));
  const auto call = service.open_for_call("i", integration());
  ASSERT_TRUE(testing::ok(call));
  EXPECT_EQ(print_json(call->params), kFullParams);
  ASSERT_TRUE(testing::ok(store::rekey(*database, state_places(settings_).keys)));
  NewInstance request = full();
  request.name = "j";
  ASSERT_TRUE(testing::ok(service.add(integration(), request)));
  ASSERT_TRUE(testing::ok(service.open_for_call("j", integration())));
}

}  // namespace
}  // namespace berth::app
