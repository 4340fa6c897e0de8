#include "berth/vet/project_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "berth/base/utf8.h"
#include "berth/vet/lock_file.h"
#include "berth/vet/lock_findings.h"
#include "berth/vet/poetry_versions.h"
#include "berth/vet/requirements.h"
#include "berth/vet/text_lines.h"
#include "berth/vet/toml_text.h"

namespace berth::vet {
namespace {

constexpr std::string_view kPublicIndex = "https://pypi.org/simple";

bool is_on(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  return node != nullptr && node->as_boolean() != nullptr && node->as_boolean()->get();
}

// As poetry calls the public index, which needs no address there.
bool is_public_name(std::string_view name) {
  return std::ranges::equal(name, std::string_view("pypi"),
                            [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); });
}

// What a tool looks for in an index: all packages, there first; all, there too; or only those that name it.
enum class IndexUse { First, More, Named };
using UseOf = IndexUse (*)(const toml::table& index);

IndexUse use_by_poetry(const toml::table& index) {
  const std::string priority = text_of(index, "priority");
  if (priority == "explicit") return IndexUse::Named;
  return priority == "supplemental" || priority == "secondary" || is_on(index, "secondary") ? IndexUse::More
                                                                                            : IndexUse::First;
}

// That of the name pypi stands in for the public one, which is asked beside others.
IndexUse use_by_pdm(const toml::table& index) {
  return text_of(index, "name") == "pypi" ? IndexUse::First : IndexUse::More;
}

// Its default is asked last, wherever it stands.
IndexUse use_by_uv(const toml::table& index) {
  return is_on(index, "default") || is_on(index, "explicit") ? IndexUse::Named : IndexUse::First;
}

IndexUse use_of_default_by_uv(const toml::table& index) {
  return is_on(index, "default") ? IndexUse::First : IndexUse::Named;
}

IndexUse use_by_pipenv(const toml::table&) { return IndexUse::First; }

class ProjectReading {
 public:
  explicit ProjectReading(std::string_view name) : name_(name) {}

  // A list of requirements; tables in it only include other groups.
  void add_requirements(const toml::node* list) {
    if (list == nullptr) return;
    if (list->as_array() == nullptr) return leave_out(*list, "it is no list");
    for (const toml::node& one : *list->as_array()) {
      if (one.as_table() != nullptr) continue;
      if (one.as_string() == nullptr) {
        leave_out(one, "it is no text");
      } else {
        add_requirement(one.as_string()->get(), one);
      }
    }
  }

  // Lists by the names of groups.
  void add_groups(const toml::table* groups) {
    if (groups == nullptr) return;
    for (const auto& [group, list] : *groups) add_requirements(&list);
  }

  // Versions by the names of packages, as poetry and pipenv have them: a text, a table, or a list of these.
  void add_versions(const toml::table* packages) {
    if (packages == nullptr) return;
    for (const auto& [key, value] : *packages) {
      if (key.str() == "python") continue;
      const toml::array* several = value.as_array();
      if (several == nullptr || several->empty()) {
        add_entry(key.str(), value);
      } else {
        for (const toml::node& one : *several) add_entry(key.str(), one);
      }
    }
  }

  // Tables that say where one package is taken from, by its name, as uv has them; after the packages.
  void add_sources(const toml::table* sources) {
    if (sources == nullptr) return;
    std::map<std::string, std::string> indexes;
    for (const auto& [key, value] : *sources) {
      const toml::table* table = value.as_table();
      const bool is_of_index = table != nullptr && table->get("index") != nullptr && location_of(*table).empty();
      if (is_of_index) {
        indexes.emplace(normal_name(Ecosystem::PyPI, key.str()), index_of(*table));
      } else {
        leave_out(value, fmt::format("'{}' is taken from another index, a repository, an address or a path",
                                     shown(key.str())));
      }
    }
    for (LockedPackage& one : lock_.packages) {
      const auto index = indexes.find(one.package.name);
      if (index != indexes.end()) one.index = index->second;
    }
  }

  // Tables of indexes, before what names them. Of several that are first the first one is, and the others are more.
  void add_indexes(const toml::node* list, UseOf use_of) {
    if (list == nullptr) return;
    if (list->as_array() == nullptr) return leave_out(*list, "it is no list");
    for (const toml::node& one : *list->as_array()) {
      const toml::table* table = one.as_table();
      if (table == nullptr) {
        leave_out(one, "it is no table of an index");
        continue;
      }
      const IndexUse use = use_of(*table);
      const std::string name = text_of(*table, "name");
      std::string url = text_of(*table, "url");
      if (url.empty() && is_public_name(name)) url = kPublicIndex;
      if (!url.empty()) addresses_.try_emplace(name, without_credentials(url));
      if (use == IndexUse::Named) continue;
      if (url.empty()) {
        leave_out(one, fmt::format("the index '{}' has no address", shown(name)));
      } else {
        add_index(url, use, name);
      }
    }
  }

