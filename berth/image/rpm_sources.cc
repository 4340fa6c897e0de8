#include "berth/image/rpm_sources.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>

#include "berth/base/text_parts.h"
#include "berth/image/index_url.h"
#include "berth/image/inventory.h"
#include "berth/image/package_database.h"

namespace berth::image {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::size_t kLargestFile = 1 << 20;
constexpr std::array kRepositoryFolders = {"etc/yum.repos.d", "etc/distro.repos.d", "usr/share/dnf5/repos.d"};
constexpr std::array kVariableFolders = {"etc/yum/vars", "etc/dnf/vars"};
// Of [main]: places, what runs besides, how it is reached and answered. All of that is Berth's to say.
constexpr std::array<std::string_view, 24> kNeverKept = {
    "cachedir",       "system_cachedir", "persistdir",     "logdir",       "reposdir",          "varsdir",
    "plugins",        "pluginpath",      "pluginconfpath", "proxy",        "proxy_username",    "proxy_password",
    "installroot",    "destdir",         "downloadonly",   "assumeyes",    "assumeno",          "defaultyes",
    "history_record", "debuglevel",      "errorlevel",     "logfilelevel", "proxy_auth_method", "cacheonly"};

struct Section {
  std::string name;
  RpmOptions options;
};

// Lines that make no sense are dnf's to judge.
std::vector<Section> parse_sections(std::string_view text) {
  std::vector<Section> sections;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::string_view words = trimmed(line, kBlanks);
    if (words.empty() || line.front() == '#' || line.front() == ';') continue;
    const bool continues = line.front() == ' ' || line.front() == '\t';
    if (continues) {
      if (!sections.empty() && !sections.back().options.empty()) {
        sections.back().options.back().second += fmt::format(" {}", words);
      }
    } else if (words.front() == '[') {
      const std::size_t close = std::min(words.find(']'), words.size());
      sections.push_back({std::string(words.substr(1, close - 1)), {}});
    } else if (const std::size_t equals = words.find('='); equals != std::string_view::npos && !sections.empty()) {
      sections.back().options.emplace_back(trimmed(words.substr(0, equals), kBlanks),
                                           trimmed(words.substr(equals + 1), kBlanks));
    }
  }
  return sections;
}

// The last that is said of one of `names`; nullptr where nothing is.
const std::string* value_of(const RpmOptions& options, std::initializer_list<std::string_view> names) {
  const std::string* found = nullptr;
  for (const auto& [name, value] : options) {
    if (std::ranges::find(names, name) != names.end()) found = &value;
  }
  return found;
}

// As libdnf reads truth, in any case of letters. What is none of these words counts as `otherwise`.
bool is_true(const std::string* value, bool otherwise) {
  if (value == nullptr) return otherwise;
  std::string word = *value;
  std::ranges::transform(word, word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  if (word == "1" || word == "yes" || word == "true" || word == "on") return true;
  if (word == "0" || word == "no" || word == "false" || word == "off") return false;
  return otherwise;
}

bool is_of_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// `$name` and `${name}` where the variable is known.
std::string substituted(std::string_view text, const std::map<std::string, std::string>& variables) {
  std::string whole;
  while (!text.empty()) {
    const std::size_t dollar = std::min(text.find('$'), text.size());
    whole += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.empty()) break;
    const bool braces = text.substr(1).starts_with('{');
    const std::size_t begin = braces ? 2 : 1;
    std::size_t end = begin;
    while (end < text.size() && is_of_name(text[end])) ++end;
    const auto found = variables.find(std::string(text.substr(begin, end - begin)));
    const bool is_closed = !braces || text.substr(end).starts_with('}');
    if (found == variables.end() || !is_closed) {
      whole += text.substr(0, end);
    } else {
      whole += found->second;
      if (braces) ++end;
    }
    text.remove_prefix(end);
  }
  return whole;
}

std::vector<std::string> values_of(const std::string* value, const std::map<std::string, std::string>& variables) {
  std::vector<std::string> words;
  if (value == nullptr) return words;
  for (const std::string_view word : words_of(*value, ", \t")) words.push_back(substituted(word, variables));
  return words;
}

std::string first_line(std::string_view text) { return std::string(trimmed(text.substr(0, text.find('\n')), kBlanks)); }

