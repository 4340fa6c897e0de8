#include "berth/app/index_fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/image/index_url.h"

namespace berth::app {
namespace {

constexpr auto kTimeLimit = std::chrono::seconds(90);

// In the form of curl's configuration.
std::string line_of(std::string_view option, std::string_view value) {
  std::string line = fmt::format("{} = \"", option);
  for (const char c : value) {
    if (c == '"' || c == '\\') line += '\\';
    if (c != '\n' && c != '\r') line += c;
  }
  return line + "\"\n";
}

// What lies on an index that asks for a password is fetched with that, as pip does.
std::string with_credentials(const image::PipSettings& pip, std::string_view address) {
  const auto url = image::parse_index_url(address);
  if (!url || !url->userinfo.empty()) return std::string(address);
  for (const std::string& index : pip.indexes) {
    const auto known = image::parse_index_url(index);
    if (!known || known->userinfo.empty()) continue;
    if (known->scheme != url->scheme || known->endpoint() != url->endpoint()) continue;
    const std::size_t host = address.find("://") + 3;
    return fmt::format("{}{}@{}", address.substr(0, host), known->userinfo, address.substr(host));
  }
  return std::string(address);
}

// A number and what parts it from the next.
template <class Number>
bool take_number(std::string_view& text, Number& number) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || number < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.empty()) text.remove_prefix(1);
  return true;
}

struct PartPlace {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t whole = 0;
};

// "bytes 0-99/1000" (RFC 9110).
std::optional<PartPlace> place_of(std::string_view header) {
  constexpr std::string_view kUnit = "bytes ";
  if (!header.starts_with(kUnit)) return std::nullopt;
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  const std::size_t slash = header.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || dash > slash) return std::nullopt;
  std::string_view first = header.substr(0, dash);
  std::string_view last = header.substr(dash + 1, slash - dash - 1);
  std::string_view whole = header.substr(slash + 1);
  PartPlace place;
  const bool is_read = take_number(first, place.begin) && take_number(last, place.end) &&
                       take_number(whole, place.whole) && first.empty() && last.empty() && whole.empty();
  if (!is_read || place.end >= place.whole || place.begin > place.end) return std::nullopt;
  ++place.end;
  return place;
}

}  // namespace

std::string page_request(const image::PipSettings& pip, std::string_view index, std::string_view project,
                         std::string_view certificates) {
  while (index.ends_with('/')) index.remove_suffix(1);
  return file_request(pip, fmt::format("{}/{}/", index, project), certificates) +
         line_of("header", "Accept: application/vnd.pypi.simple.v1+json, text/html;q=0.1");
}

std::string file_request(const image::PipSettings& pip, std::string_view address, std::string_view certificates) {
  std::string request = line_of("url", with_credentials(pip, address));
  request += "silent\nshow-error\ngloboff\nlocation\nmax-redirs = 5\nproto = \"=http,https\"\ncompressed\n";
  // One that says nothing any more is given up early.
  request += "connect-timeout = 15\nspeed-limit = 1\nspeed-time = 20\nmax-time = 80\n";
  // Behind the page, so that nothing in it can be taken for it.
  request += "write-out = \"\\n%{http_code} %{content_type}\"\n";
  if (const std::string netrc = variable_of_process("NETRC"); !netrc.empty()) request += line_of("netrc-file", netrc);
  request += "netrc-optional\n";
  if (!pip.proxy.empty()) request += line_of("proxy", pip.proxy);
  if (!certificates.empty()) request += line_of("cacert", certificates);
  if (!pip.client_certificate.empty()) request += line_of("cert", pip.client_certificate.native());
  const auto url = image::parse_index_url(address);
  const bool trusted = url && std::ranges::any_of(pip.trusted_hosts, [&](const std::string& host) {
                         return host == url->host || host == url->endpoint();
                       });
  if (trusted) request += "insecure\n";
  return request;
}

