#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "berth/vet/build_rules.h"
#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

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
  EXPECT_THAT(names, ElementsAre(HasSubstr("requests"), "flask==2.0 Dockerfile:2", "six Dockerfile:3", "x Dockerfile:4",
                                 "late Dockerfile:4"));
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
    {"ModuleGlued", "python3 -mpip install six", "six"},
    {"ModuleGluedInACluster", "python3 -Impip install six", "six"},
    {"ModuleInside", "python3 -m pip._internal install six", "six"},
    {"ModuleWithoutVerb", "python -m easy_install six", "six"},
    {"Uvx", "uvx --python 3.12 ruff@0.6.0 check .", "ruff"},
    {"UvxFrom", "uvx --from black blackd", "black"},
    {"UvToolRun", "uv tool run ruff@latest", "ruff"},
    {"UvRunWith", "uv run --with 'six>=1,<2' python x.py", "six"},
    {"UvRun", "uv run app.py", "list app.py"},
    {"UvRunScript", "uv run --script /app", "list /app"},
    {"UvRunGuiScript", "uv run -q --gui-script /app", "list /app"},
    {"UvRunScriptInACluster", "uv run -qs app", "list app"},
    {"UvRunAddress", "uv run https://x.example/y.py", ""},
    {"UvRunModule", "uv run -m pytest x.py", ""},
    {"UvRunModuleGlued", "uv run -mreqeusts", ""},
    {"UvAddToAScript", "uv add --script x.py six", "six"},
    {"UvSyncOfAScript", "uv sync --script x.py", "list x.py"},
    {"PipxRunScript", "pipx run x.py", "list x.py"},
    {"PipxRunPath", "pipx run --path x", "list x"},
    {"PipxRunSpecOfAName", "pipx run --spec six x.py", "six"},
    {"ListByAClusterOfPip", "pip install -Urx.txt", "list x.txt"},
    {"UvRunProgram", "uv run gunicorn app:app", ""},
    {"UvRunFromStandardInput", "cat x | uv run -", "out a script that only the build knows"},
    {"UvToolWith", "uv tool install --with=six", "six"},
    {"UvToolWithList", "uv tool install --with-requirements deps.txt", "list deps.txt"},
    {"UvToolFrom", "uv tool install --from six", "six"},
    {"PipxPreinstall", "pipx install --preinstall six", "six"},
    {"Group", "pip install --group dev", "list pyproject.toml"},
    {"GroupOfAnother", "uv pip install --group=sub/pyproject.toml:dev", "list sub/pyproject.toml"},
    {"GroupByAVariable", "pip install --group $X", "out the group '$X', which only the build knows"},
    {"OfAScript", "pip install --requirements-from-script x.py", "list x.py"},
    {"PdmGroup", "pdm add -dG test six", "six"},
    {"UvOptional", "uv add --optional x six", "six"},
    {"UvMarker", "uv add -m 'x' --rev=1 six", "six"},
    {"PipTarget", "pip install -Ut dir six", "six"},
    {"Hatch", "hatch env create", "out 'hatch env' installs packages that are not judged"},
    {"Micropipenv", "micropipenv install --deploy", "out 'micropipenv install'"},
    {"Tox", "tox", "out 'tox' installs"},
    {"ToxAsAModule", "python3 -m tox -e py311", "out 'tox' installs"},
    {"ToxVersion", "tox --version", ""},
    {"Nox", "nox -s tests", "out 'nox' installs"},
    {"FieldSeparator", "pip$IFS'install' six", "out 'pip$IFSinstall', which only the build knows"},
    {"InADocument", "python3 <<EOF\nimport pip\npip.main(['install', 'six'])\nEOF", "out installs with 'pip'"},
    {"MainInADocument", "python3 <<EOF\nfrom pip import main\nmain(['install', 'six'])\nEOF",
     "out installs with 'pip'"},
    {"PipxSpec", "pipx run --spec black blackd", "black"},
    {"UvOptions", "uv pip install --index-strategy X --link-mode copy -p 3.12 six", "six"},
    {"ListShortened", "pip install --req deps.txt", "list deps.txt"},
    {"Wheels", "pip wheel -w /wheels six", "six"},
    {"NotAWheel", "pip uninstall -y wheel setuptools", ""},
    {"PipSync", "pip-sync", "list requirements.txt"},
    {"PipTools", "python -m piptools sync deps.txt", "list deps.txt"},
    {"Handed", "echo six | xargs pip install", "out hands over"},
    {"BySu", "su -s /bin/sh -c 'pip install six' root", "six"},
    {"ByEval", "eval pip 'install six'", "six"},
    {"ByAHereString", "bash <<< 'pip install six'", "six"},
    {"ByAnEchoedScript", "echo 'pip install six' | sh -e", "six"},
    {"ByASecondLine", "printf 'true\\npip install six\\n' | sh", "six"},
    {"ByOptionsOfAShell", "find . -exec sh -o errexit -ce 'pip install six' \\;", "six"},
    {"ByASplitString", "env -S 'pip install six'", "six"},
    {"ByATrap", "trap 'pip install six' EXIT", "six"},
    {"ByItsPath", "$(which pip) install six", "six"},
    {"ByAVariable", "PIP=pip; $PIP install six", "six"},
    {"ByAVariableInAScript", "export P=pip && sh -c \"${P} install six\"", "six"},
    {"ByADefault", "${PIP:-pip} install six", "six"},
    {"ByAVariableThatChanges", "P=pip; if x; then P=echo; fi; $P install six",
     "out '$P install', which only the build"},
    {"UnknownProgram", "$TOOL install six", "out '$TOOL install', which only the build knows"},
    {"UnknownVerb", "set -- x; pip \"$@\"", "out 'pip $@', which only the build knows"},
    {"UnknownPrefix", "$SUDO apt-get install -y six", ""},
    {"InCode", "python -c \"import pip; pip.main(['install', 'six'])\"", "out installs with 'pip'"},
    {"IntoAScript", "echo 'pip install six' > x.sh", "out installs with 'pip'"},
    {"Told", "echo 'run pip install six'", ""},
    {"InnerName", "pip install s$(echo ix)", "six"},
    {"InnerUnknown", "pip install six$(cat x)", "out which only the build knows"},
    {"Renamed", "ln -s /usr/bin/pip /usr/bin/x", "out another name"},
    {"NamedAlike", "ln -s /usr/bin/pip3 /usr/bin/pip", ""},
    {"Alias", "alias x=pip", "out another name"},
    {"Npm", "npm --prefix x install -g y", "out 'npm install' installs packages that are not judged"},
    {"Gem", "gem install x", "out 'gem install'"},
    {"Conda", "conda create -n x python", "out 'conda create'"},
    {"GoInstall", "go install x.example/y@latest", "out 'go install'"},
    {"GoInstallOfItsOwn", "go install ./cmd/x", ""},
    {"NpmRun", "npm run build", ""},
    {"PathsThatAreCalledSo", "sh /opt/uv/install.sh && rm -rf /root/.cache/pip /tmp/install", ""},
    {"OfTheDistribution", "apk add --no-cache npm cargo pip install", ""},
    {"Setup", "python setup.py install", "out 'setup.py install'"},
    {"PackageThatIsATool", "apt-get install -y pipx", ""},
    {"NotInstalled", "pip uninstall -y six", ""},
    {"BehindARedirection", "pip install 2>/dev/null six", "six"},
    {"BehindAnother", "pip install > /dev/null -q 2>&1 six >|log", "six"},
    {"AppendedTo", "pip install six >>/tmp/log 2>log", "six"},
    {"RedirectedAtOnce", "pip install six>log", "six"},
    {"ListBehindARedirection", "pip install -r 2>/dev/null x.txt", "list x.txt"},
    {"UnknownPartOfTheProgram", "pip${V} install six", "out 'pip${V} install', which only the build knows"},
    {"UnknownLetterOfTheProgram", "pi${x}p install six pip install", "out 'pi${x}p install'"},
    {"ProgramByAPattern", "/usr/bin/pi? install six", "out pi? install'"},
    {"ProgramByBraces", "pip{,} install six", "out 'pip{,} install'"},
    {"UnknownModule", "python3 -m $M install six", "out '$M install'"},
    {"UnknownModuleGlued", "python3 -m$M install six", "out '-m$M install'"},
    {"UnknownVerbOfAModule", "python3 -m pip $VERB six", "out 'pip $VERB'"},
    {"UnknownVerbBehindAnOption", "pip -q $VERB six", "out 'pip $VERB'"},
    {"UnknownPartOfTheVerb", "pip inst${x}all six", "out 'pip inst${x}all'"},
    {"UnknownProgramThatIsRun", "uv run $X install six", "out '$X install'"},
    {"UnknownUnderUv", "uv pip $VERB six", "out 'uv $VERB'"},
    {"UnknownFolder", "$VENV/bin/pip install six", "six"},
    {"UnknownPython", "$PYTHON -m pip install six", "six"},
    {"UnknownFolderToMakeIn", "make -C $DIR install", ""},
    {"UnknownNotInstalled", "pip uninstall -y $X && pip config set global.cache-dir $X && uv venv $X", ""},
    {"TestOfAFile", "[ -e install ] && [[ -x add ]]", ""},
    {"OptionWithAVariable", "pip --cache-dir $DIR --log=$LOG install six", "six"},
    {"ValueThatLooksLikeARunner", "pip --log run install six", "six"},
    {"ValueThatLooksLikeAPart", "uv --cache-dir pip add six", "six"},
    {"ValueThatLooksLikeAVerb", "uv --cache-dir run add six", "six"},
    {"ShortenedOptionWithAValue", "pip --cache x wheel six", "six"},
    {"HandedToPip", "pipx install --pip-args='--index-url x'", "out hands '--index-url x' to pip"},
    {"NothingHandedByPipenv", "pipenv sync --extra-pip-args=", "list Pipfile.lock"},
    {"NothingHandedToPip", "pipx install --pip-args= black", "black"},
    {"Sources", "pip install --no-binary :all:", "out '--no-binary' takes sources"},
    {"SourcesShortened", "pip install --global-opt=x", "out '--global-option' takes sources"},
    {"NoSources", "pip install --no-binary :none: six", "six"},
    {"PoetryUpdate", "poetry update", "out 'poetry update' takes versions that no list says"},
    {"PipenvUpgrade", "pipenv upgrade six", "out 'pipenv upgrade' takes versions"},
    {"PdmUpdate", "pdm update", "out 'pdm update' takes versions"},
    {"UvToolUpgrade", "uv tool upgrade --all", "out 'uv upgrade' takes versions"},
    {"PipxUpgrade", "pipx upgrade black", "out 'pipx upgrade' takes versions"},
    {"Download", "pip download six", "six"},
    {"OfAnArchive", "python3 pip.pyz install six", "six"},
    {"OfItsMain", "python3 /usr/lib/python3/dist-packages/pip/__main__.py install six", "six"},
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

