#include "berth/app/content_source.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "berth/app/fetched_content.h"
#include "berth/app/git_clone.h"
#include "berth/app/own_copy.h"
#include "berth/base/utf8.h"
#include "berth/content/content_index.h"
#include "berth/content/suggestion.h"
#include "berth/content/zip_extraction.h"
#include "berth/store/database.h"
#include "berth/sys/file.h"
#include "berth/sys/whole_path.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;
using store::ContentOrigin;

fs::path database_of(const Settings& settings) { return settings.state / "berth.db"; }
fs::path fetched_of(const Settings& settings) { return settings.state / "content"; }

bool is_first_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_name_char(char c) { return is_first_char(c) || c == '.' || c == '_' || c == '-'; }

bool is_there(const fs::path& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0;
}

bool is_archive(const fs::path& path) {
  struct stat status = {};
  return path.extension() == ".zip" && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

Result<fs::path> path_of(const std::string& origin) {
  if (to_visible(origin, false) != origin) {
    return fail(Errc::InvalidInput, "its path holds invisible characters; rename it");
  }
  BERTH_TRY(fs::path path, sys::whole_path(origin));
  return path.has_filename() ? path : path.parent_path();
}

// What is to be registered, but for its name.
Result<ContentSource> source_from(const std::string& origin) {
  ContentSource source;
  // A folder that is there is a folder, whatever it is called; a bare repository is none of content.
  const bool is_git = is_git_origin(origin) && (!is_there(origin) || is_there(fs::path(origin) / "HEAD"));
  if (is_git) {
    if (const std::string problem = problem_of_git_origin(origin); !problem.empty()) {
      return fail(Errc::InvalidInput, problem);
    }
    source.origin = ContentOrigin::Git;
    if (!is_there(origin)) {
      source.details.set("address", origin);
      return source;
    }
    BERTH_TRY(const fs::path whole, sys::whole_path(origin));
    source.details.set("address", whole.native());
    return source;
  }
  BERTH_TRY(const fs::path path, path_of(origin));
  source.path = path.native();
  if (is_archive(path)) {
    source.origin = ContentOrigin::Zip;
    source.details.set("address", path.native());
    return source;
  }
  BERTH_TRY(const content::SourceLayout layout, content::layout_of(path));
  source.details.set("layout", content::layout_text(layout));
  return source;
}

Result<void> unpack(const std::string& archive_path, const std::string& name, const fs::path& into) {
  BERTH_TRY(const std::string bytes, sys::read_file(archive_path, content::ZipLimits().archive_bytes));
  BERTH_TRY(const content::ZipArchive archive, content::ZipArchive::parse(bytes, archive_path));
  BERTH_TRY(const content::ZipPlacement placement, content::placement_of(archive, name));
  BERTH_CHECK_OK(sys::make_folders(into, 0755));
  return content::extract_zip(archive, placement, into);
}

// Brings what is not used in place, and says in `source` what came.
Result<void> fetch(FetchedContent& fetched, ContentSource& source) {
  const std::string address = address_of(source);
  const auto fill = [&](const fs::path& into) -> Result<void> {
    if (source.origin == ContentOrigin::Zip) {
      BERTH_CHECK_OK(unpack(address, source.name, into));
    } else {
      BERTH_TRY(const std::string revision, clone_repository(address, into));
      source.details.set("revision", revision);
    }
    // What has no content in it does not take the place of what has.
    BERTH_TRY(const content::SourceLayout layout, content::layout_of(into));
    source.details.set("layout", content::layout_text(layout));
    return {};
  };
  BERTH_CHECK_OK(fetched.put(source.name, fill));
  source.path = fetched.place_of(source.name).native();
  return {};
}

std::string taken_by(const ContentSource& there) {
  return fmt::format("there is a source of this name, from '{}'; give another with --name, or remove that one",
                     address_of(there));
}

Result<AddedSource> add(const Settings& settings, ContentSource source) {
  BERTH_TRY(FetchedContent fetched, FetchedContent::open(fetched_of(settings)));
  BERTH_TRY(store::Database database, store::Database::open(database_of(settings)));
  store::ContentSources sources(database);
  auto there = sources.get(source.name);
  if (!there && there.error().code() != Errc::NotFound) return std::unexpected(std::move(there).error());
  if (there) {
    const bool same = there->origin == source.origin && address_of(*there) == address_of(source);
    if (!same) return fail(Errc::AlreadyExists, taken_by(*there));
    source.added = there->added;
  }
  if (source.origin != ContentOrigin::Path) BERTH_CHECK_OK(fetch(fetched, source));
  BERTH_CHECK_OK(there ? sources.update(source) : sources.add(source));
  return AddedSource{std::move(source), there.has_value()};
}

}  // namespace

