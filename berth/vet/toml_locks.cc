#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "berth/base/utf8.h"
#include "berth/vet/lock_file.h"
#include "berth/vet/toml_text.h"

namespace berth::vet {
namespace {

// Hands `take` each table of the list `key`.
template <class Take>
void each_table(const toml::table& table, std::string_view key, Take take) {
  const toml::node* node = table.get(key);
  if (node == nullptr || node->as_array() == nullptr) return;
  for (const toml::node& item : *node->as_array()) {
    if (item.as_table() != nullptr) take(*item.as_table());
  }
}

std::size_t line_of(const toml::node& node) { return node.source().begin.line; }

std::vector<std::string> hashes_of(const toml::table& file) {
  std::vector<std::string> all;
  if (const std::string hash = text_of(file, "hash"); !hash.empty()) all.push_back(hash);
  const toml::table* hashes = table_of(&file, "hashes");  // PEP 751: by algorithm
  if (hashes == nullptr) return all;
  for (const auto& [algorithm, digest] : *hashes) {
    if (digest.as_string() == nullptr) continue;
    all.push_back(fmt::format("{}:{}", algorithm.str(), digest.as_string()->get()));
  }
  return all;
}

// Its place and hashes. Who installs it may look at one of several hashes alone.
void add_file(LockedPackage& locked, const toml::table& file) {
  const std::vector<std::string> hashes = hashes_of(file);
  const auto is_comparable = [](const std::string& hash) { return hash.starts_with("sha256:"); };
  if (const std::string url = without_credentials(text_of(file, "url")); !url.empty()) {
    locked.files.push_back(url);
    if (hashes.empty() || !std::ranges::all_of(hashes, is_comparable)) locked.unproven.push_back(url);
  }
  if (const std::string path = text_of(file, "path"); !path.empty()) locked.paths.push_back(path);
  locked.hashes.insert(locked.hashes.end(), hashes.begin(), hashes.end());
}

// Reads the tables of the list `key`; `fill` adds what its kind of lock says and tells whether the package counts.
template <class Fill>
Result<LockFile> read_packages(const toml::table& root, std::string_view key, std::string_view name, Fill fill) {
  LockFile lock;
  bool is_full = false;
  each_table(root, key, [&](const toml::table& table) {
    if (is_full) return;
    const std::string origin = fmt::format("{}:{}", name, line_of(table));
    const std::string written = text_of(table, "name");
    if (written.empty()) {
      lock.left_out.push_back({origin, "it has no name"});
      return;
    }
    LockedPackage locked;
    locked.package = make_package(Ecosystem::PyPI, written, text_of(table, "version"), origin);
    if (!fill(table, locked)) return;
    is_full = lock.packages.size() == kMostLockedPackages;
    if (!is_full) lock.packages.push_back(std::move(locked));
  });
  if (is_full) return fail(Errc::Exhausted, fmt::format("{}: more than {} packages", name, kMostLockedPackages));
  return lock;
}

Result<void> require(const toml::table& root, std::initializer_list<std::string_view> keys, std::string_view name,
                     std::string_view form) {
  const bool has_one = std::ranges::any_of(keys, [&](std::string_view key) { return root.get(key) != nullptr; });
  if (has_one) return {};
  return fail(Errc::InvalidInput, fmt::format("{}: no {}: it has none of its tables", name, form));
}

bool fill_from_poetry(const toml::table& table, LockedPackage& locked) {
  locked.marker = text_of(table, "markers");
  each_table(table, "files", [&](const toml::table& file) { add_file(locked, file); });
  const toml::table* source = table_of(&table, "source");
  if (source == nullptr) return true;
  const std::string type = text_of(*source, "type");
  const std::string url = without_credentials(text_of(*source, "url"));
  if (type == "legacy") {
    locked.index = url;
  } else if (type == "git") {
    locked.location = fmt::format("git+{}@{}", url, text_of(*source, "resolved_reference"));
  } else {
    locked.location = type == "url" ? url : fmt::format("path {}", url);
  }
  return true;
}

bool fill_from_uv(const toml::table& table, LockedPackage& locked) {
  if (const toml::table* sdist = table_of(&table, "sdist")) add_file(locked, *sdist);
  each_table(table, "wheels", [&](const toml::table& wheel) { add_file(locked, wheel); });
  const toml::table* source = table_of(&table, "source");
  if (source == nullptr) return true;
  for (const char* key : {"virtual", "editable"}) {
    if (text_of(*source, key) == ".") return false;
  }
  if (const std::string registry = text_of(*source, "registry"); !registry.empty()) {
    locked.index = without_credentials(registry);
    return true;
  }
  for (const char* key : {"git", "url"}) {
    const std::string url = without_credentials(text_of(*source, key));
    if (!url.empty()) locked.location = std::string_view(key) == "git" ? "git+" + url : url;
  }
  for (const char* key : {"path", "directory", "editable", "virtual"}) {
    const std::string path = text_of(*source, key);
    if (!path.empty()) locked.location = fmt::format("path {}", path);
  }
  return true;
}

bool fill_from_pylock(const toml::table& table, LockedPackage& locked) {
  locked.marker = text_of(table, "marker");
  locked.index = without_credentials(text_of(table, "index"));
  if (const toml::table* sdist = table_of(&table, "sdist")) add_file(locked, *sdist);
  each_table(table, "wheels", [&](const toml::table& wheel) { add_file(locked, wheel); });
  if (const toml::table* vcs = table_of(&table, "vcs")) {
    locked.location = fmt::format("{}+{}@{}", text_of(*vcs, "type"), without_credentials(text_of(*vcs, "url")),
                                  text_of(*vcs, "commit-id"));
  }
  if (const toml::table* folder = table_of(&table, "directory")) {
    locked.location = fmt::format("path {}", text_of(*folder, "path"));
  }
  if (const toml::table* archive = table_of(&table, "archive")) {
    add_file(locked, *archive);
    const std::string url = without_credentials(text_of(*archive, "url"));
    locked.location = url.empty() ? fmt::format("path {}", text_of(*archive, "path")) : url;
  }
  return true;
}

}  // namespace

Result<LockFile> parse_poetry_lock(std::string_view text, std::string_view name) {
  BERTH_TRY(const toml::table root, parse_toml(text, name));
  BERTH_CHECK_OK(require(root, {"package", "metadata"}, name, "poetry.lock"));
  BERTH_TRY(LockFile lock, read_packages(root, "package", name, fill_from_poetry));
  // Before poetry 1.3 the files of all packages stood together.
  const toml::table* metadata = table_of(&root, "metadata");
  const toml::table* files = metadata == nullptr ? nullptr : table_of(metadata, "files");
  if (files == nullptr) return lock;
  for (LockedPackage& locked : lock.packages) {
    each_table(*files, locked.package.written, [&](const toml::table& file) { add_file(locked, file); });
  }
  return lock;
}

Result<LockFile> parse_uv_lock(std::string_view text, std::string_view name) {
  BERTH_TRY(const toml::table root, parse_toml(text, name));
  BERTH_CHECK_OK(require(root, {"package", "requires-python"}, name, "uv.lock"));
  return read_packages(root, "package", name, fill_from_uv);
}

Result<LockFile> parse_pylock(std::string_view text, std::string_view name) {
  BERTH_TRY(const toml::table root, parse_toml(text, name));
  BERTH_CHECK_OK(require(root, {"lock-version"}, name, "pylock.toml"));
  if (!text_of(root, "lock-version").starts_with("1.")) {
    return fail(Errc::InvalidInput, fmt::format("{}: a lock-version that Berth does not know", name));
  }
  return read_packages(root, "packages", name, fill_from_pylock);
}

}  // namespace berth::vet