TEST(PipWords, AreOfScriptsThatStandInTheBuildFile) {
  const auto names_of = [](const std::string& text) {
    const auto file = parse_dockerfile("FROM a:1\n" + text);
    EXPECT_TRUE(testing::ok(file));
    std::vector<std::string> names;
    if (!file) return names;
    for (const LockedPackage& one : pip_words_of(*file, "Dockerfile").lock.packages) names.push_back(one.package.name);
    return names;
  };
  EXPECT_THAT(names_of("COPY <<EOF /x.sh\npip install six\nEOF\nRUN sh /x.sh\n"), ElementsAre("six"));
  EXPECT_THAT(names_of("COPY <<x /bin/\npip install six\nx\nENTRYPOINT [\"/bin/x\"]\n"), ElementsAre("six"));
  EXPECT_THAT(names_of("COPY <<EOF /notes\npip install six\nEOF\n"), ElementsAre());
  EXPECT_THAT(names_of("COPY <<EOF /x.md\npip install six\nEOF\nRUN cat /x.md\n"), ElementsAre());
}

TEST(PipWords, KeepTheIndexThatTheyName) {
  const auto file = parse_dockerfile(
      "FROM a:1\nENV PIP_INDEX_URL=https://me:word@a.example/simple\n"
      "RUN pip install -i https://b.example/simple -r x.txt six && pip install idna -f https://c.example/files\n");
  ASSERT_TRUE(testing::ok(file));
  const RequirementsText read = pip_words_of(*file, "Dockerfile");
  EXPECT_EQ(read.lock.index, "https://a.example/simple");
  ASSERT_EQ(read.lock.packages.size(), 2u);
  EXPECT_EQ(read.lock.packages[0].index, "https://b.example/simple");
  EXPECT_EQ(read.lock.packages[1].index, "https://a.example/simple");
  ASSERT_EQ(read.included.size(), 1u);
  EXPECT_EQ(read.included[0].index, "https://b.example/simple");
  EXPECT_THAT(read.lock.more_indexes, ElementsAre("https://c.example/files"));
}

