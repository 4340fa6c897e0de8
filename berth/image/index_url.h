// Addresses of package indexes and proxies, taken apart. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::image {

// `scheme://[user[:password]@]host[:port][/path]`, of http and https.
struct IndexUrl {
  std::string scheme;    // "http", "https"
  std::string userinfo;  // as written, with percent escapes; empty for none
  std::string host;      // lower case, without brackets
  std::uint16_t port = 0;

  // "host:port", as an allow-list writes it: IPv6 in brackets.
  std::string endpoint() const;
};

// Errors: InvalidInput, with the scheme or the part that is wrong; userinfo is never in the text.
Result<IndexUrl> parse_index_url(std::string_view url);

// What in `url` must not be shown: the password (the user alone where it is a token without one), as written and
// without its percent escapes.
std::vector<std::string> secrets_of(const IndexUrl& url);

// The value of an Authorization header for `url`'s userinfo; empty where it has none.
std::string authorization_of(const IndexUrl& url);

// `url` without its userinfo, for people.
std::string shown_url(std::string_view url);

// Of `text` in the form of netrc(5), which apt's auth.conf shares, the entries of `hosts` (a name, with apt's optional
// port and path behind it) and no others: one line an entry. The `default` entry is for none.
std::string netrc_for(std::string_view text, const std::vector<std::string>& hosts);

// The passwords in `text`, of the same form.
std::vector<std::string> netrc_secrets(std::string_view text);

}  // namespace berth::image
