#include "berth/vet/install_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace berth::vet {
namespace {

constexpr auto kWithValue = std::to_array<std::string_view>({
    "-r",
    "--requirement",
    "-c",
    "--constraint",
    "-i",
    "--index-url",
    "--extra-index-url",
    "--pypi-url",
    "--pypi-mirror",
    "-f",
    "--find-links",
    "-t",
    "--target",
    "--prefix",
    "--root",
    "--trusted-host",
    "--platform",
    "--abi",
    "--src",
    "--python-version",
    "--timeout",
    "--retries",
    "--proxy",
    "--cert",
    "--client-cert",
    "--resume-retries",
    "--use-deprecated",
    "--log-file",
    "--local-log",
    "--global-option",
    "--build-option",
    "--install-option",
    "--python-preference",
    "--python-fetch",
    "--cache-dir",
    "--no-binary",
    "--only-binary",
    "--progress-bar",
    "--use-feature",
    "--constraints",
    "--build-constraint",
    "--build-constraints",
    "--override",
    "--overrides",
    "--prerelease",
    "--upgrade-strategy",
    "--report",
    "--python",
    "-e",
    "--editable",
    "--requirements",
    "--spec",
    "--pip-args",
    "--extra-pip-args",
    "--index",
    "--source",
    "--group",
    "-G",
    "--extras",
    "-E",
    "--directory",
    "-C",
    "--project",
    "--index-strategy",
    "--keyring-provider",
    "--exclude-newer",
    "--python-platform",
    "--link-mode",
    "--config-file",
    "--resolution",
    "--fork-strategy",
    "--reinstall-package",
    "--refresh-package",
    "--upgrade-package",
    "-P",
    "-p",
    "-b",
    "--config-setting",
    "--config-settings",
    "--torch-backend",
    "--allow-insecure-host",
    "--color",
    "--no-build-isolation-package",
    "--extra",
    "--default-index",
    "--with",
    "--with-requirements",
    "--with-editable",
    "-w",
    "--wheel-dir",
    "--from",
    "--env-file",
    "--root-user-action",
    "--implementation",
    "--exists-action",
    "--log",
    "--no-build-package",
    "--no-binary-package",
    "--only-group",
    "--no-group",
    "--preinstall",
    "--suffix",
});

// What one tool alone has with a value.
struct OfTool {
  std::string_view tool;
  std::string_view option;
};

constexpr auto kOfTools = std::to_array<OfTool>({
    {"pip", "--all-releases"},
    {"pip", "--only-final"},
    {"pip", "--requirements-from-script"},
    {"pip", "--uploaded-prior-to"},
    {"pdm", "-L"},
    {"pdm", "--lockfile"},
    {"pdm", "-k"},
    {"pdm", "--skip"},
    {"pdm", "--venv"},
    {"pdm", "--config"},
    {"pdm", "--without"},
    {"pdm", "--with"},
    {"pipenv", "--categories"},
    {"poetry", "--markers"},
    {"poetry", "--with"},
    {"poetry", "--without"},
    {"poetry", "--only"},
    {"pipx", "--backend"},
    {"pipx", "--fetch-python"},
    {"uv", "--optional"},
    {"uv", "--bounds"},
    {"uv", "--branch"},
    {"uv", "--tag"},
    {"uv", "--rev"},
    {"uv", "-m"},
    {"uv", "--marker"},
    {"uv", "--package"},
    {"uv", "--no-install-package"},
    {"uv", "--no-extra"},
    {"uv", "--no-editable-package"},
    {"uv", "--exclude-newer-package"},
    {"uv", "--config-settings-package"},
    {"uv", "--preview-features"},
    {"uv", "--with-executables-from"},
    {"uv", "--no-sources-package"},
    {"uv", "--upgrade-group"},
    {"uv", "--script"},
    {"uv", "--max-recursion-depth"},
    {"uv", "--torch-backend"},
});

}  // namespace

bool takes_value(std::string_view option) { return std::ranges::find(kWithValue, option) != kWithValue.end(); }

bool takes_value(std::string_view option, std::string_view tool) {
  return takes_value(option) || std::ranges::any_of(kOfTools, [&](const OfTool& one) {
           return one.option == option && (one.tool == tool || (one.tool == "uv" && tool == "uvx"));
         });
}

// pip takes the beginning of a long option for it, where no other begins so.
std::string whole_option(std::string name) {
  constexpr std::string_view kShortenings[] = {"--requirement",
                                               "--constraint",
                                               "--extra-index-url",
                                               "--index-url",
                                               "--find-links",
                                               "--editable",
                                               "--target",
                                               "--platform",
                                               "--trusted-host",
                                               "--pypi-url",
                                               "--no-binary",
                                               "--global-option",
                                               "--log",
                                               "--proxy",
                                               "--timeout",
                                               "--cert",
                                               "--cache-dir",
                                               "--client-cert",
                                               "--retries",
                                               "--use-feature",
                                               "--exists-action",
                                               "--keyring-provider",
                                               "--python"};
  constexpr std::size_t kShortest = 4;
  if (name.size() < kShortest || !name.starts_with("--") || name == "--pre") return name;
  const auto* const whole =
      std::ranges::find_if(kShortenings, [&](std::string_view one) { return one.starts_with(name); });
  return whole == std::ranges::end(kShortenings) ? name : std::string(*whole);
}

InstallOption option_of(std::string_view word, std::string_view tool) {
  if (word.starts_with("--")) {
    const std::size_t equals = std::min(word.find('='), word.size());
    return {std::string(word.substr(0, equals)), word.substr(std::min(equals + 1, word.size()))};
  }
  // `-dG test`: the first that takes a value is the last of several.
  for (std::size_t i = 1; i < word.size(); ++i) {
    const std::string name = fmt::format("-{}", word[i]);
    if (takes_value(name, tool)) return {name, word.substr(i + 1)};
  }
  return {std::string(word), {}};
}

bool is_place(std::string_view word) {
  return word.contains("://") || word.contains('/') || word == "." || word.ends_with(".whl") ||
         word.ends_with(".tar.gz") || word.ends_with(".zip");
}

}  // namespace berth::vet
