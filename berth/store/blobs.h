// The bytes of files, each stored once under its SHA-256: <folder>/<first 2 digits>/<64 digits>.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/store/file_digest.h"

namespace berth::store {

// Any thread, any number of processes. What is stored under a digest never changes; when `put` has returned, it
// survives the death of the process and of the machine.
class Blobs {
 public:
  explicit Blobs(std::filesystem::path folder) : folder_(std::move(folder)) {}

  const std::filesystem::path& folder() const { return folder_; }

  // Stores the bytes; what is there already is not written again. `name` only helps to tell the type.
  // Errors: Exhausted when the disk is full.
  Result<FileFacts> put(std::string_view bytes, std::string_view name) const;
  // The same with what can be read from `fd` up to its end, piece by piece. Errors: Exhausted past `limit_bytes`.
  Result<FileFacts> put(int fd, std::uint64_t limit_bytes, std::string_view name) const;

  // For reading alone. Errors: NotFound; InvalidInput when `sha256` is not 64 lower-case hexadecimal digits.
  Result<UniqueFd> open(std::string_view sha256) const;

  // The digests of what was last put more than `age` ago, in no order.
  Result<std::vector<std::string>> older_than(std::chrono::seconds age) const;
  // Removes the bytes unless they were put again less than `age` ago; the number of bytes that are free now.
  Result<std::uint64_t> remove_older(std::string_view sha256, std::chrono::seconds age) const;
  // Removes what puts that were cut short more than `age` ago left behind.
  Result<void> remove_drafts(std::chrono::seconds age) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace berth::store
