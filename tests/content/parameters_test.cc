#include "berth/content/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::content {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr ValueSource kInline = ValueSource::Inline;
constexpr ValueSource kFile = ValueSource::File;
constexpr ValueSource kStdin = ValueSource::StandardInput;

Item integration(std::vector<Parameter> parameters) {
  Item item;
  item.kind = ItemKind::Integration;
  item.name = "W";
  item.parameters = std::move(parameters);
  return item;
}

const Parameter kUrl = {.name = "url", .required = true};
const Parameter kKey = {.name = "apikey", .type = ParameterType::Encrypted};
const Parameter kPem = {.name = "pem", .type = ParameterType::LongEncrypted};
const Parameter kLogin = {.name = "credentials", .type = ParameterType::Credentials};
const Parameter kProxy = {.name = "proxy", .type = ParameterType::Boolean, .required = true};
const Parameter kKinds = {.name = "kinds", .type = ParameterType::MultiSelect, .options = {"a", "b"}};
const Parameter kRegion = {.name = "region", .type = ParameterType::SingleSelect, .options = {"eu", "us"}};
const Parameter kMax = {.name = "max_fetch", .type = ParameterType::ShortText, .default_value = Json("50")};
const Parameter kTitle = {.name = "title", .type = ParameterType::Title, .required = true};
const Parameter kOnlyKey = {.name = "token", .type = ParameterType::Credentials, .hidden_identifier = true};

struct ParametersRow {
  const char* name;
  std::vector<Parameter> declared;
  const char* file;
  std::vector<Assignment> given;
  const char* params;
};

const ParametersRow kGood[] = {
    {"Text", {kUrl}, "null", {{"url", "https://x", kInline}}, R"({"url": "https://x"})"},
    {"Defaults",
     {kMax, kProxy, kKinds, kKey, kLogin, kTitle},
     "null",
     {},
     R"({"max_fetch": "50", "proxy": false, "kinds": [], "apikey": "", "credentials": {"identifier": "", "password": ""}})"},
    {"BooleanWords", {kProxy}, "null", {{"proxy", "Yes", kInline}}, R"({"proxy": true})"},
    {"ListWithCommas", {kKinds}, "null", {{"kinds", "a, b", kInline}}, R"({"kinds": ["a", "b"]})"},
    {"SecretFromFileLosesItsLineEnd", {kKey}, "null", {{"apikey", "s3cret\r\n", kFile}}, R"({"apikey": "s3cret"})"},
    {"SecretFromStandardInput", {kKey}, "null", {{"apikey", "s3cret\n", kStdin}}, R"({"apikey": "s3cret"})"},
    {"LongSecretIsKeptWhole", {kPem}, "null", {{"pem", "a\nb\n", kFile}}, R"({"pem": "a\nb\n"})"},
    {"Credentials",
     {kLogin},
     "null",
     {{"credentials.identifier", "bob", kInline}, {"credentials.password", "pw\n", kFile}},
     R"({"credentials": {"identifier": "bob", "password": "pw"}})"},
    {"CredentialsShort",
     {kLogin},
     "null",
     {{"credentials", "bob", kInline}, {"credentials.password", "pw", kStdin}},
     R"({"credentials": {"identifier": "bob", "password": "pw"}})"},
    {"CredentialsAsObject",
     {kLogin},
     "null",
     {{"credentials", R"({"identifier": "bob", "password": "pw"})", kFile}},
     R"({"credentials": {"identifier": "bob", "password": "pw"}})"},
    {"CredentialsWithKey",
     {kLogin},
     "null",
     {{"credentials.sshkey", "key", kFile}},
     R"({"credentials": {"identifier": "", "password": "", "credentials": {"sshkey": "key"}}})"},
    {"OnlyAPassword",
     {kOnlyKey},
     "null",
     {{"token", "pw\n", kFile}},
     R"({"token": {"identifier": "", "password": "pw"}})"},
    {"FromFile",
     {kUrl, kProxy, kKinds, kLogin, kMax, kKey},
     R"({"url": "u", "proxy": true, "kinds": ["b"], "max_fetch": 7,
      "credentials": {"identifier": "bob", "password": "pw"}, "apikey": "k"})",
     {},
     R"({"url": "u", "proxy": true, "kinds": ["b"], "credentials": {"identifier": "bob", "password": "pw"}, )"
     R"("max_fetch": "7", "apikey": "k"})"},
    {"GivenGoesBeforeFile",
     {kUrl, kLogin},
     R"({"url": "u", "credentials": {"identifier": "bob", "password": "pw"}})",
     {{"url", "v", kInline}, {"credentials.identifier", "eve", kInline}},
     R"({"url": "v", "credentials": {"identifier": "eve", "password": "pw"}})"},
    {"Null", {kMax, kProxy}, R"({"proxy": null})", {}, R"({"max_fetch": "50", "proxy": false})"},
    {"HiddenNeedsNothing", {{.name = "h", .required = true, .hidden = true}}, "null", {}, R"({"h": ""})"},
    {"DefaultOutsideOptions",
     {{.name = "r", .type = ParameterType::SingleSelect, .default_value = Json("xx"), .options = {"eu"}}},
     "null",
     {},
     R"({"r": "xx"})"},
    {"NumberFromFile", {{.name = "n", .type = ParameterType::Number}}, R"({"n": 7})", {}, R"({"n": 7})"},
    {"DotInAName", {{.name = "a.b"}}, "null", {{"a.b", "x", kInline}}, R"({"a.b": "x"})"},
};

