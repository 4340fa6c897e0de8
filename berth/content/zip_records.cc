#include "berth/content/zip_records.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

namespace berth::content {
namespace {

constexpr std::uint32_t kLocal = 0x04034b50;
constexpr std::uint32_t kCentral = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kEnd64 = 0x06064b50;
constexpr std::uint32_t kLocator64 = 0x07064b50;
constexpr std::uint32_t kDescriptor = 0x08074b50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kLocatorSize = 20;
constexpr std::size_t kEnd64Size = 56;
constexpr std::uint16_t kZip64Extra = 0x0001;
constexpr std::uint16_t kUnicodePathExtra = 0x7075;
constexpr std::uint32_t kIn64 = 0xffffffff;  // "it stands in the zip64 record"
constexpr std::uint16_t kIn64Short = 0xffff;

std::unexpected<Error> refuse(std::string reason) { return fail(Errc::InvalidInput, std::move(reason)); }

// Little-endian numbers, one behind the other. Past the end it gives zeros and says so.
class Cursor {
 public:
  Cursor(std::string_view bytes, std::uint64_t at)
      : rest_(at <= bytes.size() ? bytes.substr(at) : std::string_view()), is_whole_(at <= bytes.size()) {}

  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      is_whole_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::size_t left() const { return rest_.size(); }
  bool is_whole() const { return is_whole_; }

 private:
  std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    const std::string_view bytes = take(size);
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  }

  std::string_view rest_;
  bool is_whole_;
};

// Puts the sizes of a zip64 extra field in the places of those that point to it. A field that says more or less than
// was asked of it is a lie to some reader.
Result<void> take_extra(std::string_view extra, ZipRecord& record, bool is_central) {
  bool has_64 = false;
  const bool size_asked = record.size == kIn64;
  const bool packed_asked = record.packed_size == kIn64;
  const bool offset_asked = is_central && record.offset == kIn64;
  for (Cursor fields(extra, 0); fields.left() > 0;) {
    if (fields.left() < 4) break;  // padding, as some tools write it
    const std::uint16_t id = fields.u16();
    const std::string_view body = fields.take(fields.u16());
    if (!fields.is_whole()) return refuse("an extra field of it is cut short");
    if (id == kUnicodePathExtra && body.size() > 5 && body.substr(5) != record.name) {
      return refuse("it has a second name in an extra field");
    }
    if (id != kZip64Extra) continue;
    if (has_64) return refuse("it has two zip64 fields");
    has_64 = true;
    Cursor values(body, 0);
    const ZipRecord said = record;
    if (size_asked) record.size = values.u64();
    if (packed_asked) record.packed_size = values.u64();
    if (offset_asked) record.offset = values.u64();
    if (!values.is_whole()) return refuse("its zip64 field lies: it is too short for the sizes it should give");
    // Some tools write both sizes though none is asked for; then they must be the same.
    if (!size_asked && !packed_asked && values.left() >= 16) {
      if (values.u64() != said.size || values.u64() != said.packed_size)
        return refuse("its zip64 field lies: its sizes are others than the record's");
    }
  }
  if ((size_asked || packed_asked || offset_asked) && !has_64)
    return refuse("its sizes stand in a zip64 field that is missing");
  return {};
}

bool is_end_at(std::string_view bytes, std::size_t at) {
  Cursor cursor(bytes, at);
  if (cursor.u32() != kEnd) return false;
  cursor.take(16);
  return cursor.u16() == cursor.left() && cursor.is_whole();
}

// Where the end record stands: its comment reaches to the end of the archive.
Result<std::size_t> find_end(std::string_view bytes) {
  constexpr std::size_t kLongestComment = 0xffff;
  if (bytes.size() < kEndSize) return refuse("it is no zip archive: it is too short");
  const std::size_t last = bytes.size() - kEndSize;
  const std::size_t first = last > kLongestComment ? last - kLongestComment : 0;
  std::optional<std::size_t> found;
  constexpr std::string_view kSignature = "PK\5\6";
  for (std::size_t at = bytes.rfind(kSignature, last); at != std::string_view::npos && at >= first;) {
    if (is_end_at(bytes, at)) {
      if (found) return refuse("it has two ends of a central directory; readers would differ on what is in it");
      found = at;
    }
    at = at == 0 ? std::string_view::npos : bytes.rfind(kSignature, at - 1);
  }
  if (!found) return refuse("it is no zip archive, or is cut short: the end of its central directory is missing");
  return *found;
}

// The numbers of the zip64 end record, when there is one in front of `end`.
Result<std::optional<ZipDirectory>> find_end64(std::string_view bytes, std::size_t end, std::uint64_t before,
                                               std::uint64_t& directory_end) {
  if (end < kLocatorSize) return std::optional<ZipDirectory>();
  Cursor locator(bytes, end - kLocatorSize);
  if (locator.u32() != kLocator64) return std::optional<ZipDirectory>();
  const std::uint32_t disk = locator.u32();
  const std::uint64_t said = locator.u64();
  const std::uint32_t disks = locator.u32();
  if (disk != 0 || disks > 1) return refuse("it is one of several parts; join them");
  if (said < before) return refuse("its zip64 end record lies outside of it");
  const std::uint64_t offset = said - before;
  if (offset > end - kLocatorSize || end - kLocatorSize - offset < kEnd64Size)
    return refuse("its zip64 end record lies outside of it");
  Cursor record(bytes, offset);
  if (record.u32() != kEnd64) return refuse("its zip64 end record is not where it should be");
  if (record.u64() != end - kLocatorSize - offset - 12) return refuse("its zip64 end record lies about its size");
  record.take(4);
  const std::uint32_t this_disk = record.u32();
  const std::uint32_t first_disk = record.u32();
  const std::uint64_t here = record.u64();
  ZipDirectory directory;
  directory.entries = record.u64();
  directory.size = record.u64();
  directory.offset = record.u64();
  if (this_disk != 0 || first_disk != 0 || here != directory.entries)
    return refuse("it is one of several parts; join them");
  directory_end = said;
  return std::optional<ZipDirectory>(directory);
}

}  // namespace

