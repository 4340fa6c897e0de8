#include "berth/doctor/tools.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "berth/doctor/words.h"
#include "berth/sys/tool.h"

namespace berth::doctor {

// The versions are those of Debian 12.
const Tool kSkopeo = {"skopeo", "puts images into the storage", "skopeo", "1.9"};
const Tool kMmdebstrap = {"mmdebstrap", "makes base images", "mmdebstrap", "1.3"};
const Tool kBuildah = {"buildah", "looks after the storage that Berth reads", "buildah", "1.28", false};
const Tool kNft = {"nft", "shows what other firewalls do", "nftables", "1.0.6", false};

namespace {

// "skopeo version 1.9.3 commit: ..." -> {1, 9, 3}; empty where there is no such thing.
std::vector<unsigned> numbers_of(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  for (std::size_t at = text.find_first_of(kDigits); at != std::string_view::npos;
       at = text.find_first_of(kDigits, at + 1)) {
    const std::size_t length =
        std::min(text.find_first_not_of("0123456789.", at), text.size()) - at;  // past the end: all the rest
    const std::string_view version = text.substr(at, length);
    if (version.find('.') == std::string_view::npos) continue;
    std::vector<unsigned> numbers;
    for (const std::string_view part : words_of(version, ".")) numbers.push_back(number_of<unsigned>(part).value_or(0));
    return numbers;
  }
  return {};
}

}  // namespace

Result<std::string> tool_version(const Tool& tool) {
  BERTH_TRY(const auto output, sys::run_tool({std::string(tool.name), "--version"},
                                             {.time_limit = std::chrono::seconds(5), .output_limit_bytes = 1 << 16}));
  const auto lines = lines_of(output.out);
  return std::string(lines.empty() ? "" : trimmed(lines.front()).substr(0, 120));
}

CheckResult judge_tool(const Tool& tool, const Result<std::string>& version) {
  const std::string install = fmt::format("'apt-get install {}', or this distribution's package of it", tool.package);
  if (!version) {
    const bool is_missing = version.error().code() == Errc::NotFound;
    std::string found = is_missing ? fmt::format("{}, which {}, is not on PATH", tool.name, tool.use)
                                   : fmt::format("{}, which {}: {}", tool.name, tool.use, version.error().message());
    return tool.needed ? failure(std::move(found), install) : warning(std::move(found), install);
  }
  const auto numbers = numbers_of(*version);
  if (numbers.empty()) {
    return warning(fmt::format("'{}' tells no version", *version),
                   fmt::format("Berth has been tried with {} {} and newer", tool.name, tool.tried));
  }
  if (numbers < numbers_of(tool.tried)) {
    return warning(fmt::format("{}, older than {}, the oldest that Berth has been tried with", *version, tool.tried),
                   fmt::format("install {} {} or newer", tool.name, tool.tried));
  }
  return ok(*version);
}

std::string find_program(std::string_view name) {
  const char* path = std::getenv("PATH");
  for (const std::string_view folder : words_of(path != nullptr ? path : "/usr/sbin:/usr/bin:/sbin:/bin", ":")) {
    const auto program = std::filesystem::path(folder) / name;
    std::error_code ignored;
    if (::access(program.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(program, ignored)) return program;
  }
  return "";
}

std::vector<std::string> runtimes_on_path() {
  std::vector<std::string> found;
  for (const char* name : {"crun", "runc"}) {
    if (!find_program(name).empty()) found.emplace_back(name);
  }
  return found;
}

CheckResult judge_runtimes(const std::vector<std::string>& found, bool root) {
  if (!root) return skipped("builds of an ordinary user need none");
  if (!found.empty()) return ok(found.front() + " is there");
  return warning("neither runc nor crun is on PATH: 'berth image create' builds nothing without one",
                 "'apt-get install runc', or this distribution's package of it");
}

std::vector<IdToolFacts> id_tool_facts() {
  std::vector<IdToolFacts> facts;
  for (const char* name : {"newuidmap", "newgidmap"}) {
    IdToolFacts tool{.name = name, .path = find_program(name)};
    struct stat status = {};
    if (!tool.path.empty() && ::stat(tool.path.c_str(), &status) == 0) {
      tool.privileged = (status.st_uid == 0 && (status.st_mode & S_ISUID) != 0) ||
                        ::getxattr(tool.path.c_str(), "security.capability", nullptr, 0) > 0;
    }
    facts.push_back(std::move(tool));
  }
  return facts;
}

CheckResult judge_id_tools(const std::vector<IdToolFacts>& facts, bool root) {
  if (root) return skipped("root maps ids itself");
  for (const IdToolFacts& tool : facts) {
    if (tool.path.empty()) {
      return failure(tool.name + " is not on PATH", "have root 'apt-get install uidmap' (elsewhere: shadow-utils)");
    }
    if (!tool.privileged) {
      return failure(fmt::format("{} has neither the setuid bit nor a capability", tool.path),
                     fmt::format("have root 'chmod u+s {}'", tool.path));
    }
  }
  return ok("newuidmap and newgidmap are there");
}

}  // namespace berth::doctor
