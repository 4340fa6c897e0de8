#include "berth/vet/wheel_licences.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "berth/base/sha256.h"
#include "berth/base/unique_fd.h"
#include "berth/content/zip_archive.h"
#include "berth/content/zip_records.h"
#include "berth/sys/syscall.h"
#include "berth/vet/core_metadata.h"
#include "berth/vet/licence_recognition.h"
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

std::string reading(const std::string& name) { return fmt::format("read the wheel '{}'", name); }

std::string folder_of(const content::ZipEntry& metadata) {
  return metadata.name.substr(0, metadata.name.find('/') + 1);
}

struct Metadata {
  std::string folder;  // with the slash at its end
  CoreMetadata fields;
};

// `sha256`: that it must have; empty for any.
Result<Metadata> read_metadata(const content::ZipArchive& archive, const std::string& name,
                               std::string_view sha256 = {}) {
  const auto context = [&] { return reading(name); };
  BERTH_TRY(const content::ZipEntry* entry, find_metadata(archive).context(context));
  BERTH_TRY(const std::string text, archive.unpack(*entry));
  if (!sha256.empty() && sha256_hex(text) != sha256) {
    return fail(Errc::Corrupt, fmt::format("{}: its METADATA is another than the index gives beside it", context()));
  }
  BERTH_TRY(CoreMetadata fields, parse_core_metadata(text).context(context));
  return Metadata{folder_of(*entry), std::move(fields)};
}

// One that may hold a licence.
struct LicenceEntry {
  const content::ZipEntry* entry = nullptr;
  std::string_view unread = {};  // why it is not looked at
};

// One more than are read, where there are more.
std::vector<LicenceEntry> licence_entries(const content::ZipArchive& archive, const Metadata& metadata) {
  std::vector<LicenceEntry> found;
  std::uint64_t text = 0;
  for (const content::ZipEntry& one : archive.entries()) {
    if (one.is_folder || !one.name.starts_with(metadata.folder)) continue;
    const std::string inside = one.name.substr(metadata.folder.size());
    const std::vector<std::string>& named = metadata.fields.licence_files;
    if (!may_hold_licence(inside) && std::ranges::find(named, inside) == named.end()) continue;
    if (found.size() == kMostLicenceFiles) {
      found.push_back({&one, "there are too many of them"});
      break;
    }
    if (one.size > kLargestLicenceFile) {
      found.push_back({&one, "it is too large"});
    } else if (text + one.size > kMostLicenceText) {
      found.push_back({&one, "there is too much of them"});
    } else {
      text += one.size;
      found.push_back({&one});
    }
  }
  return found;
}

// Each text is dropped once it is recognised: many wheels are read at once.
Result<WheelFacts> facts_from(const content::ZipArchive& archive, Metadata metadata) {
  std::vector<RecognisedFile> files;
  for (const LicenceEntry& one : licence_entries(archive, metadata)) {
    RecognisedFile file = {.path = one.entry->name.substr(metadata.folder.size()), .licence = {}};
    file.unread = one.unread;
    if (one.unread.empty()) {
      BERTH_TRY(const std::string content, archive.unpack(*one.entry));
      file.licence = recognise_licence(content);
    }
    files.push_back(std::move(file));
  }
  CoreMetadata& fields = metadata.fields;
  WheelFacts facts = {.licences = statements_with_recognised(fields, std::move(files)),
                      .name = std::move(fields.name),
                      .version = std::move(fields.version),
                      .requires_dist = std::move(fields.requires_dist)};
  return facts;
}

struct Place {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

std::vector<Place> places_of(const std::vector<const content::ZipEntry*>& entries) {
  std::vector<Place> places;
  for (const content::ZipEntry* one : entries) places.push_back({one->begin, one->end});
  return places;
}

// The bytes of a distant wheel that are here, by where they begin, none beside another.
class Parts {
 public:
  // With the directory.
  static Result<Parts> of_tail(DistantWheel& wheel) {
    if (wheel.tail.size() > wheel.size || wheel.tail.size() < std::min<std::uint64_t>(wheel.size, kWheelTail)) {
      return fail(Errc::InvalidInput, fmt::format("{}: that is not its end", reading(wheel.name)));
    }
    Parts parts(wheel);
    const std::uint64_t before = wheel.size - wheel.tail.size();
    BERTH_TRY(const content::ZipDirectory directory,
              content::find_zip_directory(wheel.tail, before).context([&] { return reading(wheel.name); }));
    parts.held_.emplace(before, std::move(wheel.tail));
    BERTH_CHECK_OK(parts.fetch({{directory.offset, directory.offset + directory.size}}));
    return parts;
  }