Result<ZipDirectory> find_zip_directory(std::string_view bytes, std::uint64_t before) {
  BERTH_TRY(const std::size_t end, find_end(bytes));
  Cursor record(bytes, end + 4);
  const std::uint16_t disk = record.u16();
  const std::uint16_t first_disk = record.u16();
  const std::uint16_t here = record.u16();
  const std::uint16_t entries = record.u16();
  const std::uint32_t size = record.u32();
  const std::uint32_t offset = record.u32();
  if (here != entries || (disk != 0 && disk != kIn64Short) || (first_disk != 0 && first_disk != kIn64Short)) {
    return refuse("it is one of several parts; join them");
  }
  std::uint64_t directory_end = before + end;
  BERTH_TRY(const std::optional<ZipDirectory> large, find_end64(bytes, end, before, directory_end));
  const bool is_asked = entries == kIn64Short || size == kIn64 || offset == kIn64;
  if (is_asked && !large) return refuse("its sizes stand in a zip64 end record that is missing");
  const ZipDirectory small = {offset, size, entries};
  const ZipDirectory directory = large ? *large : small;
  const bool differs = (offset != kIn64 && offset != directory.offset) || (size != kIn64 && size != directory.size) ||
                       (entries != kIn64Short && entries != directory.entries);
  if (differs) return refuse("its two end records differ: one of them lies");
  if (directory.offset > directory_end || directory_end - directory.offset != directory.size) {
    return refuse(
        "its central directory does not end where its end record begins; readers would differ on where it is");
  }
  return directory;
}

