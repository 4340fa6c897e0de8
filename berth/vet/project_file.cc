#include "berth/vet/project_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "berth/base/utf8.h"
#include "berth/vet/lock_file.h"
#include "berth/vet/lock_findings.h"
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

  // Versions by the names of packages, as poetry and pipenv have them.
  void add_versions(const toml::table* packages) {
    if (packages == nullptr) return;
    for (const auto& [key, value] : *packages) {
      if (key.str() == "python") continue;
      const toml::table* table = value.as_table();
      const toml::node* version = table == nullptr ? &value : table->get("version");
      if (table != nullptr && is_from_elsewhere(*table)) {
        leave_out(value, fmt::format("'{}' is taken from another index, a repository, an address or a path",
                                     shown(key.str())));
      } else if (version == nullptr) {
        add_requirement(std::string(key.str()), value);
      } else if (version->as_string() == nullptr) {
        leave_out(value, fmt::format("the version of '{}' is no text", shown(key.str())));
      } else {
        add_version(key.str(), version->as_string()->get(), value);
      }
    }
  }

  // Tables that say where one package is taken from, by its name, as uv has them.
  void add_sources(const toml::table* sources) {
    if (sources == nullptr) return;
    for (const auto& [key, value] : *sources) {
      const toml::table* table = value.as_table();
      const bool is_of_first = table != nullptr && table->get("index") != nullptr && !is_from_elsewhere(*table);
      if (is_of_first) continue;
      leave_out(value,
                fmt::format("'{}' is taken from another index, a repository, an address or a path", shown(key.str())));
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
      if (use == IndexUse::Named) continue;
      const std::string name = text_of(*table, "name");
      std::string url = text_of(*table, "url");
      if (url.empty() && is_public_name(name)) url = kPublicIndex;
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

  bool is_from_elsewhere(const toml::table& table) const {
    for (const std::string_view key : {"git", "hg", "svn", "bzr", "url", "path", "file", "workspace"}) {
      if (table.get(key) != nullptr) return true;
    }
    for (const std::string_view key : {"source", "index"}) {
      if (table.get(key) != nullptr && !is_first_index(text_of(table, key))) return true;
    }
    return false;
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

  void add_requirement(const std::string& text, const toml::node& node) {
    auto one = parse_requirement(text, origin_of(node));
    if (!one) return leave_out(node, one.error().message());
    lock_.packages.push_back(*std::move(one));
  }

  // Of poetry a bare version is that very one; "*" is any.
  void add_version(std::string_view package, const std::string& version, const toml::node& node) {
    if (version == "*" || version.empty()) return add_requirement(std::string(package), node);
    if (version.find_first_of("^|") != std::string::npos || (version.front() == '~' && !version.starts_with("~="))) {
      return leave_out(node,
                       fmt::format("'{}' {}: only the tool itself knows which version it takes: make its lock file",
                                   shown(package), shown(version)));
    }
    const bool is_bare = version.front() >= '0' && version.front() <= '9';
    add_requirement(fmt::format("{}{}{}", package, is_bare ? "==" : "", version), node);
  }

  std::string_view name_;
  LockFile lock_;
  std::string first_name_;  // of the index, as packages name it
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
  if (const toml::table* groups = table_of(poetry, "group")) {
    for (const auto& [group, table] : *groups) reading.add_versions(table_of(table.as_table(), "dependencies"));
  }
  return std::move(reading).take();
}

Result<LockFile> parse_script(std::string_view text, std::string_view name) {
  // In comments between `# /// script` and `# ///`; what stands on a line stays there.
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
  if (!project.contains("[project]") || !is_closed) return LockFile();
  return parse_pyproject(project, name);
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
