#include "berth/image/tar_stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/utf8.h"
#include "berth/image/packing_magic.h"

namespace berth::image {
namespace {

constexpr std::size_t kShown = 120;
constexpr std::uint64_t kMostPadding = 16 << 20;  // programs fill up to their record, which is 10 KiB unless told

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
constexpr Field kStar = {508, 4};

template <class Block>
std::string_view field_of(const Block& block, Field field) {
  const std::string_view text(block.data() + field.at, field.length);
  return text.substr(0, text.find('\0'));
}

// What to do with a file whose first `at` bytes, of which `block` has 512 at the most, are those of a packed one; empty
// for others. Of more bytes nothing is said: it was a tar up to here.
std::string packing_text(const std::array<char, 512>& block, std::uint64_t at) {
  if (at > block.size()) return {};
  const PackedForm* packed = packed_form_of(std::string_view(block.data(), at));
  if (packed == nullptr) return {};
  return fmt::format("read the archive: it is packed with {0}; unpack it first, as with '{0} -dc FILE > FILE.tar'",
                     packed->program);
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
  // The block is still the header, damaged or not, that the present entry has begun with.
  const std::string_view name = field_of(block_, kName);
  const std::string shown = name.empty() ? "" : fmt::format(", '{}'", to_visible(name.substr(0, kShown), false));
  return fail(Errc::Corrupt, fmt::format("read the archive: the entry at byte {}{}: {}", entry_at_, shown, why));
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
  // Digits, then blanks and NULs alone: of what stands behind a NUL some programs read on.
  const std::size_t end = std::min(text.find_first_of(std::string_view(" \0", 2)), text.size());
  const bool goes_on = text.find_first_not_of(std::string_view(" \0", 2), end) != std::string_view::npos;
  if (goes_on) return corrupt(fmt::format("its {} goes on behind its end", what));
  for (const char c : text.substr(0, end)) {
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
    if (static_cast<std::uint64_t>(empty_blocks_) * kBlock <= kMostPadding) return {};
    return fail(Errc::Exhausted, fmt::format("read the archive: more than {} MiB of nothing follow its end; it is no "
                                             "archive, or damaged",
                                             kMostPadding >> 20));
  }
  if (state_ == State::End) return corrupt("it stands behind the end of the archive");
  if (empty_blocks_ > 0) return corrupt("an empty block stands before it");
  const auto sum = number(kSum.at, kSum.length, "sum");
  if (!sum || !sum_holds(block_, *sum)) {
    if (const std::string packing = packing_text(block_, at_); !packing.empty()) return fail(Errc::Corrupt, packing);
    const bool is_tar = std::string_view(block_.data() + kMagic.at, 5) == "ustar";
    if (entry_at_ == 0 && !is_tar) return fail(Errc::Corrupt, "read the archive: it does not begin as a tar does");
    return corrupt("the sum of its header is wrong; this is no tar, or it is damaged");
  }
  const char type = block_[kType];
  BERTH_CHECK_OK(check_form());
  if (TarExtension::is_one(type)) return begin_extended(type);
  return begin_entry(block_, type);
}

// GNU's headers have times where the others have the front of a name, and so do star's; programs that cannot read them
// go back to the name.
Result<void> TarStream::check_form() const {
  const std::string_view magic(block_.data() + kMagic.at, kMagic.length);
  if (magic == "ustar " && !field_of(block_, kPrefix).empty()) return corrupt("its header is of two forms at once");
  const std::string_view star(block_.data() + kStar.at, kStar.length);
  if (star == std::string_view("tar\0", 4)) return corrupt("its header is of star's form, which is not read");
  return {};
}

Result<void> TarStream::begin_extended(char type) {
  if (const std::string complaint = extension_.complaint_about(type); !complaint.empty()) return corrupt(complaint);
  BERTH_TRY(const std::uint64_t size, number(kSize.at, kSize.length, "size"));
  if (size == 0) return corrupt("its extended header is empty");
  if (size > TarExtension::kMostBytes) {
    return fail(Errc::Exhausted, fmt::format("read the archive: the entry at byte {}: its extended header has {} "
                                             "bytes, and {} are the most",
                                             entry_at_, size, TarExtension::kMostBytes));
  }
  extended_type_ = type;
  extended_.clear();
  skip_to_block(size);
  state_ = State::Extended;
  return {};
}

Result<void> TarStream::take_extended() {
  // The block is still the header's own.
  const std::string complaint = extension_.take(extended_type_, extended_, field_of(block_, kName));
  return complaint.empty() ? Result<void>() : corrupt(complaint);
}

Result<void> TarStream::begin_entry(const Block& block, char type) {
  TarEntry entry;
  switch (type) {
    case '0':
    case '\0':
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
    case '7':
      // A file, says POSIX, where there is nothing better; the storage's tool takes none.
      return corrupt("it is a contiguous file (its kind is '7')");
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
  if (const std::string complaint = extension_.put_over(entry); !complaint.empty()) return corrupt(complaint);
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
  const bool between = (state_ == State::Header && filled_ == 0) || (state_ == State::End && filled_ == 0);
  if (!between) {
    if (const std::string packing = packing_text(block_, at_); !packing.empty()) return fail(Errc::Corrupt, packing);
    if (filled_ > 0) {
      // What has come of this header is no name yet.
      entry_at_ = at_ - filled_;
      block_.fill('\0');
    }
    return corrupt("the archive breaks off");
  }
  entry_at_ = at_;
  block_.fill('\0');
  if (!extension_.is_empty()) return corrupt("an extended header stands at its end");
  return {};
}

}  // namespace berth::image
