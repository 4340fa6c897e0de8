// Expressions come from content and scripts: whatever is read keeps to the bounds, does what needs no engine without
// one, and merges into a context that stays within its own; what is refused is refused in one line that a terminal can
// show.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/dt/context.h"
#include "berth/dt/evaluate.h"
#include "berth/dt/json_size.h"
#include "berth/dt/path.h"

namespace {

class NoScript : public berth::dt::Script {
 public:
  berth::Result<berth::Json::Array> evaluate(const berth::dt::ScriptJob& job) override {
    BERTH_ASSERT(!job.values.empty() && !job.code.empty());
    return berth::fail(berth::Errc::Unavailable, "no engine");
  }
};

const char* const kContext = R"({"A": [{"B": 1, "C": [1, "x"]}, {"B": "2"}, null], "D": {"E": {"F": [[1], [2, 3]]}}})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth;
  static const Json kRoot = *parse_json(kContext);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto path = dt::parse_path(text);
  if (!path) {
    for (const char c : path.error().message()) BERTH_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    return 0;
  }
  BERTH_ASSERT(path->steps.size() <= dt::kMostSteps);
  NoScript script;
  const auto found = dt::evaluate(*path, kRoot, script);
  BERTH_ASSERT(found || found.error().code() == Errc::Unavailable);
  dt::Context context(kRoot, {.bytes = 2000, .depth = 16});
  for (const char* value : {R"({"B": 1, "x": 2})", R"([{"B": "2"}, {"B": 3}])", "null"}) {
    [[maybe_unused]] const auto merged = context.merge(text, *parse_json(value), script);
    BERTH_ASSERT(context.bytes() <= 2100);  // null lists and objects are not counted one by one
    BERTH_ASSERT(dt::json_bytes(context.root()) == context.bytes());
  }
  return 0;
}
