// Why not SQLite itself, which `store` has: it compiles the schema of every file that it opens, and the schema is the
// stranger's. Its defences (no views, no triggers, an authorizer, a progress handler) leave functions in generated
// columns and a parser of SQL in front of what is asked for here: the bytes of one table, which stand in pages of a
// simple form.

#include "berth/image/sqlite_table.h"

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace berth::image {
namespace {

constexpr std::size_t kHeaderBytes = 100;  // of the file, in front of the first page's own
constexpr unsigned char kInteriorTable = 5;
constexpr unsigned char kLeafTable = 13;
constexpr std::size_t kMostColumns = 8;  // of a row that are looked at: rpm's have two, the schema's five

std::unexpected<Error> damaged(std::string_view why) {
  return fail(Errc::Corrupt, fmt::format("read a database of SQLite: {}", why));
}
std::unexpected<Error> damaged(std::uint32_t page, std::string_view why) {
  return damaged(fmt::format("page {}: {}", page, why));
}

// `count` bytes at `at`, which are there, as a number; the highest first.
std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t number = 0;
  for (const char c : bytes.substr(at, count)) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

// Takes a number of one to nine bytes from the front; nothing where it breaks off.
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 9 && i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    const bool is_last = i == 8 || byte < 0x80;
    number = i == 8 ? number << 8 | byte : number << 7 | (byte & 0x7fU);
    if (!is_last) continue;
    bytes.remove_prefix(i + 1);
    return number;
  }
  return std::nullopt;
}

// A value in a row: its serial type and bytes.
struct Value {
  std::uint64_t type = 0;
  std::string_view bytes = {};

  bool is_blob() const { return type >= 12 && type % 2 == 0; }
  bool is_text() const { return type >= 13 && type % 2 == 1; }
  std::uint64_t number() const {
    if (type == 9) return 1;
    return type >= 1 && type <= 6 ? number_at(bytes, 0, bytes.size()) : 0;
  }
};

std::uint64_t size_of_type(std::uint64_t type) {
  constexpr std::uint64_t kSizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
  return type < 12 ? kSizes[type] : (type - 12) / 2;
}

// The first values of a row; nothing where it is none.
std::optional<std::vector<Value>> values_of(std::string_view row) {
  std::string_view types = row;
  const auto header = take_varint(types);
  if (!header || *header > row.size() || *header < row.size() - types.size()) return std::nullopt;
  std::string_view body = row.substr(*header);
  types = types.substr(0, *header - (row.size() - types.size()));
  std::vector<Value> values;
  while (!types.empty() && values.size() < kMostColumns) {
    const auto type = take_varint(types);
    if (!type || size_of_type(*type) > body.size()) return std::nullopt;
    const auto size = static_cast<std::size_t>(size_of_type(*type));
    values.push_back({*type, body.substr(0, size)});
    body.remove_prefix(size);
  }
  return values;
}

// The pages of a file, each of which is given out once.
class Pages {
 public:
  static Result<Pages> open(std::string_view file) {
    if (file.size() < kHeaderBytes || !file.starts_with(kSqliteMagic)) return damaged("it is none");
    std::uint64_t size = number_at(file, 16, 2);
    if (size == 1) size = 65536;
    const std::uint64_t reserved = number_at(file, 20, 1);
    const bool is_power = size >= 512 && (size & (size - 1)) == 0;
    if (!is_power || size - reserved < 480) return damaged("its pages have a size that there cannot be");
    return Pages(file, static_cast<std::size_t>(size), static_cast<std::size_t>(size - reserved));
  }

  std::size_t usable_bytes() const { return usable_; }
  std::size_t all_bytes() const { return file_.size(); }

  // The usable part of page `number`, the first of which is 1.
  Result<std::string_view> take(std::uint32_t number) {
    if (number == 0 || number > taken_.size()) return damaged(number, "it is not in the file");
    if (taken_[number - 1]) return damaged(number, "it is used twice");
    taken_[number - 1] = true;
    return file_.substr((number - 1) * size_, usable_);
  }

 private:
  Pages(std::string_view file, std::size_t size, std::size_t usable)
      : file_(file), size_(size), usable_(usable), taken_(file.size() / size) {}

  std::string_view file_;
  std::size_t size_;
  std::size_t usable_;
  std::vector<bool> taken_;
};

using TakeRow = std::function<void(std::string_view row)>;

// Goes through the tree of one table, from left to right.
class Table {
 public:
  Table(Pages& pages, const TakeRow& take) : pages_(pages), take_(take) {}

