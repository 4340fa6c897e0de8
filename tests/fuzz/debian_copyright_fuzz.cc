// Copyright files and licence texts come with packages: whatever is read becomes expressions that read back.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"
#include "berth/vet/debian_copyright.h"
#include "berth/vet/licence_expression.h"
#include "berth/vet/licence_recognition.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::vet;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto statements = debian_licence_statements(text);
  BERTH_ASSERT(statements.has_value());
  for (const auto& statement : *statements) {
    BERTH_ASSERT(statement.expression.empty() || parse_licence_expression(statement.expression).has_value());
  }
  const auto found = recognise_licence(text);
  BERTH_ASSERT(found.expression.empty() || parse_licence_expression(found.expression).has_value());
  return 0;
}
