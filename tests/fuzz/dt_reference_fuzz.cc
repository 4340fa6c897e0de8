// Texts of arguments come from content: what is no reference stays as it is, byte for byte.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/dt/reference.h"

namespace {

class NoScript : public berth::dt::Script {
 public:
  berth::Result<berth::Json::Array> evaluate(const berth::dt::ScriptJob& job) override {
    return berth::Json::Array(job.values.size(), berth::Json("js"));
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth;
  static const Json kContext = *parse_json(R"({"A": "x", "B": [1, {"C": null}], "D": {"E": 2}})");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  NoScript script;
  const auto expanded = dt::expand(text, kContext, script);
  if (!expanded) {
    for (const char c : expanded.error().message()) BERTH_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    return 0;
  }
  if (!dt::has_reference(text)) BERTH_ASSERT(*expanded == Json(text));
  return 0;
}
