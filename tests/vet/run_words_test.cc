#include "berth/vet/run_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "berth/vet/build_rules.h"
#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;

TEST(PipWords, AreOfDataThatIsHandedToAShell) {
  const auto names_of = [](const std::string& runs) {
    const auto file = parse_dockerfile("FROM a:1\nCOPY <<EOF /x.txt\npip install six\nEOF\n" + runs + "\n");
    EXPECT_TRUE(testing::ok(file));
    std::vector<std::string> names;
    if (!file) return names;
    for (const LockedPackage& one : pip_words_of(*file, "Dockerfile").lock.packages) names.push_back(one.package.name);
    return names;
  };
  for (const char* runs :
       {"RUN sh /x.txt", "RUN . /x.txt", "RUN cat /x.txt | sh -e", "RUN sh < /x.txt", "CMD [\"/x.txt\"]",
        "RUN chmod 0755 /x.txt", "RUN bash -c \"$(cat /x.txt)\"", "RUN F=/x.txt; sudo bash $F", "RUN sh /*.txt",
        "RUN mv /x.txt /x && /x", "COPY <<EOF /y.sh\nsource /x.txt\nEOF\nRUN sh /y.sh"}) {
    EXPECT_THAT(names_of(runs), ElementsAre("six")) << runs;
  }
  for (const char* runs : {"RUN cat /x.txt", "RUN cp /x.txt /y/", "RUN chmod 644 /x.txt", "RUN sh /y.sh",
                           "RUN cat /x.txt | wc -l && sh -c true"}) {
    EXPECT_THAT(names_of(runs), ElementsAre()) << runs;
  }
}

TEST(PipWords, SayAsWhatAListIsRead) {
  const auto form_of = [](const std::string& command) {
    const auto file = parse_dockerfile("FROM a:1\nRUN " + command + "\n");
    EXPECT_TRUE(testing::ok(file));
    if (!file) return -1;
    const RequirementsText read = pip_words_of(*file, "Dockerfile");
    return read.included.size() == 1 ? static_cast<int>(read.included[0].form) : -1;
  };
  EXPECT_EQ(form_of("pip install -r x.py"), static_cast<int>(ListForm::ByName));
  EXPECT_EQ(form_of("uv run pip install -r x.py"), static_cast<int>(ListForm::ByName));
  EXPECT_EQ(form_of("uv pip install -r x.py"), static_cast<int>(ListForm::ScriptThatSays));
  EXPECT_EQ(form_of("pip install --requirements-from-script x"), static_cast<int>(ListForm::ScriptThatSays));
  EXPECT_EQ(form_of("uv run x.py"), static_cast<int>(ListForm::Script));
}

}  // namespace
}  // namespace berth::vet
