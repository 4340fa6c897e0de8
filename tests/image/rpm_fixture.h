// Databases of rpm, written byte by byte: headers, pages of SQLite, Packages.db.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::image {

inline std::string big(std::uint64_t number, int count) {
  std::string bytes;
  for (int i = count; i-- > 0;) bytes += static_cast<char>(number >> (8 * i) & 0xff);
  return bytes;
}

inline std::string little(std::uint32_t number) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
  return bytes;
}

// A header of rpm, entry by entry.
class HeaderText {
 public:
  HeaderText& text(std::uint32_t tag, std::string_view value) { return entry(tag, 6, 1, std::string(value) + '\0'); }
  HeaderText& number(std::uint32_t tag, std::uint32_t value) { return numbers(tag, {value}); }
  HeaderText& long_number(std::uint32_t tag, std::uint64_t value) { return entry(tag, 5, 1, big(value, 8)); }
  HeaderText& numbers(std::uint32_t tag, const std::vector<std::uint32_t>& values) {
    std::string bytes;
    for (const std::uint32_t value : values) bytes += big(value, 4);
    return entry(tag, 4, static_cast<std::uint32_t>(values.size()), bytes);
  }
  HeaderText& texts(std::uint32_t tag, const std::vector<std::string>& values) {
    std::string bytes;
    for (const std::string& value : values) bytes += value + '\0';
    return entry(tag, 8, static_cast<std::uint32_t>(values.size()), bytes);
  }
  HeaderText& entry(std::uint32_t tag, std::uint32_t type, std::uint32_t count, const std::string& bytes) {
    return entry_at(tag, type, static_cast<std::uint32_t>(data_.size()), count, bytes);
  }
  HeaderText& entry_at(std::uint32_t tag, std::uint32_t type, std::uint32_t at, std::uint32_t count,
                       const std::string& bytes) {
    index_ += big(tag, 4) + big(type, 4) + big(at, 4) + big(count, 4);
    data_ += bytes;
    return *this;
  }
  HeaderText& package(std::string_view name, std::string_view version = "1", std::string_view release = "1") {
    return text(1000, name).text(1001, version).text(1002, release);
  }

  std::string blob() const { return big(index_.size() / 16, 4) + big(data_.size(), 4) + index_ + data_; }

 private:
  std::string index_;
  std::string data_;
};

// Packages.db with these blobs, behind each other.
inline std::string ndb_file(const std::vector<std::string>& blobs) {
  std::string slots = "RpmP" + little(0) + little(7) + little(1) + little(9) + std::string(12, '\0');
  std::string blocks;
  for (std::uint32_t i = 0; i < blobs.size(); ++i) {
    std::string one =
        "BlbS" + little(i + 1) + little(1) + little(static_cast<std::uint32_t>(blobs[i].size())) + blobs[i];
    one.resize((one.size() + 12 + 15) / 16 * 16 - 12);
    one += little(0) + little(static_cast<std::uint32_t>(blobs[i].size())) + "BlbE";
    slots += "Slot" + little(i + 1) + little(static_cast<std::uint32_t>((4096 + blocks.size()) / 16)) +
             little(static_cast<std::uint32_t>(one.size() / 16));
    blocks += one;
  }
  while (slots.size() < 4096) slots += "Slot" + std::string(12, '\0');
  return slots + blocks;
}

// A page of 512 bytes with these cells; `right` is the last child of an interior one, and 0 for a leaf.
inline std::string sqlite_page(const std::vector<std::string>& cells, std::uint32_t right = 0, std::size_t start = 0) {
  std::string page(start, '\0');
  page += std::string(1, right == 0 ? '\x0d' : '\x05') + big(0, 2) + big(cells.size(), 2) + big(0, 2) + '\0';
  if (right != 0) page += big(right, 4);
  std::string body;
  for (const std::string& cell : cells) {
    body = cell + body;
    page += big(512 - body.size(), 2);
  }
  page.resize(512 - body.size());
  return page + body;
}

// A leaf's cell with a row that is `id` and `blob`, of fewer than 58 bytes.
inline std::string sqlite_row(std::uint8_t id, const std::string& blob) {
  const std::string row = std::string("\x04\x00", 2) + big(0x8000 | (2 * blob.size() + 12), 2) + blob;
  return std::string(1, static_cast<char>(row.size())) + static_cast<char>(id) + row;
}

// A file of pages of 512 bytes, of which the first is made: its schema has the table "Packages" on page 2.
inline std::string sqlite_file(const std::vector<std::string>& pages) {
  std::string header = std::string("SQLite format 3\0", 16) + big(512, 2) + "\x01\x01" + big(0, 1) + "\x40\x20\x20";
  header.resize(100);
  const std::string row = std::string("\x06\x17\x1d\x1d\x01\x0d", 6) + "table" + "Packages" + "Packages" + "\x02";
  const std::string cell = std::string(1, static_cast<char>(row.size())) + "\x01" + row;
  std::string file = sqlite_page({cell}, 0, 100);
  file.replace(0, 100, header);
  for (const std::string& page : pages) file += page;
  return file;
}

}  // namespace berth::image