Result<std::vector<ZipRecord>> read_zip_directory(std::string_view bytes, const ZipDirectory& directory) {
  constexpr std::size_t kSmallest = 46;
  if (directory.entries > directory.size / kSmallest)
    return refuse("its central directory is too small for its entries");
  std::vector<ZipRecord> records;
  records.reserve(directory.entries);
  Cursor cursor(bytes.substr(0, directory.offset + directory.size), directory.offset);
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    ZipRecord record;
    if (cursor.u32() != kCentral) return refuse(fmt::format("entry {} of its central directory is none", i + 1));
    cursor.take(4);  // versions
    record.flags = cursor.u16();
    record.method = cursor.u16();
    cursor.take(4);  // time
    record.crc = cursor.u32();
    record.packed_size = cursor.u32();
    record.size = cursor.u32();
    const std::uint16_t name = cursor.u16();
    const std::uint16_t extra = cursor.u16();
    const std::uint16_t comment = cursor.u16();
    const std::uint16_t disk = cursor.u16();
    cursor.take(2);  // internal attributes
    record.external_attributes = cursor.u32();
    record.offset = cursor.u32();
    record.name = cursor.take(name);
    const std::string_view extras = cursor.take(extra);
    cursor.take(comment);
    if (!cursor.is_whole()) return refuse(fmt::format("entry {} of its central directory is cut short", i + 1));
    if (disk != 0) return refuse("it is one of several parts; join them");
    BERTH_CHECK_OK(take_extra(extras, record, true).context([&] { return fmt::format("entry {}", i + 1); }));
    records.push_back(std::move(record));
  }
  if (cursor.left() > 0) return refuse("its central directory holds more than its entries");
  return records;
}

Result<ZipLocal> read_zip_local(std::string_view bytes, std::uint64_t offset) {
  Cursor cursor(bytes, offset);
  if (cursor.u32() != kLocal) return refuse("its local record is not where it should be");
  ZipLocal local;
  ZipRecord& record = local.record;
  cursor.take(2);  // version
  record.flags = cursor.u16();
  record.method = cursor.u16();
  cursor.take(4);  // time
  record.crc = cursor.u32();
  record.packed_size = cursor.u32();
  record.size = cursor.u32();
  const std::uint16_t name = cursor.u16();
  const std::uint16_t extra = cursor.u16();
  record.name = cursor.take(name);
  const std::string_view extras = cursor.take(extra);
  if (!cursor.is_whole()) return refuse("its local record is cut short");
  BERTH_CHECK_OK(take_extra(extras, record, false));
  local.data = bytes.size() - cursor.left();
  return local;
}

std::optional<std::size_t> zip_descriptor_size(std::string_view bytes, const ZipRecord& record) {
  for (const bool is_signed : {true, false}) {
    for (const bool is_large : {false, true}) {
      Cursor cursor(bytes, 0);
      if (is_signed && cursor.u32() != kDescriptor) continue;
      const bool same = cursor.u32() == record.crc && (is_large ? cursor.u64() : cursor.u32()) == record.packed_size &&
                        (is_large ? cursor.u64() : cursor.u32()) == record.size;
      // What follows is a record or the end, so that of two sizes that fit the right one is taken.
      const bool ends = cursor.left() == 0 || Cursor(bytes, bytes.size() - cursor.left()).u32() == kLocal;
      if (same && cursor.is_whole() && ends) return bytes.size() - cursor.left();
    }
  }
  return std::nullopt;
}

Result<std::string> inflate_exactly(std::string_view packed, std::uint64_t size) {
  z_stream stream = {};
  if (::inflateInit2(&stream, -MAX_WBITS) != Z_OK) return fail(Errc::Exhausted, "inflate: out of memory");
  // One byte more than it should be, so that more is noticed.
  std::string bytes(size + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  const int end = ::inflate(&stream, Z_FINISH);
  const bool is_whole = end == Z_STREAM_END && stream.avail_in == 0 && stream.total_out == size;
  ::inflateEnd(&stream);
  if (!is_whole) return refuse("its data are damaged, or lie about their size");
  bytes.resize(size);
  return bytes;
}

std::uint32_t crc32_of(std::string_view bytes) {
  uLong crc = ::crc32(0, nullptr, 0);
  crc = ::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  return static_cast<std::uint32_t>(crc);
}

}  // namespace berth::content
