#include "berth/image/tar_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "berth/base/utf8.h"

namespace berth::image {
namespace {

constexpr std::size_t kMaxExtended = 1 << 20;
constexpr std::string_view kAttribute = "SCHILY.xattr.";

// Where the fields of a header stand.
struct Field {
  std::size_t at;
  std::size_t length;
};
constexpr Field kName = {0, 100};
constexpr Field kUid = {108, 8};
constexpr Field kGid = {116, 8};
constexpr Field kSize = {124, 12};
constexpr Field kSum = {148, 8};
constexpr std::size_t kType = 156;
constexpr Field kTarget = {157, 100};
constexpr Field kMagic = {257, 6};
constexpr Field kMajor = {329, 8};
constexpr Field kMinor = {337, 8};
constexpr Field kPrefix = {345, 155};

template <class Block>
std::string_view field_of(const Block& block, Field field) {
  const std::string_view text(block.data() + field.at, field.length);
  return text.substr(0, text.find('\0'));
}

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The sum of a header's bytes, its own field read as blanks; some old programs took bytes for signed.
bool sum_holds(const std::array<char, 512>& block, std::uint64_t told) {
  std::uint64_t plain = 0;
  std::int64_t with_sign = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const char c = i >= kSum.at && i < kSum.at + kSum.length ? ' ' : block[i];
    plain += static_cast<unsigned char>(c);
    with_sign += static_cast<signed char>(c);
  }
  return plain == told || with_sign == static_cast<std::int64_t>(told);
}

}  // namespace

std::unexpected<Error> TarStream::corrupt(std::string_view why) const {
  return fail(Errc::Corrupt, fmt::format("read the archive: the entry at byte {}: {}", entry_at_, why));
}

// Octal digits, or a number of 63 bits behind a first byte 0x80.
Result<std::uint64_t> TarStream::number(std::size_t at, std::size_t length, std::string_view what) const {
  std::string_view text(block_.data() + at, length);
  const auto first = static_cast<unsigned char>(text.front());
  std::uint64_t value = 0;
  if ((first & 0x80) != 0) {
    if (first != 0x80) return corrupt(fmt::format("its {} is negative or too large", what));
    for (const char c : text.substr(1)) {
      if ((value >> 55) != 0) return corrupt(fmt::format("its {} is too large", what));
      value = value << 8 | static_cast<unsigned char>(c);
    }
    return value;
  }
  while (text.starts_with(' ')) text.remove_prefix(1);
  text = text.substr(0, text.find_first_of(std::string_view(" \0", 2)));
  for (const char c : text) {
    if (c < '0' || c > '7') return corrupt(fmt::format("its {} is no number", what));
    value = value << 3 | static_cast<std::uint64_t>(c - '0');  // twelve digits at the most
  }
  return value;
}

Result<void> TarStream::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (state_ == State::Data || state_ == State::Extended || state_ == State::Padding) {
      const std::string_view piece = bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size()));
      if (state_ == State::Data && handlers_.on_bytes) BERTH_CHECK_OK(handlers_.on_bytes(piece));
      if (state_ == State::Extended) extended_ += piece;
      const bool fills = state_ == State::Padding && piece.find_first_not_of('\0') != std::string_view::npos;
      if (fills) return corrupt("what fills up its last block is not empty");
      at_ += piece.size();
      left_ -= piece.size();
      bytes.remove_prefix(piece.size());
      if (left_ > 0) return {};
      if (state_ == State::Extended) BERTH_CHECK_OK(take_extended());
      const bool pads = state_ != State::Padding && padding_ > 0;
      state_ = pads ? State::Padding : State::Header;
      left_ = pads ? padding_ : 0;
      padding_ = 0;
      continue;
    }
    const std::string_view piece = bytes.substr(0, kBlock - filled_);
    std::ranges::copy(piece, block_.begin() + static_cast<std::ptrdiff_t>(filled_));
    filled_ += piece.size();
    at_ += piece.size();
    bytes.remove_prefix(piece.size());
    if (filled_ < kBlock) return {};
    filled_ = 0;
    BERTH_CHECK_OK(take_header());
  }
  return {};
}

void TarStream::skip_to_block(std::uint64_t size_bytes) {
  left_ = size_bytes;
  padding_ = (kBlock - size_bytes % kBlock) % kBlock;
}

Result<void> TarStream::take_header() {
  entry_at_ = at_ - kBlock;
  const bool empty = std::ranges::all_of(block_, [](char c) { return c == '\0'; });
  if (empty) {
    if (++empty_blocks_ == 2) state_ = State::End;
    return {};
  }
  if (state_ == State::End) return corrupt("it stands behind the end of the archive");
  if (empty_blocks_ > 0) return corrupt("an empty block stands before it");
  BERTH_TRY(const std::uint64_t sum, number(kSum.at, kSum.length, "sum"));
  if (!sum_holds(block_, sum)) return corrupt("the sum of its header is wrong; this is no tar, or it is damaged");
  const char type = block_[kType];
  if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
    BERTH_TRY(const std::uint64_t size, number(kSize.at, kSize.length, "size"));
    if (size > kMaxExtended) {
      return fail(Errc::Exhausted, fmt::format("read the archive: the entry at byte {}: its extended header has {} "
                                               "bytes, and {} are the most",
                                               entry_at_, size, kMaxExtended));
    }
    if (size == 0) return {};
    extended_type_ = type;
    extended_.clear();
    skip_to_block(size);
    state_ = State::Extended;
    return {};
  }
  return begin_entry(block_, type);
}

