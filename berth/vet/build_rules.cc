#include "berth/vet/build_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "berth/vet/build_secrets.h"
#include "berth/vet/build_sight.h"
#include "berth/vet/build_variables.h"
#include "berth/vet/lock_file.h"

namespace berth::vet {
namespace {

// The words of an ADD or COPY, with their variables replaced where they can be.
std::vector<std::string> sources_of(const BuildInstruction& one, const ShellVariables& variables) {
  std::vector<std::string> words = words_of(one);
  if (!words.empty()) words.pop_back();  // where it goes
  for (std::string& word : words) word = with_values(word, variables).value_or(word);
  return words;
}

// Gives `look` each ADD without a checksum.
void for_each_source(const Build& build, const std::function<void(std::size_t line, const std::string&)>& look) {
  BuildVariables variables;
  for (const BuildInstruction& one : build.file.instructions) {
    variables.pass(one);
    const auto is_checksum = [](const std::string& flag) { return flag.starts_with("--checksum="); };
    if (one.keyword != "ADD" || std::ranges::any_of(one.flags, is_checksum)) continue;
    for (const std::string& word : sources_of(one, variables.here())) look(one.line, word);
  }
}

std::vector<Seen> remote_adds(const Build& build) {
  std::vector<Seen> seen;
  for_each_source(build, [&](std::size_t line, const std::string& word) {
    if (is_address(word)) seen.push_back({line, fmt::format("ADD fetches '{}' unchecked", without_credentials(word))});
  });
  return seen;
}

std::vector<Seen> unread(const Build& build) {
  std::vector<Seen> seen = unfollowed(build);
  for_each_source(build, [&](std::size_t line, const std::string& word) {
    if (word.starts_with('$')) {
      seen.push_back({line, fmt::format("ADD takes '{}', which only the build knows", without_credentials(word))});
    }
  });
  return seen;
}

std::vector<Seen> secrets(const Build& build) {
  std::vector<Seen> seen;
  for (const BuildInstruction& one : build.file.instructions) {
    for (std::string& evidence : secrets_in(one)) seen.push_back({one.line, std::move(evidence)});
  }
  return seen;
}

std::optional<std::string> problem_of_base(std::string_view base) {
  if (base.contains('@') || base == "scratch") return std::nullopt;
  const std::string_view name = base.substr(std::min(base.rfind('/') + 1, base.size()));
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos) return fmt::format("the base '{}' has no tag, and so is 'latest'", base);
  if (name.substr(colon + 1) == "latest") return fmt::format("the base is '{}', which moves", base);
  return std::nullopt;
}

// The images that flags take files from: `COPY --from=`, `RUN --mount=type=bind,from=`.
std::vector<std::string> images_in_flags(const BuildInstruction& one) {
  std::vector<std::string> images;
  for (const std::string& flag : one.flags) {
    std::size_t at = flag.find("from=");
    if (at == std::string::npos || (flag[at - 1] != '-' && flag[at - 1] != ',' && flag[at - 1] != '=')) continue;
    at += std::string_view("from=").size();
    images.push_back(flag.substr(at, flag.substr(at).find(',')));
  }
  return images;
}

std::vector<Seen> moving_bases(const Build& build) {
  std::vector<Seen> seen;
  BuildVariables variables;
  const auto look = [&](std::size_t line, const std::string& image, const ShellVariables& values) {
    if (variables.is_stage(image)) return;
    const auto base = with_values(image, values);
    const bool is_stage = base && variables.is_stage(*base);
    const auto problem =
        base ? problem_of_base(*base) : std::optional(fmt::format("the base '{}' has no value here", image));
    if (problem && !is_stage) seen.push_back({line, *problem});
  };
  for (const BuildInstruction& one : build.file.instructions) {
    const std::vector<std::string> words = words_of(one);
    if (one.keyword == "FROM" && !words.empty()) look(one.line, words[0], variables.for_bases());
    variables.pass(one);
    for (const std::string& image : images_in_flags(one)) look(one.line, image, variables.here());
  }
  return seen;
}

bool is_root(std::string_view user) {
  return user == "root" || (!user.empty() && user.find_first_not_of('0') == std::string_view::npos);
}

// The last of the last stage.
std::vector<Seen> root_users(const Build& build) {
  std::vector<Seen> seen;
  BuildVariables variables;
  for (const BuildInstruction& one : build.file.instructions) {
    variables.pass(one);
    if (one.keyword == "FROM") seen.clear();
    if (one.keyword != "USER") continue;
    seen.clear();
    const auto user = with_values(one.text, variables.here());
    if (!user) {
      seen.push_back({one.line, fmt::format("the image runs as '{}', which only the build knows", one.text)});
    } else if (is_root(std::string_view(*user).substr(0, user->find(':')))) {
      seen.push_back({one.line, "the image runs as root"});
    }
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
    {"build.pipe-to-shell", Verdict::Refuse, downloads_run,
     "download it to a file, compare its hash, then run it; or install a package"},
    {"build.unverified", Verdict::Refuse, unchecked,
     "leave the option out, and add the certificate or key that is missing"},
    {"build.extra-index", Verdict::Ask, more_indexes,
     "ask one index (--index-url) that has all: of two, whoever offers the higher version wins"},
    {"build.moving-tag", Verdict::Ask, moving_bases, "name a tag that never moves, best with its digest"},
    {"build.root", Verdict::Ask, root_users, "end with the user that the content runs as"},
    {"build.unread", Verdict::Ask, unread, "write it so that it can be judged, or approve it"},
});

}  // namespace

bool is_address(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://") || text.starts_with("ftp://") ||
         text.starts_with("git@") || text.starts_with("git://") || text.starts_with("ssh://");
}

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
