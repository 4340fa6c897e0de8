// Reads a tar as it comes, without trust: ustar, PAX and GNU's long names.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/image/tar_entry.h"
#include "berth/image/tar_extension.h"

namespace berth::image {

// Give it bytes in pieces of any size. It holds one header and one extended header (at most 1 MiB) at a time.
class TarStream {
 public:
  struct Handlers {
    std::function<Result<void>(const TarEntry& entry)> on_entry;
    std::function<Result<void>(std::string_view bytes)> on_bytes;  // of the file whose entry came last; may be empty
  };

  explicit TarStream(Handlers handlers) : handlers_(std::move(handlers)) {}

  // Errors: Corrupt for what is no tar, with the byte where the entry begins: a wrong sum, a size that is none or that
  // differs between the two headers, a sparse file, a kind that is not known, bytes between its entries or behind its
  // end, and all that programs are known to read differently; Exhausted for an extended header that is too long; those
  // of the handlers.
  Result<void> feed(std::string_view bytes);
  // Call it once all bytes were given. Errors: Corrupt when the tar breaks off.
  Result<void> finish();

  std::uint64_t entries() const { return entries_; }

 private:
  static constexpr std::size_t kBlock = 512;
  enum class State { Header, Extended, Data, Padding, End };
  using Block = std::array<char, kBlock>;

  std::unexpected<Error> corrupt(std::string_view why) const;
  Result<void> take_header();
  Result<void> take_extended();
  Result<void> check_form() const;
  Result<void> begin_extended(char type);
  Result<void> begin_entry(const Block& block, char type);
  Result<std::uint64_t> number(std::size_t at, std::size_t length, std::string_view what) const;
  void skip_to_block(std::uint64_t size_bytes);

  Handlers handlers_;
  State state_ = State::Header;
  Block block_ = {};
  std::size_t filled_ = 0;      // of block_
  std::uint64_t at_ = 0;        // bytes taken so far
  std::uint64_t entry_at_ = 0;  // where the present entry begins
  std::uint64_t left_ = 0;      // of the present state
  std::uint64_t padding_ = 0;   // after the data
  std::uint64_t entries_ = 0;
  int empty_blocks_ = 0;
  char extended_type_ = 0;
  std::string extended_;
  TarExtension extension_;  // of the next entry
};

}  // namespace berth::image
