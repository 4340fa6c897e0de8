// The records of a zip archive, read from the end as the format asks: the end record, the central directory, then each
// local record, which must say the same. Everything is checked here; zip_extraction only writes.

#include "berth/content/zip_archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "berth/base/lower_case.h"
#include "berth/base/utf8.h"
#include "berth/content/zip_records.h"

namespace berth::content {
namespace {

constexpr std::uint32_t kTypeMask = 0170000;
constexpr std::uint32_t kFolder = 0040000;
constexpr std::uint32_t kFile = 0100000;
constexpr std::uint64_t kRatioFrom = 1 << 20;  // smaller entries cannot hurt, and compress as they like

std::string shown(std::string_view name) {
  const std::string visible = to_visible(to_valid_utf8(name.substr(0, 200)), false);
  return name.size() > 200 ? visible + "..." : visible;
}

std::string problem_of_kind(const ZipRecord& record) {
  if ((record.flags & (kZipEncrypted | kZipStronglyEncrypted | kZipMaskedHeader)) != 0 || record.method == kZipAes) {
    return "it is encrypted; pack it without a password";
  }
  if (record.method != kZipStored && record.method != kZipDeflated) {
    return fmt::format("it is packed by method {}; only stored and deflated entries are read", record.method);
  }
  if ((record.flags & kZipPatched) != 0) return "it is a patch of another file";
  const std::uint32_t type = (record.external_attributes >> 16) & kTypeMask;
  if (type != 0 && type != kFile && type != kFolder) return "it is a symbolic link or another special file";
  const bool is_folder = record.name.ends_with('/');
  if (type != 0 && (type == kFolder) != is_folder) return "its name and its type differ on whether it is a folder";
  if (is_folder && (record.size != 0 || record.crc != 0)) return "it is a folder with contents";
  return {};
}

std::string problem_of_size(const ZipRecord& record, const ZipLimits& limits) {
  if (record.method == kZipStored && record.packed_size != record.size)
    return "its sizes lie: it is stored, and they differ";
  if (record.size > limits.entry_bytes) {
    return fmt::format("it unpacks to {} bytes, more than the limit of {}", record.size, limits.entry_bytes);
  }
  if (record.size > kRatioFrom && record.size / std::max<std::uint64_t>(record.packed_size, 1) > limits.ratio) {
    return fmt::format("it unpacks to more than {} times its size; a bomb does", limits.ratio);
  }
  return {};
}

// What two readers could read differently.
std::string difference_of(const ZipRecord& local, const ZipRecord& central) {
  if (local.name != central.name) return fmt::format("its local record names it '{}'", shown(local.name));
  if (local.method != central.method || local.flags != central.flags)
    return "its two records differ in how it is packed";
  // With a descriptor behind the data the local record may leave these empty.
  const bool is_deferred =
      (local.flags & kZipDescriptor) != 0 && local.crc == 0 && local.size == 0 && local.packed_size == 0;
  if (is_deferred) return {};
  const bool same = local.crc == central.crc && local.size == central.size && local.packed_size == central.packed_size;
  return same ? std::string() : "its two records differ in size or checksum";
}

// Names that are one for some file system, or a file and a folder at once.
class Names {
 public:
  // Why `name` cannot stand beside those before, or empty.
  std::string add(std::string_view name, bool is_folder) {
    for (std::size_t slash = name.find('/'); slash != std::string_view::npos; slash = name.find('/', slash + 1)) {
      if (auto problem = add_one(name.substr(0, slash), true, false); !problem.empty()) return problem;
    }
    return add_one(name, is_folder, true);
  }

 private:
  struct Known {
    std::string name;
    bool is_folder;
    bool is_entry;
  };
  std::string add_one(std::string_view name, bool is_folder, bool is_entry) {
    const auto [at, is_new] = known_.try_emplace(lower_case(name), Known{std::string(name), is_folder, is_entry});
    if (is_new) return {};
    Known& before = at->second;
    if (before.name != name) return fmt::format("its name differs from '{}' only in case", shown(before.name));
    if (before.is_folder != is_folder) return fmt::format("'{}' is a file and a folder at once", shown(name));
    if (before.is_entry && is_entry) return "it is there twice";
    before.is_entry = before.is_entry || is_entry;
    return {};
  }

