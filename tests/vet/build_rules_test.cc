#include "berth/vet/build_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "berth/vet/build_secrets.h"
#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;
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
    {"PipeToTar", "RUN curl x | tar xz && sh install.sh", ""},
    {"NoPipe", "RUN curl -o y x || sh fallback.sh", ""},
    {"CurlInsecure", "RUN curl -fsk x -o y", "build.unverified"},
    {"WgetInsecure", "RUN wget --no-check-certificate x", "build.unverified"},
    {"PipTrusted", "RUN pip3 install --trusted-host=x a", "build.unverified"},
    {"AptInsecure", "RUN apt-get install -y --allow-unauthenticated x", "build.unverified"},
    {"ApkUntrusted", "RUN apk add --allow-untrusted x.apk", "build.unverified"},
    {"ExtraIndex", "RUN pip install --extra-index-url https://x.example a", "build.extra-index"},
    {"ExtraIndexByVariable", "ENV PIP_EXTRA_INDEX_URL=https://x.example", "build.extra-index"},
    {"Root", "USER root", "build.root"},
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

TEST(BuildRules, CountTheLastUserOfTheLastStage) {
  EXPECT_TRUE(about("FROM a:1\nUSER root\nRUN x\nUSER 4000\n").empty());
  EXPECT_TRUE(about("FROM a:1 AS b\nUSER root\nFROM a:1\n").empty());
}

TEST(PipWords, AreRequirements) {
  const auto file = parse_dockerfile(
      "FROM a:1\nRUN pip install --no-cache-dir -r requirements.txt 'requests[socks]>=2,<3' Flask==2.0 -t /x\n"
      "RUN python3 -m pip install $MORE ./here https://x.example/y.whl six > /dev/null && apt-get install vim\n"
      "RUN pip download x && echo pip && pip3.11 install late\n");
  ASSERT_TRUE(testing::ok(file));
  const RequirementsText read = pip_words_of(*file, "Dockerfile");
  const LockFile& lock = read.lock;
  std::vector<std::string> names;
  for (const LockedPackage& one : lock.packages) {
    names.push_back(one.package.name + one.specifier + (one.package.version.empty() ? "" : "==" + one.package.version) +
                    " " + one.package.origin);
  }
  EXPECT_THAT(names,
              ElementsAre(HasSubstr("requests"), "flask==2.0 Dockerfile:2", "six Dockerfile:3", "late Dockerfile:4"));
  ASSERT_EQ(lock.left_out.size(), 3u);
  EXPECT_THAT(lock.left_out[0].why, HasSubstr("'$MORE', which only the build knows"));
  ASSERT_EQ(read.included.size(), 1u);
  EXPECT_EQ(read.included[0].path, "requirements.txt");
  EXPECT_EQ(read.included[0].line, 2u);
}

struct Installing {
  const char* name;
  const char* command;
  const char* what;  // "NAME" of a package, "list PATH", "out PART of why"; empty: nothing
};

const Installing kInstalling[] = {
    {"ListGlued", "pip install -rdeps.txt", "list deps.txt"},
    {"ListLong", "pip install --requirement=sub/deps.txt", "list sub/deps.txt"},
    {"ListInACluster", "pip3 install -Ur deps.txt", "list deps.txt"},
    {"ListElsewhere", "cd /opt/x && pip install -r deps.txt", "list /opt/x/deps.txt"},
    {"ListByAVariable", "pip install -r $LIST", "out '$LIST', which only the build knows"},
    {"ListFromStandardInput", "cat x | pip install -r /dev/stdin", "out which only the build knows"},
    {"Constraint", "pip install -c deps.txt", ""},
    {"Editable", "pip install -e git+https://x.example/y", "out 'git+https://x.example/y' as editable"},
    {"EditableLong", "pip install --editable=.", "out '.' as editable"},
    {"UvPip", "uv pip install --system six", "six"},
    {"UvPipSync", "uv pip sync deps.txt", "list deps.txt"},
    {"UvSync", "uv sync --frozen", "list uv.lock"},
    {"UvTool", "uv tool install ruff", "ruff"},
    {"UvPython", "uv python install 3.12", ""},
    {"Pipx", "pipx install --python python3 black", "black"},
    {"PipxForced", "pipx install -f black", "black"},
    {"PipxRun", "pipx run black .", "black"},
    {"EasyInstall", "easy_install-3.11 six", "six"},
    {"PoetryAdd", "poetry add --group dev pytest", "pytest"},
    {"PoetryInstall", "poetry install --only main", "list poetry.lock"},
    {"Pipenv", "pipenv install --system --deploy", "list Pipfile.lock"},
    {"PipenvNames", "pipenv install six", "six"},
    {"Setup", "python setup.py install", "out 'setup.py install'"},
    {"PackageThatIsATool", "apt-get install -y pipx", ""},
    {"NotInstalled", "pip uninstall -y six", ""},
};

class InstallingWords : public ::testing::TestWithParam<Installing> {};

TEST_P(InstallingWords, AreRead) {
  const auto file = parse_dockerfile(std::string("FROM a:1\nRUN ") + GetParam().command + "\n");
  ASSERT_TRUE(testing::ok(file));
  const RequirementsText read = pip_words_of(*file, "Dockerfile");
  std::vector<std::string> found;
  for (const LockedPackage& one : read.lock.packages) found.push_back(one.package.name);
  for (const IncludedList& one : read.included) found.push_back("list " + one.path);
  for (const LeftOut& one : read.lock.left_out) found.push_back("out " + one.why);
  const std::string wanted = GetParam().what;
  if (wanted.empty()) {
    EXPECT_TRUE(found.empty()) << found.front();
  } else if (wanted.starts_with("out ")) {
    EXPECT_THAT(found, ElementsAre(HasSubstr(wanted.substr(4))));
  } else {
    EXPECT_THAT(found, ElementsAre(wanted));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, InstallingWords, ::testing::ValuesIn(kInstalling),
                         [](const auto& row) { return row.param.name; });

TEST(PipWords, KeepTheIndexThatTheyName) {
  const auto file = parse_dockerfile(
      "FROM a:1\nENV PIP_INDEX_URL=https://me:word@a.example/simple\n"
      "RUN pip install -i https://b.example/simple -r x.txt six && pip install idna -f https://c.example/files\n");
  ASSERT_TRUE(testing::ok(file));
  const RequirementsText read = pip_words_of(*file, "Dockerfile");
  EXPECT_EQ(read.lock.index, "https://a.example/simple");
  ASSERT_EQ(read.lock.packages.size(), 2u);
  EXPECT_EQ(read.lock.packages[0].index, "https://b.example/simple");
  EXPECT_EQ(read.lock.packages[1].index, "");
  ASSERT_EQ(read.included.size(), 1u);
  EXPECT_EQ(read.included[0].index, "https://b.example/simple");
  EXPECT_THAT(read.lock.more_indexes, ElementsAre("https://c.example/files"));
}

TEST(SecretNames, AreToldByTheirEnd) {
  for (const char* name : {"PASSWORD", "db_password", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "API_KEY", "apikey"}) {
    EXPECT_TRUE(is_secret_name(name)) << name;
  }
  for (const char* name : {"", "KEY", "PUBLIC_KEY", "TOKENIZERS", "PASSWORD_FILE", "KEYBOARD", "SECRETARY"}) {
    EXPECT_FALSE(is_secret_name(name)) << name;
  }
}

}  // namespace
}  // namespace berth::vet