  // One address, or a list of them.
  void add_addresses(const toml::node* addresses, IndexUse use) {
    if (addresses == nullptr) return;
    if (addresses->as_string() != nullptr) return add_index(addresses->as_string()->get(), use, "");
    if (addresses->as_array() == nullptr) return leave_out(*addresses, "it is no address");
    for (const toml::node& one : *addresses->as_array()) {
      if (one.as_string() == nullptr) {
        leave_out(one, "it is no address");
      } else {
        add_index(one.as_string()->get(), use, "");
      }
    }
  }

  void leave_out(const toml::node& node, std::string why) {
    lock_.left_out.push_back({origin_of(node), std::move(why)});
  }

  Result<LockFile> take() && {
    if (lock_.packages.size() > kMostLockedPackages) {
      return fail(Errc::Exhausted, fmt::format("{}: more than {} packages", name_, kMostLockedPackages));
    }
    return std::move(lock_);
  }

 private:
  static std::string shown(std::string_view text) { return to_visible(text.substr(0, 60), false); }
  std::string origin_of(const toml::node& node) const {
    return fmt::format("{}:{}", name_, std::size_t{node.source().begin.line});
  }

  // A repository, an address or a path; empty where it is taken from an index whose address is known.
  std::string location_of(const toml::table& table) const {
    for (const std::string_view key : {"git", "hg", "svn", "bzr", "url", "path", "file", "workspace"}) {
      if (table.get(key) == nullptr) continue;
      std::string text = shown(without_credentials(text_of(table, key)));
      if (key == "url" && !text.empty()) return text;
      return fmt::format("{}{}{}", key, text.empty() ? "" : " ", text);
    }
    for (const std::string_view key : {"source", "index"}) {
      if (table.get(key) == nullptr || !index_of(table).empty() || is_first_index(text_of(table, key))) continue;
      return fmt::format("the index '{}', whose address is not said", shown(text_of(table, key)));
    }
    return {};
  }

  // The address of the one that it names, where that is not the first; empty where it names none that is known.
  std::string index_of(const toml::table& table) const {
    for (const std::string_view key : {"source", "index"}) {
      if (table.get(key) == nullptr) continue;
      const std::string name = text_of(table, key);
      if (is_first_index(name)) return lock_.index;
      const auto known = addresses_.find(name);
      if (known != addresses_.end()) return known->second;
      if (is_public_name(name)) return std::string(kPublicIndex);
    }
    return {};
  }

  bool is_first_index(std::string_view name) const {
    return lock_.index.empty() ? is_public_name(name) : !name.empty() && name == first_name_;
  }

  void add_index(std::string_view url, IndexUse use, std::string name) {
    std::string address = without_credentials(url);
    if (use == IndexUse::First && lock_.index.empty()) {
      lock_.index = std::move(address);
      first_name_ = std::move(name);
    } else if (lock_.index.empty() || normal_index(address) != normal_index(lock_.index)) {
      lock_.more_indexes.push_back(std::move(address));
    }
  }

  // What cannot be read is left out; its name is judged all the same.
  void add_requirement(const std::string& text, const toml::node& node) {
    auto one = parse_requirement(text, origin_of(node));
    if (one) {
      lock_.packages.push_back(*std::move(one));
      return;
    }
    leave_out(node, one.error().message());
    if (auto named = name_in(text, origin_of(node))) lock_.packages.push_back(*std::move(named));
  }

  // A package by its name, and its version or a table with that.
  void add_entry(std::string_view name, const toml::node& value) {
    const toml::table* table = value.as_table();
    const toml::node* version = table == nullptr ? &value : table->get("version");
    LockedPackage locked;
    locked.package = make_package(Ecosystem::PyPI, name, "", origin_of(value));
    if (table != nullptr) {
      locked.location = location_of(*table);
      locked.index = index_of(*table);
      locked.marker = text_of(*table, "markers");
      if (is_on(*table, "allow-prereleases") || is_on(*table, "allow_prereleases")) locked.bounds = {">=0.dev0"};
      add_extras(locked, table->get("extras"));
    }
    if (!locked.location.empty() || version == nullptr) {
      lock_.packages.push_back(std::move(locked));
      return;
    }
    const std::string text = version->as_string() == nullptr ? std::string() : version->as_string()->get();
    auto versions = specifiers_of_poetry(text);
    if (version->as_string() == nullptr) {
      leave_out(value, fmt::format("the version of '{}' is no text", shown(name)));
    } else if (!versions) {
      leave_out(value, fmt::format("'{}' {}: which version that takes cannot be read: only its name is judged",
                                   shown(name), shown(text)));
    }
    for (const std::string& specifier : versions.value_or(std::vector<std::string>{""})) {
      LockedPackage one = locked;
      if (const auto read = parse_requirement("x" + specifier, "")) {
        one.package = make_package(Ecosystem::PyPI, name, read->package.version, locked.package.origin);
        one.specifier = read->specifier;
      }
      lock_.packages.push_back(std::move(one));
    }
  }

