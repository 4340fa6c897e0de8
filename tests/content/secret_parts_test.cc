#include "berth/content/secret_parts.h"

#include <gtest/gtest.h>

#include "berth/content/parameters.h"

namespace berth::content {
namespace {

// One parameter "p" of each type of the reference, and what becomes of a value.
struct TypeRow {
  const char* name;
  int type;
  const char* value;
  const char* open;
  const char* secrets;  // way<text>, with blanks between
};

const TypeRow kTypes[] = {
    {"ShortText", 0, R"("canary")", R"("canary")", ""},
    {"Number", 1, "17", "17", ""},
    {"Encrypted", 4, R"("canary")", R"("")", "p<canary>"},
    {"EncryptedEmpty", 4, R"("")", R"("")", ""},
    {"EncryptedNumber", 4, "1234", R"("")", "p<1234>"},
    {"Boolean", 8, "true", "true", ""},
    {"Credentials", 9, R"({"identifier": "u", "password": "canary"})", R"({"identifier": "u", "password": ""})",
     "p.password<canary>"},
    {"CredentialsWithoutPassword", 9, R"({"identifier": "u", "password": ""})",
     R"({"identifier": "u", "password": ""})", ""},
    {"CredentialsWithKey", 9, R"({"identifier": "u", "password": "c1", "credentials": {"sshkey": "c2"}})",
     R"({"identifier": "u", "password": "", "credentials": {"sshkey": ""}})",
     "p.credentials.sshkey<c2> p.password<c1>"},
    {"CredentialsOfAVault", 9,
     R"({"identifier": "u", "credentials": {"user": "u", "password": "c1", "sshkeyPass": "c2", "id": "i", "version": 3}})",
     R"({"identifier": "u", "credentials": {"user": "u", "password": "", "sshkeyPass": "", "id": "i", "version": 3}})",
     "p.credentials.password<c1> p.credentials.sshkeyPass<c2>"},
    {"CredentialsWithUnknownMembers", 9, R"({"identifier": "u", "token": "c1", "more": ["c2", {"x": "c3"}]})",
     R"({"identifier": "u", "token": "", "more": ["", {"x": ""}]})", "p.more.0<c2> p.more.1.x<c3> p.token<c1>"},
    {"CredentialsThatAreText", 9, R"("canary")", R"("")", "p<canary>"},
    {"DownloadLink", 11, R"("x")", R"("x")", ""},
    {"LongText", 12, R"("a\nb")", R"("a\nb")", ""},
    {"IncidentType", 13, R"("Phishing")", R"("Phishing")", ""},
    {"LongEncrypted", 14, R"("line 1\nline 2\n")", R"("")", "p<line 1\nline 2\n>"},
    {"LongEncryptedObject", 14, R"({"identifier": "c1", "x": ["c2"]})", R"({"identifier": "", "x": [""]})",
     "p.identifier<c1> p.x.0<c2>"},
    {"SingleSelect", 15, R"("eu")", R"("eu")", ""},
    {"MultiSelect", 16, R"(["a", "b"])", R"(["a", "b"])", ""},
    {"IndicatorExpiration", 17, R"("never")", R"("never")", ""},
    {"FeedReputation", 18, R"("Bad")", R"("Bad")", ""},
    {"Interval", 19, R"("60")", R"("60")", ""},
    {"Title", 20, R"("x")", R"("x")", ""},
    {"Day", 21, R"("Monday")", R"("Monday")", ""},
    {"ResultLink", 22, R"("x")", R"("x")", ""},
    {"EnginePlaceholder", 23, R"("x")", R"("x")", ""},
};

Item integration_of(std::vector<Parameter> parameters) {
  Item item;
  item.kind = ItemKind::Integration;
  item.id = item.name = "X";
  item.parameters = std::move(parameters);
  return item;
}

std::string outline(const SecretParts& secrets) {
  std::string out;
  for (const auto& [way, text] : secrets) out += (out.empty() ? "" : " ") + way + "<" + text + ">";
  return out;
}

class SecretsOfType : public ::testing::TestWithParam<TypeRow> {
 protected:
  Item item_ = integration_of({{.name = "p", .type = static_cast<ParameterType>(GetParam().type)}});
  Json params_ = Json::object().set("p", parse_json(GetParam().value).value());
};

TEST_P(SecretsOfType, AreTakenOut) {
  const SplitParameters split = split_secrets(item_, params_);
  EXPECT_EQ(print_json(*split.open.find("p")), print_json(parse_json(GetParam().open).value()));
  EXPECT_EQ(outline(split.secrets), GetParam().secrets);
}

TEST_P(SecretsOfType, ArePutBack) {
  if (std::string_view(GetParam().name) == "EncryptedNumber") GTEST_SKIP() << "an encrypted value is always a text";
  const SplitParameters split = split_secrets(item_, params_);
  EXPECT_EQ(print_json(join_secrets(split.open, split.secrets)), print_json(params_));
}

TEST_P(SecretsOfType, AreHidden) {
  const std::string hidden = print_json(hide_secrets(item_, params_, {}));
  for (const auto& [way, text] : split_secrets(item_, params_).secrets) {
    EXPECT_EQ(hidden.find("\"" + text + "\""), std::string::npos) << hidden;
    EXPECT_NE(hidden.find("********"), std::string::npos) << hidden;
  }
}

TEST_P(SecretsOfType, AreAmongTheTextsToMask) {
  const auto masked = secret_values(item_, params_);
  for (const auto& [way, text] : split_secrets(item_, params_).secrets) {
    EXPECT_NE(std::find(masked.begin(), masked.end(), text), masked.end()) << way;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, SecretsOfType, ::testing::ValuesIn(kTypes),
                         [](const auto& row) { return row.param.name; });

TEST(SecretWays, TellNamesWithDotsApart) {
  const Item item = integration_of({{.name = "a", .type = ParameterType::Credentials},
                                    {.name = "a.password", .type = ParameterType::Encrypted},
                                    {.name = "b\\c.d", .type = ParameterType::Encrypted}});
  const Json params = parse_json(R"({"a": {"password": "s1"}, "a.password": "s2", "b\\c.d": "s3"})").value();
  const SplitParameters split = split_secrets(item, params);
  EXPECT_EQ(outline(split.secrets), R"(a.password<s1> a\.password<s2> b\\c\.d<s3>)");
  EXPECT_EQ(join_secrets(split.open, split.secrets), params);
}

TEST(SecretWays, AreMadeWhereTheyAreMissing) {
  const SecretParts secrets = {{"a", "s1"}, {"b.credentials.sshkey", "s2"}, {"c.7", "s3"}};
  EXPECT_EQ(print_json(join_secrets(parse_json(R"({"c": "text"})").value(), secrets)),
            R"({"c": {"7": "s3"}, "a": "s1", "b": {"credentials": {"sshkey": "s2"}}})");
}

TEST(SecretWays, ADeclarationAsSecretCountsOfTwo) {
  const Item item = integration_of({{.name = "a"}, {.name = "a", .type = ParameterType::Encrypted}});
  EXPECT_EQ(outline(split_secrets(item, parse_json(R"({"a": "s"})").value()).secrets), "a<s>");
}

TEST(SecretWays, WhatIsNotDeclaredStays) {
  const Json params = parse_json(R"({"old": "x", "n": null})").value();
  const SplitParameters split = split_secrets(integration_of({}), params);
  EXPECT_EQ(split.open, params);
  EXPECT_TRUE(split.secrets.empty());
  EXPECT_EQ(print_json(hide_secrets(integration_of({}), params, {"old"})), R"({"old": "********", "n": null})");
}

}  // namespace
}  // namespace berth::content