TEST(PipWords, TakeNoIndexWhereNoneIsAsked) {
  for (const char* text : {"RUN pip install --no-index -f /wheels --extra-index-url https://x.example six\n",
                           "ENV PIP_NO_INDEX=1\nRUN pip install --find-links=/wheels six\n"}) {
    const auto file = parse_dockerfile(std::string("FROM a:1\n") + text);
    ASSERT_TRUE(testing::ok(file));
    const RequirementsText read = pip_words_of(*file, "Dockerfile");
    ASSERT_EQ(read.lock.packages.size(), 1u);
    EXPECT_EQ(read.lock.packages[0].index, "--no-index");
    EXPECT_THAT(*read.lock.packages[0].more_indexes, ElementsAre("/wheels"));
  }
}

TEST(PipWords, HaveTheIndexOfTheirCommand) {
  const std::string good = "https://a.example/simple";
  const std::string other = "https://b.example/simple";
  const std::string rows[] = {
      "ENV PIP_INDEX_URL=" + other + "\nRUN pip install six\nENV PIP_INDEX_URL=" + good + "\n",
      "RUN PIP_INDEX_URL=" + other + " pip install six && PIP_INDEX_URL=" + good + " pip install idna\n",
      "ENV pip_index-url=" + good + "\nRUN export PIP_INDEX_URL=" + other + " && sh -c 'pip install six'\n",
      "RUN declare -x PIP_PYPI_URL=" + other + "; pip install six\n",
      "RUN PIP_INDEX_URL=" + other + "; export PIP_INDEX_URL; pip install six\n",
      "ENV PIP_INDEX_URL=" + good + "\nRUN PIP_INDEX_URL=" + other + "; pip install six\n",
      "ENV PIP_INDEX_URL=" + good + "\nRUN pip install --pypi-url=" + other + " six\n",
      "ARG H=b.example\nENV PIP_INDEX_URL=https://$H/simple\nRUN pip install six\n",
      "FROM a:1 AS X\nENV PIP_INDEX_URL=" + other + "\nFROM x\nARG PIP_INDEX_URL=" + good + "\nRUN pip install six\n",
      "RUN pipenv install --pypi-mirror " + other + " six\n",
  };
  for (const std::string& text : rows) {
    const auto file = parse_dockerfile("FROM a:1\n" + text);
    ASSERT_TRUE(testing::ok(file)) << text;
    const LockFile lock = pip_words_of(*file, "Dockerfile").lock;
    ASSERT_FALSE(lock.packages.empty()) << text;
    EXPECT_EQ(lock.packages[0].index, other) << text;
    EXPECT_TRUE(lock.left_out.empty()) << text;
  }
  const auto locked = parse_dockerfile("FROM a:1\nRUN uv sync --frozen --default-index " + other + "\n");
  ASSERT_TRUE(testing::ok(locked));
  EXPECT_THAT(pip_words_of(*locked, "Dockerfile").lock.more_indexes, ElementsAre(other));
}

