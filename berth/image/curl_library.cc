#include "berth/image/curl_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace berth::image {
namespace {

constexpr const char* kFile = "libcurl.so.4";

std::unexpected<Error> missing(const char* why) {
  return fail(Errc::Unavailable, fmt::format("load {}: {}; install it with 'apt-get install libcurl4'", kFile,
                                             why == nullptr ? "?" : why));
}

template <class Function>
bool find(void* library, const char* name, Function& into) {
  into = reinterpret_cast<Function>(::dlsym(library, name));
  return into != nullptr;
}

Result<CurlLibrary> open_library() {
  void* library = ::dlopen(kFile, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return missing(::dlerror());
  CurlLibrary curl;
  decltype(&::curl_global_init) global_init = nullptr;
  const bool whole =
      find(library, "curl_easy_init", curl.easy_init) && find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
      find(library, "curl_easy_reset", curl.easy_reset) && find(library, "curl_easy_setopt", curl.easy_setopt) &&
      find(library, "curl_easy_getinfo", curl.easy_getinfo) && find(library, "curl_easy_perform", curl.easy_perform) &&
      find(library, "curl_easy_strerror", curl.easy_strerror) &&
      find(library, "curl_slist_append", curl.slist_append) &&
      find(library, "curl_slist_free_all", curl.slist_free_all) && find(library, "curl_global_init", global_init);
  if (!whole) return missing(::dlerror());
  if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return missing("it cannot be set up");
  return curl;
}

}  // namespace

Result<const CurlLibrary*> CurlLibrary::load() {
  // What the library sets up is for the whole process, and once.
  static const Result<CurlLibrary> loaded = open_library();
  if (!loaded) return std::unexpected(loaded.error());
  return &*loaded;
}

}  // namespace berth::image
