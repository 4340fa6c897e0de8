#include "berth/vet/source_fetch.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "berth/base/sha256.h"
#include "berth/sys/file.h"
#include "berth/sys/tool.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostAdvisories = std::size_t{512} << 20;
constexpr std::size_t kMostList = std::size_t{64} << 20;
constexpr auto kTimeLimit = std::chrono::minutes(10);

Result<std::string> download(const std::string& address, std::size_t most) {
  const std::vector<std::string> argv = {"curl",
                                         "--silent",
                                         "--show-error",
                                         "--fail",
                                         "--location",
                                         "--netrc-optional",
                                         "--proto",
                                         "=https",
                                         "--proto-redir",
                                         "=https",
                                         "--max-redirs",
                                         "5",
                                         "--connect-timeout",
                                         "30",
                                         "--speed-time",
                                         "30",
                                         "--speed-limit",
                                         "1000",
                                         "--max-filesize",
                                         fmt::format("{}", most),
                                         "--",
                                         address};
  sys::ToolOptions options;
  options.time_limit = kTimeLimit;
  options.output_limit_bytes = most;
  for (const char* name : {"http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "all_proxy",
                           "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "CURL_HOME", "XDG_CONFIG_HOME"}) {
    if (const char* value = std::getenv(name)) options.environment.push_back(fmt::format("{}={}", name, value));
  }
  BERTH_TRY(sys::ToolOutput output, sys::run_tool(argv, options));
  return std::move(output.out);
}

// Nothing of what comes is looked at before its digest was, where there is one.
Result<std::string> bytes_of(const Source& source, std::size_t most) {
  std::string bytes;
  if (source.address.starts_with('/')) {
    BERTH_TRY(bytes, sys::read_file(source.address, most));
  } else {
    BERTH_TRY(bytes, download(source.address, most));
  }
  if (source.sha256.empty()) return bytes;
  const std::string found = sha256_hex(bytes);
  if (found == source.sha256) return bytes;
  return fail(Errc::Corrupt, fmt::format("its SHA-256 is {}, and the policy wants {}", found, source.sha256));
}

}  // namespace

Result<GatheredAdvisories> fetch_advisories(const Source& source) {
  const auto fetching = [&] { return fmt::format("fetch advisories '{}'", source.name); };
  BERTH_TRY(const std::string bytes, bytes_of(source, kMostAdvisories).context(fetching));
  BERTH_TRY(GatheredAdvisories gathered, gather_advisories(bytes, source.address).context(fetching));
  gathered.source.origin = source.address;
  gathered.source.name = source.name;
  return gathered;
}

Result<KnownList> fetch_list(ListKind kind, const Source& source) {
  const auto fetching = [&] { return fmt::format("fetch {}", list_kind_words(kind)); };
  BERTH_TRY(const std::string bytes, bytes_of(source, kMostList).context(fetching));
  BERTH_TRY(KnownList list, gather_list(kind, bytes, source.address).context(fetching));
  list.info.origin = source.address;
  return list;
}

}  // namespace berth::vet
