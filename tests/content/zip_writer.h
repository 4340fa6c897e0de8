// Writes zip archives for tests, with every lie that a stranger may tell.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace berth::content {

// What stands in the records of one entry; the local ones may differ from the central ones.
struct WrittenEntry {
  std::string name;
  std::string data;
  bool deflated = false;
  std::string local_name;  // empty: the same
  std::uint16_t flags = 0;
  std::uint16_t method = 0xffff;  // 0xffff: as `deflated` says
  std::uint32_t mode = 0;         // of Unix, in the upper half of the attributes
  std::uint32_t size_lie = 0;     // put in the place of the size in both records where it is not 0
  std::string extra;              // of the central record
  std::string local_extra;
  std::string descriptor;  // behind the data
  std::string gap;         // bytes in front of it
};

class ZipWriter {
 public:
  static std::string number(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
  }

  static std::string deflated(std::string_view data) {
    z_stream stream = {};
    deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, static_cast<uLong>(data.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
  }

  ZipWriter& add(const WrittenEntry& entry) {
    bytes_ += entry.gap;
    const std::size_t offset = bytes_.size();  // before the record is there
    const std::size_t packed_size = add_local(entry);
    return add_central(entry, offset, packed_size);
  }

  // A central record that points to a local one that is there.
  ZipWriter& add_central(const WrittenEntry& entry, std::uint64_t offset, std::size_t packed_size) {
    central_ += "PK\1\2" + number(20, 2) + fields_of(entry, packed_size) + number(entry.name.size(), 2) +
                number(entry.extra.size(), 2) + number(0, 6) + number(std::uint64_t{entry.mode} << 16, 4);
    central_ += number(offset, 4) + entry.name + entry.extra;
    ++count_;
    return *this;
  }

  std::string finish(std::string_view comment = "") const { return bytes_ + central_ + end(bytes_.size(), comment); }
  std::string end(std::uint64_t offset, std::string_view comment = "") const {
    return "PK\5\6" + number(0, 4) + number(count_, 2) + number(count_, 2) + number(central_.size(), 4) +
           number(offset, 4) + number(comment.size(), 2) + std::string(comment);
  }
  const std::string& central() const { return central_; }
  std::string& bytes() { return bytes_; }

 private:
  // Returns the size of its packed data.
  std::size_t add_local(const WrittenEntry& entry) {
    const std::string packed = entry.deflated ? deflated(entry.data) : entry.data;
    const std::string& name = entry.local_name.empty() ? entry.name : entry.local_name;
    bytes_ += "PK\3\4" + fields_of(entry, packed.size()) + number(name.size(), 2) +
              number(entry.local_extra.size(), 2) + name + entry.local_extra + packed + entry.descriptor;
    return packed.size();
  }

  static std::string fields_of(const WrittenEntry& entry, std::size_t packed_size) {
    const std::uint16_t method = entry.method != 0xffff ? entry.method : entry.deflated ? 8 : 0;
    const uLong crc = crc32_z(0, reinterpret_cast<const Bytef*>(entry.data.data()), entry.data.size());
    const std::uint64_t size = entry.size_lie != 0 ? entry.size_lie : entry.data.size();
    return number(20, 2) + number(entry.flags, 2) + number(method, 2) + number(0, 4) + number(crc, 4) +
           number(entry.size_lie != 0 && !entry.deflated ? size : packed_size, 4) + number(size, 4);
  }

  std::string bytes_;
  std::string central_;
  std::size_t count_ = 0;
};

}  // namespace berth::content
