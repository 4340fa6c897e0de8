// Any bytes as an archive of content, and as an index file: read within their limits, or refused with a reason.
#include <algorithm>
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
  // Without what lies in front, as many bytes as the first says.
  const std::size_t missing = size == 0 ? 0 : std::min<std::size_t>(data[0], size);
  const berth::content::ZipPart part = {missing, bytes.substr(missing)};
  const auto behind = berth::content::ZipArchive::parse_parts({&part, 1}, size, "x.zip", limits);
  if (behind) {
    for (const auto& entry : behind->entries()) {
      const auto unpacked = behind->unpack(entry);
      BERTH_ASSERT(!unpacked || entry.is_folder || (entry.is_here && unpacked->size() == entry.size));
      BERTH_ASSERT(!archive || entry.begin <= entry.end);
    }
    if (archive) BERTH_ASSERT(behind->entries().size() == archive->entries().size());
  }
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
