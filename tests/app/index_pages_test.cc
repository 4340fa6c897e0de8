#include "berth/app/index_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "berth/app/index_fetch.h"
#include "berth/app/wheel_fetch.h"
#include "berth/base/sha256.h"
#include "berth/base/unique_fd.h"
#include "tests/content/zip_writer.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Presence = vet::IndexAnswer::Presence;

TEST(PageRequest, NamesThePageAndTheWayThere) {
  image::PipSettings pip;
  pip.proxy = "http://me:word@proxy.example:3128";
  pip.client_certificate = "/etc/own \"client\".pem";
  const std::string request = page_request(pip, "https://me:word@index.example/simple//", "some-thing", "/etc/ca.pem");
  EXPECT_THAT(request, HasSubstr("url = \"https://me:word@index.example/simple/some-thing/\"\n"));
  EXPECT_THAT(request, HasSubstr("proxy = \"http://me:word@proxy.example:3128\"\n"));
  EXPECT_THAT(request, HasSubstr("cacert = \"/etc/ca.pem\"\n"));
  EXPECT_THAT(request, HasSubstr("cert = \"/etc/own \\\"client\\\".pem\"\n"));
  EXPECT_THAT(request, HasSubstr("proto = \"=http,https\"\n"));
  EXPECT_THAT(request, Not(HasSubstr("insecure")));
}

TEST(PageRequest, TrustsOnlyHostsThatPipTrusts) {
  image::PipSettings pip;
  pip.trusted_hosts = {"index.example:8443", "other.example"};
  EXPECT_THAT(page_request(pip, "https://index.example:8443/simple", "a", ""), HasSubstr("\ninsecure\n"));
  EXPECT_THAT(page_request(pip, "https://other.example/simple", "a", ""), HasSubstr("\ninsecure\n"));
  EXPECT_THAT(page_request(pip, "https://index.example/simple", "a", ""), Not(HasSubstr("insecure")));
}

TEST(FileRequest, HasThePasswordOfItsIndexAlone) {
  image::PipSettings pip;
  pip.indexes = {"https://me:word@index.example/simple", "https://other.example/simple"};
  EXPECT_THAT(file_request(pip, "https://index.example/files/a.whl.metadata", ""),
              HasSubstr("url = \"https://me:word@index.example/files/a.whl.metadata\"\n"));
  for (const char* address : {"https://files.example/a.whl", "http://index.example/a.whl",
                              "https://index.example:8443/a.whl", "https://index.example.evil.example/a.whl"}) {
    EXPECT_THAT(file_request(pip, address, ""), HasSubstr(std::string("url = \"") + address + "\"\n"));
  }
}

TEST(PageRequest, HasNoLineOfSomebodyElse) {
  const std::string request = page_request({}, "https://index.example/x\noutput = \"/etc/passwd", "a", "");
  EXPECT_THAT(request, Not(HasSubstr("\noutput")));
}

TEST(RangeRequest, UndoesWhatAPartDoesNotBear) {
  const std::string request = range_request({}, "https://index.example/a.whl", "", "-1024", 4096);
  EXPECT_THAT(request, HasSubstr("range = \"-1024\"\n"));
  EXPECT_THAT(request, HasSubstr("max-filesize = 4096\n"));
  EXPECT_GT(request.find("no-compressed\n"), request.find("\ncompressed\n"));
  EXPECT_GT(request.rfind("write-out"), request.find("write-out"));
}

TEST(RangeAnswers, AreToldFromTheEnd) {
  // A body may look like what curl says.
  const auto answers = range_answers("\n0 206 9 bytes 0-8/9\n\n0 206 21 bytes 79-99/100\n\n0 404 0 \n\n28 000 0 \n");
  ASSERT_TRUE(answers.has_value());
  ASSERT_EQ(answers->size(), 3u);
  EXPECT_EQ(answers->at(0).body, "\n0 206 9 bytes 0-8/9\n");
  EXPECT_EQ(answers->at(0).begin, 79u);
  EXPECT_EQ(answers->at(0).whole, 100u);
  EXPECT_EQ(answers->at(1).status, 404);
  EXPECT_FALSE(answers->at(1).begin.has_value());
  EXPECT_EQ(answers->at(2).exit_code, 28);
}

TEST(RangeAnswers, HaveNoPlaceThatTheyDoNotFill) {
  for (const char* header :
       {"", "bytes 0-1/9", "bytes 0-3/9", "bytes 7-9/9", "bytes */9", "bytes 0-2/*", "bytes -1-2/9", "bytes 2-0/9",
        "bytes 18446744073709551615-18446744073709551615/1", "items 0-2/9", "bytes 0/9-2"}) {
    const auto answers = range_answers(std::string("abc\n0 206 3 ") + header + "\n");
    ASSERT_TRUE(answers.has_value()) << header;
    EXPECT_FALSE(answers->front().begin.has_value()) << header;
  }
  EXPECT_EQ(range_answers("abc\n0 206 3 bytes 0-2/9\n")->front().begin, 0u);
}

