#include "berth/image/wheels.h"

#include <unistd.h>

#include <string>
#include <vector>

#include "berth/sys/file.h"
#include "berth/sys/tool.h"

namespace berth::image {
namespace {

// What tells pip and its TLS where to go. Values may hold credentials, so they go by environment, as they came.
std::vector<std::string> reach_of_environment() {
  std::vector<std::string> kept;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string_view name = text.substr(0, text.find('='));
    const bool reach = name.starts_with("PIP_") || name.ends_with("_proxy") || name.ends_with("_PROXY") ||
                       name == "SSL_CERT_FILE" || name == "SSL_CERT_DIR" || name == "REQUESTS_CA_BUNDLE" ||
                       name == "XDG_CONFIG_HOME";
    if (reach) kept.emplace_back(text);
  }
  return kept;
}

}  // namespace

Result<void> fetch_python2_wheels(std::string_view lock, const std::filesystem::path& into,
                                  std::chrono::milliseconds time_limit) {
  BERTH_CHECK_OK(sys::make_folders(into, 0755));
  const std::filesystem::path lock_file = into / "lock.txt";
  BERTH_CHECK_OK(sys::write_file_atomically(lock_file, lock, 0644));
  std::vector<std::string> argv = {"python3", "-m", "pip", "download", "--quiet", "--no-input"};
  argv.insert(argv.end(), {"--disable-pip-version-check", "--no-deps", "--require-hashes", "--only-binary=:all:"});
  argv.insert(argv.end(), {"--implementation=cp", "--python-version=27", "--abi=cp27mu", "--abi=none"});
#ifdef __x86_64__
  argv.insert(argv.end(), {"--platform=manylinux1_x86_64", "--platform=manylinux2010_x86_64"});
#endif
  argv.insert(argv.end(), {"--platform=any", "--dest", into.native(), "--requirement", lock_file.native()});
  sys::ToolOptions options = {.environment = reach_of_environment()};
  options.time_limit = time_limit;
  BERTH_CHECK_OK(sys::run_tool(argv, options).context([] {
    return "fetch libraries with pip (package python3-pip; its configuration says from where: 'pip config list')";
  }));
  return {};
}

}  // namespace berth::image
