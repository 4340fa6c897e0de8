#include "berth/vet/wheel_licences.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "berth/base/unique_fd.h"
#include "berth/content/zip_archive.h"
#include "berth/sys/syscall.h"
#include "berth/vet/core_metadata.h"
#include "berth/vet/python_licence.h"

namespace berth::vet {
namespace {

constexpr std::uint64_t kLargestMetadata = std::uint64_t{8} << 20;
// Of the archive as a whole: libraries with compiled code are large, and only small entries are unpacked here.
constexpr content::ZipLimits kLimits = {.archive_bytes = std::uint64_t{4} << 30,
                                        .entries = 200'000,
                                        .entry_bytes = std::uint64_t{8} << 30,
                                        .total_bytes = std::uint64_t{32} << 30,
                                        .ratio = 100'000};

// A file's bytes, mapped: a wheel may be larger than what we want to hold.
class Mapping {
 public:
  static Result<Mapping> open(const std::filesystem::path& path) {
    BERTH_TRY(int fd, sys::call([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }, "open {}", path.native()));
    const UniqueFd file(fd);
    struct stat status = {};
    BERTH_CHECK_OK(sys::check([&] { return ::fstat(file.get(), &status); }, "stat"));
    Mapping mapping;
    mapping.size_ = static_cast<std::size_t>(status.st_size);
    if (mapping.size_ == 0) return mapping;
    mapping.start_ = ::mmap(nullptr, mapping.size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
    const int error = errno;
    if (mapping.start_ != MAP_FAILED) return mapping;
    mapping.start_ = nullptr;
    return std::unexpected(Error::from_errno(error, fmt::format("map {}", path.native())));
  }

  Mapping(Mapping&& other) noexcept : start_(std::exchange(other.start_, nullptr)), size_(other.size_) {}
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping() {
    if (start_ != nullptr) ::munmap(start_, size_);
  }

  std::string_view bytes() const {
    return start_ == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(start_), size_);
  }

 private:
  Mapping() = default;
  void* start_ = nullptr;
  std::size_t size_ = 0;
};

// The entry NAME.dist-info/METADATA.
Result<const content::ZipEntry*> find_metadata(const content::ZipArchive& archive) {
  const content::ZipEntry* found = nullptr;
  for (const content::ZipEntry& entry : archive.entries()) {
    const std::size_t slash = entry.name.find('/');
    if (slash == std::string::npos || entry.name.substr(slash) != "/METADATA") continue;
    if (!entry.name.substr(0, slash).ends_with(".dist-info")) continue;
    if (found != nullptr) return fail(Errc::InvalidInput, "it has several METADATA");
    found = &entry;
  }
  if (found == nullptr) return fail(Errc::InvalidInput, "it has no METADATA");
  if (found->size > kLargestMetadata) return fail(Errc::Exhausted, "its METADATA is too large");
  return found;
}

}  // namespace

Result<std::vector<LicenceStatement>> read_wheel_licences(const std::filesystem::path& wheel) {
  const std::string name = wheel.filename().native();
  BERTH_TRY(const Mapping mapping,
            Mapping::open(wheel).context([&] { return fmt::format("read the wheel '{}'", name); }));
  return licences_of_wheel(mapping.bytes(), name);
}

Result<std::vector<LicenceStatement>> licences_of_wheel(std::string_view bytes, const std::string& name) {
  const auto reading = [&] { return fmt::format("read the wheel '{}'", name); };
  BERTH_TRY(const content::ZipArchive archive, content::ZipArchive::parse(bytes, name, kLimits));
  BERTH_TRY(const content::ZipEntry* entry, find_metadata(archive).context(reading));
  BERTH_TRY(const std::string text, archive.unpack(*entry));
  BERTH_TRY(const CoreMetadata metadata, parse_core_metadata(text).context(reading));
  const std::string folder = entry->name.substr(0, entry->name.find('/') + 1);
  std::vector<LicenceFile> files;
  for (const content::ZipEntry& one : archive.entries()) {
    if (one.is_folder || !one.name.starts_with(folder)) continue;
    const std::string inside = one.name.substr(folder.size());
    if (!may_hold_licence(inside) &&
        std::ranges::find(metadata.licence_files, inside) == metadata.licence_files.end()) {
      continue;
    }
    if (one.size > kLargestLicenceFile || files.size() == kMostLicenceFiles) {
      files.push_back({inside, {}, one.size > kLargestLicenceFile ? "it is too large" : "there are too many of them"});
      if (files.size() > kMostLicenceFiles) break;
      continue;
    }
    BERTH_TRY(std::string content, archive.unpack(one));
    files.push_back({inside, std::move(content)});
  }
  return python_licence_statements(metadata, files);
}

}  // namespace berth::vet