TEST(RangeAnswers, AreNoneWhereThatIsNotToBeTold) {
  for (const char* printed : {"abc", "abc\n", "\n0 206\n", "\n0 206 -1 \n", "abc\n0 206 4 bytes 0-2/9\n",
                              "abc\n0 206 2 \n", "\nx 206 0 \n"}) {
    EXPECT_FALSE(range_answers(printed).has_value()) << printed;
  }
  EXPECT_TRUE(range_answers("")->empty());
}

struct AnswerRow {
  const char* name;
  const char* printed;
  Presence presence;
  const char* problem;
};

const AnswerRow kAnswers[] = {
    {"Page", "{\"files\": [{\"filename\": \"a-1.tar.gz\"}]}\n200 application/vnd.pypi.simple.v1+json", Presence::There,
     ""},
    {"PageWithLines", "{\"files\":\n[]}\n200 application/vnd.pypi.simple.v1+json; charset=utf-8", Presence::There, ""},
    {"Html", "<html>\n</html>\n200 text/html", Presence::There, ""},
    {"HtmlOfPep691", "<a href=x>\n200 application/vnd.pypi.simple.v1+html; charset=\"UTF-8\"", Presence::There, ""},
    {"HtmlInOtherLetters", "<a href=x>\n200 text/html; charset=utf-7", Presence::There, "character set 'utf-7'"},
    {"HtmlThatIsCut", "<a href=\"x\n200 text/html", Presence::There, "in quotes does not end"},
    {"Text", "a-1.tar.gz\n200 text/plain", Presence::There, "no page of files"},
    {"None", "\n404 text/plain", Presence::Absent, ""},
    {"Gone", "{\"files\": []}\n410 application/vnd.pypi.simple.v1+json", Presence::Absent, ""},
    {"Down", "\n503 text/plain", Presence::Unknown, "status 503"},
    {"Forbidden", "\n401 ", Presence::Unknown, "status 401"},
    {"NoPage", "[]\n200 application/vnd.pypi.simple.v1+json", Presence::Unknown, "has no list 'files'"},
    {"StatusInThePage", "200 application/vnd.pypi.simple.v1+json\n", Presence::Unknown, "status "},
    {"Nothing", "", Presence::Unknown, "no answer"},
};

class PageAnswer : public ::testing::TestWithParam<AnswerRow> {};

TEST_P(PageAnswer, IsRead) {
  const vet::IndexAnswer answer = page_answer(GetParam().printed);
  EXPECT_EQ(answer.presence, GetParam().presence);
  EXPECT_THAT(answer.problem, HasSubstr(GetParam().problem));
  EXPECT_EQ(answer.problem.empty(), std::string_view(GetParam().problem).empty());
}

INSTANTIATE_TEST_SUITE_P(Table, PageAnswer, ::testing::ValuesIn(kAnswers),
                         [](const auto& row) { return row.param.name; });

TEST(IndexPages, AskNobodyAboutWhatIsFromElsewhere) {
  image::PipSettings pip;
  pip.indexes = {"ftp://no.index.invalid"};  // curl refuses it
  IndexPages pages(pip);
  std::vector<vet::Facts> facts(3);
  facts[0].package = vet::make_package(vet::Ecosystem::Debian, "wget", "1", "x");
  facts[1].package = vet::make_package(vet::Ecosystem::PyPI, "a", "1", "x");
  facts[1].findings.push_back({vet::Verdict::Ask, "source.elsewhere", facts[1].package, "e", "r"});
  facts[2].package = vet::make_package(vet::Ecosystem::PyPI, "b", "1", "x");
  ASSERT_TRUE(testing::ok(pages.tell(facts)));
  EXPECT_EQ(facts[0].why_undated, "");
  EXPECT_EQ(facts[1].why_undated, "");
  EXPECT_THAT(facts[2].why_undated, HasSubstr("no.index.invalid"));
  EXPECT_FALSE(facts[2].is_on_index.has_value());
}

TEST(ReasonUnreached, IsOneLine) {
  const auto reason = [](const char* said) { return reason_unreached(Error(Errc::Unavailable, said)); };
  EXPECT_EQ(reason("curl: (7) Failed to connect\n"), "Failed to connect");
  EXPECT_EQ(reason("curl: (28) It took too long\r\nand more\n"), "It took too long");
  EXPECT_EQ(reason("curl: (22) 404\n"), "");
}

class Index : public ::testing::Test {
 protected:
  void SetUp() override { ::setenv("no_proxy", "127.0.0.1", 1); }
  void TearDown() override { ::unsetenv("no_proxy"); }