  std::map<std::string, Known> known_;
};

bool is_device_name(std::string_view part) {
  static constexpr std::string_view kDevices[] = {"con", "prn", "aux", "nul", "clock$", "conin$", "conout$"};
  const std::string stem = lower_case(part.substr(0, part.find('.')));
  const bool is_port =
      stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) && stem[3] >= '0' && stem[3] <= '9';
  return is_port || std::ranges::find(kDevices, stem) != std::end(kDevices);
}

std::string problem_of_part(std::string_view part) {
  if (part.empty()) return "it has an empty part";
  if (part == "." || part == "..") return fmt::format("'{}' in it would lead to another folder", part);
  if (part.size() > 255) return "a part of it is longer than 255 bytes";
  if (is_device_name(part)) return fmt::format("'{}' is the name of a device for other systems", shown(part));
  if (lower_case(part) == ".git") return "it would make the folder a repository of git";
  return {};
}

}  // namespace

std::string problem_of_entry_name(std::string_view name) {
  constexpr std::size_t kLongest = 1024;
  constexpr std::ptrdiff_t kDeepest = 32;
  if (name.empty()) return "it has no name";
  if (name.size() > kLongest) return fmt::format("its name is longer than {} bytes", kLongest);
  if (to_valid_utf8(name) != name) return "its name is not UTF-8";
  if (to_visible(name, false) != name) return "its name holds invisible characters";
  if (name.starts_with('/')) return "its name is an absolute path";
  if (name.find('\\') != std::string_view::npos) return "its name holds a backslash";
  if (name.find(':') != std::string_view::npos)
    return "its name holds a colon, which names a drive or a stream for other systems";
  if (std::count(name.begin(), name.end(), '/') > kDeepest)
    return fmt::format("it lies deeper than {} folders", kDeepest);
  if (name.ends_with('/')) name.remove_suffix(1);
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t slash = std::min(name.find('/', at), name.size());
    if (auto problem = problem_of_part(name.substr(at, slash - at)); !problem.empty()) return problem;
    at = slash + 1;
  }
  return {};
}

namespace {

// What may stand between the data of an entry and the next record: the rest of a local record, and a descriptor.
constexpr std::uint64_t kMostBetween = 0xffff + 24;
constexpr std::uint64_t kLocalSize = 30;  // without the name

class Parse {
 public:
  Parse(std::span<const ZipPart> parts, std::uint64_t size, const std::string& name, const ZipLimits& limits)
      : parts_(parts), size_(size), name_(name), limits_(limits) {}

  Result<std::vector<ZipEntry>> run() {
    if (size_ > limits_.archive_bytes) {
      return fail(Errc::Exhausted,
                  fmt::format("{}: it holds {} bytes, more than the limit of {}", name_, size_, limits_.archive_bytes));
    }
    const auto naming = [&] { return name_; };
    BERTH_TRY(const ZipDirectory directory,
              find_zip_directory(parts_.back().bytes, parts_.back().offset).context(naming));
    if (directory.entries > limits_.entries) {
      return fail(Errc::Exhausted, fmt::format("{}: it holds {} entries, more than the limit of {}", name_,
                                               directory.entries, limits_.entries));
    }
    const std::string_view held = from(directory.offset).substr(0, directory.size);
    if (held.size() < directory.size) {
      return fail(Errc::InvalidInput, fmt::format("{}: its central directory is not here", name_));
    }
    BERTH_TRY(std::vector<ZipRecord> records,
              read_zip_directory(held, {0, directory.size, directory.entries}).context(naming));
    BERTH_CHECK_OK(check_each(records));
    BERTH_CHECK_OK(check_places(records, directory.offset));
    return std::move(entries_);
  }

 private:
  std::unexpected<Error> refuse(const ZipRecord& record, std::string_view reason) const {
    return fail(Errc::InvalidInput, fmt::format("{}: entry '{}': {}", name_, shown(record.name), reason));
  }

  Result<void> check_each(const std::vector<ZipRecord>& records) {
    Names names;
    std::uint64_t total = 0;
    for (const ZipRecord& record : records) {
      if (auto problem = problem_of_entry_name(record.name); !problem.empty()) return refuse(record, problem);
      if (auto problem = problem_of_kind(record); !problem.empty()) return refuse(record, problem);
      if (auto problem = problem_of_size(record, limits_); !problem.empty()) return refuse(record, problem);
      const bool is_folder = record.name.ends_with('/');
      std::string name = record.name.substr(0, record.name.size() - (is_folder ? 1 : 0));
      if (auto problem = names.add(name, is_folder); !problem.empty()) return refuse(record, problem);
      total += record.size;
      if (total > limits_.total_bytes) {
        return fail(Errc::Exhausted, fmt::format("{}: entry '{}': with it the archive unpacks to more than the limit "
                                                 "of {} bytes",
                                                 name_, shown(record.name), limits_.total_bytes));
      }
      entries_.push_back({std::move(name), is_folder, record.method == kZipDeflated, record.crc, record.size});
    }
    return {};
  }