std::map<std::string, std::string> variables_of(const ImageTree& base) {
  std::map<std::string, std::string> variables;
  utsname machine = {};
  if (::uname(&machine) == 0) {
    variables["arch"] = machine.machine;
    variables["basearch"] = machine.machine;
  }
  if (const auto release = base.read_file("etc/os-release", kLargestFile)) {
    if (OsRelease os = parse_os_release_names(*release); !os.version_id.empty()) {
      variables["releasever"] = std::move(os.version_id);
    }
  }
  for (const std::filesystem::path folder : kVariableFolders) {
    const auto entries = base.list_folder(folder);
    if (!entries) continue;
    for (const TreeEntry& entry : *entries) {
      if (const auto text = base.read_file(folder / entry.name, kLargestFile))
        variables[entry.name] = first_line(*text);
    }
  }
  return variables;
}

}  // namespace

RpmSources rpm_sources_of(const RpmFiles& files) {
  RpmSources sources;
  for (const Section& section : parse_sections(files.configuration)) {
    if (section.name == "main") std::ranges::copy(section.options, std::back_inserter(sources.main));
  }
  std::vector<Section> sections;
  for (const std::string& text : files.repositories) {
    std::ranges::move(parse_sections(text), std::back_inserter(sections));
  }
  const bool checks = is_true(value_of(sources.main, {"gpgcheck", "pkg_gpgcheck"}), files.checks_by_default);
  for (const Section& section : sections) {
    if (section.name == "main" || !is_true(value_of(section.options, {"enabled"}), true)) continue;
    RpmRepository one{.id = substituted(section.name, files.variables)};
    for (const char* name : {"baseurl", "mirrorlist", "metalink"}) {
      std::ranges::move(values_of(value_of(section.options, {name}), files.variables), std::back_inserter(one.urls));
    }
    if (one.urls.empty()) continue;
    one.checks_signatures = is_true(value_of(section.options, {"gpgcheck", "pkg_gpgcheck"}), checks);
    one.keys = values_of(value_of(section.options, {"gpgkey"}), files.variables);
    sources.repositories.push_back(std::move(one));
  }
  return sources;
}

std::vector<std::string> rpm_repository_folders() {
  std::vector<std::string> folders;
  for (const char* folder : kRepositoryFolders) folders.push_back(fmt::format("/{}", folder));
  return folders;
}

Result<RpmSources> read_rpm_sources(const ImageTree& base, PackageManager manager) {
  RpmFiles files;
  files.checks_by_default = manager == PackageManager::Dnf5;
  files.variables = variables_of(base);
  files.configuration = base.read_file("etc/dnf/dnf.conf", kLargestFile).value_or("");
  for (const std::filesystem::path folder : kRepositoryFolders) {
    const auto entries = base.list_folder(folder);
    if (!entries) continue;
    for (const TreeEntry& entry : *entries) {
      if (!entry.name.ends_with(".repo")) continue;
      BERTH_TRY(std::string text, base.read_file(folder / entry.name, kLargestFile).context([] {
        return "read the base's package sources";
      }));
      files.repositories.push_back(std::move(text));
    }
  }
  RpmSources sources = rpm_sources_of(files);
  if (!sources.repositories.empty()) return sources;
  return fail(Errc::Unavailable, "the base names no package sources: no repository in its etc/yum.repos.d is enabled");
}

std::string print_rpm_configuration(const RpmOptions& main, const RpmOptions& ours) {
  std::string text = "[main]\n";
  for (const auto& [name, value] : main) {
    const bool is_ours = std::ranges::any_of(ours, [&](const auto& one) { return one.first == name; });
    if (!is_ours && std::ranges::find(kNeverKept, name) == kNeverKept.end())
      text += fmt::format("{}={}\n", name, value);
  }
  for (const auto& [name, value] : ours) text += fmt::format("{}={}\n", name, value);
  return text;
}

Result<std::string> server_of(const RpmRepository& repository, std::string_view url) {
  if (url.starts_with("file:") || url.starts_with('/')) return std::string();
  const std::size_t slashes = url.find("://");
  const std::size_t begin = slashes == std::string_view::npos ? 0 : slashes + 3;
  const std::string_view server = url.substr(0, std::min(url.find('/', begin), url.size()));
  if (server.contains('$')) {
    return fail(Errc::InvalidInput, fmt::format("repository '{}': which machine '{}' means is not known without dnf; "
                                                "write it out in the base",
                                                repository.id, shown_url(url)));
  }
  return fmt::format("{}/", server);
}

}  // namespace berth::image
