#include "berth/vet/build_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <set>

#include "berth/vet/build_commands.h"
#include "berth/vet/build_secrets.h"
#include "berth/vet/lock_file.h"

namespace berth::vet {
namespace {

// A place that a rule holds of, and what stands there.
struct Seen {
  std::size_t line = 0;
  std::string evidence;
};

struct Build {
  const Dockerfile& file;
  std::vector<BuildCommand> commands;
};

template <std::size_t N>
bool is_among(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::ranges::find(list, word) != list.end();
}

constexpr auto kDownloaders = std::to_array<std::string_view>({"curl", "wget", "fetch", "aria2c", "http"});
constexpr auto kShells =
    std::to_array<std::string_view>({"sh", "bash", "dash", "ash", "zsh", "ksh", "eval", ".", "source"});
constexpr auto kInterpreters = std::to_array<std::string_view>({"perl", "ruby", "node", "php", "pwsh", "tclsh"});

bool is_interpreter(std::string_view program) {
  return is_among(program, kShells) || is_among(program, kInterpreters) || program.starts_with("python");
}

bool is_address(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://") || text.starts_with("ftp://") ||
         text.starts_with("git@") || text.starts_with("git://") || text.starts_with("ssh://");
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (const ShellCommand& command : shell_commands(text)) {
    words.insert(words.end(), command.words.begin(), command.words.end());
  }
  return words;
}

std::vector<Seen> remote_adds(const Build& build) {
  std::vector<Seen> seen;
  for (const BuildInstruction& one : build.file.instructions) {
    const auto is_checksum = [](const std::string& flag) { return flag.starts_with("--checksum="); };
    if (one.keyword != "ADD" || std::ranges::any_of(one.flags, is_checksum)) continue;
    std::vector<std::string> words = one.words.empty() ? words_of(one.text) : one.words;
    if (!words.empty()) words.pop_back();  // where it goes
    for (const std::string& word : words) {
      if (is_address(word))
        seen.push_back({one.line, fmt::format("ADD fetches '{}' unchecked", without_credentials(word))});
    }
  }
  return seen;
}

std::vector<Seen> secrets(const Build& build) {
  std::vector<Seen> seen;
  for (const BuildInstruction& one : build.file.instructions) {
    for (std::string& evidence : secrets_in(one)) seen.push_back({one.line, std::move(evidence)});
  }
  return seen;
}

// A download whose output some later command of the pipe runs.
std::vector<Seen> piped_downloads(const Build& build) {
  std::vector<Seen> seen;
  std::map<std::size_t, bool> downloaded;  // by group: whether its pipe has a download in it
  for (const BuildCommand& one : build.commands) {
    const std::string_view program = one.command.program();
    bool& is_downloaded = downloaded[one.group];
    if (!one.command.reads_pipe) is_downloaded = false;
    if (is_downloaded && is_interpreter(program)) {
      seen.push_back({one.line, fmt::format("what is downloaded goes into '{}'", program)});
    }
    is_downloaded = is_downloaded || is_among(program, kDownloaders);
    if (!is_interpreter(program)) continue;
    for (const std::string& inner : one.command.inner) {
      const auto downloads = [](const ShellCommand& command) { return is_among(command.program(), kDownloaders); };
      if (std::ranges::any_of(shell_commands(inner), downloads)) {
        seen.push_back({one.line, fmt::format("'{}' runs what is downloaded", program)});
      }
    }
  }
  return seen;
}

bool has_short_flag(const std::vector<std::string>& words, char flag) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return word.size() > 1 && word[0] == '-' && word[1] != '-' && word.find(flag) != std::string::npos;
  });
}

// The options by which programs leave out checks.
struct Unchecked {
  std::string_view program;  // or its beginning
  std::string_view option;   // the beginning of a word
};

constexpr auto kUnchecked = std::to_array<Unchecked>({
    {"curl", "--insecure"},
    {"wget", "--no-check-certificate"},
    {"pip", "--trusted-host"},
    {"python", "--trusted-host"},
    {"uv", "--allow-insecure-host"},
    {"apt", "--allow-unauthenticated"},
    {"apt-get", "--allow-unauthenticated"},
    {"apt-get", "--force-yes"},
    {"apk", "--allow-untrusted"},
    {"yum", "--nogpgcheck"},
    {"dnf", "--nogpgcheck"},
    {"microdnf", "--nogpgcheck"},
    {"git", "http.sslVerify=false"},
    {"npm", "--strict-ssl=false"},
});

std::vector<Seen> unchecked(const Build& build) {
  std::vector<Seen> seen;
  for (const BuildCommand& one : build.commands) {
    const std::string_view program = one.command.program();
    for (const Unchecked& row : kUnchecked) {
      const auto is_option = [&](const std::string& word) { return word.starts_with(row.option); };
      const bool is_program = program == row.program || (row.program == "pip" && program.starts_with("pip")) ||
                              (row.program == "python" && program.starts_with("python"));
      if (is_program && std::ranges::any_of(one.command.words, is_option)) {
        seen.push_back({one.line, fmt::format("'{} {}' leaves out a check", program, row.option)});
      }
    }
    if (program == "curl" && has_short_flag(one.command.words, 'k')) {
      seen.push_back({one.line, "'curl -k' leaves out a check"});
    }
  }
  return seen;
}

