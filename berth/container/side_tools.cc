#include "berth/container/side_tools.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

#include "berth/sys/file.h"
#include "berth/sys/mount.h"
#include "berth/sys/syscall.h"
#include "berth/sys/tool.h"

namespace berth::container {
namespace {

constexpr std::size_t kLargestProgram = 16 << 20;
constexpr const char* kProgram = "busybox";
constexpr const char* kRemedy = "install the package 'busybox-static' on this machine";

std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::string_view name = list.substr(0, list.find('\n'));
    list.remove_prefix(std::min(name.size() + 1, list.size()));
    const bool is_plain = !name.empty() && name.find('/') == std::string_view::npos && name.front() != '.';
    if (is_plain && name != kProgram) names.emplace_back(name);
  }
  return names;
}

}  // namespace

bool is_static_program(std::string_view elf) {
  Elf64_Ehdr header = {};
  if (elf.size() < sizeof(header)) return false;
  std::memcpy(&header, elf.data(), sizeof(header));
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64) return false;
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phoff > elf.size()) return false;
  std::string_view rest = elf.substr(header.e_phoff);
  for (unsigned at = 0; at < header.e_phnum; ++at) {
    Elf64_Phdr part = {};
    if (rest.size() < sizeof(part)) return false;
    std::memcpy(&part, rest.data(), sizeof(part));
    rest.remove_prefix(sizeof(part));
    if (part.p_type == PT_INTERP) return false;
  }
  return header.e_phnum > 0;
}

Result<SideTools> read_side_tools() {
  const auto path = sys::find_program(kProgram);
  if (!path)
    return fail(Errc::NotFound, fmt::format("find tools for the container: no {} on PATH; {}", kProgram, kRemedy));
  SideTools tools;
  BERTH_TRY(tools.program, sys::read_file(*path, kLargestProgram).context([] { return "read the tools"; }));
  if (!is_static_program(tools.program)) {
    return fail(Errc::InvalidInput, fmt::format("find tools for the container: '{}' needs libraries that an image may "
                                                "lack; {}",
                                                *path, kRemedy));
  }
  BERTH_TRY(const sys::ToolOutput listed, sys::run_tool({*path, "--list"}));
  tools.names = names_in(listed.out);
  return tools;
}

Result<UniqueFd> make_tools_mount(const SideTools& tools) {
  BERTH_TRY(UniqueFd mount,
            sys::make_mount("tmpfs", {{"size", "32m"}, {"mode", "0755"}}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
  const int root = mount.get();
  const auto make = [&] {
    return ::openat(root, kProgram, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0755);
  };
  BERTH_TRY(int fd, sys::call(make, "make file {}", kProgram));
  const UniqueFd file(fd);
  BERTH_CHECK_OK(sys::write_all(fd, tools.program, kProgram));
  BERTH_CHECK_OK(sys::check([&] { return ::fchmod(fd, 0555); }, "chmod file {}", kProgram));
  for (const std::string& name : tools.names) {
    BERTH_CHECK_OK(sys::check([&] { return ::symlinkat(kProgram, root, name.c_str()); }, "link {}", name));
  }
  return mount;
}

}  // namespace berth::container
