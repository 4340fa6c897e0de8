#include "berth/container/first_program.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "berth/container/first_plan.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

// The assembler takes the file in as it is; the build names it and rebuilds this file when it changes.
__asm__(
    ".pushsection .rodata\n"
    ".global kFirstProgram\n"
    ".global kFirstProgramEnd\n"
    "kFirstProgram:\n"
    ".incbin \"" BERTH_FIRST_PROGRAM_FILE
    "\"\n"
    "kFirstProgramEnd:\n.byte 0\n.popsection\n");
extern "C" const char kFirstProgram[];
extern "C" const char kFirstProgramEnd[];

namespace berth::container {
namespace {

constexpr std::size_t kSmallFile = 1 << 16;

std::string_view path_of(const LaunchSpec& spec) {
  std::string_view path;
  for (const std::string_view variable : spec.environment) {
    if (variable.starts_with("PATH=")) path = variable.substr(5);
  }
  return path;
}

}  // namespace

std::string_view first_program() { return {kFirstProgram, kFirstProgramEnd}; }

Result<std::string> first_plan(const LaunchSpec& spec) {
  std::string plan;
  unsigned texts = 0;
  const auto add = [&](const std::string& text) {
    plan += text;
    plan += '\0';
    ++texts;
  };
  for (const std::string& program : spec.programs) {
    for (std::string_view rest = path_of(spec); !rest.empty();) {
      const std::string_view folder = rest.substr(0, rest.find(':'));
      rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
      if (!folder.empty()) add(fmt::format("{}/{}", folder, program));
    }
  }
  plan += '\0';
  for (const std::vector<std::string>* group : {&spec.arguments, &spec.environment}) {
    for (const std::string& text : *group) {
      if (!text.empty()) add(text);  // an empty one would end the group
    }
    plan += '\0';
  }
  if (plan.size() >= first::kMostPlanBytes || texts >= first::kMostTexts) {
    return fail(Errc::Exhausted, fmt::format("start the interpreter: its environment has {} texts of {} bytes in all, "
                                             "more than can be handed over",
                                             texts, plan.size()));
  }
  return plan;
}

Result<std::optional<pid_t>> holder_of_lock(int file) {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  BERTH_CHECK_OK(sys::check([&] { return ::fcntl(file, F_GETLK, &lock); }, "ask who holds a lock"));
  if (lock.l_type == F_UNLCK || lock.l_pid <= 0) return std::nullopt;
  return lock.l_pid;
}

Result<pid_t> only_child_of(pid_t pid) {
  BERTH_TRY(const std::string text, sys::read_file(fmt::format("/proc/{0}/task/{0}/children", pid), kSmallFile));
  std::istringstream words(text);
  pid_t child = 0;
  pid_t second = 0;
  if (!(words >> child) || words >> second) {
    return fail(Errc::Unavailable, fmt::format("find the child of process {}: it has '{}'", pid, text));
  }
  return child;
}

std::optional<int> status_of_ended(pid_t pid) {
  const auto text = sys::read_file(fmt::format("/proc/{}/stat", pid), kSmallFile);
  // A name can hold anything; what follows it cannot hold a parenthesis.
  const std::size_t name_end = text ? text->rfind(')') : std::string::npos;
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text->substr(name_end + 1));
  std::string field;
  // The state is field 3, the status field 52 (proc(5)).
  constexpr int kState = 3;
  constexpr int kStatus = 52;
  for (int number = kState; number <= kStatus && fields >> field; ++number) {
    if (number == kState && field != "Z") return std::nullopt;
    int status = 0;
    const char* end = field.data() + field.size();
    if (number == kStatus && std::from_chars(field.data(), end, status).ptr == end) return status;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> id_outside(std::string_view id_map, std::uint32_t inside) {
  std::istringstream lines{std::string(id_map)};
  std::uint64_t first = 0;
  std::uint64_t outside = 0;
  std::uint64_t count = 0;
  while (lines >> first >> outside >> count) {
    if (inside >= first && inside - first < count) return static_cast<std::uint32_t>(outside + (inside - first));
  }
  return std::nullopt;
}

}  // namespace berth::container
