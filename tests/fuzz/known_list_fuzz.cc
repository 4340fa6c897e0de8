// Lists of names and licences come from elsewhere: what is read is in Berth's own form, and is stored and read back as
// it was; files of lists are read or refused.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"
#include "berth/vet/list_formats.h"
#include "berth/vet/list_store.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::vet;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // Below the check of likeness, which no fuzzer finds a way through.
  for (const auto& read : {popular_of_lines(bytes), popular_of_json(bytes)}) {
    if (read) BERTH_ASSERT(check_list(ListKind::Popular, read->text).has_value());
  }
  const auto spdx = spdx_of_json(bytes, "licenses", "licenseId", "isDeprecatedLicenseId");
  if (spdx) BERTH_ASSERT(check_list(ListKind::Licences, spdx->text).has_value());
  for (const ListKind kind : kListKinds) {
    static_cast<void>(decode_list(kind, bytes));
    const auto list = gather_list(kind, bytes, "x");
    if (!list) {
      BERTH_ASSERT(list.error().message().find('\n') == std::string_view::npos);
      continue;
    }
    const auto stored = decode_list(kind, encode_list(*list));
    BERTH_ASSERT(stored.has_value() && stored->text == list->text && stored->info == list->info);
  }
  return 0;
}
