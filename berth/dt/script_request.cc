#include "berth/dt/script_request.h"

#include <fmt/format.h>

#include "berth/base/utf8.h"

namespace berth::dt {
namespace {

constexpr JsonLimits kAnswerLimits = {.depth = 512, .values = 2'000'000};

}  // namespace

Result<std::string> to_request(const ScriptJob& job, std::size_t most_bytes) {
  const auto list = [&](std::string& out, const std::vector<const Json*>& values) {
    out += '[';
    for (const Json* value : values) {
      if (out.back() != '[') out += ',';
      if (out.size() > most_bytes) return false;
      out += print_json(*value, NonFinite::Null);
    }
    out += ']';
    return out.size() <= most_bytes;
  };
  const auto too_large = [&] {
    return fail(Errc::Exhausted, fmt::format("{}: its values are more than {} bytes", describe(job), most_bytes));
  };
  std::string out =
      fmt::format("{{\"code\":{},\"truth\":{},\"vals\":", print_json(job.code), job.wanted == ScriptJob::Wanted::Truth);
  if (!list(out, job.values)) return too_large();
  out += ",\"bind\":{";
  for (const Binding& binding : job.bindings) {
    if (out.back() != '{') out += ',';
    out += print_json(binding.name) + ":";
    if (!list(out, binding.values)) return too_large();
  }
  out += "}}";
  return out;
}

Result<Json::Array> read_answer(const Answer& answer, const ScriptJob& job) {
  switch (answer.verdict) {
    case Verdict::Results: {
      auto parsed = parse_json(to_valid_utf8(answer.text), kAnswerLimits);
      if (!parsed && parsed.error().code() == Errc::Exhausted) {
        return fail(Errc::Exhausted,
                    fmt::format("{}: its result is too large: {}", describe(job), parsed.error().message()));
      }
      Json::Array* results = parsed ? parsed->as_array() : nullptr;
      if (results == nullptr || results->size() != job.values.size()) break;
      return std::move(*results);
    }
    case Verdict::Thrown:
      return fail(Errc::InvalidInput,
                  fmt::format("{}: {}", describe(job), to_visible(to_valid_utf8(answer.text), false)));
    case Verdict::NoMemory:
      return fail(Errc::Exhausted, fmt::format("{}: it took more memory than it may", describe(job)));
    case Verdict::TooLarge:
      return fail(Errc::Exhausted, fmt::format("{}: its result is larger than it may be", describe(job)));
    case Verdict::Broken:
      return fail(Errc::Unavailable, fmt::format("{}: confine the script engine: {}", describe(job),
                                                 to_visible(to_valid_utf8(answer.text), false)));
  }
  return fail(Errc::Unavailable, fmt::format("{}: the script engine gave an answer that is none", describe(job)));
}

std::string describe(const ScriptJob& job) {
  return fmt::format("evaluate '{}'", to_visible(to_valid_utf8(job.code.substr(0, 200)), false));
}

}  // namespace berth::dt