  // All of `places`, which begin in front of the tail where they are not here.
  Result<void> fetch(std::vector<Place> places) {
    std::ranges::sort(places, {}, &Place::begin);
    for (std::size_t i = 0; i < places.size();) {
      Place one = places[i];
      // What lies near is asked for together.
      for (++i; i < places.size() && places[i].begin <= one.end + kNear; ++i)
        one.end = std::max(one.end, places[i].end);
      BERTH_CHECK_OK(fetch_missing(one));
    }
    return {};
  }

  std::vector<content::ZipPart> held() const {
    std::vector<content::ZipPart> parts;
    for (const auto& [offset, bytes] : held_) parts.push_back({offset, bytes});
    return parts;
  }

 private:
  explicit Parts(const DistantWheel& wheel) : wheel_(wheel) {}

  Result<void> fetch_missing(Place place) {
    for (std::uint64_t at = place.begin; at < place.end;) {
      auto next = held_.upper_bound(at);
      if (next != held_.begin()) {
        const auto& [offset, bytes] = *std::prev(next);
        if (offset + bytes.size() > at) {
          at = offset + bytes.size();
          continue;
        }
      }
      const std::uint64_t end = next == held_.end() ? place.end : std::min(place.end, next->first);
      BERTH_CHECK_OK(fetch_part(at, end));
      at = end;
    }
    return {};
  }

  Result<void> fetch_part(std::uint64_t begin, std::uint64_t end) {
    fetched_ += end - begin;
    if (fetched_ > kMostFetched || ++requests_ > kMostRequests) {
      return fail(Errc::Exhausted, fmt::format("{}: too much of it says what is in it", reading(wheel_.name)));
    }
    BERTH_TRY(std::string bytes, wheel_.read(begin, end - begin));
    if (bytes.size() != end - begin) {
      return fail(Errc::Corrupt, fmt::format("{}: other bytes came than were asked for", reading(wheel_.name)));
    }
    // Together with what is beside it: an entry must lie in one.
    if (const auto next = held_.find(end); next != held_.end()) {
      bytes += next->second;
      held_.erase(next);
    }
    const auto before = held_.lower_bound(begin);
    if (before != held_.begin() && std::prev(before)->first + std::prev(before)->second.size() == begin) {
      std::prev(before)->second += bytes;
    } else {
      held_.emplace(begin, std::move(bytes));
    }
    return {};
  }

  static constexpr std::uint64_t kNear = std::uint64_t{64} << 10;
  static constexpr std::uint64_t kMostFetched = std::uint64_t{24} << 20;
  static constexpr int kMostRequests = 20;

  const DistantWheel& wheel_;
  std::map<std::uint64_t, std::string> held_;
  std::uint64_t fetched_ = 0;
  int requests_ = 0;
};

}  // namespace

Result<std::vector<LicenceStatement>> read_wheel_licences(const std::filesystem::path& wheel) {
  const std::string name = wheel.filename().native();
  BERTH_TRY(const Mapping mapping, Mapping::open(wheel).context([&] { return reading(name); }));
  BERTH_TRY(WheelFacts facts, facts_of_wheel(mapping.bytes(), name));
  return std::move(facts.licences);
}

Result<WheelFacts> facts_of_wheel(std::string_view bytes, const std::string& name) {
  BERTH_TRY(const content::ZipArchive archive, content::ZipArchive::parse(bytes, name, kLimits));
  BERTH_TRY(Metadata metadata, read_metadata(archive, name));
  return facts_from(archive, std::move(metadata));
}

Result<WheelFacts> facts_of_distant_wheel(DistantWheel wheel) {
  BERTH_TRY(Parts parts, Parts::of_tail(wheel));
  // The directory; what has a licence's name; and what METADATA names beside.
  for (int round = 0; round < 3; ++round) {
    BERTH_TRY(const content::ZipArchive archive,
              content::ZipArchive::parse_parts(parts.held(), wheel.size, wheel.name, kLimits));
    BERTH_TRY(const content::ZipEntry* entry, find_metadata(archive).context([&] { return reading(wheel.name); }));
    Metadata metadata = {.folder = folder_of(*entry), .fields = {}};
    std::vector<const content::ZipEntry*> wanted = {entry};
    if (entry->is_here) {
      BERTH_TRY(metadata, read_metadata(archive, wheel.name, wheel.metadata_sha256));
    }
    for (const LicenceEntry& one : licence_entries(archive, metadata)) {
      if (one.unread.empty()) wanted.push_back(one.entry);
    }
    std::erase_if(wanted, [](const auto* one) { return one->is_here; });
    if (wanted.empty()) return facts_from(archive, std::move(metadata));
    BERTH_CHECK_OK(parts.fetch(places_of(wanted)));
  }
  return fail(Errc::InvalidInput, fmt::format("{}: what it holds changes while it is read", reading(wheel.name)));
}

}  // namespace berth::vet
