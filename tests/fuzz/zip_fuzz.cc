// Any bytes as an archive of content, and as an index file: read within their limits, or refused with a reason.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"
#include "berth/content/index_file.h"
#include "berth/content/zip_archive.h"
#include "berth/content/zip_extraction.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(berth::content::decode_index(bytes));
  const berth::content::ZipLimits limits = {.entries = 100, .entry_bytes = 1 << 20, .total_bytes = 4 << 20};
  const auto archive = berth::content::ZipArchive::parse(bytes, "x.zip", limits);
  if (!archive) {
    BERTH_ASSERT(archive.error().message().starts_with("x.zip: "));
    BERTH_ASSERT(archive.error().message().find('\n') == std::string_view::npos);
    return 0;
  }
  std::size_t packed = 0;
  for (const auto& entry : archive->entries()) {
    BERTH_ASSERT(!entry.name.starts_with('/') && entry.name.find("..") != 0);
    packed += entry.packed.size();
    const auto unpacked = archive->unpack(entry);
    BERTH_ASSERT(!unpacked || unpacked->size() == entry.size);
  }
  BERTH_ASSERT(packed <= size);  // no byte serves two entries
  static_cast<void>(berth::content::placement_of(*archive, "x"));
  return 0;
}