  // An address at which nobody listens: it is taken, and nothing more.
  void SetUpPort() {
    listening_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t size = sizeof(address);
    ASSERT_EQ(::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    ASSERT_EQ(::getsockname(listening_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = std::to_string(ntohs(address.sin_port));
  }
  static std::vector<vet::Facts> wish(const char* name, const char* version) {
    std::vector<vet::Facts> facts(1);
    facts[0].package = vet::make_package(vet::Ecosystem::PyPI, name, version, "x");
    return facts;
  }

  UniqueFd listening_;
  std::string port_;
};

TEST_F(Index, ThatIsDownIsToldWithWhatCurlSays) {
  SetUpPort();
  image::PipSettings pip;
  pip.indexes = {"http://me:secret@127.0.0.1:" + port_ + "/simple"};
  IndexPages pages(pip);
  std::vector<vet::Facts> facts = wish("a", "");
  EXPECT_TRUE(testing::ok(pages.check(facts))) << "nobody was asked yet";
  ASSERT_TRUE(testing::ok(pages.tell(facts)));
  const auto checked = pages.check(facts);
  EXPECT_TRUE(testing::fails_with(checked, Errc::Unavailable, "127.0.0.1:" + port_ + "/simple: "));
  EXPECT_TRUE(testing::fails_with(checked, Errc::Unavailable, "PIP_INDEX_URL"));
  EXPECT_FALSE(checked.error().message().contains("secret"));
  pip.find_links = {"http://127.0.0.1/links"};
  IndexPages with_links(pip);
  ASSERT_TRUE(testing::ok(with_links.tell(facts)));
  EXPECT_TRUE(testing::ok(with_links.check(facts))) << "it may be there";
}

TEST_F(Index, BehindAProxyThatIsDownIsToldWithTheSetting) {
  SetUpPort();
  image::PipSettings pip;
  pip.indexes = {"http://index.invalid/simple"};
  IndexWay way;
  way.environment = {"http_proxy=http://127.0.0.1:" + port_};
  way.proxies = {{"http_proxy", "http://127.0.0.1:" + port_, "containers.proxy.http"}};
  IndexPages pages(pip, std::move(way));
  std::vector<vet::Facts> facts = wish("a", "");
  ASSERT_TRUE(testing::ok(pages.tell(facts)));
  EXPECT_TRUE(testing::fails_with(pages.check(facts), Errc::Unavailable,
                                  "through the proxy 127.0.0.1:" + port_ + " (containers.proxy.http)"));
}

class LocalWheel : public ::testing::Test {
 protected:
  // What is told of a wheel in a folder that pip looks into, which METADATA calls MIT.
  vet::Facts told(const std::string& licence_file, std::string sha256, const char* url_end = "a%20b-1.0.whl") {
    content::ZipWriter wheel;
    for (const auto& [name, text] :
         {std::pair<std::string, std::string>{"METADATA", metadata_}, {"licenses/LICENSE", licence_file}}) {
      content::WrittenEntry entry;
      entry.name = "a-1.dist-info/" + name;
      entry.data = text;
      wheel.add(entry);
    }
    const std::string bytes = wheel.finish();
    std::ofstream(temp_.path() / "a b-1.0.whl", std::ios::binary) << bytes;
    std::vector<vet::Facts> facts(1);
    facts[0].package = vet::make_package(vet::Ecosystem::PyPI, "a", "1", "x");
    facts[0].licences = {{"License", "MIT", "MIT", {}}};
    facts[0].file_url = "file://" + temp_.path().native() + "/" + url_end;
    facts[0].requires_dist = requires_dist_;
    facts[0].sha256 = sha256 == "its own" ? sha256_hex(bytes) : std::move(sha256);
    EXPECT_TRUE(testing::ok(IndexPages({}).tell(facts)));
    return facts[0];
  }
  testing::TempFolder temp_;
  std::string metadata_ = "Name: a\nVersion: 1\nLicense: MIT\n";
  std::optional<std::vector<std::string>> requires_dist_;  // that pip was told
};

TEST_F(LocalWheel, IsReadWithItsLicenceFiles) {
  const vet::Facts facts = told("under the GNU GPL, version 3", "its own");
  EXPECT_TRUE(facts.findings.empty());
  ASSERT_EQ(facts.licences.size(), 2u);
  EXPECT_EQ(facts.licences[1].expression, "GPL-3.0-only");
}

TEST_F(LocalWheel, ThatIsAnotherIsNotInOrder) {
  const vet::Facts facts = told("text", "00");
  ASSERT_EQ(facts.findings.size(), 1u);
  EXPECT_EQ(facts.findings[0].rule, "facts.missing");
  EXPECT_THAT(facts.findings[0].evidence, HasSubstr("has not the SHA-256"));
}

TEST_F(LocalWheel, ThatIsNotThereIsToldAsNotRead) {
  const vet::Facts facts = told("text", "", "none.whl");
  EXPECT_TRUE(facts.findings.empty());
  ASSERT_EQ(facts.licences.size(), 2u);
  EXPECT_EQ(facts.licences[1].text, "not read");
  EXPECT_THAT(facts.licences[1].restriction, HasSubstr("No such file"));
}

TEST_F(LocalWheel, AsksForWhatPipWasTold) {
  metadata_ = "Name: A\nVersion: 1.0\nLicense: MIT\nRequires-Dist: b (>1)\nRequires-Dist: c ; extra == 'x'\n";
  requires_dist_ = {"c; extra == 'x'", "b (>1)"};
  EXPECT_TRUE(told("text", "its own").findings.empty());
}

TEST_F(LocalWheel, WithOtherMetadataThanPipWasToldIsAskedAbout) {
  const auto evidence = [&](const char* metadata, std::vector<std::string> requires_dist) {
    metadata_ = metadata;
    requires_dist_ = std::move(requires_dist);
    const vet::Facts facts = told("text", "its own");
    EXPECT_EQ(facts.findings.size(), 1u);
    if (facts.findings.empty()) return std::string();
    EXPECT_EQ(facts.findings[0].rule, "facts.missing");
    EXPECT_EQ(facts.findings[0].verdict, vet::Verdict::Ask);
    return facts.findings[0].evidence;
  };
  EXPECT_THAT(evidence("Name: a\nVersion: 1\nRequires-Dist: b\nRequires-Dist: c==2\n", {"b"}),
              HasSubstr("it asks for c==2, too"));
  EXPECT_THAT(evidence("Name: a\nVersion: 1\n", {"b"}), HasSubstr("it does not ask for b"));
  EXPECT_THAT(evidence("Name: d\nVersion: 1\n", {}), HasSubstr("it is d 1"));
  EXPECT_THAT(evidence("Name: a\nVersion: 1.1\n", {}), HasSubstr("it is a 1.1"));
}

class DistantWheels : public Index {
 protected:
  std::vector<WheelPlace> places(std::size_t count) const {
    std::vector<WheelPlace> wheels(count);
    for (std::size_t i = 0; i < count; ++i) {
      wheels[i] = {.url = "http://127.0.0.1:" + port_ + "/" + std::to_string(i) + ".whl",
                   .name = std::to_string(i),
                   .sha256 = {},
                   .metadata_sha256 = {}};
    }
    return wheels;
  }
  const image::PipSettings pip_;
  const IndexWay way_;
};

TEST_F(DistantWheels, OfAHostThatIsDownAreNotRead) {
  SetUpPort();
  const std::function<Result<void>()> watch;
  for (const WheelOutcome& one : facts_of_wheels({pip_, way_, watch}, places(60))) {
    EXPECT_TRUE(testing::fails_with(one, Errc::TimedOut, ".whl': "));
  }
}

TEST_F(DistantWheels, AreNotReadWhereThereIsNoMoreTime) {
  SetUpPort();
  ASSERT_EQ(::listen(listening_.get(), 4), 0);  // and says nothing
  const auto begun = std::chrono::steady_clock::now();
  const std::function<Result<void>()> watch = [begun]() -> Result<void> {
    if (std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(100)) return {};
    return fail(Errc::TimedOut, "there is no more time");
  };
  for (const WheelOutcome& one : facts_of_wheels({pip_, way_, watch}, places(60))) {
    EXPECT_TRUE(testing::fails_with(one, Errc::TimedOut, ".whl': "));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
}

// An index that takes a connection and says nothing would be waited for until curl gives up.
TEST(IndexPages, AreNotWaitedForOnceItIsToEnd) {
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_GE(listening, 0);
  const UniqueFd owner(listening);
  sockaddr_in address = {.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(listening, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listening, 4), 0);
  ASSERT_EQ(::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size), 0);
  image::PipSettings pip;
  pip.indexes = {"http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/simple"};
  ::setenv("no_proxy", "127.0.0.1", 1);
  const auto begun = std::chrono::steady_clock::now();
  const auto watch = [begun]() -> Result<void> {
    if (std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(100)) return {};
    return fail(Errc::Unavailable, "it was interrupted");
  };
  IndexPages pages(pip, {}, watch);
  std::vector<vet::Facts> facts(1);
  facts[0].package = vet::make_package(vet::Ecosystem::PyPI, "a", "1", "x");
  EXPECT_TRUE(testing::fails_with(pages.tell(facts), Errc::Unavailable, "interrupted"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
  ::unsetenv("no_proxy");
}

}  // namespace
}  // namespace berth::app
