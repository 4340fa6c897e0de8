#include "berth/container/launch_spec.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace berth::container {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

using Variables = std::vector<std::string>;

const Variables kOfAnEmptyImage = {
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG=C.UTF-8",
    "HOME=/home/demisto",
    "USER=demisto",
    "TMPDIR=/tmp",
    "PYTHONDONTWRITEBYTECODE=1",
    "PYTHONIOENCODING=utf-8:backslashreplace",
    "PYTHONUNBUFFERED=1",
};

TEST(Environment, IsWhatContentExpects) { EXPECT_EQ(environment_for({}, {}), kOfAnEmptyImage); }

struct VariableRow {
  const char* name;
  Variables image;
  Variables additions;
  Variables present;
  Variables absent;  // names
};

const VariableRow kVariables[] = {
    {"OfTheImage", {"DOCKER_IMAGE=demisto/x:1", "EMPTY="}, {}, {"DOCKER_IMAGE=demisto/x:1", "EMPTY="}, {}},
    {"WithSignsInTheValue", {"A=b=c d\"'$X"}, {}, {"A=b=c d\"'$X"}, {}},
    {"PathOfTheImage", {"PATH=/opt/bin:/bin", "LANG=de_DE.UTF-8"}, {}, {"PATH=/opt/bin:/bin", "LANG=de_DE.UTF-8"}, {}},
    {"LastOfTheSameNameCounts", {"A=1", "A=2"}, {}, {"A=2"}, {}},
    {"OursBeforeTheImages",
     {"HOME=/root", "USER=root", "TMPDIR=/x", "PYTHONIOENCODING=latin1"},
     {},
     {"HOME=/home/demisto", "USER=demisto", "TMPDIR=/tmp", "PYTHONIOENCODING=utf-8:backslashreplace"},
     {}},
    {"AdditionsBeforeAll", {"A=1"}, {"A=3", "HOME=/elsewhere"}, {"A=3", "HOME=/elsewhere"}, {}},
    {"NothingForTheDynamicLinker",
     {"LD_PRELOAD=/x.so", "LD_LIBRARY_PATH=/x", "LD_AUDIT=/x", "LD_=1", "GLIBC_TUNABLES=glibc.malloc.check=3"},
     {},
     {},
     {"LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "LD_", "GLIBC_TUNABLES"}},
    {"NothingForTheStartOfPython",
     {"PYTHONSTARTUP=/x.py", "PYTHONINSPECT=1", "PYTHONHOME=/x", "PYTHONDEBUG=1", "PYTHONVERBOSE=1",
      "PYTHONPROFILEIMPORTTIME=1"},
     {},
     {},
     {"PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONHOME", "PYTHONDEBUG", "PYTHONVERBOSE", "PYTHONPROFILEIMPORTTIME"}},
    {"WhatIsNoVariable", {"", "=", "=x", "NONE"}, {}, {}, {"", "NONE"}},
    {"OthersThatBeginAlike",
     {"OLD_PATH=1", "LDFLAGS=2", "PYTHONPATH=/app"},
     {},
     {"OLD_PATH=1", "LDFLAGS=2", "PYTHONPATH=/app"},
     {}},
};

class Variable : public ::testing::TestWithParam<VariableRow> {};

TEST_P(Variable, Stands) {
  const Variables environment = environment_for({GetParam().image}, GetParam().additions);
  std::vector<std::string> names;
  for (const std::string& variable : environment) names.push_back(variable.substr(0, variable.find('=')));
  for (const std::string& variable : GetParam().present) EXPECT_THAT(environment, Contains(variable));
  for (const std::string& name : GetParam().absent) EXPECT_THAT(names, Not(Contains(name)));
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end()) << "a name stands twice";
}

INSTANTIATE_TEST_SUITE_P(Table, Variable, ::testing::ValuesIn(kVariables),
                         [](const auto& row) { return row.param.name; });

TEST(Interpreters, AreTriedFromTheMostExact) {
  EXPECT_THAT(interpreters_for("python2"), ElementsAre("python2", "python2.7", "python"));
  EXPECT_THAT(interpreters_for("python3"), ElementsAre("python3", "python"));
  EXPECT_THAT(interpreters_for(""), ElementsAre("python3", "python"));
}

}  // namespace
}  // namespace berth::container
