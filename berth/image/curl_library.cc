#include "berth/image/curl_library.h"

#include "berth/sys/dynamic_library.h"

namespace berth::image {
namespace {

Result<CurlLibrary> open_library() {
  BERTH_TRY(sys::DynamicLibrary library, sys::DynamicLibrary::open("libcurl.so.4", "libcurl4"));
  CurlLibrary curl;
  decltype(&::curl_global_init) global_init = nullptr;
  const bool whole =
      library.find("curl_easy_init", curl.easy_init) && library.find("curl_easy_cleanup", curl.easy_cleanup) &&
      library.find("curl_easy_reset", curl.easy_reset) && library.find("curl_easy_setopt", curl.easy_setopt) &&
      library.find("curl_easy_getinfo", curl.easy_getinfo) && library.find("curl_easy_perform", curl.easy_perform) &&
      library.find("curl_easy_strerror", curl.easy_strerror) && library.find("curl_slist_append", curl.slist_append) &&
      library.find("curl_slist_free_all", curl.slist_free_all) && library.find("curl_global_init", global_init);
  if (!whole) return library.missing();
  if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return library.unusable("it cannot be set up");
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
