// The bytes of a gzip file from strangers, a piece at a time, up to a limit.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "berth/base/result.h"

namespace berth::vet {

// One member, of which nothing is kept but what is being read. Borrows the packed bytes.
class GzipReader {
 public:
  // More than `most` unpacked bytes are not read.
  GzipReader(std::string_view packed, std::size_t most);
  ~GzipReader();
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;

  // Fills `into`, or what is left of it at the end of the file. Returns how many bytes. Errors: InvalidInput when the
  // bytes are not gzip's or their checksum is wrong, or more follow its end; Exhausted past the limit.
  Result<std::size_t> read(std::span<char> into);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace berth::vet
