// rpm's databases and the headers in them, as images of strangers have them.
#include "berth/image/rpm_database.h"

#include "berth/base/error.h"
#include "berth/image/berkeley_hash.h"
#include "berth/image/rpm_header.h"
#include "berth/image/sqlite_table.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  const auto sound = [](const berth::image::DistributionPackage& package) {
    return !package.name.empty() && package.version.find('-') != std::string::npos && !package.source.empty() &&
           package.name.find_first_of(" \n\x1b") == std::string::npos;
  };
  const auto records = berth::image::parse_rpm_database(file);
  for (const auto& package : records.packages) BERTH_ASSERT(sound(package));
  std::size_t given = 0;
  const auto count = [&](std::string_view blob) { given += blob.size(); };
  (void)berth::image::read_sqlite_blobs(file, "Packages", 1, count);
  BERTH_ASSERT(given <= size);
  given = 0;
  (void)berth::image::read_berkeley_values(file, count);
  BERTH_ASSERT(given <= size);
  if (const auto header = berth::image::parse_rpm_header(file)) BERTH_ASSERT(sound(header->package));
  return 0;
}
