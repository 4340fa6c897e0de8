#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/net/served_names.h"
#include "tests/support/result_matchers.h"

namespace berth::net {
namespace {

using namespace std::chrono_literals;
using testing::address_record;
using testing::AskingScript;
using testing::cname_record;
using ::testing::ElementsAre;
using testing::honest;
using testing::one_address;
using testing::Scripted;
using testing::ScriptedResolver;
using testing::ServedNames;
using testing::shown;

NameForwarderJob job_with(const std::vector<const ScriptedResolver*>& resolvers) {
  NameForwarderJob job;
  for (const ScriptedResolver* resolver : resolvers) job.upstream.resolvers.push_back(resolver->resolver());
  job.limits.query_deadline = 2'000ms;
  return job;
}

DnsQuery with_id(DnsQuery query, unsigned more) {
  query.id = static_cast<std::uint16_t>(query.id + more);
  return query;
}

struct Row {
  const char* name;
  ScriptedResolver::Script script;
  const char* answer;
  const char* reported = "";  // the one line of the report
  DnsType type = DnsType::A;
};

Scripted answers(const DnsQuery& query, std::vector<DnsRecord> records) {
  return {{honest(query, std::move(records))}, {}};
}

std::string raw(const DnsQuery& query, const std::string& records, unsigned count) {
  std::string bytes = testing::header(0x8180, 1, count) + testing::text_of(query.name.wire()) +
                      testing::two_bytes(query.type) + testing::two_bytes(1) + records;
  bytes.replace(0, 2, testing::two_bytes(query.id));
  return bytes;
}

constexpr const char* kNoSense = "the resolvers of this machine gave no usable answer for 'www.example.com'";
constexpr const char* kNobody = "no resolver of this machine answered for 'www.example.com'";

// Each resolver is asked for www.example.com, once or again; "6.6.6.6" is what an attacker wants believed.
const Row kRows[] = {
    {"Honest", [](const DnsQuery& query, bool) { return one_address(query, "1.2.3.4"); }, "NOERROR: 1.2.3.4"},
    {"HonestIpv6",
     [](const DnsQuery& query, bool) { return answers(query, {address_record("www.example.com", "2606:4700::1111")}); },
     "NOERROR: 2606:4700::1111", "", DnsType::AAAA},
    {"NoSuchName", [](const DnsQuery& query, bool) { return Scripted{{honest(query, {}, DnsCode::NoSuchName)}, {}}; },
     "NXDOMAIN:"},
    {"Empty", [](const DnsQuery& query, bool) { return answers(query, {}); }, "NOERROR:"},
    {"WrongId",
     [](const DnsQuery& query, bool) {
       return Scripted{{honest(with_id(query, 1), {address_record("www.example.com", "6.6.6.6")}),
                        honest(query, {address_record("www.example.com", "1.2.3.4")})},
                       {}};
     },
     "NOERROR: 1.2.3.4"},
    {"WrongQuestion",
     [](const DnsQuery& query, bool) {
       DnsQuery other = query;
       other.name = testing::name_of("www.examp1e.com");
       DnsQuery other_type = query;
       other_type.type = 28;
       return Scripted{{honest(other, {address_record("www.examp1e.com", "6.6.6.6")}), honest(other_type, {}),
                        honest(query, {address_record("www.example.com", "1.2.3.4")})},
                       {}};
     },
     "NOERROR: 1.2.3.4"},
    {"Stranger",
     [](const DnsQuery& query, bool) {
       return Scripted{{honest(query, {address_record("www.example.com", "1.2.3.4")})},
                       {honest(query, {address_record("www.example.com", "6.6.6.6")})}};
     },
     "NOERROR: 1.2.3.4"},
    {"GuessesAtIds",
     [](const DnsQuery& query, bool is_tcp) {
       if (is_tcp) return one_address(query, "1.2.3.4");
       Scripted flood;
       for (unsigned i = 1; i < 200; ++i) {
         flood.answers.push_back(honest(with_id(query, i), {address_record("www.example.com", "6.6.6.6")}));
       }
       flood.answers.push_back(honest(query, {address_record("www.example.com", "6.6.6.6")}));
       return flood;
     },
     "NOERROR: 1.2.3.4"},
    {"CutShortThenOverTcp",
     [](const DnsQuery& query, bool is_tcp) {
       if (is_tcp) return one_address(query, "1.2.3.4");
       std::string cut = honest(query, {});
       cut[2] = static_cast<char>(cut[2] | 2);
       return Scripted{{cut}, {}};
     },
     "NOERROR: 1.2.3.4"},
    {"CutShortAlways",
     [](const DnsQuery& query, bool) {
       std::string cut = honest(query, {});
       cut[2] = static_cast<char>(cut[2] | 2);
       return Scripted{{cut}, {}};
     },
     "SERVFAIL:", kNoSense},
    {"RefusesAlways", [](const DnsQuery& query, bool) { return Scripted{{honest(query, {}, DnsCode::Refused)}, {}}; },
     "SERVFAIL:", kNoSense},
    {"PointsInCircles",
     [](const DnsQuery& query, bool) {
       return Scripted{{raw(query,
                            std::string("\xc0\x21\0\x01\0\x01\0\0\0\0\0\x04"
                                        "\6\6\6\6",
                                        16),
                            1)},
                       {}};
     },
     "SERVFAIL:", kNobody},
    {"Bytes", [](const DnsQuery&, bool) { return Scripted{{"x", std::string(3000, '\xff'), ""}, {}}; },
     "SERVFAIL:", kNobody},
    {"Alias",
     [](const DnsQuery& query, bool) {
       return answers(
           query, {cname_record("www.example.com", "cdn.example.net"), address_record("cdn.example.net", "1.2.3.4")});
     },
     "NOERROR: alias 1.2.3.4"},
    {"AddressOfAnotherName",
     [](const DnsQuery& query, bool) {
       return answers(query, {address_record("bank.example", "6.6.6.6"), address_record("www.example.com", "1.2.3.4")});
     },
     "NOERROR: 1.2.3.4"},
    {"AliasToItself",
     [](const DnsQuery& query, bool) { return answers(query, {cname_record("www.example.com", "www.example.com")}); },
     "NOERROR:"},
    {"Loopback", [](const DnsQuery& query, bool) { return one_address(query, "127.0.0.1"); },
     "NOERROR:", "the name 'www.example.com' leads to 127.0.0.1, which may not be reached"},
    {"Metadata", [](const DnsQuery& query, bool) { return one_address(query, "169.254.169.254"); },
     "NOERROR:", "the name 'www.example.com' leads to 169.254.169.254, which may not be reached"},
    {"Unspecified", [](const DnsQuery& query, bool) { return one_address(query, "0.0.0.0"); },
     "NOERROR:", "the name 'www.example.com' leads to 0.0.0.0, which may not be reached"},
    {"SomePrivate",
     [](const DnsQuery& query, bool) {
       return answers(query,
                      {address_record("www.example.com", "10.0.0.1"), address_record("www.example.com", "1.2.3.4")});
     },
     "NOERROR: 1.2.3.4", "the name 'www.example.com' leads to 10.0.0.1, which may not be reached"},
    {"AliasToPrivate",
     [](const DnsQuery& query, bool) {
       return answers(query, {cname_record("www.example.com", "db.corp"), address_record("db.corp", "192.168.1.1")});
     },
     "NOERROR:", "the name 'www.example.com' leads to 192.168.1.1, which may not be reached"},
    {"Mapped",
     [](const DnsQuery& query, bool) { return answers(query, {address_record("www.example.com", "::ffff:10.0.0.1")}); },
     "NOERROR:", "the name 'www.example.com' leads to ::ffff:10.0.0.1, which may not be reached", DnsType::AAAA},
    {"Nat64",
     [](const DnsQuery& query, bool) { return answers(query, {address_record("www.example.com", "64:ff9b::a00:1")}); },
     "NOERROR:", "the name 'www.example.com' leads to 64:ff9b::a00:1, which may not be reached", DnsType::AAAA},
    {"LinkLocalIpv6",
     [](const DnsQuery& query, bool) { return answers(query, {address_record("www.example.com", "fe80::1")}); },
     "NOERROR:", "the name 'www.example.com' leads to fe80::1, which may not be reached", DnsType::AAAA},
};

class Resolvers : public ::testing::TestWithParam<Row> {};

TEST_P(Resolvers, AreNotTrusted) {
  const Row& row = GetParam();
  const ScriptedResolver resolver(row.script);
  NameForwarderJob job = job_with({&resolver});
  if (row.reported == std::string_view(kNobody)) job.limits.query_deadline = 300ms;
  ServedNames served(job);
  AskingScript script(served.port());
  EXPECT_EQ(shown(script.ask("www.example.com", row.type)), row.answer);
  const auto report = served.stop();
  if (*row.reported == '\0') {
    EXPECT_TRUE(report.empty());
  } else {
    EXPECT_EQ(report, std::vector<std::string>{row.reported});
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Resolvers, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(NameServer, AsksTheNextResolverWhenOneIsSilent) {
  const ScriptedResolver silent([](const DnsQuery&, bool) { return Scripted(); });
  const ScriptedResolver good([](const DnsQuery& query, bool) { return one_address(query, "1.2.3.4"); });
  NameForwarderJob job = job_with({&silent, &good});
  job.limits.query_deadline = 1'000ms;
  ServedNames served(job);
  AskingScript script(served.port());
  EXPECT_EQ(shown(script.ask("a.example")), "NOERROR: 1.2.3.4");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(shown(script.ask("b.example")), "NOERROR: 1.2.3.4");
  EXPECT_EQ(silent.asked(), 1);  // it cost one question its time, not each
}

TEST(NameServer, AsksTheNextResolverWhenOneIsNotThereOrBroken) {
  NameForwarderJob job;
  {
    const ScriptedResolver gone([](const DnsQuery&, bool) { return Scripted(); });
    job = job_with({&gone});
  }
  const ScriptedResolver broken(
      [](const DnsQuery& query, bool) { return Scripted{{honest(query, {}, DnsCode::ServerFailure)}, {}}; });
  const ScriptedResolver good([](const DnsQuery& query, bool) { return one_address(query, "1.2.3.4"); });
  for (const ScriptedResolver* one : {&broken, &good}) job.upstream.resolvers.push_back(one->resolver());
  ServedNames served(job);
  AskingScript script(served.port());
  EXPECT_EQ(shown(script.ask("a.example")), "NOERROR: 1.2.3.4");
  EXPECT_TRUE(served.stop().empty());
}

TEST(NameServer, SaysInTimeThatNobodyAnswers) {
  const ScriptedResolver silent([](const DnsQuery&, bool) { return Scripted(); });
  NameForwarderJob job = job_with({&silent});
  job.limits.query_deadline = 300ms;
  ServedNames served(job);
  AskingScript script(served.port());
  EXPECT_EQ(shown(script.ask("a.example")), "SERVFAIL:");
  EXPECT_EQ(silent.asked(), 2);
  EXPECT_THAT(served.stop(), ElementsAre("no resolver of this machine answered for 'a.example'"));
}

TEST(NameServer, AsksOnceForAScriptThatGrowsImpatient) {
  const ScriptedResolver resolver([](const DnsQuery& query, bool) {
    Scripted result = one_address(query, "1.2.3.4");
    if (query.name.to_text() == "slow.example") result.delay = 300ms;
    return result;
  });
  ServedNames served(job_with({&resolver}));
  const AskingScript slow(served.port());
  slow.send(print_query(1, testing::name_of("slow.example"), 1));
  slow.send(print_query(1, testing::name_of("slow.example"), 1));  // grew impatient
  const auto answer = slow.receive();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(shown(parse_answer(testing::bytes_of(*answer))), "NOERROR: 1.2.3.4");
  EXPECT_FALSE(slow.receive(100).has_value());
  EXPECT_EQ(resolver.asked(), 1);
}

// Neither case nor options nor flags of a script's question get out.
TEST(NameServer, AsksAnewAndInLowerCase) {
  ScriptedResolver resolver([](const DnsQuery& query, bool) { return one_address(query, "1.2.3.4"); });
  ServedNames served(job_with({&resolver}));
  AskingScript script(served.port());
  EXPECT_EQ(shown(script.ask("wWw.eXample.com")), "NOERROR: 1.2.3.4");
  EXPECT_EQ(shown(script.ask("wWw.eXample.com")), "NOERROR: 1.2.3.4");
  const auto queries = resolver.queries();
  ASSERT_EQ(queries.size(), 2u);
  EXPECT_EQ(queries[0].name.to_text(), "www.example.com");
  EXPECT_NE(queries[0].id, queries[1].id);  // the same once in 65,536
}

TEST(NameServer, AnswersOverTcpWhatDoesNotFit) {
  const ScriptedResolver resolver([](const DnsQuery& query, bool is_tcp) {
    std::vector<DnsRecord> records;
    for (int i = 1; is_tcp && i <= 100; ++i)
      records.push_back(address_record("many.example", "1.2.3." + std::to_string(i)));
    std::string answer = honest(query, records);
    if (!is_tcp) answer[2] = static_cast<char>(answer[2] | 2);
    return Scripted{{answer}, {}};
  });
  ServedNames served(job_with({&resolver}));
  AskingScript script(served.port());
  EXPECT_EQ(shown(script.ask("many.example")), "NOERROR cut:");
  const auto answer = script.ask_over_tcp("many.example");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->records.size(), 100u);
}

TEST(NameServer, AnswersSeveralQuestionsOverOneConnection) {
  const ScriptedResolver resolver([](const DnsQuery& query, bool) { return one_address(query, "1.2.3.4"); });
  ServedNames served(job_with({&resolver}));
  const UniqueFd tcp = AskingScript(served.port()).connected(SOCK_STREAM);
  std::string framed;
  for (std::uint16_t id = 1; id <= 3; ++id) {
    const std::string query = print_query(id, testing::name_of("a.example"), 1);
    framed += testing::two_bytes(static_cast<unsigned>(query.size())) + query;
  }
  ASSERT_EQ(::send(tcp.get(), framed.data(), framed.size(), 0), static_cast<ssize_t>(framed.size()));
  std::string received;
  const std::size_t one = 2 + 12 + 15 + 16 + 11;
  std::array<char, 1024> buffer;
  while (received.size() < 3 * one) {
    const ssize_t got = ::recv(tcp.get(), buffer.data(), buffer.size(), 0);
    ASSERT_GT(got, 0);
    received.append(buffer.data(), static_cast<std::size_t>(got));
  }
  EXPECT_EQ(received[3], 1);
  EXPECT_EQ(received[one + 3], 2);
  EXPECT_EQ(received[2 * one + 3], 3);
}

TEST(NameServer, LivesThroughNonsenseOfTheScript) {
  const ScriptedResolver resolver([](const DnsQuery& query, bool) { return one_address(query, "1.2.3.4"); });
  ServedNames served(job_with({&resolver}));
  AskingScript script(served.port());
  std::vector<UniqueFd> connections;
  for (int i = 0; i < 30; ++i) {
    connections.push_back(script.connected(SOCK_STREAM));
    ::send(connections.back().get(), "\xff\xff zzz", 6, MSG_NOSIGNAL);
  }
  script.send("");
  script.send(std::string(1, '\0'));
  script.send(std::string(60'000, '\xff'));
  script.send(testing::header(0x8180, 1, 0) + testing::question("a.b", 1));
  EXPECT_FALSE(script.receive(200).has_value());
  script.send(testing::header(0x0100, 2, 0));
  const auto refusal = script.receive();
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ((*refusal)[3] & 0xf, 1);
  EXPECT_EQ(shown(script.ask("a.example")), "NOERROR: 1.2.3.4");
  EXPECT_EQ(shown(script.ask_over_tcp("a.example")), "NOERROR: 1.2.3.4");
}

TEST(NameServer, AnswersFixedNamesWithoutAsking) {
  const ScriptedResolver resolver([](const DnsQuery& query, bool) { return one_address(query, "1.2.3.4"); });
  NameForwarderJob job = job_with({&resolver});
  job.rules.addresses = AddressRules({*parse_address_range("10.0.0.0/8")});
  job.rules.fixed = {{"siem.corp", {*parse_address("10.1.2.3"), *parse_address("192.168.0.1")}}};
  ServedNames served(job);
  AskingScript script(served.port());
  EXPECT_EQ(shown(script.ask("SIEM.corp")), "NOERROR: 10.1.2.3");
  EXPECT_EQ(shown(script.ask("siem.corp", DnsType::AAAA)), "NOERROR:");
  EXPECT_EQ(shown(script.ask("localhost")), "NXDOMAIN:");
  EXPECT_EQ(resolver.asked(), 0);
  EXPECT_THAT(served.stop(), ElementsAre("the name 'siem.corp' leads to 192.168.0.1, which may not be reached"));
}

NameForwarderJob listed_job(const ScriptedResolver& resolver) {
  NameForwarderJob job = job_with({&resolver});
  job.rules.allowed = {{*parse_name_pattern("api.example.com")}, {*parse_name_pattern("*.example.com")}};
  return job;
}

// One record from the forwarder.
Opening next_opening(int keeper) {
  pollfd polled = {keeper, POLLIN, 0};
  EXPECT_EQ(::poll(&polled, 1, 5'000), 1);
  const auto opening = receive_opening(keeper);
  EXPECT_TRUE(testing::ok(opening));
  return opening.has_value() && *opening ? **opening : Opening();
}

struct TtlRow {
  std::uint32_t said;
  int given;
};

TEST(NameServer, AnswersAListedNameOnlyOnceTheWayIsOpen) {
  for (const TtlRow row : {TtlRow{0, 5}, TtlRow{60, 60}, TtlRow{0x7fffffff, 3600}, TtlRow{0xffffffff, 5}}) {
    const ScriptedResolver resolver(
        [&](const DnsQuery& query, bool) { return one_address(query, "1.2.3.4", row.said); });
    ServedNames served(listed_job(resolver));
    const AskingScript script(served.port());
    script.send(print_query(1, testing::name_of("api.example.com"), 1));
    const Opening opening = next_opening(served.keeper());
    EXPECT_EQ(opening.ttl.count(), row.given);
    EXPECT_THAT(opening.addresses, ElementsAre(*parse_address("1.2.3.4")));
    EXPECT_EQ(opening.entries, EntrySet(3));
    EXPECT_FALSE(script.receive(50).has_value());  // not yet
    ASSERT_TRUE(testing::ok(answer_opening(served.keeper(), opening.sequence + 1, true)));
    EXPECT_FALSE(script.receive(50).has_value());  // that was another one
    ASSERT_TRUE(testing::ok(answer_opening(served.keeper(), opening.sequence, true)));
    const auto bytes = script.receive();
    ASSERT_TRUE(bytes.has_value());
    const auto answer = parse_answer(testing::bytes_of(*bytes));
    EXPECT_EQ(shown(answer), "NOERROR: 1.2.3.4");
    EXPECT_EQ(answer->records[0].ttl, static_cast<std::uint32_t>(row.given));
  }
}

TEST(NameServer, DoesNotAnswerWhatTheKeeperDidNotOpen) {
  const ScriptedResolver resolver([](const DnsQuery& query, bool) { return one_address(query, "1.2.3.4"); });
  ServedNames served(listed_job(resolver));
  AskingScript script(served.port());
  script.send(print_query(1, testing::name_of("api.example.com"), 1));
  ASSERT_TRUE(testing::ok(answer_opening(served.keeper(), next_opening(served.keeper()).sequence, false)));
  const auto refused = script.receive();
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(shown(parse_answer(testing::bytes_of(*refused))), "SERVFAIL:");
  EXPECT_EQ(shown(script.ask("api.example.com")), "SERVFAIL:");  // the keeper keeps silent: in two seconds
  EXPECT_THAT(served.stop(), ElementsAre("the way to the addresses of 'api.example.com' was not opened (2 times)"));
}

TEST(NameServer, AsksNobodyAboutUnlistedNames) {
  const ScriptedResolver resolver([](const DnsQuery& query, bool) { return one_address(query, "1.2.3.4"); });
  ServedNames served(listed_job(resolver));
  AskingScript script(served.port());
  EXPECT_EQ(shown(script.ask("evil.net")), "NXDOMAIN:");
  EXPECT_EQ(shown(script.ask("evil.net", DnsType::TXT)), "NXDOMAIN:");
  EXPECT_EQ(shown(script.ask("example.com")), "NXDOMAIN:");
  EXPECT_EQ(shown(script.ask("127.1")), "NXDOMAIN:");
  EXPECT_EQ(shown(script.ask("api.example.com", DnsType::HTTPS)), "NOERROR:");
  EXPECT_EQ(resolver.asked(), 0);
  EXPECT_THAT(served.stop(),
              ElementsAre("the name 'evil.net' is not on the allow-list (2 times)",
                          "the name 'example.com' is not on the allow-list", "'127.1' is no name a host can have"));
}

TEST(NameServer, EndsWhenTheKeeperSpeaksNonsense) {
  const ScriptedResolver resolver([](const DnsQuery& query, bool) { return one_address(query, "1.2.3.4"); });
  ServedNames served(job_with({&resolver}));
  ASSERT_EQ(::send(served.keeper(), "nonsense", 8, 0), 8);
  AskingScript script(served.port());
  script.send(print_query(1, testing::name_of("a.example"), 1));
  EXPECT_FALSE(script.receive(200).has_value());
}

// A tunnel: every question another name. What it can carry is the budget and no more.
TEST(NameServer, BoundsWhatNewNamesCarryOut) {
  ScriptedResolver resolver([](const DnsQuery& query, bool) { return one_address(query, "1.2.3.4"); });
  NameForwarderJob job = job_with({&resolver});
  job.limits.name_bytes_per_minute = 1'000;
  ServedNames served(job);
  AskingScript script(served.port());
  int answered = 0;
  std::size_t carried = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string name = "data-" + std::to_string(100 + i) + ".tunnel.example";
    if (shown(script.ask(name)) != "NOERROR: 1.2.3.4") continue;
    ++answered;
    carried += name.size();
  }
  EXPECT_GE(answered, 40);
  EXPECT_LE(carried, 1'100u);
  EXPECT_EQ(shown(script.ask("data-199.tunnel.example")), "REFUSED:");
  EXPECT_EQ(shown(script.ask("data-100.tunnel.example")), "NOERROR: 1.2.3.4");  // said already
  EXPECT_EQ(resolver.asked(), answered + 1);
  const auto report = served.stop();
  ASSERT_FALSE(report.empty());
  EXPECT_NE(report[0].find("too many different names"), std::string::npos);
}

TEST(NameServer, SlowsAFloodDown) {
  ScriptedResolver resolver([](const DnsQuery& query, bool) { return one_address(query, "1.2.3.4"); });
  NameForwarderJob job = job_with({&resolver});
  job.limits.queries_per_second = 100;
  job.limits.query_burst = 20;
  ServedNames served(job);
  const AskingScript script(served.port());
  const auto started = std::chrono::steady_clock::now();
  for (std::uint16_t id = 0; id < 70; ++id) script.send(print_query(id, testing::name_of("a.example"), 1));
  int answered = 0;
  while (answered < 70 && script.receive(2'000)) ++answered;
  const auto took = std::chrono::steady_clock::now() - started;
  EXPECT_EQ(answered, 70);  // none is lost
  EXPECT_GE(took, 450ms);   // fifty of them waited for their turn
}

}  // namespace
}  // namespace berth::net