TEST(PipWords, HaveTheConstraintsOfTheirCommand) {
  const std::pair<const char*, std::size_t> rows[] = {
      {"ENV pip_constraint=c.txt\nRUN pip install six\n", 1},
      {"RUN PIP_CONSTRAINT=c.txt; export PIP_CONSTRAINT; pip install six\n", 1},
      {"RUN PIP_CONSTRAINT=c.txt; pip install six\n", 0},
      {"RUN export PIP_CONSTRAINT=c.txt; unset PIP_CONSTRAINT; pip install six\n", 0},
  };
  for (const auto& [text, number] : rows) {
    const auto file = parse_dockerfile(std::string("FROM a:1\n") + text);
    ASSERT_TRUE(testing::ok(file)) << text;
    EXPECT_EQ(pip_words_of(*file, "Dockerfile").constrained.size(), number) << text;
  }
  const auto given = parse_dockerfile("FROM a:1\nARG PIP_CONSTRAINT\nRUN pip install six\n");
  ASSERT_TRUE(testing::ok(given));
  EXPECT_EQ(pip_words_of(*given, "Dockerfile").lock.left_out.size(), 1u);
}

TEST(PipWords, AreFollowedThroughInstructions) {
  const std::pair<const char*, const char*> rows[] = {
      {"ENV P=pip\nRUN $P install six\n", "six"},
      {"ENV I='pip install six'\nRUN $I\n", "six"},
      {"ARG WHAT='six idna'\nRUN pip install $WHAT\n", "six,idna"},
      {"ARG V\nRUN pip install six==$V\n", "six"},
      {"ENV P=six\nENV P=idna USE=$P\nRUN pip install $USE\n", "six"},
      {"RUN [\"env\", \"-S\", \"pip install six\"]\n", "six"},
      {"COPY <<EOF /x.sh\n#!/bin/sh\npip install six\nEOF\n", "six"},
      {"COPY <<EOF /x.txt\npip install six\nEOF\n", ""},
  };
  for (const auto& [text, wanted] : rows) {
    const auto file = parse_dockerfile(std::string("FROM a:1\n") + text);
    ASSERT_TRUE(testing::ok(file)) << text;
    std::string names;
    for (const LockedPackage& one : pip_words_of(*file, "Dockerfile").lock.packages) {
      names += (names.empty() ? "" : ",") + one.package.name;
    }
    EXPECT_EQ(names, wanted) << text;
  }
}

