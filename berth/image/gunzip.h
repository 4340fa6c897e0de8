// Unpacks gzip as it comes.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "berth/base/result.h"

namespace berth::image {

// Gives what it unpacks to a function, in pieces of at most 256 KiB, whatever the ratio.
class Gunzip {
 public:
  using Take = std::function<Result<void>(std::string_view bytes)>;

  // Errors: Exhausted without memory.
  static Result<Gunzip> open(Take take);
  Gunzip(Gunzip&&) noexcept;
  Gunzip& operator=(Gunzip&&) noexcept;
  ~Gunzip();

  // Members that follow each other are one text. Errors: Corrupt for what is no gzip, also behind its end; those of the
  // function.
  Result<void> feed(std::string_view bytes);
  // Errors: Corrupt when it breaks off.
  Result<void> finish();

 private:
  class State;
  explicit Gunzip(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace berth::image
