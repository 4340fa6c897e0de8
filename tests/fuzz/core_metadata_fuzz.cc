// Metadata comes with packages: whatever is read has a name and a version and holds no bytes that are no text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"
#include "berth/base/utf8.h"
#include "berth/vet/core_metadata.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth;
  const auto read = vet::parse_core_metadata({reinterpret_cast<const char*>(data), size});
  if (!read) {
    for (const char c : read.error().message()) BERTH_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    return 0;
  }
  BERTH_ASSERT(!read->name.empty() && !read->version.empty());
  BERTH_ASSERT(to_valid_utf8(read->licence) == read->licence);
  for (const auto& classifier : read->classifiers) BERTH_ASSERT(!classifier.empty());
  return 0;
}
