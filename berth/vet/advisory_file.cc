#include "berth/vet/advisory_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <tuple>

#include "berth/vet/python_version.h"
#include "berth/vet/sealed_text.h"
#include "berth/vet/source_info.h"

namespace berth::vet {
namespace {

constexpr Seal kSeal = {.magic = "berth advisories ",
                        .version = "1",
                        .foreign = "it is no database of advisories",
                        .again = "import the advisories again"};

class Writer {
 public:
  void number(std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) bytes_ += static_cast<char>(value >> shift & 0xff);
  }
  void count(std::size_t value) { number(static_cast<std::uint32_t>(value)); }
  void text(std::string_view value) {
    count(value.size());
    bytes_ += value;
  }
  std::string take() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Every number and text is checked against the end; after the first that is not there, all are empty.
class Cursor {
 public:
  explicit Cursor(std::string_view rest) : rest_(rest) {}

  std::uint32_t number() {
    if (rest_.size() < 4) return lost();
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value |= std::uint32_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    rest_.remove_prefix(4);
    return value;
  }
  // Of things that each take `least` bytes at least: what cannot be there is not made room for.
  std::uint32_t count(std::size_t least) {
    const std::uint32_t value = number();
    return value > rest_.size() / least ? lost() : value;
  }
  std::string_view text() {
    const std::uint32_t size = number();
    if (size > rest_.size()) return lost(), std::string_view();
    const std::string_view value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }
  bool is_whole() const { return !is_lost_ && rest_.empty(); }

 private:
  std::uint32_t lost() {
    is_lost_ = true;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool is_lost_ = false;
};

std::string bound_of(Ecosystem ecosystem, const std::string& version) {
  if (ecosystem != Ecosystem::PyPI || version.empty()) return version;
  const auto parsed = PythonVersion::parse(version);
  return parsed ? parsed->key() : std::string();
}

void write_advisory(Writer& out, const Advisory& advisory) {
  out.text(advisory.id);
  out.count(advisory.aliases.size());
  for (const std::string& alias : advisory.aliases) out.text(alias);
  out.text(advisory.summary);
  out.number(static_cast<std::uint32_t>(advisory.severity.level));
  // One more than the score in tenths; 0: none.
  out.count(advisory.severity.score ? static_cast<std::size_t>(std::lround(*advisory.severity.score * 10)) + 1 : 0);
  out.text(advisory.severity.from);
}

void write_package(Writer& out, const AffectedPackage& package, std::size_t advisory) {
  out.number(static_cast<std::uint32_t>(package.ecosystem));
  out.text(package.name);
  out.text(package.release);
  out.count(advisory);
  out.count(package.intervals.size());
  for (const AffectedInterval& interval : package.intervals) {
    out.text(bound_of(package.ecosystem, interval.introduced));
    out.number(static_cast<std::uint32_t>(interval.end));
    out.text(bound_of(package.ecosystem, interval.last));
    out.text(interval.last);
  }
  std::vector<std::string> versions;
  for (const std::string& version : package.versions) versions.push_back(stored_version(package.ecosystem, version));
  std::ranges::sort(versions);
  versions.erase(std::ranges::unique(versions).begin(), versions.end());
  out.count(versions.size());
  for (const std::string& version : versions) out.text(version);
}

StoredAdvisory read_stored_advisory(Cursor& in) {
  StoredAdvisory advisory;
  advisory.id = in.text();
  const std::uint32_t aliases = in.count(4);
  for (std::uint32_t i = 0; i < aliases; ++i) advisory.aliases.push_back(in.text());
  advisory.summary = in.text();
  advisory.level = static_cast<SeverityLevel>(std::min<std::uint32_t>(in.number(), 5));
  advisory.score_tenths = static_cast<int>(std::min<std::uint32_t>(in.number(), 101)) - 1;
  advisory.severity_from = in.text();
  return advisory;
}

void read_stored_package(Cursor& in, AdvisoryFile& file) {
  StoredPackage package;
  package.ecosystem = static_cast<Ecosystem>(std::min<std::uint32_t>(in.number(), 3));
  package.name = in.text();
  package.release = in.text();
  package.advisory = in.number();
  package.first_interval = static_cast<std::uint32_t>(file.intervals.size());
  package.intervals = in.count(16);
  for (std::uint32_t i = 0; i < package.intervals; ++i) {
    StoredInterval interval;
    interval.introduced = in.text();
    interval.end = static_cast<AffectedInterval::End>(std::min<std::uint32_t>(in.number(), 2));
    interval.last = in.text();
    interval.last_text = in.text();
    file.intervals.push_back(interval);
  }
  package.first_version = static_cast<std::uint32_t>(file.versions.size());
  package.versions = in.count(4);
  for (std::uint32_t i = 0; i < package.versions; ++i) file.versions.push_back(in.text());
  file.packages.push_back(package);
}

}  // namespace

std::string stored_version(Ecosystem ecosystem, std::string_view version) {
  if (ecosystem != Ecosystem::PyPI) return std::string(version);
  const auto parsed = PythonVersion::parse(version);
  return parsed ? parsed->key() : std::string(1, '\0').append(version);
}

std::string encode_advisories(const SourceInfo& source, const std::vector<Advisory>& advisories) {
  std::vector<const Advisory*> kept;
  for (const Advisory& advisory : advisories) {
    if (!advisory.is_withdrawn) kept.push_back(&advisory);
  }
  std::ranges::sort(kept, {}, &Advisory::id);
  std::vector<std::pair<const AffectedPackage*, std::size_t>> packages;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    for (const AffectedPackage& package : kept[i]->affected) packages.emplace_back(&package, i);
  }
  std::ranges::stable_sort(packages, {}, [](const auto& one) {
    return std::tuple(one.first->ecosystem, std::string_view(one.first->name), std::string_view(one.first->release));
  });
  Writer out;
  out.count(kept.size());
  for (const Advisory* advisory : kept) write_advisory(out, *advisory);
  out.count(packages.size());
  for (const auto& [package, advisory] : packages) write_package(out, *package, advisory);
  return sealed(kSeal, print_json(json_of_source(source)) + "\n" + std::move(out).take());
}

Result<AdvisoryFile> decode_advisories(std::vector<char> bytes) {
  AdvisoryFile file;
  file.bytes = std::move(bytes);
  BERTH_TRY(std::string_view rest, open_sealed(kSeal, {file.bytes.data(), file.bytes.size()}));
  BERTH_TRY(file.source, parse_source(take_line(rest)));
  Cursor in(rest);
  const std::uint32_t advisories = in.count(20);
  file.advisories.reserve(advisories);
  for (std::uint32_t i = 0; i < advisories; ++i) file.advisories.push_back(read_stored_advisory(in));
  const std::uint32_t packages = in.count(24);
  file.packages.reserve(packages);
  for (std::uint32_t i = 0; i < packages; ++i) read_stored_package(in, file);
  const auto is_of_none = [&](const StoredPackage& package) { return package.advisory >= file.advisories.size(); };
  if (!in.is_whole() || std::ranges::any_of(file.packages, is_of_none)) {
    return fail(Errc::Corrupt, "its records do not end where the file does; import the advisories again");
  }
  return file;
}

}  // namespace berth::vet
