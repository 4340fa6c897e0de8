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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth;
  static const Json kParsed = *parse_json(kObject);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto terms = server::parse_query(text);
  if (!terms) {
    for (const char c : terms.error().message()) BERTH_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    return 0;
  }
  BERTH_ASSERT(terms->size() <= 100);
  for (server::QueryTerm& term : *terms) {
    const bool holds = server::matches(kParsed, {term});
    term.negated = !term.negated;
    BERTH_ASSERT(server::matches(kParsed, {term}) != holds);
    term.negated = !term.negated;
  }
  [[maybe_unused]] const bool all = server::matches(kParsed, *terms);
  BERTH_ASSERT(!terms->empty() || all);
  return 0;
}
