#include "berth/image/inventory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace berth::image {
namespace {

constexpr std::array<std::string_view, 3> kFormats = {"dpkg", "apk", "rpm"};

std::unexpected<Error> corrupt(std::string_view member) {
  return fail(Errc::Corrupt, fmt::format("read an inventory: '{}' is not what it must be", member));
}

Result<std::string> text_of(const Json& record, std::string_view member) {
  const Json* value = record.find(member);
  if (value == nullptr || !value->is_string()) return corrupt(member);
  return *value->as_string();
}

Result<const Json::Array*> list_of(const Json& json, std::string_view member) {
  const Json* value = json.find(member);
  if (value == nullptr || !value->is_array()) return corrupt(member);
  return value->as_array();
}

Json package_json(const DistributionPackage& package) {
  Json json = Json::object();
  json.set("format", format_text(package.format)).set("name", package.name).set("version", package.version);
  json.set("architecture", package.architecture).set("source", package.source);
  json.set("source_version", package.source_version).set("licence", package.licence);
  return json.set("installed_bytes", package.installed_bytes);
}

Result<DistributionPackage> package_of(const Json& json) {
  DistributionPackage package;
  BERTH_TRY(const std::string format, text_of(json, "format"));
  const auto known = std::ranges::find(kFormats, format);
  if (known == kFormats.end()) return corrupt("format");
  package.format = static_cast<PackageFormat>(known - kFormats.begin());
  BERTH_TRY(package.name, text_of(json, "name"));
  BERTH_TRY(package.version, text_of(json, "version"));
  BERTH_TRY(package.architecture, text_of(json, "architecture"));
  BERTH_TRY(package.source, text_of(json, "source"));
  BERTH_TRY(package.source_version, text_of(json, "source_version"));
  BERTH_TRY(package.licence, text_of(json, "licence"));
  const Json* bytes = json.find("installed_bytes");
  if (bytes == nullptr || !bytes->is_int() || *bytes->as_int() < 0) return corrupt("installed_bytes");
  package.installed_bytes = static_cast<std::uint64_t>(*bytes->as_int());
  return package;
}

Json distribution_json(const PythonDistribution& distribution) {
  Json json = Json::object();
  json.set("name", distribution.name).set("version", distribution.version).set("metadata", distribution.metadata);
  json.set("installer", distribution.installer).set("owner", distribution.owner);
  return json.set("installed", distribution.is_installed);
}

Result<PythonDistribution> distribution_of(const Json& json) {
  PythonDistribution distribution;
  BERTH_TRY(distribution.name, text_of(json, "name"));
  BERTH_TRY(distribution.version, text_of(json, "version"));
  BERTH_TRY(distribution.metadata, text_of(json, "metadata"));
  BERTH_TRY(distribution.installer, text_of(json, "installer"));
  BERTH_TRY(distribution.owner, text_of(json, "owner"));
  const Json* installed = json.find("installed");
  if (installed == nullptr || !installed->is_bool()) return corrupt("installed");
  distribution.is_installed = *installed->as_bool();
  return distribution;
}

Result<Interpreter> interpreter_of(const Json& json) {
  Interpreter interpreter;
  BERTH_TRY(interpreter.path, text_of(json, "path"));
  BERTH_TRY(interpreter.implementation, text_of(json, "implementation"));
  BERTH_TRY(interpreter.version, text_of(json, "version"));
  return interpreter;
}

Result<Unread> unread_of(const Json& json) {
  Unread unread;
  BERTH_TRY(unread.what, text_of(json, "what"));
  BERTH_TRY(unread.why, text_of(json, "why"));
  return unread;
}

template <class T>
Result<std::vector<T>> records_of(const Json& json, std::string_view member, Result<T> (*read)(const Json&)) {
  BERTH_TRY(const Json::Array* list, list_of(json, member));
  std::vector<T> records;
  records.reserve(list->size());
  for (const Json& item : *list) {
    BERTH_TRY(T record, read(item));
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace

std::string_view format_text(PackageFormat format) { return kFormats[static_cast<std::size_t>(format)]; }

std::string normalized_python_name(std::string_view name) {
  std::string normalized;
  for (const char c : name) {
    const bool is_joint = c == '-' || c == '_' || c == '.';
    if (is_joint && normalized.ends_with('-')) continue;
    normalized += is_joint ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return normalized;
}

std::string python_versions_text(const Inventory& inventory) {
  std::vector<std::string_view> versions;
  std::string text;
  for (const Interpreter& interpreter : inventory.interpreters) {
    if (std::ranges::find(versions, interpreter.version) != versions.end()) continue;
    versions.push_back(interpreter.version);
    text += (text.empty() ? "" : ", ") + interpreter.version;
  }
  return text;
}

Json inventory_json(const Inventory& inventory) {
  Json os = Json::object();
  os.set("id", inventory.os.id).set("version_id", inventory.os.version_id).set("name", inventory.os.name);
  Json packages = Json::array();
  for (const DistributionPackage& package : inventory.packages) packages.push_back(package_json(package));
  Json python = Json::array();
  for (const PythonDistribution& distribution : inventory.python) python.push_back(distribution_json(distribution));
  Json interpreters = Json::array();
  for (const Interpreter& one : inventory.interpreters) {
    Json json = Json::object();
    json.set("path", one.path).set("implementation", one.implementation).set("version", one.version);
    interpreters.push_back(std::move(json));
  }
  Json unread = Json::array();
  for (const Unread& one : inventory.unread) {
    unread.push_back(Json::object().set("what", one.what).set("why", one.why));
  }
  Json json = Json::object();
  json.set("os", std::move(os)).set("packages", std::move(packages)).set("python", std::move(python));
  return json.set("interpreters", std::move(interpreters)).set("unread", std::move(unread));
}

Result<Inventory> inventory_of_json(const Json& json) {
  Inventory inventory;
  const Json* os = json.find("os");
  if (os == nullptr) return corrupt("os");
  BERTH_TRY(inventory.os.id, text_of(*os, "id"));
  BERTH_TRY(inventory.os.version_id, text_of(*os, "version_id"));
  BERTH_TRY(inventory.os.name, text_of(*os, "name"));
  BERTH_TRY(inventory.packages, records_of<DistributionPackage>(json, "packages", package_of));
  BERTH_TRY(inventory.python, records_of<PythonDistribution>(json, "python", distribution_of));
  BERTH_TRY(inventory.interpreters, records_of<Interpreter>(json, "interpreters", interpreter_of));
  BERTH_TRY(inventory.unread, records_of<Unread>(json, "unread", unread_of));
  return inventory;
}

}  // namespace berth::image