std::vector<Seen> more_indexes(const Build& build) {
  std::vector<Seen> seen;
  for (const BuildCommand& one : build.commands) {
    const auto names_one = [](const std::string& word) {
      return word.starts_with("--extra-index-url") || word.starts_with("PIP_EXTRA_INDEX_URL=");
    };
    if (std::ranges::any_of(one.command.words, names_one)) seen.push_back({one.line, "pip asks a second index"});
  }
  for (const BuildInstruction& one : build.file.instructions) {
    if ((one.keyword == "ENV" || one.keyword == "ARG") && one.text.contains("PIP_EXTRA_INDEX_URL")) {
      seen.push_back({one.line, "PIP_EXTRA_INDEX_URL names a second index"});
    }
  }
  return seen;
}

// `$NAME` and `${NAME}` by the values of ARG before the first FROM; nothing where one has none.
std::optional<std::string> with_values(std::string_view text, const std::map<std::string, std::string>& values) {
  std::string whole;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '$') {
      whole += text[at++];
      continue;
    }
    ++at;
    const bool is_braced = at < text.size() && text[at] == '{';
    if (is_braced) ++at;
    const std::size_t begin = at;
    while (at < text.size() && (text[at] == '_' || std::isalnum(static_cast<unsigned char>(text[at])) != 0)) ++at;
    const auto value = values.find(std::string(text.substr(begin, at - begin)));
    const bool is_closed = at < text.size() && text[at] == '}';
    if (value == values.end() || (is_braced && !is_closed)) return std::nullopt;
    if (is_braced) ++at;
    whole += value->second;
  }
  return whole;
}

std::optional<std::string> problem_of_base(std::string_view base) {
  if (base.contains('@') || base == "scratch") return std::nullopt;
  const std::string_view name = base.substr(std::min(base.rfind('/') + 1, base.size()));
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos) return fmt::format("the base '{}' has no tag, and so is 'latest'", base);
  if (name.substr(colon + 1) == "latest") return fmt::format("the base is '{}', which moves", base);
  return std::nullopt;
}

std::vector<Seen> moving_bases(const Build& build) {
  std::vector<Seen> seen;
  std::map<std::string, std::string> values;
  std::set<std::string> stages;
  for (const BuildInstruction& one : build.file.instructions) {
    const std::vector<std::string> words = words_of(one.text);
    if (one.keyword == "ARG" && stages.empty()) {
      for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        if (equals != std::string::npos) values[word.substr(0, equals)] = word.substr(equals + 1);
      }
    }
    if (one.keyword != "FROM" || words.empty()) continue;
    if (!stages.contains(words[0])) {
      const auto base = with_values(words[0], values);
      const auto problem =
          base ? problem_of_base(*base) : std::optional(fmt::format("the base '{}' has no value here", words[0]));
      if (problem) seen.push_back({one.line, *problem});
    }
    stages.insert(words.size() > 2 ? words[2] : fmt::format("stage {}", stages.size()));
  }
  return seen;
}

// The last of the last stage.
std::vector<Seen> root_users(const Build& build) {
  std::vector<Seen> seen;
  for (const BuildInstruction& one : build.file.instructions) {
    if (one.keyword == "FROM") seen.clear();
    if (one.keyword != "USER") continue;
    const std::string_view user = std::string_view(one.text).substr(0, one.text.find(':'));
    seen.clear();
    if (user == "root" || user == "0") seen.push_back({one.line, "the image runs as root"});
  }
  return seen;
}

struct BuildRule {
  std::string_view id;
  Verdict verdict;
  std::vector<Seen> (*look)(const Build&);
  std::string_view remedy;
};

constexpr auto kBuildRules = std::to_array<BuildRule>({
    {"build.remote-add", Verdict::Refuse, remote_adds,
     "name its hash (ADD --checksum=sha256:...), or install a package"},
    {"build.secret", Verdict::Refuse, secrets,
     "give it at build time alone (RUN --mount=type=secret), and change it: whoever has the image has it"},
    {"build.pipe-to-shell", Verdict::Refuse, piped_downloads,
     "download it to a file, compare its hash, then run it; or install a package"},
    {"build.unverified", Verdict::Refuse, unchecked,
     "leave the option out, and add the certificate or key that is missing"},
    {"build.extra-index", Verdict::Ask, more_indexes,
     "ask one index (--index-url) that has all: of two, whoever offers the higher version wins"},
    {"build.moving-tag", Verdict::Ask, moving_bases, "name a tag that never moves, best with its digest"},
    {"build.root", Verdict::Ask, root_users, "end with the user that the content runs as"},
});

}  // namespace

std::vector<Finding> findings_about_build(const Dockerfile& dockerfile, const Package& package, std::string_view file) {
  const Build build = {dockerfile, commands_of(dockerfile)};
  std::vector<Finding> findings;
  for (const BuildRule& rule : kBuildRules) {
    for (Seen& seen : rule.look(build)) {
      Package place = package;
      place.origin = fmt::format("{}:{}", file, seen.line);
      const std::string evidence = fmt::format("{}: {}", place.origin, seen.evidence);
      findings.push_back({rule.verdict, std::string(rule.id), std::move(place), evidence, std::string(rule.remedy)});
    }
  }
  return findings;
}

}  // namespace berth::vet