  Result<void> read(std::uint32_t root) {
    open_ = {root};
    while (!open_.empty()) {
      number_ = open_.back();
      open_.pop_back();
      BERTH_TRY(page_, pages_.take(number_));
      BERTH_CHECK_OK(read_page(number_ == 1 ? kHeaderBytes : 0));
    }
    return {};
  }

 private:
  // `start`: where the page's header is.
  Result<void> read_page(std::size_t start) {
    const auto kind = static_cast<unsigned char>(page_[start]);
    if (kind != kInteriorTable && kind != kLeafTable) return damaged(number_, "it is none of a table");
    const bool is_leaf = kind == kLeafTable;
    const std::size_t cells = start + (is_leaf ? 8 : 12);
    const auto count = static_cast<std::size_t>(number_at(page_, start + 3, 2));
    if (count * 2 > page_.size() - cells) return damaged(number_, "it has more cells than room");
    // What is pushed last is read first.
    if (!is_leaf) open_.push_back(static_cast<std::uint32_t>(number_at(page_, start + 8, 4)));
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t index = is_leaf ? i : count - 1 - i;
      const auto at = static_cast<std::size_t>(number_at(page_, cells + 2 * index, 2));
      if (at > page_.size() - 4) return damaged(number_, "a cell lies outside of it");
      if (is_leaf) {
        BERTH_CHECK_OK(read_cell(page_.substr(at)));
      } else {
        open_.push_back(static_cast<std::uint32_t>(number_at(page_, at, 4)));
      }
    }
    return {};
  }

  Result<void> read_cell(std::string_view cell) {
    const auto size = take_varint(cell);
    const auto id = take_varint(cell);
    if (!size || !id) return damaged(number_, "a cell breaks off");
    // Cells may lie over each other, and so hold more than the file does.
    if (*size > pages_.all_bytes() - given_ || given_ + *size + 2 > pages_.all_bytes()) {
      return damaged(number_, "its rows hold more than the file");
    }
    const auto whole = static_cast<std::size_t>(*size);
    given_ += whole + 2;
    const std::size_t local = local_bytes(whole);
    if (cell.size() < local + (local < whole ? 4 : 0)) return damaged(number_, "a row breaks off");
    if (local == whole) {
      take_(cell.substr(0, whole));
      return {};
    }
    std::string row(cell.substr(0, local));
    row.reserve(whole);
    auto next = static_cast<std::uint32_t>(number_at(cell, local, 4));
    while (row.size() < whole) {
      BERTH_TRY(const std::string_view page, pages_.take(next));
      next = static_cast<std::uint32_t>(number_at(page, 0, 4));
      row += page.substr(4, whole - row.size());
    }
    take_(row);
    return {};
  }

  // How many bytes of a row of `whole` stand in its leaf; the others are in pages of their own.
  std::size_t local_bytes(std::size_t whole) const {
    const std::size_t usable = pages_.usable_bytes();
    if (whole <= usable - 35) return whole;
    const std::size_t least = (usable - 12) * 32 / 255 - 23;
    const std::size_t some = least + (whole - least) % (usable - 4);
    return some <= usable - 35 ? some : least;
  }

  Pages& pages_;
  const TakeRow& take_;
  std::vector<std::uint32_t> open_;
  std::uint32_t number_ = 0;
  std::string_view page_;
  std::size_t given_ = 0;
};

}  // namespace

Result<void> read_sqlite_blobs(std::string_view file, std::string_view name, std::size_t column, const TakeBlob& take) {
  BERTH_ASSERT(column < kMostColumns);
  BERTH_TRY(Pages pages, Pages::open(file));
  std::optional<std::uint64_t> root;
  const TakeRow find = [&](std::string_view row) {
    const auto values = values_of(row);  // type, name, its table's name, page, SQL
    if (!values || values->size() < 4 || !(*values)[0].is_text() || !(*values)[1].is_text()) return;
    if ((*values)[0].bytes == "table" && (*values)[1].bytes == name) root = (*values)[3].number();
  };
  BERTH_CHECK_OK(Table(pages, find).read(1));
  if (!root) return damaged(fmt::format("it has no table '{}'", name));
  if (*root > UINT32_MAX) return damaged(fmt::format("the table '{}' is not in the file", name));
  const TakeRow hand_on = [&](std::string_view row) {
    const auto values = values_of(row);
    const bool is_there = values && column < values->size() && (*values)[column].is_blob();
    take(is_there ? (*values)[column].bytes : std::string_view());
  };
  return Table(pages, hand_on).read(static_cast<std::uint32_t>(*root));
}

}  // namespace berth::image
