#include "berth/store/files.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::store {
namespace {

constexpr std::string_view kColumns =
    "file_id, investigation, entry, name, extension, size, md5, sha1, sha256, sha512, type, info, created";

StoredFile file_in(const Statement& row) {
  return {.file_id = row.text(0),
          .entry = {.number = row.integer(2), .investigation = row.integer(1)},
          .name = row.text(3),
          .extension = row.text(4),
          .facts = {.size_bytes = static_cast<std::uint64_t>(row.integer(5)),
                    .md5 = row.text(6),
                    .sha1 = row.text(7),
                    .sha256 = row.text(8),
                    .sha512 = row.text(9),
                    .type = row.text(10)},
          .info = row.truth(11),
          .created = row.time(12)};
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

}  // namespace

Result<StoredFile> Files::add(const NewFile& file) {
  const auto naming = [&] { return fmt::format("add file '{}' to entry '{}'", file.name, to_string(file.entry)); };
  if (!is_uuid(file.file_id)) {
    return fail(Errc::InvalidInput, fmt::format("{}: '{}' is no UUID", naming(), file.file_id.substr(0, 100)));
  }
  StoredFile stored{.file_id = file.file_id,
                    .entry = file.entry,
                    .name = file.name,
                    .extension = extension_of(file.name),
                    .facts = file.facts,
                    .info = file.info,
                    .created = file.at};
  const auto insert = [&]() -> Result<void> {
    // Nothing is swept in a transaction of ours, so what is there now stays.
    BERTH_CHECK_OK(blobs_.open(file.facts.sha256));
    return database_.run(
        fmt::format("INSERT INTO files ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", kColumns),
        {stored.file_id, stored.entry.investigation, stored.entry.number, stored.name, stored.extension,
         static_cast<std::int64_t>(stored.facts.size_bytes), stored.facts.md5, stored.facts.sha1, stored.facts.sha256,
         stored.facts.sha512, stored.facts.type, stored.info, stored.created});
  };
  BERTH_CHECK_OK(database_.transaction(insert).context(naming));
  return stored;
}

Result<StoredFile> Files::get(std::string_view file_or_entry_id) {
  // Never both: a UUID has no `@`. The first file of an entry is its file.
  const auto entry = parse_entry_id(file_or_entry_id);
  const EntryId id = entry ? *entry : EntryId{};
  BERTH_TRY(Statement row,
            database_.query(fmt::format("SELECT {} FROM files WHERE file_id = ? OR (investigation = ? AND entry = ?)"
                                        " ORDER BY id LIMIT 1",
                                        kColumns),
                            {file_or_entry_id, id.investigation, id.number}));
  BERTH_TRY(const bool there, row.step());
  if (!there) {
    return fail(Errc::NotFound,
                fmt::format("file '{}': there is none of that file or entry id", file_or_entry_id.substr(0, 100)));
  }
  return file_in(row);
}

Result<std::vector<StoredFile>> Files::list(InvestigationId investigation) {
  BERTH_TRY(Statement rows,
            database_.query(fmt::format("SELECT {} FROM files WHERE investigation = ? ORDER BY id", kColumns),
                            {investigation}));
  std::vector<StoredFile> found;
  for (;;) {
    BERTH_TRY(const bool more, rows.step());
    if (!more) return found;
    found.push_back(file_in(rows));
  }
}

Result<UniqueFd> Files::open(const StoredFile& file) const {
  auto opened = blobs_.open(file.facts.sha256);
  if (!opened && opened.error().code() == Errc::NotFound) {
    return fail(Errc::Corrupt, fmt::format("open file '{}' of entry '{}': its bytes are gone from '{}'", file.name,
                                           to_string(file.entry), blobs_.folder().native()));
  }
  return opened;
}

Result<bool> Files::is_used(std::string_view sha256) {
  BERTH_TRY(Statement row, database_.query("SELECT 1 FROM files WHERE sha256 = ? LIMIT 1", {sha256}));
  return row.step();
}

Result<Files::Swept> Files::sweep(std::chrono::seconds grace) {
  BERTH_CHECK_OK(blobs_.remove_drafts(grace));
  BERTH_TRY(const std::vector<std::string> candidates, blobs_.older_than(grace));
  Swept swept;
  for (const std::string& sha256 : candidates) {
    BERTH_TRY(const bool used, is_used(sha256));
    if (used) continue;
    // Asked again where nobody can add a row; one that comes later finds the bytes gone and says so.
    BERTH_TRY(const auto bytes, database_.transaction([&]() -> Result<std::optional<std::uint64_t>> {
      BERTH_TRY(const bool used_now, is_used(sha256));
      if (used_now) return std::nullopt;
      return blobs_.remove_older(sha256, grace);
    }));
    if (!bytes) continue;
    ++swept.files;
    swept.bytes += *bytes;
  }
  return swept;
}

}  // namespace berth::store
