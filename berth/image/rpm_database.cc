// ndb: pages of slots, the first two of which are the file's header; each slot names blocks of 16 bytes, and in these
// stand a head, the blob and a tail. Numbers are little-endian.

#include "berth/image/rpm_database.h"

#include <fmt/format.h>

#include <cstdint>

#include "berth/image/berkeley_hash.h"
#include "berth/image/package_words.h"
#include "berth/image/rpm_header.h"
#include "berth/image/sqlite_table.h"

namespace berth::image {
namespace {

constexpr std::string_view kNdbMagic = "RpmP";
constexpr std::size_t kNdbHeader = 32;
constexpr std::size_t kNdbPage = 4096;
constexpr std::size_t kSlot = 16;
constexpr std::size_t kBlock = 16;
constexpr std::size_t kHead = 16;  // magic, number, time, length
constexpr std::size_t kTail = 12;  // checksum, length, magic

std::unexpected<Error> damaged(std::string_view why) {
  return fail(Errc::Corrupt, fmt::format("read rpm's Packages.db: {}", why));
}

std::size_t little_at(std::string_view bytes, std::size_t at) {
  std::size_t number = 0;
  for (std::size_t i = 4; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

void add(RpmRecords& records, std::string_view blob) {
  auto header = parse_rpm_header(blob);
  if (header && header->is_key) return;
  if (!header || records.packages.size() == kMostPackages) {
    ++records.odd;
    return;
  }
  for (std::string& path : header->python_metadata) {
    if (records.python_owners.size() == kMostOwners) break;
    records.python_owners.emplace_back(std::move(path), header->package.name);
  }
  records.packages.push_back(std::move(header->package));
}

}  // namespace

Result<void> read_ndb_blobs(std::string_view file, const TakeBlob& take) {
  if (file.size() < kNdbHeader || !file.starts_with(kNdbMagic)) return damaged("it is none");
  if (little_at(file, 4) != 0) return damaged(fmt::format("its version {} is not known", little_at(file, 4)));
  const std::size_t slots = little_at(file, 12) * kNdbPage;
  if (slots == 0 || slots > file.size()) return damaged("it breaks off in its slots");
  std::size_t given = 0;
  for (std::size_t at = kNdbHeader; at < slots; at += kSlot) {
    if (file.substr(at, 4) != "Slot") return damaged("what should be a slot is none");
    const std::size_t start = little_at(file, at + 8) * kBlock;
    const std::size_t bytes = little_at(file, at + 12) * kBlock;
    if (start == 0) continue;  // it is free
    if (start < slots || start > file.size() || bytes > file.size() - start || bytes < kHead + kTail) {
      return damaged("a slot points to where no package can be");
    }
    const std::string_view blocks = file.substr(start, bytes);
    const std::size_t length = little_at(blocks, 12);
    const bool is_whole = blocks.starts_with("BlbS") && blocks.ends_with("BlbE") && length <= bytes - kHead - kTail &&
                          little_at(blocks, 4) == little_at(file, at + 4) && little_at(blocks, bytes - 8) == length;
    if (!is_whole) return damaged("a package in it is damaged");
    // Slots may point to the same blocks, and so hold more than the file does.
    given += bytes;
    if (given > file.size()) return damaged("its packages hold more than the file");
    take(blocks.substr(kHead, length));
  }
  return {};
}

RpmRecords parse_rpm_database(std::string_view file) {
  RpmRecords records;
  const TakeBlob take = [&](std::string_view blob) { add(records, blob); };
  Result<void> read;
  if (file.starts_with(kSqliteMagic)) {
    read = read_sqlite_blobs(file, "Packages", 1, take);
  } else if (file.starts_with(kNdbMagic)) {
    read = read_ndb_blobs(file, take);
  } else if (is_berkeley_hash(file)) {
    read = read_berkeley_values(file, take);
  } else {
    records.unread = "it is no database of rpm that is known; the packages in it are not listed";
  }
  if (!read) records.unread = read.error().message();
  return records;
}

}  // namespace berth::image
