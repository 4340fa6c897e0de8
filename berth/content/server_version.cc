#include "berth/content/server_version.h"

#include <fmt/format.h>

#include <charconv>

#include "berth/base/utf8.h"

namespace berth::content {
namespace {

Result<ServerVersion> bound(std::string_view text, const char* otherwise, const char* key) {
  return parse_server_version(text.empty() ? otherwise : text).context([&] { return fmt::format("key '{}'", key); });
}

}  // namespace

Result<ServerVersion> parse_server_version(std::string_view text) {
  const auto refuse = [&] {
    return fail(Errc::InvalidInput, fmt::format("'{}' is no version of a server; write it as 6.10.0",
                                                to_visible(text.substr(0, 40), false)));
  };
  ServerVersion version;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::uint32_t& part : version.parts) {
    const auto [next, problem] = std::from_chars(at, end, part);
    if (problem != std::errc()) return refuse();
    if (next == end) return version;
    if (*next != '.') return refuse();
    at = next + 1;
  }
  return refuse();
}

Result<bool> is_in_range(const ServerVersion& version, std::string_view from, std::string_view to) {
  BERTH_TRY(const ServerVersion lowest, bound(from, "0.0.0", "fromversion"));
  BERTH_TRY(const ServerVersion highest, bound(to, "99.99.99", "toversion"));
  return lowest <= version && version <= highest;
}

}  // namespace berth::content
