#include "berth/sys/own_namespace.h"

#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "berth/sys/child.h"
#include "berth/sys/file.h"
#include "berth/sys/mount.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"

namespace berth::sys {
namespace {

constexpr std::size_t kLargestTable = 16 << 20;
constexpr int kNoProgram = 127;

std::string setting(const char* name) {
  std::string text = read_file(std::string("/proc/sys/") + name, 4096).value_or("");
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

NamespaceRules rules_of_machine() {
  return {.most = setting("user/max_user_namespaces"),
          .clone = setting("kernel/unprivileged_userns_clone"),
          .restricted = setting("kernel/apparmor_restrict_unprivileged_userns")};
}

Result<IdMap> own_map(const User& user, std::uint32_t own_id, std::string_view text, const char* file) {
  std::vector<IdRange> ranges = subordinate_ranges(text, user.name);
  const std::string number = std::to_string(user.uid);
  if (number != user.name) std::ranges::copy(subordinate_ranges(text, number), std::back_inserter(ranges));
  std::ranges::sort(ranges, {}, &IdRange::first);
  IdMap map = {{0, own_id, 1}};
  std::uint32_t next = 1;
  for (const IdRange& range : ranges) {
    if (range.count > UINT32_MAX - next) break;
    map.push_back({next, range.first, range.count});
    next += range.count;
  }
  if (next - 1 >= kFewestIds) return map;
  const std::string granted = next == 1 ? "none" : fmt::format("only {}", next - 1);
  return fail(Errc::Unavailable,
              fmt::format("find host ids for the containers of user '{0}': {1} grants {2}, and {3} are needed; as "
                          "root: usermod --add-subuids 200000-265535 --add-subgids 200000-265535 {0} (a range that no "
                          "other line has)",
                          user.name, file, granted, kFewestIds));
}

// newuidmap or newgidmap, which are allowed to write the maps that the tables grant. It must come from outside of the
// new namespace, so it is started before, and told when that is there.
struct Mapper {
  const char* program;
  Child process;
  Pipe go;
  Pipe said;
};

[[noreturn]] void become_mapper(const char* program, const IdMap& map, pid_t target, int go, int said) {
  char byte = 0;
  if (::read(go, &byte, 1) != 1) ::_exit(1);
  std::vector<std::string> words = {program, std::to_string(target)};
  for (const auto& [inside, outside, count] : map) {
    for (const std::uint32_t number : {inside, outside, count}) words.push_back(std::to_string(number));
  }
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::dup2(said, STDERR_FILENO);
  ::execvp(program, arguments.data());
  ::_exit(kNoProgram);
}

Result<Mapper> start_mapper(const char* program, const IdMap& map) {
  BERTH_TRY(Pipe go, make_pipe());
  BERTH_TRY(Pipe said, make_pipe());
  const pid_t target = ::getpid();
  BERTH_TRY(Child process, Child::start(0, std::nullopt, [&]() -> int {
              go.write.reset();
              become_mapper(program, map, target, go.read.get(), said.write.get());
            }));
  return Mapper{program, std::move(process), std::move(go), std::move(said)};
}

Result<void> finish(Mapper& mapper, const User& user) {
  mapper.said.write.reset();
  BERTH_TRY(std::string said, read_to_end(mapper.said.read.get(), 1 << 16, mapper.program));
  BERTH_TRY(const Ending ending, mapper.process.wait());
  if (WIFEXITED(ending.status) && WEXITSTATUS(ending.status) == 0) return {};
  const std::string doing = fmt::format("map the ids of user '{}' with {}", user.name, mapper.program);
  if (WIFEXITED(ending.status) && WEXITSTATUS(ending.status) == kNoProgram && said.empty()) {
    return fail(Errc::Unavailable,
                fmt::format("{}: it is not on PATH; as root: apt-get install uidmap (or your system's package of that "
                            "tool)",
                            doing));
  }
  std::ranges::replace(said, '\n', ' ');
  while (said.ends_with(' ')) said.pop_back();
  const bool powerless = ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
  return fail(Errc::Unavailable,
              fmt::format("{}: {}; {}", doing, said.empty() ? "it did not end well" : said,
                          powerless ? "no new privileges may be gained here (no_new_privs), and the tool needs them: "
                                      "start berth without that"
                                    : "see that the tool is setuid root or has its file capability, and that "
                                      "/etc/subuid and /etc/subgid name the user"));
}

std::unexpected<Error> no_namespace(const Error& cause) {
  return fail(Errc::Unavailable, fmt::format("make a user namespace without being root: {}; {}", cause.message(),
                                             why_no_namespace(rules_of_machine())));
}

}  // namespace

Result<User> invoking_user() {
  User user = {::geteuid(), ::getegid(), std::to_string(::geteuid())};
  passwd entry = {};
  passwd* found = nullptr;
  std::vector<char> room(16 << 10);
  const int error = ::getpwuid_r(user.uid, &entry, room.data(), room.size(), &found);
  if (error != 0) return std::unexpected(Error::from_errno(error, fmt::format("look up user {}", user.uid)));
  if (found != nullptr) user.name = found->pw_name;
  return user;
}

Result<OwnMaps> own_maps(const User& user, std::string_view subuid, std::string_view subgid) {
  OwnMaps maps;
  BERTH_TRY(maps.users, own_map(user, user.uid, subuid, "/etc/subuid"));
  BERTH_TRY(maps.groups, own_map(user, user.gid, subgid, "/etc/subgid"));
  return maps;
}

std::string why_no_namespace(const NamespaceRules& rules) {
  if (rules.most == "0") {
    return "this machine allows no user namespaces (user.max_user_namespaces is 0); as root: sysctl -w "
           "user.max_user_namespaces=15000";
  }
  if (rules.clone == "0") {
    return "this machine keeps user namespaces from ordinary users (kernel.unprivileged_userns_clone is 0); as root: "
           "sysctl -w kernel.unprivileged_userns_clone=1";
  }
  if (rules.restricted == "1") {
    return "this machine's AppArmor keeps user namespaces from programs without a profile "
           "(kernel.apparmor_restrict_unprivileged_userns is 1); as root: install packaging/apparmor/berth as "
           "/etc/apparmor.d/berth, then apparmor_parser -r /etc/apparmor.d/berth";
  }
  return "a container around this shell, or a filter of system calls, may forbid it; try: unshare --user true";
}

Result<void> enter_own_namespace(const User& user) {
  // A file that is not there grants nothing.
  const std::string subuid = read_file("/etc/subuid", kLargestTable).value_or("");
  const std::string subgid = read_file("/etc/subgid", kLargestTable).value_or("");
  BERTH_TRY(const OwnMaps maps, own_maps(user, subuid, subgid));
  BERTH_TRY(Mapper users, start_mapper("newuidmap", maps.users));
  BERTH_TRY(Mapper groups, start_mapper("newgidmap", maps.groups));
  const auto unshared = check([] { return ::unshare(CLONE_NEWUSER | CLONE_NEWNS); }, "unshare");
  if (!unshared) return no_namespace(unshared.error());
  // Both at once: each takes a millisecond or two.
  for (Mapper* mapper : {&users, &groups}) BERTH_CHECK_OK(write_all(mapper->go.write.get(), "g", mapper->program));
  for (Mapper* mapper : {&users, &groups}) BERTH_CHECK_OK(finish(*mapper, user));
  // The first thing that needs power over the new namespaces shows whether there is any.
  if (const auto made = make_mounts_private(); !made) return no_namespace(made.error());
  return {};
}

}  // namespace berth::sys
