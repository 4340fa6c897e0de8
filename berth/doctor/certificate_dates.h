// The certificates of a bundle, as far as their dates go (RFC 5280, RFC 7468). Nothing is verified.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::doctor {

struct CertificateDates {
  std::int64_t not_before = 0;  // seconds since 1970
  std::int64_t not_after = 0;
};

// One certificate in DER. Errors: Corrupt.
Result<CertificateDates> parse_certificate_dates(std::string_view der);

// All blocks BEGIN CERTIFICATE of a text, each with its dates or what is wrong with it.
std::vector<Result<CertificateDates>> dates_in_bundle(std::string_view pem);

}  // namespace berth::doctor