Result<void> TarStream::take_extended() {
  if (extended_type_ == 'x') return read_pax(extended_);
  if (extended_type_ == 'g') return {};  // comments of other tools; the tools that unpack layers pass it over, too
  std::string text = extended_.substr(0, extended_.find('\0'));
  (extended_type_ == 'L' ? long_name_ : long_target_) = std::move(text);
  return {};
}

// Records "LENGTH KEY=VALUE\n".
Result<void> TarStream::read_pax(std::string_view text) {
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    const auto length = decimal(text.substr(0, blank));
    if (blank == std::string_view::npos || !length || *length > text.size() || *length < blank + 2) {
      return corrupt("a record of its extended header has no length");
    }
    std::string_view record = text.substr(blank + 1, *length - blank - 1);
    text.remove_prefix(*length);
    const std::size_t equals = record.find('=');
    if (!record.ends_with('\n') || equals == std::string_view::npos) {
      return corrupt("a record of its extended header is not of the form KEY=VALUE");
    }
    record.remove_suffix(1);
    const std::string_view key = record.substr(0, equals);
    if (key.starts_with("GNU.sparse.")) return corrupt("it is a sparse file");
    pax_[std::string(key)] = record.substr(equals + 1);
  }
  return {};
}

Result<void> TarStream::begin_entry(const Block& block, char type) {
  TarEntry entry;
  switch (type) {
    case '0':
    case '\0':
    case '7':
      entry.kind = TarKind::File;
      break;
    case '1':
      entry.kind = TarKind::HardLink;
      break;
    case '2':
      entry.kind = TarKind::SymbolicLink;
      break;
    case '3':
      entry.kind = TarKind::CharacterDevice;
      break;
    case '4':
      entry.kind = TarKind::BlockDevice;
      break;
    case '5':
      entry.kind = TarKind::Folder;
      break;
    case '6':
      entry.kind = TarKind::Fifo;
      break;
    case 'S':
      return corrupt("it is a sparse file");
    default:
      return corrupt(fmt::format("its kind '{}' is not known", to_visible(std::string_view(&type, 1), false)));
  }
  BERTH_TRY(entry.size_bytes, number(kSize.at, kSize.length, "size"));
  BERTH_TRY(entry.uid, number(kUid.at, kUid.length, "owner"));
  BERTH_TRY(entry.gid, number(kGid.at, kGid.length, "group"));
  if (entry.kind == TarKind::CharacterDevice || entry.kind == TarKind::BlockDevice) {
    BERTH_TRY(entry.device_major, number(kMajor.at, kMajor.length, "device"));
    BERTH_TRY(entry.device_minor, number(kMinor.at, kMinor.length, "device"));
  }
  entry.name = field_of(block, kName);
  const bool posix = std::string_view(block.data() + kMagic.at, kMagic.length) == std::string_view("ustar\0", 6);
  if (const std::string_view prefix = field_of(block, kPrefix); posix && !prefix.empty()) {
    entry.name = fmt::format("{}/{}", prefix, entry.name);
  }
  entry.target = field_of(block, kTarget);
  if (long_name_) entry.name = *std::move(long_name_);
  if (long_target_) entry.target = *std::move(long_target_);
  for (auto& [key, value] : pax_) {
    if (value.contains('\0')) return corrupt(fmt::format("its '{}' holds a NUL", to_visible(key, false)));
    if (key == "path") entry.name = value;
    if (key == "linkpath") entry.target = value;
    if (key == "size" || key == "uid" || key == "gid") {
      const auto told = decimal(value);
      if (!told) return corrupt(fmt::format("its {} is no number", key));
      (key == "size" ? entry.size_bytes : key == "uid" ? entry.uid : entry.gid) = *told;
    }
    if (key.starts_with(kAttribute)) entry.attributes[key.substr(kAttribute.size())] = std::move(value);
  }
  pax_.clear();
  long_name_.reset();
  long_target_.reset();
  // Of what is no file, programs disagree whether bytes follow.
  if (entry.kind != TarKind::File && entry.size_bytes != 0) return corrupt("it is no file, and has a size");
  if (entry.size_bytes > std::uint64_t{1} << 50) return corrupt("its size is too large");
  // In the oldest form a folder is a file whose name ends so.
  if (type == '\0' && entry.name.ends_with('/')) entry.kind = TarKind::Folder;
  if (entry.kind == TarKind::Folder && entry.size_bytes != 0) return corrupt("it is no file, and has a size");
  ++entries_;
  const std::uint64_t size_bytes = entry.size_bytes;
  if (handlers_.on_entry) BERTH_CHECK_OK(handlers_.on_entry(entry));
  skip_to_block(size_bytes);
  if (size_bytes > 0) state_ = State::Data;
  return {};
}

Result<void> TarStream::finish() {
  entry_at_ = at_;
  const bool between = (state_ == State::Header && filled_ == 0) || (state_ == State::End && filled_ == 0);
  if (!between) return corrupt("the archive breaks off");
  if (!pax_.empty() || long_name_ || long_target_) return corrupt("an extended header stands at its end");
  return {};
}

}  // namespace berth::image
