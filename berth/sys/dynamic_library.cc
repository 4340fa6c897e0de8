#include "berth/sys/dynamic_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <utility>

namespace berth::sys {
namespace {

std::string last_error() {
  const char* const text = ::dlerror();
  return text == nullptr ? "no reason is told" : text;
}

}  // namespace

Result<DynamicLibrary> DynamicLibrary::open(std::string file, std::string package) {
  DynamicLibrary library(std::move(file), std::move(package));
  library.handle_ = ::dlopen(library.file_.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library.handle_ == nullptr) return library.unusable(last_error());
  return library;
}

std::unexpected<Error> DynamicLibrary::unusable(const std::string& why) const {
  return fail(Errc::Unavailable,
              fmt::format("load {}: {}; install it with 'apt-get install {}'", file_, why, package_));
}

void* DynamicLibrary::symbol(const char* name) {
  void* const found = ::dlsym(handle_, name);
  if (found == nullptr && lack_.empty()) lack_ = last_error();
  return found;
}

}  // namespace berth::sys
