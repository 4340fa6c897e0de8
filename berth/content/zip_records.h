// The records that a zip archive consists of (APPNOTE 6.3.10, section 4.3), one by one. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::content {

// Bits of a record's flags.
constexpr std::uint16_t kZipEncrypted = 1 << 0;
constexpr std::uint16_t kZipDescriptor = 1 << 3;  // sizes stand behind the data
constexpr std::uint16_t kZipPatched = 1 << 5;
constexpr std::uint16_t kZipStronglyEncrypted = 1 << 6;
constexpr std::uint16_t kZipMaskedHeader = 1 << 13;

constexpr std::uint16_t kZipStored = 0;
constexpr std::uint16_t kZipDeflated = 8;
constexpr std::uint16_t kZipAes = 99;

// What a central or local record says of an entry, sizes of zip64 put in their places.
struct ZipRecord {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed_size = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;               // central only: of the local record
  std::uint32_t external_attributes = 0;  // central only
};

struct ZipDirectory {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t entries = 0;
};

struct ZipLocal {
  ZipRecord record;
  std::uint64_t data = 0;  // where its data begins
};

// As far from the end of an archive begins what says where its directory is.
constexpr std::size_t kZipLongestEnd = 22 + 0xffff + 20 + 56;

// Finds the one central directory. `bytes` end the archive; `before` of it stand in front of them, where they are not
// all of it: then they are kZipLongestEnd at least. Errors: InvalidInput when there is none, or several could be meant;
// when it does not end where its end record begins; when the two kinds of end record differ; for an archive in several
// parts.
Result<ZipDirectory> find_zip_directory(std::string_view bytes, std::uint64_t before = 0);

// Errors: InvalidInput when the directory does not hold exactly its records.
Result<std::vector<ZipRecord>> read_zip_directory(std::string_view bytes, const ZipDirectory& directory);

// Errors: InvalidInput.
Result<ZipLocal> read_zip_local(std::string_view bytes, std::uint64_t offset);

// The size of the descriptor that `bytes` begin with, when it says what `record` says; it comes with a signature or
// without, with sizes of four bytes or eight.
std::optional<std::size_t> zip_descriptor_size(std::string_view bytes, const ZipRecord& record);

// Deflated data that unpack to exactly `size` bytes, and take all of `packed`. Errors: InvalidInput.
Result<std::string> inflate_exactly(std::string_view packed, std::uint64_t size);
std::uint32_t crc32_of(std::string_view bytes);

}  // namespace berth::content
