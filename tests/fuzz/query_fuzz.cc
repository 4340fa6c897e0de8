// Queries come from scripts: whatever is read keeps to the bounds and can be tried on any object, alike however often;
// what is refused is refused in one line that a terminal can show.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/server/query.h"

namespace {

const char* const kObject =
    R"({"id": "12", "value": "evil.example", "score": 3, "none": null, "tags": ["red", ["deep"]],
  "labels": [{"type": "Email"}], "CustomFields": {"country": "NL", "CustomFields": {"twice": true}}})";

std::size_t terms_in(const berth::server::Query& query) {
  std::size_t count = query.kind == berth::server::Query::Kind::Term ? 1 : 0;
  for (const auto& part : query.parts) count += terms_in(part);
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth;
  static const Json kParsed = *parse_json(kObject);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto query = server::parse_query(text);
  if (!query) {
    for (const char c : query.error().message()) BERTH_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    return 0;
  }
  BERTH_ASSERT(terms_in(*query) <= 100);
  const bool holds = server::matches(kParsed, *query);
  query->negated = !query->negated;
  BERTH_ASSERT(server::matches(kParsed, *query) != holds);
  return 0;
}
