#include "berth/store/lists.h"

#include <fmt/format.h>

namespace berth::store {
namespace {

std::unexpected<Error> no_such(std::string_view name) {
  return fail(Errc::NotFound, fmt::format("list '{}': there is none of that name", name));
}

}  // namespace

Result<ServerList> Lists::get(std::string_view name) {
  BERTH_TRY(Statement row, database_.query("SELECT name, type, data, modified FROM lists WHERE name = ?", {name}));
  BERTH_TRY(const bool there, row.step());
  if (!there) return no_such(name);
  return ServerList{row.text(0), row.text(1), row.text(2), row.time(3)};
}

Result<void> Lists::set(std::string_view name, std::string_view data, std::string_view type) {
  if (name.empty()) return fail(Errc::InvalidInput, "list '': a list needs a name");
  if (data.size() > kMostListBytes) {
    return fail(Errc::Exhausted,
                fmt::format("list '{}': {} bytes are more than the limit of {}", name, data.size(), kMostListBytes));
  }
  return database_.run(
      "INSERT INTO lists (name, type, data, modified) VALUES (?1, iif(?2 = '', 'plain_text', ?2), ?3, ?4)"
      " ON CONFLICT (name) DO UPDATE SET data = ?3, modified = ?4, type = iif(?2 = '', type, ?2)",
      {name, type, data, now()});
}

Result<void> Lists::append(std::string_view name, std::string_view item, std::string_view separator) {
  return update(name, [&](std::string& data) -> Result<void> {
    if (!data.empty()) data += separator;
    data += item;
    return {};
  });
}

Result<void> Lists::update(std::string_view name, const std::function<Result<void>(std::string& data)>& change) {
  return database_.transaction([&]() -> Result<void> {
    BERTH_TRY(ServerList list, get(name));
    BERTH_CHECK_OK(change(list.data));
    return set(name, list.data);
  });
}

Result<void> Lists::remove(std::string_view name) {
  BERTH_CHECK_OK(database_.run("DELETE FROM lists WHERE name = ?", {name}));
  if (database_.changes() == 0) return no_such(name);
  return {};
}

Result<std::vector<ServerList>> Lists::list(std::int64_t limit, std::int64_t skipped) {
  BERTH_TRY(Statement rows,
            database_.query("SELECT name, type, modified FROM lists ORDER BY name LIMIT ? OFFSET ?", {limit, skipped}));
  std::vector<ServerList> found;
  for (;;) {
    BERTH_TRY(const bool more, rows.step());
    if (!more) return found;
    found.push_back({rows.text(0), rows.text(1), "", rows.time(2)});
  }
}

}  // namespace berth::store
