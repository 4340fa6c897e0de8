// The job: any code and any values become one line that says the same when it is read.
//
// Input: a byte of flags, then code, command, args, params and context, parted by 0xff, which no UTF-8 holds.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "berth/base/error.h"
#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/wire/job.h"

namespace {

std::array<std::string, 5> fields_of(std::string_view bytes) {
  std::array<std::string, 5> fields;
  for (std::string& field : fields) {
    const std::size_t end = bytes.find('\xff');
    field = berth::to_valid_utf8(bytes.substr(0, end));
    bytes = end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1);
  }
  return fields;
}

// The value that `text` is, or an object that holds it where it is no JSON.
berth::Json value_of(const std::string& text) {
  berth::Result<berth::Json> value = berth::parse_json(text, {.depth = 64, .values = 4096});
  if (value.has_value()) return *std::move(value);
  berth::Json object = berth::Json::object();
  object.set(text, text);
  return object;
}

void expect_member(const berth::Json& line, std::string_view key, const berth::Json& expected) {
  const berth::Json* member = line.find(key);
  BERTH_ASSERT(member != nullptr);
  BERTH_ASSERT(*member == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::array<std::string, 5> fields = fields_of({reinterpret_cast<const char*>(data) + 1, size - 1});
  const berth::wire::Job job = {.code = fields[0],
                                .integration = (data[0] & 1U) != 0,
                                .command = fields[1],
                                .args = value_of(fields[2]),
                                .params = value_of(fields[3]),
                                .context = value_of(fields[4])};
  const std::string text = berth::wire::job_line(job);
  BERTH_ASSERT(text.find('\n') == text.size() - 1);

  const berth::Result<berth::Json> line = berth::parse_json(text);
  BERTH_ASSERT(line.has_value());
  expect_member(*line, "script", job.code);
  expect_member(*line, "integration", job.integration);
  expect_member(*line, "command", job.command);
  expect_member(*line, "args", job.args);
  expect_member(*line, "params", job.integration ? job.params : berth::Json());
  expect_member(*line, "context", job.context);
  return 0;
}
