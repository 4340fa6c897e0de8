// A library that is loaded when it is first needed, so that commands which do not need it do not wait for it and the
// libraries that it brings.
#pragma once

#include <string>
#include <utility>

#include "berth/base/result.h"

namespace berth::sys {

// It stays loaded for good.
class DynamicLibrary {
 public:
  // `file` is its soname, `package` the distribution's package that has it. Errors: Unavailable, with the package to
  // install.
  static Result<DynamicLibrary> open(std::string file, std::string package);

  // Sets `into` to the function `name`. Whether the library has it; the first that it lacks is what missing() tells.
  template <class Function>
  bool find(const char* name, Function& into) {
    into = reinterpret_cast<Function>(symbol(name));
    return into != nullptr;
  }

  // What to say of a library without one of its functions. Unavailable.
  std::unexpected<Error> missing() const { return unusable(lack_); }
  // Of one that is of no use for another reason. Unavailable.
  std::unexpected<Error> unusable(const std::string& why) const;

 private:
  DynamicLibrary(std::string file, std::string package) : file_(std::move(file)), package_(std::move(package)) {}
  void* symbol(const char* name);

  std::string file_;
  std::string package_;
  void* handle_ = nullptr;
  std::string lack_;
};

}  // namespace berth::sys
