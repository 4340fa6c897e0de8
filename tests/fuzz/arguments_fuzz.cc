// Words of a command line, one a line, against a script's arguments and an integration's parameters. The first byte
// chooses where the values of parameters come from.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/content/arguments.h"
#include "berth/content/parameters.h"
#include "berth/content/timeout.h"

namespace {

using berth::Json;
using namespace berth::content;

const std::vector<Argument> kArguments = {
    {.name = "query", .required = true, .takes_bare_value = true},
    {.name = "kinds", .default_value = "ip", .is_array = true, .is_closed = true, .options = {"ip", "url"}},
    {.name = "pairs", .type = "keyValue"},
    {.name = "user agent", .secret = true, .deprecated = true},
};

Item integration() {
  Item item;
  item.kind = ItemKind::Integration;
  item.name = "X";
  item.flags.fetch_incidents = true;
  item.parameters = {{.name = "url", .required = true},
                     {.name = "key", .type = ParameterType::Encrypted},
                     {.name = "login", .type = ParameterType::Credentials},
                     {.name = "proxy", .type = ParameterType::Boolean},
                     {.name = "kinds", .type = ParameterType::MultiSelect, .options = {"a", "b"}},
                     {.name = "region", .type = ParameterType::SingleSelect, .options = {"eu", "us"}}};
  return item;
}

std::vector<Assignment> words_of(std::string_view text, const std::vector<std::string>& known, ValueSource source) {
  std::vector<Assignment> words;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    words.push_back(parse_assignment(text.substr(0, end), known));
    words.back().source = source;
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return words;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ValueSource source = data[0] % 3 == 0   ? ValueSource::Inline
                             : data[0] % 3 == 1 ? ValueSource::File
                                                : ValueSource::StandardInput;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);

  const auto call =
      check_arguments({"script 'X'", kArguments}, words_of(text, {"query", "kinds", "user agent"}, source));
  if (call) {
    BERTH_ASSERT(!call->args.text_or("query", "").empty());
    BERTH_ASSERT(berth::parse_json(berth::print_json(call->args)).has_value());
    static_cast<void>(secret_values(kArguments, call->args));
  }
  const auto free = check_arguments({"script 'X'", {}, true}, words_of(text, {}, source));
  BERTH_ASSERT(free || !free.error().message().empty());

  const Item item = integration();
  const auto params = check_parameters(item, Json(), words_of(text, parameter_names(item), source));
  if (params) {
    const Json* login = params->find("login");
    BERTH_ASSERT(login != nullptr && login->find("password") != nullptr);
    if (source == ValueSource::Inline) BERTH_ASSERT(secret_values(item, *params).empty());
  }
  if (const auto json = berth::parse_json(text)) static_cast<void>(check_parameters(item, *json, {}));
  if (const auto timeout = parse_timeout(text); timeout && *timeout) BERTH_ASSERT((*timeout)->count() > 0);
  return 0;
}
