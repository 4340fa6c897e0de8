// libcurl, loaded when the first registry is asked.
//
// It brings some twenty libraries with it, whose loading would take longer than all of ours in a call that starts a
// script; so it is not linked, but opened by name, and only commands that ask a registry pay for it. Of HTTP libraries
// in Debian it is the one with proxies, TLS, client certificates and deadlines, and is kept well. Its headers say the
// types.
#pragma once

#include <curl/curl.h>

#include "berth/base/result.h"

namespace berth::image {

struct CurlLibrary {
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_easy_reset) easy_reset = nullptr;
  CURLcode (*easy_setopt)(CURL* handle, CURLoption option, ...) = nullptr;
  CURLcode (*easy_getinfo)(CURL* handle, CURLINFO what, ...) = nullptr;
  decltype(&::curl_easy_perform) easy_perform = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
  decltype(&::curl_slist_append) slist_append = nullptr;
  decltype(&::curl_slist_free_all) slist_free_all = nullptr;

  // The one copy of this process, which stays for good; any thread may ask.
  // Errors: Unavailable, with the package to install.
  static Result<const CurlLibrary*> load();
};

}  // namespace berth::image
