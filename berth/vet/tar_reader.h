// The files of a tar archive from strangers, one after the other. Nothing is unpacked to a disk.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "berth/base/result.h"
#include "berth/vet/gzip_reader.h"

namespace berth::vet {

struct TarLimits {
  std::size_t files = 500'000;
  std::size_t file_bytes = std::size_t{16} << 20;
};

struct TarFile {
  std::string name;
  std::string bytes;
};

// Reads ustar, with the long names of pax and of GNU. Borrows the reader below it.
class TarReader {
 public:
  explicit TarReader(GzipReader& bytes, const TarLimits& limits = {}) : bytes_(bytes), limits_(limits) {}

  // The next file; nothing at the end. Folders are passed over. Errors: InvalidInput for what is no archive, is cut
  // off, holds links or devices, or names that lead out of it or hold invisible characters; Exhausted past a limit.
  Result<std::optional<TarFile>> next();

 private:
  struct Header;
  Result<std::optional<Header>> header();
  Result<void> pass_over_rest();
  Result<std::string> contents(std::size_t size);

  GzipReader& bytes_;
  TarLimits limits_;
  std::size_t seen_ = 0;
  std::string long_name_;  // of the file that comes next
};

}  // namespace berth::vet