TEST(PipWords, AreNotCutOffUnseen) {
  std::string deep = "pip install six";
  for (int i = 0; i < 9; ++i) deep = "$(" + deep + ")";
  std::string many;
  for (int i = 0; i < 10'001; ++i) many += ";a";
  for (const std::string& text : {deep, "x" + many + ";pip install six"}) {
    const auto file = parse_dockerfile("FROM a:1\nRUN " + text + "\n");
    ASSERT_TRUE(testing::ok(file));
    const RequirementsText read = pip_words_of(*file, "Dockerfile");
    ASSERT_EQ(read.lock.left_out.size(), 1u);
    EXPECT_THAT(read.lock.left_out[0].why, HasSubstr("more commands, or deeper ones"));
  }
}

TEST(PipWords, AreBoundedInWhatTheyTake) {
  std::string tools = "six";
  for (int i = 0; i < 1'900; ++i) tools = "uv run " + tools;
  const std::string values = "ENV X=" + std::string(60'000, 'x') + "\nRUN :";
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += " $X";
  const std::pair<std::string, std::string> rows[] = {{"RUN " + tools, "too many words"},
                                                      {values + many + "; pip install six", "more commands"}};
  for (const auto& [text, why] : rows) {
    const auto file = parse_dockerfile("FROM a:1\n" + text + "\n");
    ASSERT_TRUE(testing::ok(file));
    const RequirementsText read = pip_words_of(*file, "Dockerfile");
    ASSERT_EQ(read.lock.left_out.size(), 1u);
    EXPECT_THAT(read.lock.left_out[0].why, HasSubstr(why));
  }
}

TEST(PipWords, OfUvHaveItsIndex) {
  const auto file = parse_dockerfile(
      "FROM a:1\nENV UV_DEFAULT_INDEX=https://a.example/simple\n"
      "RUN uv pip install six && pip install idna && uv pip install --default-index https://b.example/simple attrs\n");
  ASSERT_TRUE(testing::ok(file));
  const RequirementsText read = pip_words_of(*file, "Dockerfile");
  ASSERT_EQ(read.lock.packages.size(), 3u);
  EXPECT_EQ(read.lock.packages[0].index, "https://a.example/simple");
  EXPECT_EQ(read.lock.packages[1].index, "");
  EXPECT_EQ(read.lock.packages[2].index, "https://b.example/simple");
}

}  // namespace
}  // namespace berth::vet
