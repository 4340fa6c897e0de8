// Files of credentials: auth.json, and Docker's config.json.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/image/credentials.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::image;
  const auto file = parse_credential_file({reinterpret_cast<const char*>(data), size});
  if (!file) return 0;
  for (const CredentialFile::Entry& entry : file->entries) static_cast<void>(entry.credentials.basic());
  return 0;
}
