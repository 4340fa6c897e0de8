#include "berth/doctor/file_system.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "berth/sys/syscall.h"

namespace berth::doctor {
namespace {

// statfs(2), f_type. The three ext file systems share one number.
std::string type_name(std::uint64_t magic) {
  struct Row {
    std::uint64_t magic;
    const char* name;
  };
  constexpr Row kTypes[] = {
      {0xEF53, "ext4"},         {0x58465342, "xfs"},   {0x9123683E, "btrfs"},    {0xF2F52010, "f2fs"},
      {0x2FC12FC1, "zfs"},      {0x01021994, "tmpfs"}, {0x794C7630, "overlay"},  {0x6969, "nfs"},
      {0xFF534D42, "cifs"},     {0xFE534D42, "smb2"},  {0x65735546, "fuse"},     {0x01021997, "9p"},
      {0xE0F5E1E2, "erofs"},    {0x4D44, "vfat"},      {0x2011BAB0, "exfat"},    {0x73717368, "squashfs"},
      {0xCA451A4E, "bcachefs"}, {0x00C36400, "ceph"},  {0x6A656A63, "virtiofs"},
  };
  for (const Row& row : kTypes) {
    if (row.magic == magic) return row.name;
  }
  return fmt::format("{:#x}", magic);
}

}  // namespace

Result<FileSystem> file_system_of(const std::filesystem::path& path) {
  struct statfs kind = {};
  struct statvfs room = {};
  BERTH_CHECK_OK(sys::check([&] { return ::statfs(path.c_str(), &kind); }, "statfs '{}'", path.native()));
  BERTH_CHECK_OK(sys::check([&] { return ::statvfs(path.c_str(), &room); }, "statvfs '{}'", path.native()));
  return FileSystem{.type = type_name(static_cast<std::uint32_t>(kind.f_type)),
                    .total_bytes = room.f_blocks * room.f_frsize,
                    .free_bytes = room.f_bavail * room.f_frsize,
                    .total_files = room.f_files,
                    .free_files = room.f_favail,
                    .read_only = (room.f_flag & ST_RDONLY) != 0};
}

std::filesystem::path nearest_folder(std::filesystem::path path) {
  std::error_code ignored;
  while (path.has_relative_path() && !std::filesystem::is_directory(path, ignored)) path = path.parent_path();
  return path.empty() ? "/" : path;
}

FileFacts file_facts(const std::filesystem::path& path) {
  struct stat status = {};
  FileFacts facts{.path = path};
  if (::stat(path.c_str(), &status) != 0) return facts;
  facts.exists = true;
  facts.is_folder = S_ISDIR(status.st_mode);
  facts.owner = status.st_uid;
  facts.mode = status.st_mode & 07777;
  return facts;
}

}  // namespace berth::doctor
