// What may stand in a database that somebody wrote to: a sealed text is read in the one way that it is printed, and no
// text that was not sealed here is ever unsealed.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"
#include "berth/store/entry_id.h"
#include "berth/store/sealed_text.h"
#include "berth/store/secret_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto entry = berth::store::parse_entry_id(text);
  BERTH_ASSERT(!entry || berth::store::to_string(*entry) == text);
  const auto sealed = berth::store::parse_sealed_text(text);
  if (!sealed) {
    BERTH_ASSERT(sealed.error().code() == berth::Errc::Corrupt);
    return 0;
  }
  BERTH_ASSERT(berth::store::to_string(*sealed) == text);
  static const berth::store::SecretKey key = berth::store::SecretKey::random();
  BERTH_ASSERT(!key.unseal("a place", sealed->bytes));
  return 0;
}
