#include "berth/image/inventory_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "berth/base/utf8.h"
#include "berth/image/package_database.h"
#include "berth/image/rpm_database.h"
#include "berth/image/tag_order.h"

namespace berth::image {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostDatabase = 32 << 20;      // a thousand packages take one to three
constexpr std::size_t kMostRpmDatabase = 128 << 20;  // it holds changelogs, too: a thousand packages take sixty
constexpr std::size_t kMostMetadata = 8 << 20;
constexpr std::size_t kMostProgram = 128 << 20;
constexpr std::size_t kMostPackages = 100'000;
constexpr std::size_t kMostUnread = 1000;
constexpr std::size_t kMostPathBytes = 16 << 20;  // of all metadata together

constexpr std::string_view kDpkgStatus = "var/lib/dpkg/status";
constexpr std::string_view kDpkgFolder = "var/lib/dpkg/status.d";
constexpr std::string_view kDpkgLists = "var/lib/dpkg/info";
// The newer place second: where the older is a link to it, one is read.
constexpr std::string_view kApkDatabases[] = {"lib/apk/db/installed", "usr/lib/apk/db/installed"};
constexpr std::string_view kRpmDatabases[] = {"var/lib/rpm/rpmdb.sqlite",         "var/lib/rpm/Packages",
                                              "var/lib/rpm/Packages.db",          "usr/lib/sysimage/rpm/rpmdb.sqlite",
                                              "usr/lib/sysimage/rpm/Packages.db", "usr/lib/sysimage/rpm/Packages",
                                              "usr/share/rpm/rpmdb.sqlite"};

std::string shown(const fs::path& path) { return to_visible(path.native(), false); }

// "3.11" of "python3.11", "2.7" of "platform-python2.7"; nothing for other names, "python3.11-config" among them.
struct NamedInterpreter {
  std::string implementation;
  std::string minor;
};
std::optional<NamedInterpreter> interpreter_named(std::string_view name) {
  constexpr std::string_view kPlatform = "platform-";
  if (name.starts_with(kPlatform)) name.remove_prefix(kPlatform.size());
  NamedInterpreter named;
  for (const auto& [prefix, implementation] : {std::pair{"python", "cpython"}, std::pair{"pypy", "pypy"}}) {
    if (!name.starts_with(prefix)) continue;
    named = {implementation, std::string(name.substr(std::string_view(prefix).size()))};
  }
  const std::size_t dot = named.minor.find('.');
  const auto is_number = [](std::string_view text) {
    return !text.empty() && text.size() <= 3 && text.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (dot == std::string::npos || !is_number(std::string_view(named.minor).substr(0, dot)) ||
      !is_number(std::string_view(named.minor).substr(dot + 1))) {
    return std::nullopt;
  }
  return named;
}

bool is_program_folder(const fs::path& folder) {
  return folder.filename() == "bin" || folder.filename() == "libexec" || folder.filename() == "sbin";
}

// One reading of one image: gathers as it goes.
class Reading {
 public:
  Reading(const ImageTree& tree, const ReadingBounds& bounds) : bounds_(bounds), tree_(tree, bounds) {}

  Result<Inventory> read() {
    read_os_release();
    BERTH_CHECK_OK(note_all());
    read_dpkg();
    read_apk();
    read_rpm();
    for (const fs::path& path : metadata_) read_metadata(path);
    read_dpkg_owners();
    for (const fs::path& path : interpreters_) read_interpreter(path);
    if (has_more_unread_) inventory_.unread.push_back({"/", "more could not be read than is named here"});
    for (PythonDistribution& distribution : inventory_.python) {
      if (const auto owner = owners_.find(distribution.metadata); owner != owners_.end()) {
        distribution.owner = owner->second;
      }
    }
    put_in_order();
    return std::move(inventory_);
  }

 private:
  void leave_out(const fs::path& what, std::string_view why) {
    has_more_unread_ = inventory_.unread.size() == kMostUnread;
    if (!has_more_unread_) inventory_.unread.push_back({shown(what), to_visible(why, false)});
  }

  Result<void> note_all() {
    std::optional<Error> hidden;  // nothing is known of it
    const auto walked = tree_.walk(
        [this](const fs::path& folder, const std::vector<TreeEntry>& entries) { note_entries(folder, entries); },
        [&](const fs::path& folder, const Error& why) {
          if (folder.empty() && why.code() != Errc::Exhausted) hidden = why;
          leave_out(folder.empty() ? "/" : folder, why.message());
        });
    if (hidden) return std::unexpected(std::move(*hidden));
    if (!walked) leave_out("/", walked.error().message());
    return {};
  }

  void note_entries(const fs::path& folder, const std::vector<TreeEntry>& entries) {
    const bool programs = is_program_folder(folder);
    for (const TreeEntry& entry : entries) {
      const bool is_metadata = is_python_metadata(entry.name) && entry.kind != TreeKind::Other;
      const bool is_program = programs && entry.kind == TreeKind::File && interpreter_named(entry.name).has_value();
      if (!is_metadata && !is_program) continue;
      if (!is_metadata && interpreters_.size() == bounds_.interpreters) {
        return leave_out(folder, fmt::format("the image holds more than {} interpreters", bounds_.interpreters));
      }
      path_bytes_ += folder.native().size() + entry.name.size();
      if (path_bytes_ > kMostPathBytes) return leave_out(folder, "the image holds too many of Python's packages");
      (is_metadata ? metadata_ : interpreters_).push_back(folder / entry.name);
    }
  }

  // The file's text where it is there and can be read; what cannot be is said.
  std::optional<std::string> text_of(const fs::path& path, std::size_t limit_bytes) {
    auto text = tree_.read_file(path, limit_bytes);
    if (text) return std::move(*text);
    if (text.error().code() != Errc::NotFound) leave_out(path, text.error().message());
    return std::nullopt;
  }

  void read_os_release() {
    for (const char* path : {"etc/os-release", "usr/lib/os-release"}) {
      if (const auto text = text_of(path, 1 << 20)) {
        inventory_.os = parse_os_release_names(*text);
        return;
      }
    }
  }

  void add(PackageRecords records, std::string_view database) {
    const std::size_t room = kMostPackages - inventory_.packages.size();
    if (records.packages.size() > room) {
      records.packages.resize(room);
      leave_out(database, fmt::format("the image holds more than {} packages", kMostPackages));
    }
    std::ranges::move(records.packages, std::back_inserter(inventory_.packages));
    if (records.odd > 0)
      leave_out(database, fmt::format("{} of its records name no proper package, or are over a bound", records.odd));
  }

  void read_dpkg() {
    if (const auto text = text_of(kDpkgStatus, kMostDatabase)) add(parse_dpkg_status(*text), kDpkgStatus);
    const auto entries = tree_.list_folder(kDpkgFolder);
    if (!entries) {
      if (entries.error().code() != Errc::NotFound) leave_out(kDpkgFolder, entries.error().message());
      return;
    }
    for (const TreeEntry& entry : *entries) {
      if (entry.name.ends_with(".md5sums") || entry.kind == TreeKind::Folder) continue;
      const fs::path file = fs::path(kDpkgFolder) / entry.name;
      if (const auto text = text_of(file, kMostMetadata)) add(parse_dpkg_status(*text), file.native());
    }
  }

  void read_apk() {
    for (const std::string_view path : kApkDatabases) {
      const auto text = text_of(path, kMostDatabase);
      if (!text) continue;
      ApkRecords records = parse_apk_installed(*text);
      for (auto& [file, package] : records.python_owners) owners_.emplace(std::move(file), std::move(package));
      return add(std::move(records), path);
    }
  }

  void read_rpm() {
    std::vector<fs::path> seen;
    for (const std::string_view path : kRpmDatabases) {
      const auto found = tree_.resolve(path);
      if (!found && found.error().code() != Errc::NotFound) leave_out(path, found.error().message());
      if (!found || std::ranges::find(seen, *found) != seen.end()) continue;
      seen.push_back(*found);
      const auto text = text_of(path, kMostRpmDatabase);
      if (!text) continue;
      RpmRecords records = parse_rpm_database(*text);
      if (!records.unread.empty()) leave_out(path, records.unread);
      for (auto& [file, package] : records.python_owners) owners_.emplace(std::move(file), std::move(package));
      add(std::move(records), path);
      note_unwritten(path);
    }
  }

  // SQLite's logs: what is in them would be written to the database, or taken back, when it is opened next.
  void note_unwritten(std::string_view database) {
    for (const char* end : {"-wal", "-journal"}) {
      const fs::path log = std::string(database) + end;
      const auto text = tree_.read_file(log, 0);
      if (text || text.error().code() == Errc::NotFound) continue;
      leave_out(
          log,
          "it holds changes that are not in the database, which this version does not read; packages may be missing");
    }
  }

  void read_metadata(const fs::path& path) {
    const bool is_wheel = path.native().ends_with(".dist-info");
    const fs::path parent = path.parent_path().filename();
    PythonDistribution distribution;
    distribution.metadata = shown(path);
    distribution.is_installed = parent == "site-packages" || parent == "dist-packages";
    const auto text = metadata_text(path, is_wheel);
    if (!text) return;
    NameAndVersion both = parse_name_and_version(*text);
    if (both.name.empty() || both.version.empty())
      return leave_out(path, "its metadata lacks a proper name or version");
    distribution.name = std::move(both.name);
    distribution.version = std::move(both.version);
    if (is_wheel) distribution.installer = installer_of(path);
    inventory_.python.push_back(std::move(distribution));
  }

  std::optional<std::string> metadata_text(const fs::path& path, bool is_wheel) {
    auto text = tree_.read_file(path / (is_wheel ? "METADATA" : "PKG-INFO"), kMostMetadata);
    // An egg-info of distutils is the metadata itself, not a folder.
    if (!text && !is_wheel && text.error().code() == Errc::NotFound) text = tree_.read_file(path, kMostMetadata);
    if (text) return std::move(*text);
    leave_out(path, text.error().message());
    return std::nullopt;
  }

  std::string installer_of(const fs::path& path) {
    const auto text = tree_.read_file(path / "INSTALLER", 4096);
    if (!text) return {};
    return to_visible(std::string_view(*text).substr(0, std::min<std::size_t>(text->find_first_of("\r\n"), 64)), false);
  }

  // dpkg keeps a list of files for each package; only lines about Python's metadata matter.
  void read_dpkg_owners() {
    const auto entries = tree_.list_folder(kDpkgLists);
    if (!entries || inventory_.python.empty()) return;
    std::set<std::string_view> known;  // what else stands there is nobody's
    for (const fs::path& path : metadata_) known.insert(path.native());
    for (const TreeEntry& entry : *entries) {
      constexpr std::string_view kList = ".list";
      if (!entry.name.ends_with(kList) || entry.kind == TreeKind::Folder) continue;
      const auto text = text_of(fs::path(kDpkgLists) / entry.name, kMostMetadata);
      if (!text) continue;
      std::string package = entry.name.substr(0, entry.name.size() - kList.size());
      package = package.substr(0, package.find(':'));  // "libc6:amd64"
      for (std::string_view rest = *text; !rest.empty();) {
        std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (line.starts_with('/')) line.remove_prefix(1);
        if (known.contains(line)) owners_.emplace(line, package);
      }
    }
  }

  void read_interpreter(const fs::path& path) {
    const NamedInterpreter named = *interpreter_named(path.filename().native());
    Interpreter interpreter = {shown(path), named.implementation, named.minor};
    std::vector<fs::path> places = {path};
    for (const char* folder : {"lib", "lib64"}) {
      const fs::path libraries = path.parent_path().parent_path() / folder;
      places.push_back(libraries / fmt::format("libpython{}.so.1.0", named.minor));
      places.push_back(libraries / fmt::format("libpython{}m.so.1.0", named.minor));
    }
    for (const fs::path& place : places) {
      const auto program = tree_.read_file(place, kMostProgram);
      if (!program && program.error().code() == Errc::Exhausted) {
        leave_out(place, program.error().message());
        break;
      }
      const std::string version = program ? find_interpreter_version(*program, named.minor) : "";
      if (version.empty()) continue;
      interpreter.version = version;
      break;
    }
    inventory_.interpreters.push_back(std::move(interpreter));
  }

  void put_in_order() {
    std::ranges::stable_sort(inventory_.packages, {}, [](const auto& package) {
      return std::tie(package.name, package.architecture, package.version);
    });
    std::ranges::stable_sort(inventory_.python, {}, [](const auto& distribution) {
      return std::pair(normalized_python_name(distribution.name), distribution.metadata);
    });
    std::ranges::stable_sort(inventory_.interpreters, [](const auto& a, const auto& b) {
      const auto order = compare_tags(b.version, a.version);
      return order != 0 ? order < 0 : a.path < b.path;
    });
  }

  ReadingBounds bounds_;
  TreeReading tree_;
  Inventory inventory_;
  bool has_more_unread_ = false;
  std::size_t path_bytes_ = 0;
  std::vector<fs::path> metadata_;
  std::vector<fs::path> interpreters_;
  std::map<std::string, std::string, std::less<>> owners_;  // of metadata, by path
};

}  // namespace

Result<Inventory> read_inventory(const ImageTree& tree, const ReadingBounds& bounds) {
  return Reading(tree, bounds).read();
}

}  // namespace berth::image
