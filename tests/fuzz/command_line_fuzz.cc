// A war-room line: read, printed, read again; its reserved arguments typed; a path taken out of what it holds.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "berth/content/arguments.h"
#include "berth/content/command_line.h"
#include "berth/content/context_extension.h"
#include "berth/content/reserved_arguments.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::content;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = parse_command_line(text);
  if (!line) {
    BERTH_ASSERT(!line.error().message().empty());
    return 0;
  }
  const auto again = parse_command_line(print_command_line(*line));
  BERTH_ASSERT(again.has_value() && *again == *line);
  for (const Assignment& argument : line->arguments) {
    const auto extensions = parse_context_extensions(argument.value);
    if (!extensions) continue;
    const auto nothing = [](const std::string&, const berth::Json&) -> berth::Result<berth::Json> {
      return berth::Json();
    };
    static_cast<void>(extend_context(*extensions, berth::Json(argument.value), nothing));
  }
  const auto call = check_arguments({"command 'x'", {}, true}, line->arguments);
  if (!call) return 0;
  const auto reserved = parse_reserved_arguments(call->reserved);
  BERTH_ASSERT(!reserved || reserved->retry_count <= 100);
  return 0;
}