class GoodParameters : public ::testing::TestWithParam<ParametersRow> {};

TEST_P(GoodParameters, BecomeWhatCodeSees) {
  const auto& row = GetParam();
  const auto params = check_parameters(integration(row.declared), *parse_json(row.file), row.given);
  ASSERT_TRUE(testing::ok(params));
  EXPECT_EQ(print_json(*params), row.params);
}

INSTANTIATE_TEST_SUITE_P(Table, GoodParameters, ::testing::ValuesIn(kGood),
                         [](const auto& row) { return row.param.name; });

Parameter required(Parameter parameter) {
  parameter.required = true;
  return parameter;
}

const ParametersRow kBad[] = {
    {"Unknown",
     {kUrl},
     "null",
     {{"ulr", "x", kInline}},
     "integration 'W': unknown parameter 'ulr'; did you mean 'url'?"},
    {"UnknownMember", {kLogin}, "null", {{"credentials.passwort", "x", kFile}}, "did you mean 'credentials.password'?"},
    {"UnknownInFile", {kUrl}, R"({"uri": "x"})", {}, "unknown parameter 'uri'; did you mean 'url'?"},
    {"MemberInFile", {kLogin}, R"({"credentials.password": "x"})", {}, "unknown parameter 'credentials.password'"},
    {"Title", {kTitle}, "null", {{"title", "x", kInline}}, "unknown parameter 'title'"},
    {"Missing", {kUrl}, "null", {}, "parameter 'url': it is required and missing; add --param url=..."},
    {"MissingSecret", {required(kKey)}, "null", {}, "it is required and missing; add --param apikey=@file"},
    {"MissingPassword",
     {required(kLogin)},
     "null",
     {{"credentials", "bob", kInline}},
     "it is required and incomplete; add --param credentials.identifier=... --param credentials.password=@file"},
    {"MissingToken", {required(kOnlyKey)}, "null", {}, "add --param token=@file"},
    {"InlineSecret", {kKey}, "null", {{"apikey", "s3cret", kInline}}, "write apikey=@file or apikey=-"},
    {"InlineLongSecret", {kPem}, "null", {{"pem", "s3cret", kInline}}, "write pem=@file or pem=-"},
    {"InlinePassword",
     {kLogin},
     "null",
     {{"credentials.password", "s3cret", kInline}},
     "write credentials.password=@file or credentials.password=-"},
    {"InlineSshKey", {kLogin}, "null", {{"credentials.sshkey", "s3cret", kInline}}, "write credentials.sshkey=@file"},
    {"InlineToken", {kOnlyKey}, "null", {{"token", "s3cret", kInline}}, "write token=@file or token=-"},
    {"CredentialsFileOfText",
     {kLogin},
     "null",
     {{"credentials", "s3cret", kFile}},
     "the file holds no JSON object; write credentials.identifier=... and credentials.password=@file"},
    {"Twice", {kUrl}, "null", {{"url", "x", kInline}, {"url", "y", kInline}}, "parameter 'url': it is given twice"},
    {"TwiceInFile", {kUrl}, R"({"url": "x", "url": "y"})", {}, "it stands twice in the file"},
    {"NoName", {kUrl}, "null", {{std::nullopt, "x", kInline}}, "a parameter has no name"},
    {"Boolean", {kProxy}, "null", {{"proxy", "1", kInline}}, "parameter 'proxy': '1' is not a boolean"},
    {"Option", {kRegion}, "null", {{"region", "eus", kInline}}, "'eus' is not one of its options; did you mean"},
    {"ListOption", {kKinds}, "null", {{"kinds", "a,zzz", kInline}}, "'zzz' is not one of its options"},
    {"ListOfNumbers", {kKinds}, R"({"kinds": [1]})", {}, "its elements are not all text"},
    {"ListAsNumber", {kKinds}, R"({"kinds": 1})", {}, "it is no list"},
    {"TextAsList", {kUrl}, R"({"url": ["x"]})", {}, "parameter 'url': it is a list, not text"},
    {"CredentialsAsText", {kLogin}, R"({"credentials": "s3cret"})", {}, "it is no object"},
    {"PasswordAsNumber", {kLogin}, R"({"credentials": {"password": 1}})", {}, "its 'password' is not text"},
    {"FileOfList", {kUrl}, "[1]", {}, "the file of parameters is no JSON object"},
};