  // What is here from `offset` on, without a gap.
  std::string_view from(std::uint64_t offset) const {
    for (const ZipPart& part : parts_) {
      if (offset >= part.offset && offset - part.offset < part.bytes.size()) {
        return part.bytes.substr(offset - part.offset);
      }
    }
    return {};
  }

  // The records must lie one behind the other: a gap could hold what another reader finds, an overlap is how small
  // archives unpack to any size.
  Result<void> check_places(const std::vector<ZipRecord>& records, std::uint64_t end) {
    std::vector<std::size_t> order(records.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, {}, [&](std::size_t i) { return records[i].offset; });
    std::uint64_t at = 0;
    std::uint64_t most_between = 0;  // behind an entry that is not here
    for (std::size_t place = 0; place < order.size(); ++place) {
      const ZipRecord& central = records[order[place]];
      if (central.offset < at) return refuse(central, "it overlaps another entry");
      if (central.offset - at > most_between)
        return refuse(central, fmt::format("{} bytes before it belong to no entry", central.offset - at));
      ZipEntry& entry = entries_[order[place]];
      entry.begin = central.offset;
      entry.end = place + 1 < order.size() ? std::min(records[order[place + 1]].offset, end) : end;
      const std::string_view bytes =
          central.offset < end ? from(central.offset).substr(0, end - central.offset) : std::string_view();
      entry.is_here = central.offset >= end || bytes.size() >= entry.end - entry.begin;
      most_between = entry.is_here ? 0 : kMostBetween;
      if (entry.is_here) {
        BERTH_TRY(const std::size_t length, check_local(central, bytes, entry));
        at = central.offset + length;
      } else if (central.packed_size > end - central.offset) {
        return refuse(central, "its data would overlap the central directory");
      } else {
        at = central.offset + kLocalSize + central.name.size() + central.packed_size;
      }
    }
    if (at <= end && end - at <= most_between) return {};
    if (at > end) return refuse(records[order.back()], "its data would overlap the central directory");
    return fail(Errc::InvalidInput,
                fmt::format("{}: {} bytes before its central directory belong to no entry", name_, end - at));
  }

  // The local record that `bytes` begin with, its data and its descriptor: how long they are together.
  Result<std::size_t> check_local(const ZipRecord& central, std::string_view bytes, ZipEntry& entry) const {
    const auto local = read_zip_local(bytes, 0);
    if (!local) return refuse(central, local.error().message());
    if (auto problem = difference_of(local->record, central); !problem.empty()) return refuse(central, problem);
    if (central.packed_size > bytes.size() - local->data)
      return refuse(central, "its data would overlap the central directory");
    entry.packed = bytes.substr(local->data, central.packed_size);
    const std::size_t length = local->data + central.packed_size;
    if ((central.flags & kZipDescriptor) == 0) return length;
    const auto descriptor = zip_descriptor_size(bytes.substr(length), central);
    if (!descriptor) return refuse(central, "the descriptor behind it says something else");
    return length + *descriptor;
  }

  std::span<const ZipPart> parts_;
  std::uint64_t size_;
  const std::string& name_;
  const ZipLimits& limits_;
  std::vector<ZipEntry> entries_;
};

}  // namespace

Result<ZipArchive> ZipArchive::parse(std::string_view bytes, std::string_view name, const ZipLimits& limits) {
  const ZipPart whole = {0, bytes};
  return parse_parts({&whole, 1}, bytes.size(), name, limits);
}

Result<ZipArchive> ZipArchive::parse_parts(std::span<const ZipPart> parts, std::uint64_t size, std::string_view name,
                                           const ZipLimits& limits) {
  ZipArchive archive(name);
  BERTH_TRY(archive.entries_, Parse(parts, size, archive.name_, limits).run());
  return archive;
}

Result<std::string> ZipArchive::unpack(const ZipEntry& entry) const {
  const auto naming = [&] { return fmt::format("{}: entry '{}'", name_, shown(entry.name)); };
  if (entry.is_folder) return std::string();
  if (!entry.is_here) return fail(Errc::InvalidInput, fmt::format("{}: its bytes are not here", naming()));
  BERTH_TRY(std::string bytes,
            (entry.is_deflated ? inflate_exactly(entry.packed, entry.size) : Result<std::string>(entry.packed))
                .context(naming));
  if (crc32_of(bytes) != entry.crc) {
    return fail(Errc::InvalidInput, fmt::format("{}: its bytes do not have the checksum that it says", naming()));
  }
  return bytes;
}

}  // namespace berth::content
