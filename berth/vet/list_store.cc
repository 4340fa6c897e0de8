#include "berth/vet/list_store.h"

#include <fmt/format.h>

#include "berth/base/utc_text.h"
#include "berth/sys/file.h"
#include "berth/vet/kept_file.h"
#include "berth/vet/sealed_text.h"
#include "berth/vet/source_info.h"
#include "berth/vet/spdx_list.h"

namespace berth::vet {
namespace {

namespace fs = std::filesystem;

constexpr Seal kSeal = {
    .magic = "berth list ", .version = "1", .foreign = "it is no list of Berth's", .again = "import it again"};
constexpr std::size_t kLargestFile = std::size_t{256} << 20;

fs::path file_of(const fs::path& folder, ListKind kind) {
  return folder / fmt::format("{}.list", list_kind_text(kind));
}

Result<KnownList> read_stored(ListKind kind, const fs::path& path) {
  BERTH_TRY(const std::string bytes, sys::read_file(path, kLargestFile));
  return decode_list(kind, bytes);
}

}  // namespace

StoredLists load_lists(const fs::path& folder) {
  StoredLists stored;
  for (const ListKind kind : kListKinds) {
    const fs::path path = file_of(folder, kind);
    const fs::path before = file_before(path);
    auto list = read_stored(kind, path);
    // An old file alone: somebody removed the current one, which was never ours to lose.
    const bool is_missing = !list && list.error().code() == Errc::NotFound;
    std::error_code ignored;
    if (!list && !(is_missing && !fs::exists(before, ignored))) {
      auto old = read_stored(kind, before);
      const std::string what = old ? fmt::format("the one before it is in use, imported {}", old->info.imported)
                                   : "the one that comes with Berth is in use";
      stored.problems.push_back(fmt::format("{}: {}: {}", list_kind_words(kind), list.error().message(), what));
      list = std::move(old);
    }
    stored.lists.push_back(list ? *std::move(list) : built_in_list(kind));
  }
  return stored;
}

void add_stored_licences(const fs::path& folder) {
  const StoredLists stored = load_lists(folder);
  add_spdx_ids(stored.of(ListKind::Licences).text, stored.of(ListKind::Exceptions).text);
}

Result<ListInfo> store_list(const fs::path& folder, KnownList list, std::chrono::system_clock::time_point now) {
  const ListKind kind = list.info.kind;
  list.info.imported = utc_text(now);
  const std::string bytes = encode_list(list);
  // What could not be read back would be found out when it is needed.
  BERTH_CHECK_OK(decode_list(kind, bytes));
  const fs::path path = file_of(folder, kind);
  const auto is_good = [&] { return read_stored(kind, path).has_value(); };
  BERTH_CHECK_OK(replace_kept_file(path, bytes, is_good));
  return std::move(list.info);
}

Result<void> remove_list(const fs::path& folder, ListKind kind) {
  auto removed = remove_kept_file(file_of(folder, kind));
  if (removed || removed.error().code() != Errc::NotFound) return removed;
  return fail(Errc::NotFound,
              fmt::format("no {} were imported: those that come with Berth are in use", list_kind_words(kind)));
}

std::string encode_list(const KnownList& list) {
  return sealed(kSeal, print_json(json_of_list(list.info)) + "\n" + list.text);
}

Result<KnownList> decode_list(ListKind kind, std::string_view bytes) {
  BERTH_TRY(std::string_view rest, open_sealed(kSeal, bytes));
  KnownList list;
  BERTH_TRY(list.info, parse_list_info(take_line(rest)));
  if (list.info.kind != kind) return fail(Errc::Corrupt, "it is of another kind; import it again");
  list.text = rest;
  BERTH_CHECK_OK(check_list(kind, list.text));
  return list;
}

}  // namespace berth::vet
