#include "berth/doctor/ids.h"

#include "tests/doctor/judgement.h"

namespace berth::doctor {
namespace {

using enum Severity;

constexpr const char* kGrant = "berth:1073741824:16777216\n";
constexpr const char* kPasswd =
    "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
    "ada::1000:1000:Ada:/home/ada:/bin/bash\n";

struct SubIdRow {
  const char* name;
  SubIdFacts facts;
  Expected expected;
};

SubIdFacts root(std::optional<std::string> subuid, std::optional<std::string> subgid, std::string passwd = kPasswd) {
  return {.root = true, .user = "root", .uid = 0, .subuid = subuid, .subgid = subgid, .passwd = passwd};
}

SubIdFacts ada(std::optional<std::string> subuid, std::optional<std::string> subgid) {
  return {.root = false, .user = "ada", .uid = 1000, .subuid = subuid, .subgid = subgid, .passwd = kPasswd};
}

const SubIdRow kRows[] = {
    {"as set up", root(kGrant, kGrant), {Ok, "256 containers"}},
    {"beside users", root("ada:100000:65536\n" + std::string(kGrant), kGrant), {Ok, "256"}},
    {"no file", root({}, {}), {Failure, "grants no ids to 'berth'", "./setup"}},
    {"empty", root("", ""), {Failure, "grants no ids", "berth:1073741824:16777216"}},
    {"for others only", root("ada:100000:65536\n", ""), {Failure, "grants no ids", "./setup"}},
    {"not a number", root("berth:many:65536\n", kGrant), {Failure, "grants no ids", "./setup"}},
    {"past the last id", root("berth:4294901760:65537\n", kGrant), {Failure, "grants no ids", "./setup"}},
    {"too few", root("berth:1073741824:65535\n", kGrant), {Failure, "grants 65535 ids", "./setup"}},
    {"ids of the machine's own users", root("berth:1000:65536\n", kGrant), {Failure, "ids from 1000", "above 65536"}},
    {"overlapping a user's",
     root("ada:1073807360:65536\n" + std::string(kGrant), kGrant),
     {Failure, "to 'ada' as well", "another free range"}},
    {"touching a user's", root("ada:1073676288:65536\n" + std::string(kGrant), kGrant), {Ok}},
    {"an account in the range",
     root(kGrant, kGrant, "far:x:1073741824:1::/:/bin/sh\n"),
     {Failure, "user 'far' has the id 1073741824", "another free range"}},
    {"groups not granted", root(kGrant, ""), {Warning, "/etc/subgid does not grant", "/etc/subgid"}},
    {"other groups granted", root(kGrant, "berth:2000000000:16777216\n"), {Warning, "/etc/subgid does not", "subgid"}},
    {"groups overlapping",
     root(kGrant, "ada:1073741824:1\n" + std::string(kGrant)),
     {Failure, "/etc/subgid grants", "another free"}},

    {"a user as adduser makes it", ada("ada:100000:65536\n", "ada:100000:65536\n"), {Ok, "65536 ids from 100000"}},
    {"a user by number", ada("1000:100000:65536\n", "1000:100000:65536\n"), {Ok, "65536"}},
    {"a user with other group ids", ada("ada:100000:65536\n", "ada:200000:65536\n"), {Ok}},
    {"a user without", ada("", ""), {Failure, "to 'ada'", "usermod --add-subuids"}},
    {"a user without groups", ada("ada:100000:65536\n", ""), {Failure, "/etc/subgid does not", "--add-subgids"}},
    {"a user with too few", ada("ada:100000:1000\n", "ada:100000:1000\n"), {Failure, "1000 ids", "usermod"}},
    {"two users with the same",
     ada("bob:100000:65536\nada:100000:65536\n", "ada:100000:65536\n"),
     {Failure, "to 'bob' as well", "usermod"}},
};

TEST(SubIds, AreEnoughAndNobodyElses) {
  for (const SubIdRow& row : kRows) EXPECT_TRUE(judged(judge_sub_ids(row.facts), row.expected)) << row.name;
}

}  // namespace
}  // namespace berth::doctor
