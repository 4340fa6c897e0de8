#include "berth/image/package_sources.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

#include "berth/base/lower_case.h"
#include "berth/sys/file.h"

namespace berth::image {
namespace {

constexpr std::size_t kMaxSourceBytes = 1 << 20;
constexpr std::string_view kBlanks = " \t\r";

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = text.find_first_not_of(" \t\r\n"); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = text.find_first_not_of(" \t\r\n", end);
  }
  return words;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// A key that stands in the source itself is not carried over: apt's own keyrings hold the distribution's.
std::string keyring_of(const std::string& signed_by) { return signed_by.starts_with('/') ? signed_by : ""; }

using Stanza = std::map<std::string, std::string>;

void append_stanza(const Stanza& stanza, std::vector<PackageSource>& sources) {
  const auto field = [&](const char* name) {
    const auto found = stanza.find(name);
    return found == stanza.end() ? std::string() : found->second;
  };
  const std::vector<std::string> types = words_of(field("types"));
  const std::vector<std::string> enabled = words_of(lower_case(field("enabled")));
  if (std::ranges::find(types, "deb") == types.end()) return;
  if (!enabled.empty() && (enabled[0] == "no" || enabled[0] == "false" || enabled[0] == "0")) return;
  const std::vector<std::string> keyrings = words_of(field("signed-by"));
  for (const std::string& uri : words_of(field("uris"))) {
    for (const std::string& suite : words_of(field("suites"))) {
      sources.push_back({.uri = uri,
                         .suite = suite,
                         .components = words_of(field("components")),
                         .signed_by = keyrings.size() == 1 ? keyring_of(keyrings[0]) : ""});
    }
  }
}

// `deb [option=value ...] uri suite component ...`
void append_line(std::string_view line, std::vector<PackageSource>& sources) {
  line = line.substr(0, line.find('#'));
  const std::size_t start = line.find_first_not_of(kBlanks);
  if (start == std::string_view::npos || !line.substr(start).starts_with("deb")) return;
  line.remove_prefix(start + 3);
  if (line.empty() || kBlanks.find(line.front()) == std::string_view::npos) return;  // deb-src
  std::string signed_by;
  const std::size_t open = line.find_first_not_of(kBlanks);
  if (open != std::string_view::npos && line[open] == '[') {
    const std::size_t close = line.find(']', open);
    if (close == std::string_view::npos) return;
    for (const std::string& option : words_of(line.substr(open + 1, close - open - 1))) {
      constexpr std::string_view kSignedBy = "signed-by=";
      if (lower_case(option).starts_with(kSignedBy)) signed_by = keyring_of(option.substr(kSignedBy.size()));
    }
    line.remove_prefix(close + 1);
  }
  std::vector<std::string> words = words_of(line);
  if (words.size() < 3) return;
  sources.push_back({.uri = words[0],
                     .suite = words[1],
                     .components = {words.begin() + 2, words.end()},
                     .signed_by = std::move(signed_by)});
}

std::string without_slash(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
}

}  // namespace

std::string Distribution::origin() const {
  std::string name = id;
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

Distribution parse_os_release(std::string_view text) {
  Distribution distribution;
  for (std::string_view line : lines_of(text)) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    std::string value(line.substr(equals + 1));
    std::erase_if(value, [](char c) { return c == '"' || c == '\'' || c == '\r'; });
    if (line.substr(0, equals) == "ID") distribution.id = value;
    if (line.substr(0, equals) == "VERSION_CODENAME") distribution.codename = value;
  }
  return distribution;
}

std::vector<PackageSource> parse_one_line_sources(std::string_view text) {
  std::vector<PackageSource> sources;
  for (const std::string_view line : lines_of(text)) append_line(line, sources);
  return sources;
}

