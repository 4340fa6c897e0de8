#include "berth/doctor/certificates.h"

#include "berth/doctor/certificate_dates.h"
#include "berth/doctor/clock.h"
#include "tests/doctor/judgement.h"
#include "tests/support/result_matchers.h"

namespace berth::doctor {
namespace {

using enum Severity;

// Valid from 2026-11-23 11:02:36 to 2046-11-18 11:02:36.
constexpr const char* kPem = R"(-----BEGIN CERTIFICATE-----
MIIBazCCARKgAwIBAgIBATAKBggqhkjOPQQDAjAVMRMwEQYDVQQDDApCZXJ0aCB0
ZXN0MB4XDTI2MTEyMzExMDIzNloXDTQ2MTExODExMDIzNlowFTETMBEGA1UEAwwK
QmVydGggdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOqv3ApMhs9ZYLOM
gqDfTo7iJAi/EcZDe+03Ee8Tv26nFBN4OQLJTamy5tssQYfNUWO7DIupdCsPqeM6
W7fYlk2jUzBRMB0GA1UdDgQWBBSw5zte/7Ko7cAbp5GPgzCMqJMYgTAfBgNVHSME
GDAWgBSw5zte/7Ko7cAbp5GPgzCMqJMYgTAPBgNVHRMBAf8EBTADAQH/MAoGCCqG
SM49BAMCA0cAMEQCIGpxKBU3q/jBxBRJr8LZ0PtJYpDjokc5mF4/O2n2u92XAiBW
zIUHTai6ElPqmvAGGfRTYGdkLTbIE5TDdTlJds6P/Q==
-----END CERTIFICATE-----
)";
constexpr std::int64_t kBegin = 1'795'431'756;
constexpr std::int64_t kEnd = 2'426'151'756;
constexpr std::int64_t kDay = 86'400;

// One element of DER.
std::string der(unsigned tag, const std::string& content) {
  std::string text(1, static_cast<char>(tag));
  if (content.size() >= 128) text += "\x82" + std::string(1, static_cast<char>(content.size() >> 8));
  return text + static_cast<char>(content.size() & 0xFF) + content;
}

// As much of a certificate as is read.
std::string certificate(const std::string& validity, const std::string& version = der(0xA0, der(2, "\2"))) {
  return der(0x30, der(0x30, version + der(2, "\1") + der(0x30, "") + der(0x30, "") + der(0x30, validity)));
}

TEST(CertificateDates, AreReadFromARealOne) {
  const auto found = dates_in_bundle(std::string("a comment\n") + kPem + "# another\n" + kPem);
  ASSERT_EQ(found.size(), 2u);
  ASSERT_TRUE(testing::ok(found[1]));
  EXPECT_EQ(found[1]->not_before, kBegin);
  EXPECT_EQ(found[1]->not_after, kEnd);
}

TEST(CertificateDates, BothFormsOfTimeAndBothVersions) {
  const std::string utc = der(0x17, "500101000000Z") + der(0x17, "491231235959Z");
  const auto old = parse_certificate_dates(certificate(utc, ""));
  ASSERT_TRUE(testing::ok(old));
  EXPECT_EQ(old->not_before, -631'152'000);  // 1950
  EXPECT_EQ(old->not_after, 2'524'607'999);  // 2049
  const auto general =
      parse_certificate_dates(certificate(der(0x18, "19700101000001Z") + der(0x18, "99991231235959Z")));
  ASSERT_TRUE(testing::ok(general));
  EXPECT_EQ(general->not_before, 1);
  EXPECT_EQ(general->not_after, 253'402'300'799);
}

TEST(CertificateDates, WhatIsNoneIsCorrupt) {
  const std::string good = certificate(der(0x17, "200101000000Z") + der(0x17, "300101000000Z"));
  ASSERT_TRUE(testing::ok(parse_certificate_dates(good)));
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(parse_certificate_dates(good.substr(0, length)).has_value()) << length;
  }
  for (const char* time : {"200101000000", "2001010000Z", "201301000000Z", "200230000000Z", "200101240000Z",
                           "200101006000Z", "20010100000xZ", "Z", ""}) {
    EXPECT_TRUE(testing::fails_with(parse_certificate_dates(certificate(der(0x17, time) + der(0x17, "300101000000Z"))),
                                    Errc::Corrupt, "dates"))
        << time;
  }
  EXPECT_FALSE(parse_certificate_dates("\x30\x80").has_value());                  // an indefinite length
  EXPECT_FALSE(parse_certificate_dates("\x30\x84\xFF\xFF\xFF\xFF").has_value());  // longer than all there is
}

TEST(CertificateDates, BrokenBlocksAreCounted) {
  const auto found = dates_in_bundle(
      "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"
      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
      "-----BEGIN CERTIFICATE-----\nMIIB\n");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_TRUE(testing::fails_with(found[0], Errc::Corrupt, "base64"));
  EXPECT_TRUE(testing::fails_with(found[1], Errc::Corrupt, "sequence"));
  EXPECT_TRUE(testing::fails_with(found[2], Errc::Corrupt, "does not end"));
}

TEST(Certificates, ABundleIsWholeAndInDate) {
  const std::string garbage = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const auto judge = [](Result<std::string> text, std::int64_t now, bool of_machine = true) {
    return judge_certificates({"/etc/ssl/b.crt", of_machine ? "" : "SSL_CERT_FILE", of_machine, std::move(text), now});
  };
  EXPECT_TRUE(judged(judge(kPem, kBegin), {Ok, "1 certificates"}));
  EXPECT_TRUE(judged(judge(kPem, kEnd), {Ok}));
  EXPECT_TRUE(judged(judge(kPem, kEnd + 1), {Failure, "1 expired", "update-ca-certificates"}));
  EXPECT_TRUE(judged(judge(kPem, kBegin - kDay), {Failure, "1 not valid yet", "clock"}));
  EXPECT_TRUE(judged(judge("", kBegin), {Failure, "holds no certificate", "reinstall ca-certificates"}));
  EXPECT_TRUE(judged(judge("garbage", kBegin), {Failure, "holds no certificate", "reinstall"}));
  EXPECT_TRUE(judged(judge(garbage, kBegin), {Failure, "1 broken", "reinstall"}));
  EXPECT_TRUE(judged(judge(kPem + garbage, kBegin), {Warning, "1 broken", "reinstall"}));
  EXPECT_TRUE(judged(judge(garbage, kBegin, false), {Failure, "(SSL_CERT_FILE)", "unset SSL_CERT_FILE"}));
  EXPECT_TRUE(judged(judge(fail(Errc::NotFound, "read file '/etc/ssl/b.crt'"), kBegin), {Failure, "b.crt", "apt-get"}));
}

// A block of PEM around what `certificate` makes, in dates from 2020.
std::string block(const char* until) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes = certificate(der(0x17, "200101000000Z") + der(0x17, until));
  std::string text;
  while (bytes.size() % 3 != 0) bytes += '\0';  // what follows a certificate is not looked at
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    unsigned bits = 0;
    for (std::size_t i = 0; i < 3; ++i) bits = bits << 8 | static_cast<unsigned char>(bytes[at + i]);
    for (const unsigned shift : {18u, 12u, 6u, 0u}) text += kAlphabet[bits >> shift & 63];
  }
  return "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n";
}

