// A zip archive from strangers, read without trust.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::content {

struct ZipLimits {
  std::uint64_t archive_bytes = std::uint64_t{256} << 20;
  std::size_t entries = 200'000;
  std::uint64_t entry_bytes = std::uint64_t{64} << 20;  // unpacked, of one entry
  std::uint64_t total_bytes = std::uint64_t{1} << 30;   // unpacked, of all
  std::uint64_t ratio = 200;                            // unpacked to packed, of an entry over a mebibyte
};

struct ZipEntry {
  std::string name;  // of a folder without the slash at its end
  bool is_folder = false;
  bool is_deflated = false;
  std::uint32_t crc = 0;
  std::uint64_t size = 0;  // unpacked bytes
  std::string_view packed;
  // Its records and data: from its local record to the next, or to the directory.
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool is_here = true;  // all of that is, so its local record was compared; else it is known from the directory alone
};

// Some bytes of an archive, from `offset` on.
struct ZipPart {
  std::uint64_t offset = 0;
  std::string_view bytes;
};

// The entries of an archive, checked as a whole before anything is unpacked. Borrows the archive's bytes. Pure.
class ZipArchive {
 public:
  // Each byte must have one meaning, so that no other reader sees another archive: the entries' local records lie
  // without gap or overlap from the first byte to the one central directory, and each says the same as that.
  //
  // Refused with the entry's name: names that lead out (`..`, absolute, drives, backslashes), hold invisible
  // characters, are names of devices or of a repository of git, differ only in case, or are at once a file and a
  // folder; symbolic links, devices and other special files; encryption; methods other than stored and deflated;
  // overlapping entries; sizes that lie, zip64's included. Refused as a whole: several central directories, bytes
  // before the first entry, archives in several parts. Errors: InvalidInput, "NAME: entry 'E': reason"; Exhausted past
  // a limit.
  static Result<ZipArchive> parse(std::string_view bytes, std::string_view name, const ZipLimits& limits = {});

  // An archive of `size` bytes of which only `parts` are here: in order, apart from each other, the last reaching to
  // its end and holding kZipLongestEnd bytes of it at least, and the whole directory in one of them. Entries that are
  // in none are judged as the directory tells of them: what it says must leave room for their records, and no more.
  static Result<ZipArchive> parse_parts(std::span<const ZipPart> parts, std::uint64_t size, std::string_view name,
                                        const ZipLimits& limits = {});

  const std::vector<ZipEntry>& entries() const { return entries_; }

  // The bytes of a file's entry that is here, exactly as many as it said. Errors: InvalidInput when they are not
  // deflated data of that size and checksum.
  Result<std::string> unpack(const ZipEntry& entry) const;

 private:
  explicit ZipArchive(std::string_view name) : name_(name) {}

  std::string name_;
  std::vector<ZipEntry> entries_;
};

// Why an entry cannot have this name, or empty. Pure.
std::string problem_of_entry_name(std::string_view name);

}  // namespace berth::content