std::string range_request(const image::PipSettings& pip, std::string_view address, std::string_view certificates,
                          std::string_view range, std::size_t most_bytes) {
  // What is said later counts. A part of what is packed for the way is no part of the file.
  return file_request(pip, address, certificates) + "no-compressed\nfail-early\n" + line_of("range", range) +
         fmt::format("max-filesize = {}\n", most_bytes) +
         "write-out = \"\\n%{exitcode} %{http_code} %{size_download} %header{content-range}\\n\"\n";
}

std::optional<std::vector<RangeAnswer>> range_answers(std::string_view printed) {
  std::vector<RangeAnswer> answers;
  // From the end: what stands there is curl's own, and says how much in front of it is not.
  while (!printed.empty()) {
    if (!printed.ends_with('\n')) return std::nullopt;
    printed.remove_suffix(1);
    const std::size_t line = printed.rfind('\n');
    if (line == std::string_view::npos) return std::nullopt;
    std::string_view said = printed.substr(line + 1);
    RangeAnswer answer;
    std::size_t size = 0;
    if (!take_number(said, answer.exit_code) || !take_number(said, answer.status) || !take_number(said, size)) {
      return std::nullopt;
    }
    if (size > line) return std::nullopt;
    answer.body = printed.substr(line - size, size);
    if (const auto place = place_of(said); place && place->begin + size == place->end) {
      answer.begin = place->begin;
      answer.whole = place->whole;
    }
    answers.push_back(std::move(answer));
    printed = printed.substr(0, line - size);
  }
  std::ranges::reverse(answers);
  return answers;
}

Result<sys::ToolOutput> run_curl(const IndexAccess& access, std::string request, std::size_t most_bytes,
                                 bool any_status) {
  sys::ToolOptions options;
  options.watch = access.watch;
  options.environment = access.way.environment;
  options.any_status = any_status;
  options.input = std::move(request);
  options.time_limit = kTimeLimit;
  options.output_limit_bytes = most_bytes;
  return sys::run_tool({"curl", "--disable", "--config", "-"}, options);
}

std::string reason_unreached(const Error& error) {
  if (error.code() == Errc::TimedOut) return error.message();
  const std::string& text = error.message();
  constexpr std::string_view kName = "curl: (";
  const std::size_t at = text.rfind(kName);
  if (error.code() != Errc::Unavailable || at == std::string::npos) return {};
  int code = 0;
  const auto [end, problem] = std::from_chars(text.data() + at + kName.size(), text.data() + text.size(), code);
  // Names, connections, times and TLS, by curl's numbers.
  constexpr int kCodes[] = {5, 6, 7, 28, 35, 52, 56, 60, 97};
  if (problem != std::errc() || std::ranges::find(kCodes, code) == std::ranges::end(kCodes)) return {};
  std::string reason(end, text.data() + text.size());
  reason.resize(std::min(reason.find_first_of("\r\n"), reason.size()));
  while (reason.starts_with(')') || reason.starts_with(' ')) reason.erase(0, 1);
  return to_visible(reason.substr(0, kLongestProblem), false);
}

Result<std::string> fetch_file(const IndexAccess& access, const std::string& address, const std::string& sha256,
                               std::size_t most_bytes) {
  const auto fetching = [&] { return fmt::format("fetch '{}'", image::shown_url(address)); };
  BERTH_TRY(sys::ToolOutput printed,
            run_curl(access, file_request(access.pip, address, access.way.certificates), most_bytes).context(fetching));
  const std::size_t line = printed.out.rfind('\n');
  const std::string status = line == std::string::npos ? "" : printed.out.substr(line + 1, 3);
  if (status != "200") {
    return fail(Errc::Unavailable,
                fmt::format("{}: it answered with status {}", fetching(), to_visible(status, false)));
  }
  printed.out.resize(line);
  if (!sha256.empty() && sha256_hex(printed.out) != sha256) {
    return fail(Errc::Corrupt, fmt::format("{}: it has not the SHA-256 that the index gives ({})", fetching(), sha256));
  }
  return std::move(printed.out);
}

}  // namespace berth::app
