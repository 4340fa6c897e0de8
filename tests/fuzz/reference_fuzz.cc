// References come from items, settings and the command line: whatever is read prints back to itself, and what is
// refused is refused in one line that a terminal can show.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"
#include "berth/image/reference.h"
#include "berth/image/tag_order.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::image;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = parse_reference(text);
  if (!read) {
    for (const char c : read.error().message()) BERTH_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    return 0;
  }
  BERTH_ASSERT(to_string(*read) == text);
  BERTH_ASSERT(normalized(normalized(*read)) == normalized(*read));
  BERTH_ASSERT(!read->path.starts_with('/') && read->path.find("..") == std::string::npos);
  BERTH_ASSERT(compare_tags(read->tag, read->path) == 0 <=> compare_tags(read->path, read->tag));
  return 0;
}
