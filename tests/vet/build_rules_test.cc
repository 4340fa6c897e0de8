#include "berth/vet/build_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "berth/vet/build_secrets.h"
#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<Finding> about(const std::string& text) {
  const auto file = parse_dockerfile(text);
  EXPECT_TRUE(testing::ok(file)) << text;
  if (!file) return {};
  return findings_about_build(*file, make_package(Ecosystem::Image, "x", "", "Dockerfile"), "Dockerfile");
}

struct Row {
  const char* name;
  std::string text;  // behind a base that is in order
  std::string rule;  // that holds of line 2; empty: none
};

const Row kRows[] = {
    {"RemoteAdd", "ADD http://x.example/y /z", "build.remote-add"},
    {"RemoteAddAmongOthers", "ADD [\"a\", \"https://x.example/y\", \"/z\"]", "build.remote-add"},
    {"RemoteAddOfARepository", "ADD git@x.example:y.git /z", "build.remote-add"},
    {"AddWithChecksum", "ADD --checksum=sha256:00 https://x.example/y /z", ""},
    {"AddOfAFile", "ADD x /https://", ""},
    {"SecretArgument", "ARG API_TOKEN", "build.secret"},
    {"SecretArgumentWithValue", "ARG PIP_PASSWORD=abc", "build.secret"},
    {"SecretVariable", "ENV A=1 AWS_SECRET_ACCESS_KEY=abc", "build.secret"},
    {"SecretVariableOldForm", "ENV DB_PASSWORD hunter2", "build.secret"},
    {"SecretByItsBeginning", "ENV X=ghp_0123456789", "build.secret"},
    {"SecretInAnAddress", "RUN git clone https://me:word@x.example/y", "build.secret"},
    {"SecretInADocument", "RUN <<EOF\ncurl https://me:word@x.example/y\nEOF", "build.secret"},
    {"EmptyVariable", "ENV PASSWORD=", ""},
    {"NoSecret", "ENV TOKENIZERS_PARALLELISM=false PASSWORD_FILE=/run/x", ""},
    {"AddressWithAVariable", "RUN git clone https://$USER:$WORD@x.example/y", ""},
    {"Pipe", "RUN curl -fsSL https://x.example/y | sh", "build.pipe-to-shell"},
    {"PipeThroughMore", "RUN wget -qO- x | gunzip | sudo -E bash -", "build.pipe-to-shell"},
    {"PipeToPython", "RUN curl x | python3 -", "build.pipe-to-shell"},
    {"Substitution", "RUN sh -c \"$(curl -fsSL x)\"", "build.pipe-to-shell"},
    {"ProcessSubstitution", "RUN bash <(curl x)", "build.pipe-to-shell"},
    {"PipeBehindASubstitution", "RUN curl $(cat address) | sh", "build.pipe-to-shell"},
    {"PipeInAScript", "RUN bash -ec 'curl x | sh'", "build.pipe-to-shell"},
    {"PipeInWords", "RUN [\"sh\", \"-c\", \"curl x | sh\"]", "build.pipe-to-shell"},
    {"PipeInADocument", "RUN <<EOF\nset -e\ncurl x | sh\nEOF", "build.pipe-to-shell"},
    {"PipeOverLines", "RUN curl x \\\n  | sh", "build.pipe-to-shell"},
    {"RunByUv", "RUN uv run https://x.example/y", "build.pipe-to-shell"},
    {"RunByUvWithMore", "CMD [\"uv\", \"run\", \"--with\", \"six\", \"HTTP://x.example/y.py\"]", "build.pipe-to-shell"},
    {"RunByPipx", "RUN pipx run https://x.example/y.py", "build.pipe-to-shell"},
    {"ArgumentOfWhatUvRuns", "CMD uv run app https://x.example/y.py", ""},
    {"PipeToTar", "RUN curl x | tar xz && sh install.sh", ""},
    {"NoPipe", "RUN curl -o y x || sh fallback.sh", ""},
    {"CurlInsecure", "RUN curl -fsk x -o y", "build.unverified"},
    {"WgetInsecure", "RUN wget --no-check-certificate x", "build.unverified"},
    {"PipTrusted", "RUN pip3 install --trusted-host=x a", "build.unverified"},
    {"AptInsecure", "RUN apt-get install -y --allow-unauthenticated x", "build.unverified"},
    {"ApkUntrusted", "RUN apk add --allow-untrusted x.apk", "build.unverified"},
    {"ExtraIndex", "RUN pip install --extra-index-url https://x.example a", "build.extra-index"},
    {"ExtraIndexByVariable", "ENV PIP_EXTRA_INDEX_URL=https://x.example", "build.extra-index"},
    {"ExtraIndexShortened", "RUN pip install --extra-index=https://x.example a", "build.extra-index"},
    {"ExtraIndexInAnyCase", "ENV PIP_extra-index_url=https://x.example", "build.extra-index"},
    {"IndexOfUv", "RUN uv pip install --index=https://x.example a", "build.extra-index"},
    {"IndexOfUvByVariable", "ENV UV_DEFAULT_INDEX https://x.example", "build.extra-index"},
    {"IndexForOneCommand", "RUN UV_INDEX=https://x.example uv pip install a", "build.extra-index"},
    {"PagesOfFilesByVariable", "ARG PIP_FIND_LINKS", "build.extra-index"},
    {"IndexBySetting", "RUN pip3 config --global set global.index-url https://x.example", "build.extra-index"},
    {"ExtrasOfUv", "RUN uv sync --extra dev", ""},
    {"OtherSetting", "RUN pip config set global.timeout 60", ""},
    {"ConfigurationByVariable", "ENV PIP_CONFIG_FILE=/x", "build.unread"},
    {"IndexByItsOtherName", "RUN pip config set global.pypi-url https://x.example", "build.extra-index"},
    {"UnknownIndexByItsOtherName", "ENV PIP_PYPI_URL=$WHERE", "build.unread"},
    {"SourcesByVariable", "ENV PIP_NO_BINARY=:all:", "build.unread"},
    {"NoSourcesByVariable", "ENV PIP_NO_BINARY=:none:", ""},
    {"NoConfiguration", "ENV PIP_CONFIG_FILE=/dev/null", ""},
    {"Constraints", "ENV PIP_BUILD_CONSTRAINT=/x.txt", "build.unread"},
    {"ConfigurationCopied", "COPY pip.conf /etc/", "build.unread"},
    {"ConfigurationWritten", "RUN echo x > /etc/pip.conf", "build.unread"},
    {"ConfigurationMounted", "RUN --mount=type=secret,id=x,target=/etc/pip.conf true", "build.unread"},
    {"ConfigurationRemoved", "RUN rm -f /etc/pip.conf", ""},
    {"UnknownIndex", "ENV PIP_INDEX_URL=$WHERE", "build.unread"},
    {"TrustedByVariable", "ENV PIP_TRUSTED_HOST=x", "build.unverified"},
    {"TrustedShortened", "RUN pip install --trusted x a", "build.unverified"},
    {"TrustedBySetting", "RUN pip config set global.trusted-host x", "build.unverified"},
    {"GitByVariable", "RUN GIT_SSL_NO_VERIFY=1 git clone https://x.example/y", "build.unverified"},
    {"GitBySetting", "RUN git config --global http.sslVerify \"false\"", "build.unverified"},
    {"GitByOption", "RUN git -c http.sslVerify=false clone https://x.example/y", "build.unverified"},
    {"NodeByVariable", "ENV NODE_TLS_REJECT_UNAUTHORIZED=0", "build.unverified"},
    {"NodeWithChecks", "ENV NODE_TLS_REJECT_UNAUTHORIZED=1", ""},
    {"RpmInsecure", "RUN sudo -u root rpm -i --nosignature x.rpm", "build.unverified"},
    {"SourceTrusted", "RUN echo 'deb [arch=amd64 trusted=yes] http://x.example/ ./' > /x", "build.unverified"},
    {"SourceTrustedCopied", "COPY <<EOF /x\n[x]\ngpgcheck=0\nEOF", "build.unverified"},
    {"ListOfPackagesUnsigned", "RUN printf 'gpgcheck=1\\nrepo_gpgcheck=0' > /etc/yum.repos.d/x.repo", ""},
    {"FileRun", "RUN wget https://x.example/y -O /tmp/x.sh && sh /tmp/x.sh", "build.pipe-to-shell"},
    {"ProgramRun", "RUN curl -fsSLo x https://x.example/y; chmod +x x; ./x", "build.pipe-to-shell"},
    {"FileOfItsName", "RUN curl -fsSLO https://x.example/get-pip.py?raw=1 && python3 get-pip.py",
     "build.pipe-to-shell"},
    {"FileRedirected", "RUN curl https://x.example/y > y && bash -e < y", "build.pipe-to-shell"},
    {"FileMoved", "RUN curl -o y https://x.example/y && mv y /usr/bin/z && z", "build.pipe-to-shell"},
    {"FileThroughAPipe", "RUN curl https://x.example/y | tee y >/dev/null; . ./y", "build.pipe-to-shell"},
    {"FileOfCode", "RUN python -c \"urlretrieve('https://x.example/y', 'y.py')\" && python y.py",
     "build.pipe-to-shell"},
    {"CodeRun", "RUN python -c \"exec(urlopen('https://x.example/y').read())\"", "build.pipe-to-shell"},
    {"CodeInADocument", "RUN python3 <<EOF\nexec(urlopen('https://x.example/y').read())\nEOF", "build.pipe-to-shell"},
    {"PipeBehindAWrapper", "RUN timeout -k 5 10 curl x | sudo -u root nice -n 5 sh", "build.pipe-to-shell"},
    {"FileCompared", "RUN curl -o y https://x.example/y && echo '00  y' | sha256sum -c - && sh y", ""},
    {"FileComparedByHand", "RUN curl -o y https://x.example/y && [ \"$(sha256sum y)\" = 00 ] && sh y", ""},
    {"FileComparedByAVariable",
     "RUN curl -o y https://x.example/y && H=$(sha256sum y | cut -c 1-64) && [ \"$H\" = 00 ] && sh y", ""},
    {"FileComparedByGrep", "RUN curl -o y https://x.example/y && sha256sum y | cut -c 1-64 | grep -qx 00 && sh y", ""},
    {"FileComparedByAList", "RUN curl -o y https://x.example/y && sha256sum -c sums && sh y", ""},
    {"FileComparedByAFormat", "RUN curl -o y https://x.example/y && printf '%s  %s\\n' $H y | sha256sum -c && sh y",
     ""},
    {"FileThatIsUnclearCompared", "RUN curl -o $F https://x.example/y && echo \"00  $F\" | sha256sum -c && sh $F", ""},
    {"FileHashedIntoAPipe", "RUN curl -o y https://x.example/y && sha256sum y | tee s; sh y", "build.pipe-to-shell"},
    {"FileHashedIntoText", "RUN curl -o y https://x.example/y && echo $(sha256sum y) && sh y", "build.pipe-to-shell"},
    {"OtherFileCompared",
     "RUN curl -o y https://x.example/y && curl -o z https://x.example/z && echo '00  z' | sha256sum -c - && sh y",
     "build.pipe-to-shell"},
    {"FileDigestedOnly", "RUN curl -o y https://x.example/y && openssl dgst -sha256 y && sh y", "build.pipe-to-shell"},
    {"FileOfItsNameAmongOthers", "RUN curl -O https://x.example/y.sh -o z https://x.example/z && sh y.sh",
     "build.pipe-to-shell"},
    {"FileSigned", "RUN wget https://x.example/y && gpg --batch --verify y.asc y && ./y", ""},
    {"FileHashedOnly", "RUN curl -o y https://x.example/y && sha256sum y && sh y", "build.pipe-to-shell"},
    {"FileNotRun", "RUN curl -o data.json https://x.example/y && python load.py data.json", ""},
    {"CodeThatAsks", "HEALTHCHECK CMD python -c \"import urllib.request as r; r.urlopen('http://localhost')\"", ""},
    {"UnseenScript", "RUN echo Y3VybAo= | base64 -d | sh", "build.unread"},
    {"UnseenScriptBehindASubstitution", "RUN base64 -d /x$(:) | sh", "build.unread"},
    {"UnseenEscapes", "RUN echo '\\0160ip install x' | sh", "build.unread"},
    {"UnseenFormat", "RUN printf 'p%sp install x' i | sh", "build.unread"},
    {"SeenLines", "RUN printf 'true\\nexit 0\\n' | sh", ""},
    {"AnswersOfAScript", "RUN yes | sh ./configure", ""},
    {"OtherLanguage", "SHELL [\"python3\", \"-c\"]", "build.unread"},
    {"OtherShell", "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]", ""},
    {"FromAnImage", "COPY --from=docker.io/x/y:latest /x /x", "build.moving-tag"},
    {"FromAnImageByMount", "RUN --mount=type=bind,from=x/y,target=/x true", "build.moving-tag"},
    {"FromATaggedImage", "COPY --from=x/y:1.0 /x /x", ""},
    {"AddOfAVariable", "ADD $WHAT /x", "build.unread"},
    {"AddWithAVariable", "ADD x-$VERSION.tar.gz /x", ""},
    {"SecretInOneWord", "ENV PGPASSWORD=hunter2", "build.secret"},
    {"Root", "USER root", "build.root"},
    {"RootByAVariable", "USER ${WHO:-root}", "build.root"},
    {"RootUnknown", "USER $WHO", "build.root"},
    {"RootByZeros", "USER 00", "build.root"},
    {"RootByNumber", "USER 0:0", "build.root"},
    {"OtherUser", "USER rooted", ""},
    {"Plain", "RUN pip install --no-cache-dir -r requirements.txt && apt-get install -y curl", ""},
};

