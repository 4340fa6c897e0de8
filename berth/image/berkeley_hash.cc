// The form (versions 8 to 10 of the hash method, of Berkeley DB 4.0 to 6): page 0 says how large pages are and where
// the buckets begin. A bucket is a chain of pages; each has places of items counted from its head, and the items
// themselves from its end, a key and a value in turn. A value that is too long for that stands in a chain of pages of
// its own. Numbers are in the byte order of the machine that made the file.

#include "berth/image/berkeley_hash.h"

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

namespace berth::image {
namespace {

constexpr std::uint32_t kMagic = 0x00061561;
constexpr std::size_t kFirstHead = 512;  // of page 0
constexpr std::size_t kHead = 26;        // of the others

enum PageKind : unsigned char {
  UnusedPage = 0,
  UnsortedHashPage = 2,
  OverflowPage = 7,
  HashMetaPage = 8,
  HashPage = 13
};
enum ItemKind : unsigned char { InPage = 1, OffPage = 3 };

std::unexpected<Error> damaged(std::string_view why) {
  return fail(Errc::Corrupt, fmt::format("read a database of Berkeley DB: {}", why));
}
std::unexpected<Error> damaged(std::uint32_t page, std::string_view why) {
  return damaged(fmt::format("page {}: {}", page, why));
}

unsigned char byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

// `count` bytes at `at`, which are there, as a number.
std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t count, std::endian order) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    number = number << 8 | byte_at(bytes, order == std::endian::big ? at + i : at + count - 1 - i);
  }
  return number;
}

class Table {
 public:
  static Result<Table> open(std::string_view file) {
    if (!is_berkeley_hash(file) || file.size() < kFirstHead) return damaged("it is none");
    Table table(file);
    const std::uint32_t version = table.number(file, 16, 4);
    if (version < 8 || version > 10) return damaged(fmt::format("its version {} is not known", version));
    if (byte_at(file, 25) != HashMetaPage) return damaged("its first page is none of a hash table");
    // Encryption, checksums and ranges, and the number of files.
    if (byte_at(file, 24) != 0 || byte_at(file, 26) != 0 || table.number(file, 36, 4) != 0) {
      return damaged("it is encrypted, has checksums or consists of several files, as none of rpm's does");
    }
    table.page_bytes_ = table.number(file, 20, 4);
    if (table.page_bytes_ < 512 || table.page_bytes_ > 65536 || !std::has_single_bit(table.page_bytes_)) {
      return damaged("its pages have a size that there cannot be");
    }
    table.taken_.resize(file.size() / table.page_bytes_);
    const std::uint32_t last_page = table.number(file, 32, 4);
    if (last_page >= table.taken_.size()) {
      return damaged(
          fmt::format("it breaks off after {} pages of {}", table.taken_.size(), std::uint64_t{last_page} + 1));
    }
    if (table.number(file, 72, 4) >= last_page) return damaged("it has more buckets than pages");
    return table;
  }

  Result<void> read(const TakeBlob& take) {
    const std::uint32_t last_bucket = number(file_, 72, 4);
    for (std::uint32_t bucket = 0; bucket <= last_bucket; ++bucket) {
      // Buckets come in groups, each as large as all before it, and pages of other kinds lie between the groups.
      const auto group = static_cast<std::size_t>(std::bit_width(bucket));
      std::uint32_t next = bucket + number(file_, 96 + 4 * group, 4);
      do {
        BERTH_TRY(const std::string_view page, page_of(next));
        BERTH_CHECK_OK(read_page(page, next, take));
        next = number(page, 16, 4);
      } while (next != 0);
    }
    return {};
  }

 private:
  explicit Table(std::string_view file)
      : file_(file),
        order_(number_at(file, 12, 4, std::endian::big) == kMagic ? std::endian::big : std::endian::little) {}

  std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t count) const {
    return number_at(bytes, at, count, order_);
  }

  Result<std::string_view> page_of(std::uint32_t number) {
    if (number == 0 || number >= taken_.size()) return damaged(number, "it is not in the file, or not of the table");
    if (taken_[number]) return damaged(number, "it is used twice");
    taken_[number] = true;
    return file_.substr(std::size_t{number} * page_bytes_, page_bytes_);
  }

  Result<void> read_page(std::string_view page, std::uint32_t own, const TakeBlob& take) {
    const unsigned char kind = byte_at(page, 25);
    const std::size_t count = number(page, 20, 2);
    // Room is made for buckets before anything is put into them.
    if (kind == UnusedPage && count == 0 && number(page, 16, 4) == 0) return {};
    if ((kind != HashPage && kind != UnsortedHashPage) || number(page, 8, 4) != own) {
      return damaged(own, "it is none of a hash table");
    }
    if (count % 2 != 0) return damaged(own, "a key has no value");
    const std::size_t first = kHead + 2 * count;
    if (first > page.size()) return damaged(own, "it has more entries than room");
    std::size_t end = page.size();
    bool is_package = false;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = number(page, kHead + 2 * i, 2);
      if (at < first || at >= end) return damaged(own, "an entry lies outside of its place");
      const std::string_view item = page.substr(at, end - at);
      end = at;
      if (i % 2 == 0) {
        if (byte_at(item, 0) != InPage || item.size() != 5) return damaged(own, "a key is none of rpm's");
        is_package = number(item, 1, 4) != 0;
      } else if (is_package) {
        BERTH_CHECK_OK(read_value(item, own, take));
      }
    }
    return {};
  }

  Result<void> read_value(std::string_view item, std::uint32_t own, const TakeBlob& take) {
    if (byte_at(item, 0) == InPage) {
      take(item.substr(1));
      return {};
    }
    if (byte_at(item, 0) != OffPage || item.size() != 12) return damaged(own, "a value is none of rpm's");
    BERTH_TRY(const std::string value, read_chain(number(item, 4, 4), number(item, 8, 4), own));
    take(value);
    return {};
  }

  // `own`: the page that names the chain.
  Result<std::string> read_chain(std::uint32_t next, std::size_t bytes, std::uint32_t own) {
    if (bytes > file_.size()) return damaged(own, "a value is longer than the file");
    std::string value;
    value.reserve(bytes);
    while (value.size() < bytes) {
      if (next == 0) return damaged(own, "a value breaks off");
      own = next;
      BERTH_TRY(const std::string_view page, page_of(own));
      if (byte_at(page, 25) != OverflowPage || number(page, 8, 4) != own) return damaged(own, "it is none of a value");
      const std::size_t here = number(page, 22, 2);
      if (here == 0 || here > page.size() - kHead || here > bytes - value.size()) {
        return damaged(own, "it holds another part of a value than there can be");
      }
      value += page.substr(kHead, here);
      next = number(page, 16, 4);
    }
    if (next != 0) return damaged(own, "a value goes on behind its end");
    return value;
  }

  std::string_view file_;
  std::endian order_;
  std::uint32_t page_bytes_ = 0;
  std::vector<bool> taken_;  // the first page's is not looked at
};

}  // namespace

bool is_berkeley_hash(std::string_view file) {
  if (file.size() < 16) return false;
  return number_at(file, 12, 4, std::endian::little) == kMagic || number_at(file, 12, 4, std::endian::big) == kMagic;
}

Result<void> read_berkeley_values(std::string_view file, const TakeBlob& take) {
  BERTH_TRY(Table table, Table::open(file));
  return table.read(take);
}

}  // namespace berth::image
