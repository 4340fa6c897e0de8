#include "berth/vet/project_file.h"

#include <fmt/format.h>

#include <string>
#include <utility>

// As in toml_locks.cc, and for the same reasons. NOLINTBEGIN(readability-identifier-naming): the library's names
#ifdef NDEBUG
#undef NDEBUG
#endif
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#define TOML_MAX_NESTED_VALUES 64
// NOLINTEND(readability-identifier-naming)
#include <toml++/toml.h>

#include "berth/base/utf8.h"
#include "berth/vet/lock_file.h"
#include "berth/vet/requirements.h"

namespace berth::vet {
namespace {

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
        leave_out(value, fmt::format("'{}' is taken from a repository, an address or a path", shown(key.str())));
      } else if (version == nullptr) {
        add_requirement(std::string(key.str()), value);
      } else if (version->as_string() == nullptr) {
        leave_out(value, fmt::format("the version of '{}' is no text", shown(key.str())));
      } else {
        add_version(key.str(), version->as_string()->get(), value);
      }
    }
  }

  void leave_out(const toml::node& node, std::string why) {
    lock_.left_out.push_back({origin_of(node), std::move(why)});
  }

  void set_index(std::string index) { lock_.index = std::move(index); }

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

  static bool is_from_elsewhere(const toml::table& table) {
    for (const std::string_view key : {"git", "url", "path", "file"}) {
      if (table.get(key) != nullptr) return true;
    }
    return false;
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
};

Result<toml::table> parse(std::string_view text, std::string_view name) {
  if (text.size() > kMostLockBytes) {
    return fail(Errc::Exhausted, fmt::format("{}: more than {} bytes", name, kMostLockBytes));
  }
  std::string plain(text);
  for (char& c : plain) {
    if (static_cast<unsigned char>(c) > 0x7f) c = '?';
  }
  toml::parse_result parsed = toml::parse(plain);
  if (!parsed) {
    return fail(Errc::InvalidInput, fmt::format("{}:{}: {}", name, std::size_t{parsed.error().source().begin.line},
                                                to_visible(parsed.error().description(), false)));
  }
  return std::move(parsed).table();
}

const toml::table* table_of(const toml::table* table, std::string_view key) {
  const toml::node* node = table == nullptr ? nullptr : table->get(key);
  return node == nullptr ? nullptr : node->as_table();
}

}  // namespace

Result<LockFile> parse_pyproject(std::string_view text, std::string_view name) {
  BERTH_TRY(const toml::table root, parse(text, name));
  ProjectReading reading(name);
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
  const toml::table* const poetry = table_of(table_of(&root, "tool"), "poetry");
  reading.add_versions(table_of(poetry, "dependencies"));
  reading.add_versions(table_of(poetry, "dev-dependencies"));
  if (const toml::table* groups = table_of(poetry, "group")) {
    for (const auto& [group, table] : *groups) reading.add_versions(table_of(table.as_table(), "dependencies"));
  }
  return std::move(reading).take();
}

Result<LockFile> parse_pipfile(std::string_view text, std::string_view name) {
  BERTH_TRY(const toml::table root, parse(text, name));
  ProjectReading reading(name);
  reading.add_versions(table_of(&root, "packages"));
  reading.add_versions(table_of(&root, "dev-packages"));
  const toml::node* sources = root.get("source");
  if (sources != nullptr && sources->as_array() != nullptr && !sources->as_array()->empty()) {
    const toml::table* first = sources->as_array()->front().as_table();
    const toml::node* url = first == nullptr ? nullptr : first->get("url");
    if (url != nullptr && url->as_string() != nullptr) reading.set_index(without_credentials(url->as_string()->get()));
  }
  return std::move(reading).take();
}

}  // namespace berth::vet
