// The folders of content that was fetched: archives unpacked, repositories cloned.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::app {

// One process at a time may change them; held from `open` to destruction.
class FetchedContent {
 public:
  // Makes `folder` where it is missing, waits for other processes, and removes what one that died has left.
  static Result<FetchedContent> open(const std::filesystem::path& folder);

  // Where the content of source `name` lies.
  std::filesystem::path place_of(const std::string& name) const { return folder_ / name; }

  // Lets `fill` put content below a new folder, which it is given, and then puts that in the place of `name`, whole.
  // Errors: those of `fill`, after which everything is as before.
  Result<void> put(const std::string& name, const std::function<Result<void>(const std::filesystem::path&)>& fill);
  Result<void> remove(const std::string& name);

 private:
  FetchedContent(std::filesystem::path folder, UniqueFd lock) : folder_(std::move(folder)), lock_(std::move(lock)) {}
  Result<void> sweep() const;

  std::filesystem::path folder_;
  UniqueFd lock_;
};

}  // namespace berth::app