class BadParameters : public ::testing::TestWithParam<ParametersRow> {};

TEST_P(BadParameters, AreRefusedWithRemedyAndWithoutSecrets) {
  const auto& row = GetParam();
  const auto params = check_parameters(integration(row.declared), *parse_json(row.file), row.given);
  EXPECT_TRUE(testing::fails_with(params, Errc::InvalidInput, row.params));
  ASSERT_FALSE(params.has_value());
  EXPECT_THAT(params.error().message(), Not(HasSubstr("s3cret")));
}

INSTANTIATE_TEST_SUITE_P(Table, BadParameters, ::testing::ValuesIn(kBad),
                         [](const auto& row) { return row.param.name; });

TEST(Parameters, KnowWhatThePlatformAdds) {
  Item item = integration({});
  item.flags.fetch_incidents = true;
  item.flags.long_running = true;
  const auto params = check_parameters(item, Json(), {{"isFetch", "true", kInline}});
  ASSERT_TRUE(testing::ok(params));
  EXPECT_EQ(print_json(*params), R"({"isFetch": true, "incidentType": "", "longRunning": false})");
}

TEST(Parameters, NameTheirSecrets) {
  const Item item = integration({kUrl, kKey, kPem, kLogin});
  const auto params = check_parameters(
      item, *parse_json(R"({"url": "open", "apikey": "k1", "credentials": {"identifier": "bob", "password": "pw1"}})"),
      {{"pem", "-----BEGIN-----\nabcdefgh12\nx\n", kFile}, {"credentials.sshkey", "thekey", kFile}});
  ASSERT_TRUE(testing::ok(params));
  EXPECT_THAT(secret_values(item, *params),
              ElementsAre("-----BEGIN-----\nabcdefgh12\nx\n", "-----BEGIN-----", "abcdefgh12", "thekey", "pw1", "k1"));
  EXPECT_THAT(secret_values(item, *check_parameters(integration({kMax}), Json(), {})), IsEmpty());
  EXPECT_THAT(
      parameter_names(integration({kUrl, kLogin, kTitle})),
      ElementsAre("url", "credentials", "credentials.identifier", "credentials.password", "credentials.sshkey"));
}

}  // namespace
}  // namespace berth::content
