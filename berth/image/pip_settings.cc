#include "berth/image/pip_settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "berth/base/text_parts.h"
#include "berth/sys/file.h"

namespace berth::image {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kPublicIndex = "https://pypi.org/simple";
constexpr std::size_t kMaxConfBytes = 1 << 20;

// Options are the same with `_` and `-`, in any case, with `--` in front.
std::string option_name(std::string_view text) {
  std::string name;
  for (const char c : text) name += c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  while (name.starts_with('-')) name.erase(0, 1);
  return name;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  constexpr std::string_view kBetween = " \t\r\n";
  for (std::size_t at = text.find_first_not_of(kBetween); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kBetween, at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = text.find_first_not_of(kBetween, end);
  }
  return words;
}

bool is_yes(std::string_view value) {
  const std::string lower = option_name(value);
  return lower == "1" || lower == "true" || lower == "yes" || lower == "on" || lower == "y" || lower == "t";
}

// What has been set, one option after the other.
class Collector {
 public:
  void set(std::string_view name, std::string_view value) {
    if (name == "index-url" || name == "pypi-url") index_ = trimmed(value, kBlanks);
    if (name == "extra-index-url") extra_ = words_of(value);
    if (name == "find-links") links_ = words_of(value);
    if (name == "trusted-host") settings_.trusted_hosts = words_of(value);
    if (name == "proxy") settings_.proxy = trimmed(value, kBlanks);
    if (name == "cert") settings_.certificates = trimmed(value, kBlanks);
    if (name == "client-cert") settings_.client_certificate = trimmed(value, kBlanks);
    if (name == "no-index") settings_.no_index = is_yes(trimmed(value, kBlanks));
    if (name == "timeout" || name == "default-timeout") settings_.timeout = trimmed(value, kBlanks);
    if (name == "retries") settings_.retries = trimmed(value, kBlanks);
  }

  PipSettings settings() && {
    if (!settings_.no_index) {
      settings_.indexes.push_back(index_.empty() ? std::string(kPublicIndex) : index_);
      settings_.indexes.insert(settings_.indexes.end(), extra_.begin(), extra_.end());
    }
    for (std::string& link : links_) {
      const bool address = link.starts_with("http://") || link.starts_with("https://");
      constexpr std::string_view kFile = "file://";
      if (link.starts_with(kFile)) link.erase(0, kFile.size());
      (address ? settings_.find_links : settings_.local_folders).push_back(std::move(link));
    }
    return std::move(settings_);
  }

 private:
  PipSettings settings_;
  std::string index_;
  std::vector<std::string> extra_;
  std::vector<std::string> links_;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> parse_pip_conf(std::string_view text) {
  using Options = std::vector<std::pair<std::string, std::string>>;
  Options global;
  Options install;
  Options other;
  Options* section = &other;
  bool in_option = false;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    const std::string_view words = trimmed(line, kBlanks);
    if (words.empty() || words.front() == '#' || words.front() == ';') continue;
    if (line.front() == ' ' || line.front() == '\t') {
      if (!in_option) return fail(Errc::InvalidInput, fmt::format("line {}: it continues no option", number));
      section->back().second += fmt::format(" {}", words);
      continue;
    }
    if (words.front() == '[') {
      if (!words.ends_with(']'))
        return fail(Errc::InvalidInput, fmt::format("line {}: nothing closes its '['", number));
      const std::string_view name = words.substr(1, words.size() - 2);
      section = name == "global" ? &global : name == "install" ? &install : &other;
      in_option = false;
      continue;
    }
    const std::size_t equals = words.find_first_of("=:");
    if (equals == std::string_view::npos) {
      return fail(Errc::InvalidInput, fmt::format("line {}: it has no '='", number));
    }
    section->emplace_back(option_name(trimmed(words.substr(0, equals), kBlanks)),
                          trimmed(words.substr(equals + 1), kBlanks));
    in_option = true;
  }
  global.insert(global.end(), install.begin(), install.end());
  return global;
}

PipPlaces pip_places_of_process() {
  PipPlaces places;
  const std::string only = variable("PIP_CONFIG_FILE");
  if (only != "/dev/null") {
    const std::string home = variable("HOME");
    const std::string config = variable("XDG_CONFIG_HOME");
    places.files = {"/etc/xdg/pip/pip.conf", "/etc/pip.conf"};
    if (!home.empty()) {
      places.files.emplace_back(home + "/.pip/pip.conf");
      places.files.emplace_back((config.empty() ? home + "/.config" : config) + "/pip/pip.conf");
    }
    if (!only.empty()) places.files.emplace_back(only);
  }
  for (char** one = environ; *one != nullptr; ++one) {
    if (std::string_view(*one).starts_with("PIP_")) places.environment.emplace_back(*one);
  }
  return places;
}

Result<PipSettings> read_pip_settings(const PipPlaces& places) {
  Collector collector;
  for (const std::filesystem::path& file : places.files) {
    const auto text = sys::read_file(file, kMaxConfBytes);
    if (!text && text.error().code() == Errc::NotFound) continue;
    if (!text) return std::unexpected(text.error());
    BERTH_TRY(const auto options,
              parse_pip_conf(*text).context([&] { return fmt::format("read '{}'", file.native()); }));
    for (const auto& [name, value] : options) collector.set(name, value);
  }
  for (const std::string& one : places.environment) {
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos || equals <= 4) continue;
    collector.set(option_name(std::string_view(one).substr(4, equals - 4)), std::string_view(one).substr(equals + 1));
  }
  return std::move(collector).settings();
}

}  // namespace berth::image
