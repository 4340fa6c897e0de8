#include "berth/vet/install_options.h"

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

}  // namespace

bool takes_value(std::string_view option) { return std::ranges::find(kWithValue, option) != kWithValue.end(); }

// pip takes the beginning of a long option for it, where no other begins so.
std::string whole_option(std::string name) {
  constexpr std::string_view kShortenings[] = {"--requirement", "--constraint", "--extra-index-url",
                                               "--index-url",   "--find-links", "--editable",
                                               "--target",      "--platform",   "--trusted-host"};
  constexpr std::size_t kShortest = 4;
  if (name.size() < kShortest || !name.starts_with("--") || name == "--pre") return name;
  const auto* const whole =
      std::ranges::find_if(kShortenings, [&](std::string_view one) { return one.starts_with(name); });
  return whole == std::ranges::end(kShortenings) ? name : std::string(*whole);
}

}  // namespace berth::vet