  void add_extras(LockedPackage& locked, const toml::node* extras) {
    if (extras == nullptr || extras->as_array() == nullptr) return;
    for (const toml::node& one : *extras->as_array()) {
      const std::string extra = one.as_string() == nullptr ? std::string() : one.as_string()->get();
      if (is_valid_name(Ecosystem::PyPI, extra)) {
        locked.extras.push_back(normal_name(Ecosystem::PyPI, extra));
      } else {
        leave_out(one, fmt::format("an extra of '{}' has no proper name", shown(locked.package.written)));
      }
    }
  }

  std::string_view name_;
  LockFile lock_;
  std::string first_name_;                                     // of the index, as packages name it
  std::map<std::string, std::string, std::less<>> addresses_;  // of all, by such names
};

void add_tool_indexes(ProjectReading& reading, const toml::table* tool) {
  if (const toml::table* uv = table_of(tool, "uv")) {
    reading.add_indexes(uv->get("index"), use_by_uv);
    reading.add_indexes(uv->get("index"), use_of_default_by_uv);
    reading.add_addresses(uv->get("index-url"), IndexUse::First);
    reading.add_addresses(uv->get("extra-index-url"), IndexUse::More);
    reading.add_addresses(uv->get("find-links"), IndexUse::More);
  }
  if (const toml::table* poetry = table_of(tool, "poetry")) reading.add_indexes(poetry->get("source"), use_by_poetry);
  if (const toml::table* pdm = table_of(tool, "pdm")) reading.add_indexes(pdm->get("source"), use_by_pdm);
}

}  // namespace

Result<LockFile> parse_pyproject(std::string_view text, std::string_view name) {
  BERTH_TRY(const toml::table root, parse_toml(text, name));
  ProjectReading reading(name);
  const toml::table* const tool = table_of(&root, "tool");
  add_tool_indexes(reading, tool);
  if (const toml::table* project = table_of(&root, "project")) {
    reading.add_requirements(project->get("dependencies"));
    reading.add_groups(table_of(project, "optional-dependencies"));
    const toml::node* dynamic = project->get("dynamic");
    if (dynamic != nullptr && dynamic->as_array() != nullptr) {
      for (const toml::node& one : *dynamic->as_array()) {
        const std::string what = one.as_string() == nullptr ? std::string() : one.as_string()->get();
        if (what == "dependencies" || what == "optional-dependencies") {
          reading.leave_out(one, fmt::format("its {} are told by running it alone", what));
        }
      }
    }
  }
  reading.add_groups(table_of(&root, "dependency-groups"));
  if (const toml::table* build = table_of(&root, "build-system")) reading.add_requirements(build->get("requires"));
  if (const toml::table* uv = table_of(tool, "uv")) reading.add_requirements(uv->get("dev-dependencies"));
  reading.add_sources(table_of(table_of(tool, "uv"), "sources"));
  reading.add_groups(table_of(table_of(tool, "pdm"), "dev-dependencies"));
  const toml::table* const poetry = table_of(tool, "poetry");
  reading.add_versions(table_of(poetry, "dependencies"));
  reading.add_versions(table_of(poetry, "dev-dependencies"));
  reading.add_versions(table_of(poetry, "requires-plugins"));
  if (const toml::table* groups = table_of(poetry, "group")) {
    for (const auto& [group, table] : *groups) reading.add_versions(table_of(table.as_table(), "dependencies"));
  }
  return std::move(reading).take();
}

namespace {

// In comments between `# /// script` and `# ///`; what stands on a line stays there. Nothing where no block ends.
std::optional<std::string> block_of_script(std::string_view text) {
  std::string project;
  bool is_inside = false;
  bool is_closed = false;
  for (TextLines lines(text); const auto line = lines.next();) {
    std::string_view said = line->text;
    while (said.ends_with(' ') || said.ends_with('\t')) said.remove_suffix(1);
    if (!is_inside && !is_closed && said == "# /// script") {
      is_inside = true;
      project += "[project]";
    } else if (is_inside && said == "# ///") {
      is_inside = false;
      is_closed = true;
    } else if (is_inside && said.starts_with('#')) {
      said.remove_prefix(said.starts_with("# ") ? 2 : 1);
      project += said;
    } else {
      is_inside = false;  // without an end it is none
    }
    project += '\n';
  }
  if (!project.contains("[project]") || !is_closed) return std::nullopt;
  return project;
}

}  // namespace

bool says_what_it_needs(std::string_view script) { return block_of_script(script).has_value(); }

Result<LockFile> parse_script(std::string_view text, std::string_view name) {
  const auto block = block_of_script(text);
  return block ? parse_pyproject(*block, name) : LockFile();
}

Result<LockFile> parse_pipfile(std::string_view text, std::string_view name) {
  BERTH_TRY(const toml::table root, parse_toml(text, name));
  ProjectReading reading(name);
  reading.add_indexes(root.get("source"), use_by_pipenv);
  reading.add_versions(table_of(&root, "packages"));
  reading.add_versions(table_of(&root, "dev-packages"));
  return std::move(reading).take();
}

}  // namespace berth::vet
