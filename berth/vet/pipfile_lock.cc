#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/vet/lock_file.h"

namespace berth::vet {
namespace {

// Where packages come from; without a word of their own, from the first.
struct Source {
  std::string name;
  std::string address;
};
using Sources = std::vector<Source>;

Sources sources_of(const Json& root) {
  Sources sources;
  const Json* meta = root.find("_meta");
  const Json* list = meta == nullptr ? nullptr : meta->find("sources");
  if (list == nullptr || list->as_array() == nullptr) return sources;
  for (const Json& source : *list->as_array()) {
    sources.push_back({source.text_or("name", ""), without_credentials(source.text_or("url", ""))});
  }
  return sources;
}

void append_texts(const Json* list, std::vector<std::string>& texts) {
  if (list == nullptr || list->as_array() == nullptr) return;
  for (const Json& item : *list->as_array()) {
    if (item.as_string() != nullptr) texts.push_back(*item.as_string());
  }
}

std::string location_of(const Json& entry) {
  for (const char* key : {"git", "hg", "svn", "bzr"}) {
    if (entry.find(key) == nullptr) continue;
    return fmt::format("{}+{}@{}", key, without_credentials(entry.text_or(key, "")), entry.text_or("ref", ""));
  }
  for (const char* key : {"file", "path"}) {
    if (entry.find(key) != nullptr) return without_credentials(entry.text_or(key, ""));
  }
  return {};
}

LockedPackage package_of(std::string_view written, const Json& entry, const Sources& sources, std::string_view origin) {
  LockedPackage locked;
  const std::string version = entry.text_or("version", "");
  const bool is_exact = version.starts_with("==") && version.find_first_of(",*") == std::string::npos;
  const std::size_t digits = version.starts_with("===") ? 3 : 2;
  locked.package = make_package(Ecosystem::PyPI, written, is_exact ? version.substr(digits) : "", origin);
  if (!is_exact) locked.specifier = version;
  locked.marker = entry.text_or("markers", "");
  locked.location = location_of(entry);
  append_texts(entry.find("hashes"), locked.hashes);
  append_texts(entry.find("extras"), locked.extras);
  const std::string index = entry.text_or("index", "");
  const auto source = std::ranges::find(sources, index, &Source::name);
  if (source != sources.end()) {
    locked.index = source->address;
  } else {
    locked.index = without_credentials(index);  // a name without a source is no index that anybody knows
  }
  return locked;
}

}  // namespace

Result<LockFile> parse_pipfile_lock(std::string_view text, std::string_view name) {
  const auto naming = [&] { return std::string(name); };
  if (text.size() > kMostLockBytes) {
    return fail(Errc::Exhausted, fmt::format("{}: more than {} bytes", name, kMostLockBytes));
  }
  BERTH_TRY(const Json root, parse_json(text, {.depth = 16}).context(naming));
  if (root.find("default") == nullptr && root.find("_meta") == nullptr) {
    return fail(Errc::InvalidInput, fmt::format("{}: no Pipfile.lock: it has neither '_meta' nor 'default'", name));
  }
  const Sources sources = sources_of(root);
  LockFile lock;
  for (const Source& source : sources) {
    if (lock.index.empty()) {
      lock.index = source.address;
    } else {
      lock.more_indexes.push_back(source.address);
    }
  }
  for (const auto& [group, packages] : *root.as_object()) {
    if (group == "_meta" || packages.as_object() == nullptr) continue;
    for (const auto& [written, entry] : *packages.as_object()) {
      const std::string origin = fmt::format("{}:{}", name, to_visible(group, false));
      if (written.empty() || !entry.is_object()) {
        lock.left_out.push_back({origin, fmt::format("'{}' is no package", to_visible(written, false))});
      } else if (lock.packages.size() == kMostLockedPackages) {
        return fail(Errc::Exhausted, fmt::format("{}: more than {} packages", name, kMostLockedPackages));
      } else {
        lock.packages.push_back(package_of(written, entry, sources, origin));
      }
    }
  }
  return lock;
}

}  // namespace berth::vet
