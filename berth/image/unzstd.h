// Unpacks zstd as it comes.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "berth/base/result.h"

namespace berth::image {

// Gives what it unpacks to a function, in pieces of at most 256 KiB, whatever the ratio. Its memory is bounded by the
// largest window that is taken, 32 MiB (zstd's levels up to 20); what was packed with a dictionary is refused.
class Unzstd {
 public:
  using Take = std::function<Result<void>(std::string_view bytes)>;

  // Errors: Exhausted without memory.
  static Result<Unzstd> open(Take take);
  Unzstd(Unzstd&&) noexcept;
  Unzstd& operator=(Unzstd&&) noexcept;
  ~Unzstd();

  // Frames that follow each other are one text, and such as are to be skipped are. The first must be none of these:
  // other programs tell by it how the whole is packed. Errors: Corrupt for what is no zstd, also behind its end;
  // Exhausted for a window that is too large; those of the function.
  Result<void> feed(std::string_view bytes);
  // Errors: Corrupt when it breaks off.
  Result<void> finish();

 private:
  class State;
  explicit Unzstd(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace berth::image