std::string_view origin_text(ContentOrigin origin) {
  if (origin == ContentOrigin::Git) return "git";
  return origin == ContentOrigin::Zip ? "zip" : "path";
}

std::string address_of(const ContentSource& source) { return source.details.text_or("address", source.path); }

std::string problem_of_source_name(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  const bool is_name = !name.empty() && name.size() <= kLongest && is_first_char(name.front()) &&
                       std::ranges::all_of(name, is_name_char);
  if (is_name) return {};
  return fmt::format(
      "'{}' cannot name a source; use letters, digits, '.', '_' and '-', at most {}, a letter or digit "
      "first",
      to_visible(name.substr(0, 80), false), kLongest);
}

std::string source_name_of(std::string_view origin) {
  while (origin.ends_with('/')) origin.remove_suffix(1);
  origin = origin.substr(origin.find_last_of("/:") + 1);
  for (const std::string_view ending : {".git", ".zip", ".yml", ".yaml", ".py", ".ps1", ".js"}) {
    if (origin.size() > ending.size() && origin.ends_with(ending)) {
      origin.remove_suffix(ending.size());
      break;
    }
  }
  std::string name;
  for (const char c : origin.substr(0, 64)) {
    if (name.empty() && !is_first_char(c)) continue;
    name += is_name_char(c) ? c : '-';
  }
  return name;
}

Result<std::vector<ContentSource>> content_sources(const Settings& settings) {
  if (!is_there(database_of(settings))) return std::vector<ContentSource>();
  BERTH_TRY(store::Database database, store::Database::open(database_of(settings)));
  return store::ContentSources(database).list();
}

Result<AddedSource> add_content_source(const Settings& settings, const std::string& origin, const std::string& name) {
  const auto doing = [] { return std::string("add content"); };
  BERTH_TRY(ContentSource source, source_from(origin).context(doing));
  source.name =
      name.empty() ? source_name_of(origin.find_first_not_of("./") == std::string::npos ? source.path : origin) : name;
  if (const std::string problem = problem_of_source_name(source.name); !problem.empty()) {
    return fail(Errc::InvalidInput, fmt::format("add content: {} (--name)", problem));
  }
  const std::string doing_this = fmt::format("add content '{}'", source.name);
  return add(settings, std::move(source)).context([&] { return std::string(doing_this); });
}

Result<ContentSource> remove_content_source(const Settings& settings, const std::string& name) {
  const auto doing = [&] { return fmt::format("remove content '{}'", to_visible(name.substr(0, 80), false)); };
  BERTH_TRY(const std::vector<ContentSource> known, content_sources(settings));
  const auto source = std::ranges::find(known, name, &ContentSource::name);
  if (source == known.end()) {
    std::vector<std::string> names;
    for (const ContentSource& one : known) names.push_back(one.name);
    return fail(Errc::NotFound,
                fmt::format("{}: no such source is registered{}", doing(), content::suggestion_for(name, names)));
  }
  BERTH_TRY(FetchedContent fetched, FetchedContent::open(fetched_of(settings)).context(doing));
  BERTH_TRY(store::Database database, store::Database::open(database_of(settings)));
  BERTH_CHECK_OK(store::ContentSources(database).remove(name).context(doing));
  if (source->origin != ContentOrigin::Path) BERTH_CHECK_OK(fetched.remove(name).context(doing));
  if (is_of_bundle(settings, *source)) {
    BERTH_TRY(FetchedContent bundles, FetchedContent::open(bundles_of(settings)).context(doing));
    BERTH_CHECK_OK(bundles.remove(name).context(doing));
  }
  return *source;
}

}  // namespace berth::app
