// JSON from outside: what parses prints, and what was printed parses to the same value, in both forms.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "berth/base/error.h"
#include "berth/base/json.h"
#include "berth/base/utf8.h"

// Depth and values as small as a fuzzer can reach, so that the limits themselves are tried.
constexpr berth::JsonLimits kLimits = {.depth = 64, .values = 4096};

namespace {

// Bytes that are no UTF-8 are the caller's to repair before; without that the parser may only refuse or replace them.
void check_bytes(std::string_view bytes) {
  const berth::Result<berth::Json> value = berth::parse_json(bytes, kLimits);
  if (!value.has_value()) return;
  for (const char c : berth::print_json(*value)) BERTH_ASSERT(static_cast<unsigned char>(c) < 0x80);
  const std::string pretty = berth::print_json_pretty(*value);
  BERTH_ASSERT(berth::to_valid_utf8(pretty) == pretty);
}

void check_text(std::string_view text) {
  const berth::Result<berth::Json> value = berth::parse_json(text, kLimits);
  if (!value.has_value()) {
    const berth::Errc code = value.error().code();
    BERTH_ASSERT(code == berth::Errc::InvalidInput || code == berth::Errc::Exhausted);
    BERTH_ASSERT(!value.error().message().empty());
    return;
  }
  const std::string line = berth::print_json(*value);
  BERTH_ASSERT(line.find('\n') == std::string::npos);
  const berth::Result<berth::Json> again = berth::parse_json(line, kLimits);
  BERTH_ASSERT(again.has_value());
  BERTH_ASSERT(*again == *value);
  BERTH_ASSERT(berth::print_json(*again) == line);

  // The form for people may turn NaN into null, so it is held to parse and to be stable after one round.
  const std::string pretty = berth::print_json_pretty(*value);
  const berth::Result<berth::Json> read = berth::parse_json(pretty, kLimits);
  BERTH_ASSERT(read.has_value());
  BERTH_ASSERT(berth::print_json_pretty(*read) == pretty);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_bytes(bytes);
  check_text(berth::to_valid_utf8(bytes));
  return 0;
}
