#include "berth/store/content_sources.h"

#include <fmt/format.h>

#include <filesystem>

#include "berth/store/stored_json.h"

namespace berth::store {
namespace {

constexpr std::size_t kMostDetailsBytes = 1 << 20;

std::string_view word_of(ContentOrigin origin) {
  switch (origin) {
    case ContentOrigin::Path:
      return "path";
    case ContentOrigin::Git:
      return "git";
    case ContentOrigin::Zip:
      return "zip";
  }
  return "";
}

std::unexpected<Error> no_such(std::string_view name) {
  return fail(Errc::NotFound, fmt::format("content source '{}': there is none of that name", name));
}

Result<ContentSource> source_in(const Statement& row) {
  ContentSource found;
  found.name = row.text(0);
  found.path = row.text(1);
  const std::string origin = row.text(2);
  found.origin = origin == "git" ? ContentOrigin::Git : origin == "zip" ? ContentOrigin::Zip : ContentOrigin::Path;
  BERTH_TRY(found.details, row.json(3));
  found.added = row.time(4);
  return found;
}

Result<std::string> details_of(const ContentSource& source) {
  const std::string what = fmt::format("content source '{}'", source.name);
  if (source.name.empty()) return fail(Errc::InvalidInput, fmt::format("{}: it needs a name", what));
  if (!std::filesystem::path(source.path).is_absolute()) {
    return fail(Errc::InvalidInput, fmt::format("{}: its path '{}' must be absolute", what, source.path));
  }
  return stored_object_of(source.details, kMostDetailsBytes, what);
}

}  // namespace

Result<void> ContentSources::add(const ContentSource& source) {
  BERTH_TRY(const std::string details, details_of(source));
  return database_
      .run("INSERT INTO content_sources (name, path, origin, details, added) VALUES (?, ?, ?, ?, ?)",
           {source.name, source.path, word_of(source.origin), details, source.added})
      .context([&] { return fmt::format("add content source '{}'", source.name); });
}

Result<void> ContentSources::update(const ContentSource& source) {
  BERTH_TRY(const std::string details, details_of(source));
  BERTH_CHECK_OK(database_.run("UPDATE content_sources SET path = ?, origin = ?, details = ? WHERE name = ?",
                               {source.path, word_of(source.origin), details, source.name}));
  if (database_.changes() == 0) return no_such(source.name);
  return {};
}

Result<void> ContentSources::remove(std::string_view name) {
  BERTH_CHECK_OK(database_.run("DELETE FROM content_sources WHERE name = ?", {name}));
  if (database_.changes() == 0) return no_such(name);
  return {};
}

Result<ContentSource> ContentSources::get(std::string_view name) {
  BERTH_TRY(Statement row,
            database_.query("SELECT name, path, origin, details, added FROM content_sources WHERE name = ?", {name}));
  BERTH_TRY(const bool there, row.step());
  if (!there) return no_such(name);
  return source_in(row);
}

Result<std::vector<ContentSource>> ContentSources::list() {
  BERTH_TRY(Statement rows,
            database_.query("SELECT name, path, origin, details, added FROM content_sources ORDER BY id"));
  std::vector<ContentSource> found;
  for (;;) {
    BERTH_TRY(const bool more, rows.step());
    if (!more) return found;
    BERTH_TRY(ContentSource one, source_in(rows));
    found.push_back(std::move(one));
  }
}

}  // namespace berth::store
