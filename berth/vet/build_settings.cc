#include "berth/vet/build_settings.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "berth/base/lower_case.h"
#include "berth/vet/build_variables.h"
#include "berth/vet/install_words.h"

namespace berth::vet {
namespace {

struct Variable {
  std::string_view name;
  Steers steers;
};

constexpr auto kVariables = std::to_array<Variable>({
    {"PIP_EXTRA_INDEX_URL", Steers::SecondIndex},
    {"PIP_FIND_LINKS", Steers::SecondIndex},
    {"PIP_INDEX_URL", Steers::PipIndex},
    {"PIP_PYPI_URL", Steers::PipIndex},
    {"PIP_CONFIG_FILE", Steers::Unfollowed},
    {"PIP_BUILD_CONSTRAINT", Steers::Unfollowed},
    {"PIP_REQUIREMENT", Steers::Unfollowed},
    {"PIP_EDITABLE", Steers::Unfollowed},
    {"PIP_NO_BINARY", Steers::Unfollowed},
    {"PIP_GLOBAL_OPTION", Steers::Unfollowed},
    {"PIP_TRUSTED_HOST", Steers::Trusting},
    {"UV_INDEX", Steers::SecondIndex},
    {"UV_EXTRA_INDEX_URL", Steers::SecondIndex},
    {"UV_FIND_LINKS", Steers::SecondIndex},
    {"UV_INDEX_URL", Steers::OtherIndex},
    {"UV_DEFAULT_INDEX", Steers::OtherIndex},
    {"UV_CONFIG_FILE", Steers::Unfollowed},
    {"UV_BUILD_CONSTRAINT", Steers::Unfollowed},
    {"UV_OVERRIDE", Steers::Unfollowed},
    {"UV_NO_BINARY", Steers::Unfollowed},
    {"UV_NO_BINARY_PACKAGE", Steers::Unfollowed},
    {"UV_INSECURE_HOST", Steers::Trusting},
    {"PIPENV_PYPI_MIRROR", Steers::OtherIndex},
    {"PDM_PYPI_URL", Steers::OtherIndex},
    {"GIT_SSL_NO_VERIFY", Steers::Refusing},
    {"NODE_TLS_REJECT_UNAUTHORIZED", Steers::Checking},
    {"NPM_CONFIG_STRICT_SSL", Steers::Checking},
    {"YARN_ENABLE_STRICT_SSL", Steers::Checking},
    {"PYTHONHTTPSVERIFY", Steers::Checking},
    {"PERL_LWP_SSL_VERIFY_HOSTNAME", Steers::Checking},
    {"CONDA_SSL_VERIFY", Steers::Checking},
    {"GOSUMDB", Steers::Checking},
    {"GOINSECURE", Steers::Trusting},
});

// Settings of `pip config set`, by the last part of their names.
constexpr auto kSettings = std::to_array<Variable>({
    {"index-url", Steers::OtherIndex},
    {"pypi-url", Steers::OtherIndex},
    {"extra-index-url", Steers::SecondIndex},
    {"find-links", Steers::SecondIndex},
    {"trusted-host", Steers::Trusting},
    {"constraint", Steers::Unfollowed},
    {"requirement", Steers::Unfollowed},
    {"editable", Steers::Unfollowed},
    {"no-binary", Steers::Unfollowed},
});

void add_variable(std::vector<Set>& all, std::size_t line, std::string_view name, const std::string& value) {
  for (const Variable& one : kVariables) {
    if (is_variable_of_pip(name, one.name)) all.push_back({line, std::string(one.name), value, one.steers});
  }
}

// `pip config set global.index-url X`.
void add_setting(std::vector<Set>& all, const BuildCommand& one) {
  const std::vector<std::string>& words = one.command.words;
  const auto config = std::ranges::find(words, "config");
  const auto set = std::find(config, words.end(), "set");
  if (set == words.end() || words.end() - set < 2 || !names_python_tool(one.command)) return;
  const std::string name = lower_case(set[1].substr(set[1].rfind('.') + 1));
  for (const Variable& known : kSettings) {
    const bool is_it =
        std::ranges::equal(name, known.name, [](char a, char b) { return a == b || (a == '_' && b == '-'); });
    if (is_it) all.push_back({one.line, "pip config " + std::string(known.name), "$", known.steers});
  }
}

}  // namespace

bool is_variable_of_pip(std::string_view name, std::string_view wanted) {
  // Others' names count as they are; npm's in any case, too.
  if (!wanted.starts_with("PIP_") && !wanted.starts_with("NPM_")) return name == wanted;
  return std::ranges::equal(name, wanted, [](char a, char b) {
    const char folded = a == '-' ? '_' : a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a;
    return folded == b;
  });
}

std::vector<Set> settings_of(const Build& build) {
  std::vector<Set> all;
  BuildVariables variables;
  for (const BuildInstruction& one : build.file.instructions) {
    for (const auto& [name, value] : variables.values_of(one)) add_variable(all, one.line, name, value);
    variables.pass(one);
  }
  for (const BuildCommand& one : build.commands.all) {
    for (const std::string_view word : one.command.words) {
      const std::string_view name = assigned_name(word);
      if (!name.empty()) add_variable(all, one.line, name, std::string(word.substr(name.size() + 1)));
    }
    add_setting(all, one);
  }
  return all;
}

}  // namespace berth::vet