class BuildRules : public ::testing::TestWithParam<Row> {};

TEST_P(BuildRules, SayWhatIsWrong) {
  const auto findings = about("FROM demisto/python3:3.11.10.1\n" + GetParam().text + "\n");
  if (GetParam().rule.empty()) {
    EXPECT_TRUE(findings.empty()) << findings.front().evidence;
    return;
  }
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings.front().rule, GetParam().rule);
  EXPECT_EQ(findings.front().package.origin, "Dockerfile:2");
  EXPECT_FALSE(findings.front().remedy.empty());
  EXPECT_NE(findings.front().verdict, Verdict::Allow);
  for (const char* secret : {"hunter2", "word", "0123456789", "abc"}) {
    EXPECT_THAT(findings.front().evidence, Not(HasSubstr(std::string("=") + secret)));
    EXPECT_THAT(findings.front().evidence, Not(HasSubstr(std::string(":") + secret)));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, BuildRules, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

const std::pair<const char*, bool> kBases[] = {
    {"FROM python\n", true},
    {"FROM python:latest\n", true},
    {"FROM registry.example:5000/python\n", true},
    {"FROM $BASE\n", true},
    {"ARG BASE=python:latest\nFROM ${BASE}\n", true},
    {"FROM a:1 AS build\nFROM python\n", true},
    {"ARG BASE=python:3.11\nFROM ${BASE}\n", false},
    {"FROM a:1 AS build\nFROM build\n", false},
    {"FROM python@sha256:00\n", false},
    {"FROM registry.example:5000/python:3.11\n", false},
    {"FROM scratch\n", false},
};

TEST(BuildRules, NameBasesThatMove) {
  for (const auto& [text, moves] : kBases) {
    const auto findings = about(text);
    EXPECT_EQ(!findings.empty(), moves) << text;
    for (const Finding& one : findings) EXPECT_EQ(one.rule, "build.moving-tag");
  }
}

TEST(BuildRules, FollowVariables) {
  const std::pair<const char*, const char*> rows[] = {
      {"ARG U=https://x.example/y\nADD ${U} /x\n", "build.remote-add"},
      {"ARG H=x.example\nENV U=https://$H/y\nADD $U /x\n", "build.remote-add"},
      {"ARG U=root\nUSER $U\n", "build.root"},
      {"ARG U=root\nENV U=me\nARG U=root\nUSER $U\n", ""},
      {"ENV U=root\nENV U=me WHO=$U\nUSER $WHO\n", "build.root"},
      {"ARG U XU=me\nUSER ${U:-root}\n", "build.root"},
      {"FROM a:1 AS b\nENV U=root\nFROM b\nARG U=me\nUSER $U\n", "build.root"},
      {"ARG U=root\nFROM a:1\nUSER ${U:-me}\n", ""},
      {"ENV U=root\nFROM a:1 AS b\nENV U=root\nFROM B\nUSER $U\n", "build.root"},
      {"FROM a:1 AS b\nFROM a:1\nARG S=b\nCOPY --from=$S /x /x\nCOPY --from=0 /x /x\n", ""},
      {"RUN curl -o /usr/local/bin/x https://x.example/y && chmod +x /usr/local/bin/x\nENTRYPOINT [\"x\"]\n",
       "build.pipe-to-shell"},
  };
  for (const auto& [text, rule] : rows) {
    const auto findings = about(std::string("FROM a:1\n") + text);
    EXPECT_EQ(findings.empty() ? "" : findings.front().rule, rule) << text;
    EXPECT_LE(findings.size(), 1u) << text;
  }
}

TEST(BuildRules, CountTheLastUserOfTheLastStage) {
  EXPECT_TRUE(about("FROM a:1\nUSER root\nRUN x\nUSER 4000\n").empty());
  EXPECT_TRUE(about("FROM a:1 AS b\nUSER root\nFROM a:1\n").empty());
}

TEST(SecretNames, AreToldByTheirEnd) {
  for (const char* name : {"PASSWORD", "db_password", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "API_KEY", "apikey",
                           "PGPASSWORD", "MYSQL_PWD"}) {
    EXPECT_TRUE(is_secret_name(name)) << name;
  }
  for (const char* name :
       {"", "KEY", "PUBLIC_KEY", "TOKENIZERS", "PASSWORD_FILE", "KEYBOARD", "SECRETARY", "COMPASS", "PWD"}) {
    EXPECT_FALSE(is_secret_name(name)) << name;
  }
}

}  // namespace
}  // namespace berth::vet
