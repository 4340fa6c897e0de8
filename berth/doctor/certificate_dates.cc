#include "berth/doctor/certificate_dates.h"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <tuple>

#include "berth/doctor/words.h"

namespace berth::doctor {
namespace {

constexpr std::uint8_t kInteger = 0x02;
constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kVersion = 0xA0;  // [0], explicit
constexpr std::uint8_t kUtcTime = 0x17;
constexpr std::uint8_t kGeneralizedTime = 0x18;

std::unexpected<Error> corrupt(const char* what) {
  return fail(Errc::Corrupt, std::string("read a certificate: ") + what);
}

struct Element {
  std::uint8_t tag = 0;
  std::string_view content;
};

// Takes the first element off `der`. Lengths over two bytes are none of a certificate's.
std::optional<Element> take_element(std::string_view& der) {
  if (der.size() < 2) return std::nullopt;
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(der[at]); };
  std::size_t length = byte(1);
  std::size_t header = 2;
  if (length > 0x80) {
    const std::size_t digits = length - 0x80;
    if (digits > 2 || der.size() < 2 + digits) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < digits; ++i) length = length << 8 | byte(2 + i);
    header += digits;
  } else if (length == 0x80) {
    return std::nullopt;  // an indefinite length, which DER does not have
  }
  if (der.size() - header < length) return std::nullopt;
  const Element element{byte(0), der.substr(header, length)};
  der.remove_prefix(header + length);
  return element;
}

std::optional<std::string_view> take(std::string_view& der, std::uint8_t tag) {
  const auto element = take_element(der);
  if (!element || element->tag != tag) return std::nullopt;
  return element->content;
}

// "YYMMDDHHMMSSZ" or "YYYYMMDDHHMMSSZ".
std::optional<std::int64_t> take_time(std::string_view& der) {
  const auto element = take_element(der);
  if (!element || (element->tag != kUtcTime && element->tag != kGeneralizedTime)) return std::nullopt;
  std::string digits(element->content);
  if (digits.empty() || digits.back() != 'Z') return std::nullopt;
  digits.pop_back();
  // Two digits of a year mean 1950 to 2049 (RFC 5280, 4.1.2.5.1).
  if (element->tag == kUtcTime) digits.insert(0, !digits.empty() && digits[0] >= '5' ? "19" : "20");
  if (digits.size() != 14) return std::nullopt;
  const auto part = [&](std::size_t at, std::size_t count) {
    return number_of<unsigned>(std::string_view(digits).substr(at, count)).value_or(9999);
  };
  using namespace std::chrono;
  const year_month_day day{year(static_cast<int>(part(0, 4))), month(part(4, 2)), std::chrono::day(part(6, 2))};
  if (!day.ok() || part(8, 2) > 23 || part(10, 2) > 59 || part(12, 2) > 60) return std::nullopt;
  const auto moment = sys_days(day) + hours(part(8, 2)) + minutes(part(10, 2)) + seconds(part(12, 2));
  return duration_cast<seconds>(moment.time_since_epoch()).count();
}

std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == ' ' || c == '\t') continue;
    if (c == '=') break;
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xFFFFFF;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 0xFF);
  }
  return bytes;
}

}  // namespace

Result<CertificateDates> parse_certificate_dates(std::string_view der) {
  // Certificate ::= SEQUENCE { tbsCertificate SEQUENCE { version [0]?, serial, algorithm, issuer, validity, ... } ... }
  const auto certificate = take(der, kSequence);
  if (!certificate) return corrupt("it is no sequence");
  std::string_view rest = *certificate;
  const auto signed_part = take(rest, kSequence);
  if (!signed_part) return corrupt("it has no part that is signed");
  rest = *signed_part;
  if (!rest.empty() && static_cast<std::uint8_t>(rest.front()) == kVersion) std::ignore = take_element(rest);
  if (!take(rest, kInteger) || !take(rest, kSequence) || !take(rest, kSequence)) {
    return corrupt("serial number, algorithm or issuer is missing");
  }
  auto validity = take(rest, kSequence);
  if (!validity) return corrupt("it has no dates");
  const auto not_before = take_time(*validity);
  const auto not_after = take_time(*validity);
  if (!not_before || !not_after) return corrupt("its dates are none");
  return CertificateDates{*not_before, *not_after};
}

std::vector<Result<CertificateDates>> dates_in_bundle(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  std::vector<Result<CertificateDates>> found;
  for (std::size_t at = pem.find(kBegin); at != std::string_view::npos; at = pem.find(kBegin, at)) {
    at += kBegin.size();
    const std::size_t end = pem.find(kEnd, at);
    if (end == std::string_view::npos) {
      found.emplace_back(corrupt("its block does not end"));
      break;
    }
    const auto der = decode_base64(pem.substr(at, end - at));
    found.push_back(der ? parse_certificate_dates(*der) : Result<CertificateDates>(corrupt("it is not in base64")));
    at = end;
  }
  return found;
}

}  // namespace berth::doctor
