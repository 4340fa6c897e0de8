#include "berth/app/machine_apt.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <system_error>

#include "berth/image/private_apt.h"
#include "berth/sys/file.h"

namespace berth::app {
namespace {

constexpr std::size_t kLargestConf = 1 << 20;

struct Line {
  std::string name;  // lower case
  std::string_view written_name;
  std::string_view value;
};

// `Name "value";`
Line parse_line(std::string_view line) {
  Line parsed;
  parsed.written_name = line.substr(0, line.find(' '));
  parsed.name = parsed.written_name;
  std::ranges::transform(parsed.name, parsed.name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const std::size_t open = line.find('"');
  const std::size_t close = line.rfind('"');
  if (open != std::string_view::npos && close > open) parsed.value = line.substr(open + 1, close - open - 1);
  return parsed;
}

class AptTaker {
 public:
  AptTaker(AptKeys keys, Reacher& reacher) : keys_(keys), reacher_(reacher) {}

  Result<void> take(std::string_view written) {
    const Line line = parse_line(written);
    const auto ends = [&](std::string_view part) { return line.name.ends_with(part); };
    const auto has = [&](std::string_view part) { return line.name.contains(part); };
    if (has("netrc") || has("autodetect") || has("auto-detect") || ends("::capath")) return {};
    if (line.name == "acquire::https::cainfo" || line.name == "acquire::cainfo") {
      reach_.certificates = line.value;
      return {};
    }
    if (ends("::cainfo") || ends("::issuercert") || ends("::crlfile")) return take_file(line);
    if (ends("::sslcert") || ends("::sslkey")) return keys_ == AptKeys::Given ? take_file(line) : Result<void>();
    if (has("::proxy") && !line.value.empty() && line.value != "DIRECT") {
      BERTH_TRY(const std::string used, reacher_.add_proxy(std::string(line.value)).context([&] { return line.name; }));
      reach_.settings += fmt::format("{} \"{}\";\n", line.written_name, used);
      return {};
    }
    reach_.settings += std::string(written) + "\n";
    return {};
  }

  AptReach reach() && { return std::move(reach_); }

 private:
  Result<void> take_file(const Line& line) {
    if (line.value.empty()) return {};
    BERTH_TRY(std::string bytes, sys::read_file(std::filesystem::path(line.value), kLargestConf).context([&] {
      return fmt::format("read what apt's setting {} names", line.written_name);
    }));
    const std::string name = fmt::format("apt-file-{}.pem", ++files_);
    reacher_.add_file(name, std::move(bytes));
    reach_.settings += fmt::format("{} \"{}\";\n", line.written_name, in_container(name));
    return {};
  }

  AptKeys keys_;
  Reacher& reacher_;
  AptReach reach_;
  std::size_t files_ = 0;
};

}  // namespace

Result<AptReach> take_apt_settings(std::string_view dump, AptKeys keys, Reacher& reacher) {
  AptTaker taker(keys, reacher);
  const std::string settings = image::reach_settings(dump);
  for (std::string_view rest = settings; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    BERTH_CHECK_OK(taker.take(line));
  }
  return std::move(taker).reach();
}

std::string read_apt_credentials(const std::filesystem::path& etc_apt) {
  std::string text;
  if (const auto one = sys::read_file(etc_apt / "auth.conf", kLargestConf)) text += *one + "\n";
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(etc_apt / "auth.conf.d", ignored)) {
    if (entry.path().extension() != ".conf") continue;
    if (const auto one = sys::read_file(entry.path(), kLargestConf)) text += *one + "\n";
  }
  return text;
}

}  // namespace berth::app
