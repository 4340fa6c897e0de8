// Lists that judgement compares with: popular names, malicious names, the licences and exceptions of SPDX; read without
// trust. Pure, but for read_list.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::vet {

enum class ListKind : std::uint8_t { Popular, Malicious, Licences, Exceptions };
inline constexpr std::array kListKinds = {ListKind::Popular, ListKind::Malicious, ListKind::Licences,
                                          ListKind::Exceptions};

// "popular", "malicious", "licences", "exceptions".
std::string_view list_kind_text(ListKind kind);
// "popular names", for people.
std::string_view list_kind_words(ListKind kind);
// Errors: InvalidInput.
Result<ListKind> parse_list_kind(std::string_view text);

// Where a list comes from, and what was found in it.
struct ListInfo {
  ListKind kind = ListKind::Popular;
  std::string origin;    // a path or an address; "comes with Berth"
  std::string sha256;    // of what was read there
  std::string imported;  // when, RFC 3339 in UTC; empty for what comes with Berth
  std::string dated;     // the day that its contents are of, as they or who imported them say; empty where nobody did
  std::size_t entries = 0;
  std::vector<std::string> problems;

  bool is_built_in() const { return imported.empty(); }
  friend bool operator==(const ListInfo&, const ListInfo&) = default;
};

// A list in the form that the files of data/ have: an entry a line.
struct KnownList {
  ListInfo info;
  std::string text;
};

// Takes, each also as .gz:
//   popular      CSV with a column `project` and, to rank by, `download_count`; the JSON of top-pypi-packages; or a
//   name
//                a line, the most downloaded first
//   malicious    a name a line, behind a tab who says so; or OSV records as gather_advisories takes them, of which
//   those
//                `MAL-...` count that speak of all versions of a package of the Python index
//   licences, exceptions     the JSON that SPDX publishes (licenses.json, exceptions.json)
// A list that has little in common with the one that comes with Berth is another one, or cut off, and is refused; a
// list of malicious names only adds to it, so that needs not be. `name` is what errors call the bytes.
// Errors: InvalidInput; Exhausted past 64 MiB unpacked, 100,000 popular or a million malicious names, 10,000 ids.
Result<KnownList> gather_list(ListKind kind, std::string_view bytes, std::string_view name);

// As above, of a file. Errors: also those of reading it.
Result<KnownList> read_list(ListKind kind, const std::filesystem::path& path);

// The one that comes with Berth.
KnownList built_in_list(ListKind kind);

// Errors: InvalidInput for a text that is no list in Berth's own form.
Result<void> check_list(ListKind kind, std::string_view text);

// How old it is: by the day that its contents are of, else by its import. Nothing when it says neither, or a day to
// come.
std::optional<std::chrono::seconds> age_of(const ListInfo& info, std::chrono::system_clock::time_point now);

}  // namespace berth::vet
