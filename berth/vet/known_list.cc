#include "berth/vet/known_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>

#include "berth/base/sha256.h"
#include "berth/base/utc_text.h"
#include "berth/base/utf8.h"
#include "berth/sys/file.h"
#include "berth/vet/advisory_reader.h"
#include "berth/vet/built_in_data.h"
#include "berth/vet/gzip_reader.h"
#include "berth/vet/list_formats.h"
#include "berth/vet/malicious_names.h"
#include "berth/vet/popular_names.h"
#include "berth/vet/text_lines.h"

namespace berth::vet {
namespace {

constexpr std::size_t kLargestList = std::size_t{64} << 20;
constexpr std::size_t kMostPopular = 100'000;
constexpr std::size_t kMostMalicious = 1'000'000;
constexpr std::size_t kMostIds = 10'000;
// Of the best known names, and of ids, that a list must have in common with the one that comes with Berth.
constexpr std::size_t kBestKnown = 100;

constexpr std::pair<ListKind, std::string_view> kTexts[] = {{ListKind::Popular, "popular"},
                                                            {ListKind::Malicious, "malicious"},
                                                            {ListKind::Licences, "licences"},
                                                            {ListKind::Exceptions, "exceptions"}};

std::string_view built_in_text(ListKind kind) {
  switch (kind) {
    case ListKind::Popular:
      return built_in_popular_names();
    case ListKind::Malicious:
      return built_in_malicious_names();
    case ListKind::Licences:
      return spdx_licences_text();
    case ListKind::Exceptions:
      return spdx_exceptions_text();
  }
  return {};
}

// The first field of each line, at most so many.
std::vector<std::string_view> entries_of(std::string_view text, std::size_t most = kMostMalicious) {
  std::vector<std::string_view> entries;
  for (TextLines lines(text); const auto line = lines.next();) {
    if (line->text.empty() || line->text.front() == '#') continue;
    if (entries.size() == most) break;
    entries.push_back(line->text.substr(0, line->text.find('\t')));
  }
  return entries;
}

// A list of npm's names, or the first lines of ours, would make look-alikes of nothing and nobody would see.
Result<void> check_likeness(ListKind kind, std::string_view text) {
  if (kind == ListKind::Malicious) return {};
  const auto wanted = entries_of(built_in_text(kind), kind == ListKind::Popular ? kBestKnown : kMostIds);
  const auto given = entries_of(text);
  const std::unordered_set<std::string_view> known(given.begin(), given.end());
  const auto common = std::ranges::count_if(wanted, [&](std::string_view entry) { return known.contains(entry); });
  if (2 * static_cast<std::size_t>(common) >= wanted.size()) return {};
  return fail(Errc::InvalidInput,
              fmt::format("only {} of {} {} that Berth knows stand in it: it is another list, or cut off", common,
                          wanted.size(), list_kind_words(kind)));
}

Result<std::string> unpacked(std::string_view bytes) {
  if (!bytes.starts_with("\x1f\x8b")) return std::string(bytes);
  GzipReader reader(bytes, kLargestList);
  std::string text;
  std::string piece(std::size_t{1} << 16, '\0');
  for (;;) {
    BERTH_TRY(const std::size_t got, reader.read(piece));
    if (got == 0) return text;
    text.append(piece, 0, got);
  }
}

bool is_tar(std::string_view text) { return text.size() > 262 && text.substr(257, 5) == "ustar"; }

bool is_json(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && (text[begin] == '{' || text[begin] == '[');
}

bool speaks_of_all_versions(const AffectedPackage& package) {
  return package.ecosystem == Ecosystem::PyPI &&
         std::ranges::any_of(package.intervals, [](const AffectedInterval& interval) {
           return interval.introduced.empty() && interval.end == AffectedInterval::End::Never;
         });
}

// A package that was good before and after some versions of it is not its name: those are left to the advisories.
Result<ListText> malicious_of_records(std::string_view bytes, std::string_view name) {
  BERTH_TRY(const GatheredAdvisories gathered, gather_advisories(bytes, name));
  std::set<std::pair<std::string, std::string>> found;
  std::size_t of_versions = 0;
  for (const Advisory& advisory : gathered.advisories) {
    if (!advisory.is_malicious() || advisory.is_withdrawn) continue;
    for (const AffectedPackage& package : advisory.affected) {
      if (speaks_of_all_versions(package)) {
        found.emplace(package.name, advisory.id);
      } else if (package.ecosystem == Ecosystem::PyPI) {
        ++of_versions;
      }
    }
  }
  ListText list = {.text = {}, .dated = {}, .problems = gathered.source.problems};
  if (of_versions > 0) {
    list.problems.push_back(
        fmt::format("{} records speak of single versions: import the file as advisories, too", of_versions));
  }
  for (const auto& [package, id] : found) list.text += fmt::format("{}\t{}\n", package, id);
  return list;
}

Result<ListText> list_text_of(ListKind kind, std::string_view bytes, std::string_view name) {
  const bool is_of_records = kind == ListKind::Malicious;
  if (is_of_records && bytes.starts_with("PK\x03\x04")) return malicious_of_records(bytes, name);
  BERTH_TRY(const std::string text, unpacked(bytes));
  if (is_of_records && is_tar(text)) return malicious_of_records(bytes, name);
  if (is_of_records && is_json(text)) return malicious_of_records(text, name);
  switch (kind) {
    case ListKind::Popular:
      return is_json(text) ? popular_of_json(text) : popular_of_lines(text);
    case ListKind::Malicious:
      return malicious_of_lines(text);
    case ListKind::Licences:
      return spdx_of_json(text, "licenses", "licenseId", "isDeprecatedLicenseId");
    case ListKind::Exceptions:
      return spdx_of_json(text, "exceptions", "licenseExceptionId", "isDeprecatedLicenseId");
  }
  return fail(Errc::InvalidInput, "no such kind of list");
}

Result<KnownList> gather(ListKind kind, std::string_view bytes, std::string_view name) {
  BERTH_TRY(ListText read, list_text_of(kind, bytes, name));
  BERTH_CHECK_OK(check_list(kind, read.text));
  BERTH_CHECK_OK(check_likeness(kind, read.text));
  KnownList list;
  list.info.kind = kind;
  list.info.sha256 = sha256_hex(bytes);
  list.info.dated = std::move(read.dated);
  list.info.entries = entries_of(read.text).size();
  list.info.problems = std::move(read.problems);
  list.text = std::move(read.text);
  return list;
}

}  // namespace

std::string_view list_kind_text(ListKind kind) {
  return std::ranges::find(kTexts, kind, [](const auto& row) { return row.first; })->second;
}

std::string_view list_kind_words(ListKind kind) {
  switch (kind) {
    case ListKind::Popular:
      return "popular names";
    case ListKind::Malicious:
      return "malicious names";
    case ListKind::Licences:
      return "SPDX licences";
    case ListKind::Exceptions:
      return "SPDX exceptions";
  }
  return {};
}

Result<ListKind> parse_list_kind(std::string_view text) {
  for (const auto& [kind, known] : kTexts) {
    if (text == known) return kind;
  }
  return fail(Errc::InvalidInput, fmt::format("'{}' is no kind of list: popular, malicious, licences or exceptions",
                                              to_visible(text.substr(0, 60), false)));
}

Result<KnownList> gather_list(ListKind kind, std::string_view bytes, std::string_view name) {
  return gather(kind, bytes, name).context([&] {
    return fmt::format("read {} from '{}'", list_kind_words(kind), name);
  });
}

Result<KnownList> read_list(ListKind kind, const std::filesystem::path& path) {
  BERTH_TRY(const std::string bytes, sys::read_file(path, kLargestList));
  BERTH_TRY(KnownList list, gather_list(kind, bytes, path.native()));
  list.info.origin = path.native();
  return list;
}

KnownList built_in_list(ListKind kind) {
  constexpr std::string_view kDated = "# As of ";
  constexpr std::size_t kDay = 10;
  KnownList list;
  list.info.kind = kind;
  list.info.origin = "comes with Berth";
  list.text = built_in_text(kind);
  if (const std::size_t at = list.text.find(kDated); at != std::string::npos) {
    list.info.dated = list.text.substr(at + kDated.size(), kDay);
  }
  list.info.entries = entries_of(list.text).size();
  return list;
}

Result<void> check_list(ListKind kind, std::string_view text) {
  switch (kind) {
    case ListKind::Popular: {
      BERTH_TRY(const PopularNames names, PopularNames::parse(text));
      if (names.names().size() <= kMostPopular) return {};
      return fail(Errc::Exhausted, fmt::format("it has more than {} names", kMostPopular));
    }
    case ListKind::Malicious: {
      BERTH_TRY(const MaliciousNames names, MaliciousNames::parse(text));
      if (names.size() > 0) return {};
      return fail(Errc::InvalidInput, "there is no name in it");
    }
    case ListKind::Licences:
    case ListKind::Exceptions:
      return check_spdx_ids(text, kMostIds);
  }
  return {};
}

std::optional<std::chrono::seconds> age_of(const ListInfo& info, std::chrono::system_clock::time_point now) {
  const auto date = parse_utc(info.dated.empty() ? info.imported : info.dated);
  if (!date || *date > now + std::chrono::days(1)) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(now - *date);
}

}  // namespace berth::vet