std::vector<PackageSource> parse_deb822_sources(std::string_view text) {
  std::vector<PackageSource> sources;
  Stanza stanza;
  std::string field;
  for (const std::string_view line : lines_of(text)) {
    if (line.starts_with('#')) continue;
    if (line.find_first_not_of(kBlanks) == std::string_view::npos) {
      append_stanza(stanza, sources);
      stanza.clear();
    } else if (kBlanks.find(line.front()) != std::string_view::npos) {
      if (!field.empty()) stanza[field] += "\n" + std::string(line);
    } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
      field = lower_case(line.substr(0, colon));
      stanza[field] = line.substr(colon + 1);
    }
  }
  append_stanza(stanza, sources);
  return sources;
}

std::vector<PackageSource> distribution_sources(const std::vector<PackageSource>& sources,
                                                const Distribution& distribution) {
  const std::string& codename = distribution.codename;
  const std::array<std::string, 3> suites = {codename, codename + "-updates", codename + "-security"};
  std::vector<PackageSource> kept;
  for (PackageSource source : sources) {
    source.suite = without_slash(std::move(source.suite));
    source.uri = without_slash(std::move(source.uri));
    if (std::ranges::find(suites, source.suite) == suites.end()) continue;
    // Ubuntu keeps much of Python in universe; Debian has all of it in main.
    std::erase_if(source.components, [](const std::string& name) { return name != "main" && name != "universe"; });
    if (source.components.empty()) continue;
    const bool known = std::ranges::any_of(
        kept, [&](const PackageSource& other) { return other.uri == source.uri && other.suite == source.suite; });
    if (!known) kept.push_back(std::move(source));
  }
  return kept;
}

std::vector<PackageSource> sources_of_release(std::vector<PackageSource> sources, std::string_view from,
                                              std::string_view to) {
  for (PackageSource& source : sources) {
    if (source.suite.starts_with(from)) source.suite.replace(0, from.size(), to);
  }
  return sources;
}

Result<std::vector<PackageSource>> read_sources_file(const std::filesystem::path& file) {
  BERTH_TRY(const std::string text,
            sys::read_file(file, kMaxSourceBytes).context([] { return "read package sources"; }));
  auto sources = file.extension() == ".sources" ? parse_deb822_sources(text) : parse_one_line_sources(text);
  if (!sources.empty()) return sources;
  return fail(Errc::InvalidInput, fmt::format("read package sources from '{}': it names none; write a line such as "
                                              "'deb URI SUITE main', or stanzas into a file '*.sources'",
                                              file.native()));
}

std::string print_sources(const std::vector<PackageSource>& sources) {
  std::string text;
  for (const PackageSource& source : sources) {
    const std::string option = source.signed_by.empty() ? "" : fmt::format("[signed-by={}] ", source.signed_by);
    text += fmt::format("deb {}{} {} {}\n", option, source.uri, source.suite, fmt::join(source.components, " "));
  }
  return text;
}

Result<std::vector<PackageSource>> read_distribution_sources(const std::filesystem::path& etc_apt,
                                                             const Distribution& distribution) {
  std::vector<std::filesystem::path> files = {etc_apt / "sources.list"};
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(etc_apt / "sources.list.d", ignored)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<PackageSource> all;
  for (const std::filesystem::path& file : files) {
    const bool deb822 = file.extension() == ".sources";
    if (!deb822 && file.extension() != ".list") continue;
    auto text = sys::read_file(file, kMaxSourceBytes);
    if (!text && text.error().code() == Errc::NotFound) continue;
    if (!text) return std::unexpected(std::move(text).error().in("read the machine's package sources"));
    const auto read = deb822 ? parse_deb822_sources(*text) : parse_one_line_sources(*text);
    all.insert(all.end(), read.begin(), read.end());
  }
  std::vector<PackageSource> kept = distribution_sources(all, distribution);
  if (!kept.empty()) return kept;
  return fail(Errc::Unavailable,
              fmt::format("read the machine's package sources below '{}': none of {} is for '{}' main, the release "
                          "that /etc/os-release names; add one for it",
                          etc_apt.native(), all.size(), distribution.codename));
}

}  // namespace berth::image
