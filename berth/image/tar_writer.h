// Writes a tar: plain files, the same bytes for the same content.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::image {

// The file appears under its name when it is whole; one that is not finished leaves nothing, and one whose process was
// killed PATH.PID.part beside it, until the next writer of the same path. No times, no owners.
class TarWriter {
 public:
  // Removes what writers of `path` left beside it that live no more. Errors: those of writing there.
  static Result<TarWriter> create(std::filesystem::path path);
  TarWriter(TarWriter&& other) noexcept;
  TarWriter& operator=(TarWriter&&) = delete;
  ~TarWriter();

  // `name` is relative. Names over 100 bytes get a header of their own. Errors: those of writing and reading.
  Result<void> add(std::string_view name, std::string_view bytes);
  Result<void> add_file(std::string_view name, const std::filesystem::path& file);
  // Errors: AlreadyExists when a file of that name was made meanwhile; those of writing and renaming.
  Result<void> finish();

 private:
  TarWriter(std::filesystem::path path, std::filesystem::path part, UniqueFd file)
      : path_(std::move(path)), part_(std::move(part)), file_(std::move(file)) {}

  Result<void> write_header(std::string_view name, std::uint64_t size_bytes, char type);
  Result<void> pad(std::uint64_t size_bytes);

  std::filesystem::path path_;
  std::filesystem::path part_;
  UniqueFd file_;
};

}  // namespace berth::image
