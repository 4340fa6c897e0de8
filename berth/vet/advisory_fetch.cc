#include "berth/vet/advisory_fetch.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "berth/sys/tool.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostBytes = std::size_t{512} << 20;
constexpr auto kTimeLimit = std::chrono::minutes(10);

Result<std::string> download(const std::string& address) {
  const std::vector<std::string> argv = {
      "curl",   "--silent",      "--show-error", "--fail",       "--location", "--netrc-optional",  "--proto",
      "=https", "--proto-redir", "=https",       "--max-redirs", "5",          "--connect-timeout", "30",
      "--",     address};
  sys::ToolOptions options;
  options.time_limit = kTimeLimit;
  options.output_limit_bytes = kMostBytes;
  for (const char* name : {"http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "all_proxy",
                           "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "CURL_HOME", "XDG_CONFIG_HOME"}) {
    if (const char* value = std::getenv(name)) options.environment.push_back(fmt::format("{}={}", name, value));
  }
  BERTH_TRY(sys::ToolOutput output, sys::run_tool(argv, options));
  return std::move(output.out);
}

}  // namespace

Result<GatheredAdvisories> fetch_advisories(const AdvisorySource& source) {
  const auto fetching = [&] { return fmt::format("fetch advisories '{}'", source.name); };
  GatheredAdvisories gathered;
  if (source.address.starts_with('/')) {
    BERTH_TRY(gathered, read_advisories(source.address).context(fetching));
  } else {
    BERTH_TRY(const std::string bytes, download(source.address).context(fetching));
    BERTH_TRY(gathered, gather_advisories(bytes, source.address).context(fetching));
    gathered.source.origin = source.address;
  }
  gathered.source.name = source.name;
  return gathered;
}

}  // namespace berth::vet