TEST(Certificates, AFewExpiredOnesOfTheDistributionAreNormal) {
  std::string few = block("250101000000Z");
  for (int i = 0; i < 9; ++i) few += block("400101000000Z");
  const std::string many = few + block("250101000000Z") + block("250101000000Z");
  EXPECT_TRUE(judged(judge_certificates({"/b", "", true, few, kBegin}), {Ok, "10 certificates, 1 of them expired"}));
  EXPECT_TRUE(judged(judge_certificates({"/b", "", true, many, kBegin}), {Warning, "3 expired", "update"}));
  EXPECT_TRUE(judged(judge_certificates({"/b", "SSL_CERT_FILE", true, few, kBegin}), {Ok, "SSL_CERT_FILE"}));
  EXPECT_TRUE(judged(judge_certificates({"/b", "SSL_CERT_FILE", false, few, kBegin}), {Warning, "1 expired", "unset"}));
}

struct ClockRow {
  const char* name;
  ClockFacts facts;
  Expected expected;
};

const ClockRow kClocks[] = {
    {"right and kept so", {kBegin, "/run", kBegin - 60, true}, {Ok, "2026-11-23 11:02 UTC, synchronised"}},
    {"a little before a file", {kBegin, "/run", kBegin + 60, true}, {Ok}},
    {"kept by nobody", {kBegin, "/run", kBegin - 60, false}, {Warning, "not synchronised", "set-ntp"}},
    {"not to be told", {kBegin, "/run", kBegin, fail(Errc::Denied, "adjtimex")}, {Ok, "cannot be told"}},
    {"at the beginning of time",
     {0, "/etc/ld.so.cache", kBegin, true},
     {Failure, "it is 1970-01-01 00:00 UTC, but /etc/ld.so.cache is of 2026-11-23", "set the clock"}},
    {"two days behind", {kBegin - 2 * kDay, "/run", kBegin, false}, {Failure, "/run is of", "set the clock"}},
};

TEST(Clock, IsComparedWithFiles) {
  for (const ClockRow& row : kClocks) EXPECT_TRUE(judged(judge_clock(row.facts), row.expected)) << row.name;
}

}  // namespace
}  // namespace berth::doctor
