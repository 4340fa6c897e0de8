#include "berth/vet/tar_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "berth/base/utf8.h"
#include "berth/content/zip_archive.h"

namespace berth::vet {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kLongestName = 4096;

using Block = std::array<char, kBlock>;

std::string_view field(const Block& block, std::size_t at, std::size_t size) {
  const std::string_view whole(block.data() + at, size);
  return whole.substr(0, whole.find('\0'));
}

std::optional<std::size_t> octal(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.empty() || text.size() > 12) return std::nullopt;
  std::size_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '7') return std::nullopt;
    value = value * 8 + static_cast<std::size_t>(c - '0');
  }
  return value;
}

// The sum of the header's bytes, with blanks where the sum itself stands.
std::size_t sum_of(const Block& block) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    sum += static_cast<unsigned char>(i >= 148 && i < 156 ? ' ' : block[i]);
  }
  return sum;
}

// The value of `path` in pax records ("12 path=name\n"); empty where there is none. Nothing when they are malformed, or
// give another size than the header.
std::optional<std::string> path_of_pax(std::string_view records) {
  std::string path;
  while (!records.empty()) {
    const std::size_t blank = records.find(' ');
    if (blank == std::string_view::npos || blank == 0 || blank > 6) return std::nullopt;
    std::size_t size = 0;
    for (const char c : records.substr(0, blank)) {
      if (c < '0' || c > '9') return std::nullopt;
      size = size * 10 + static_cast<std::size_t>(c - '0');
    }
    if (size <= blank + 1 || size > records.size() || records[size - 1] != '\n') return std::nullopt;
    const std::string_view record = records.substr(blank + 1, size - blank - 2);
    if (record.starts_with("size=")) return std::nullopt;
    if (record.starts_with("path=")) path = record.substr(5);
    records.remove_prefix(size);
  }
  return path;
}

std::string shown(std::string_view name) { return to_visible(name.substr(0, 100), false); }

}  // namespace

struct TarReader::Header {
  std::string name;
  char kind = '0';
  std::size_t size = 0;
};

Result<std::optional<TarReader::Header>> TarReader::header() {
  Block block = {};
  BERTH_TRY(const std::size_t got, bytes_.read(block));
  // Archives end with blocks of zeros, or just so.
  if (got == 0 || std::ranges::all_of(block, [](char c) { return c == '\0'; })) {
    BERTH_CHECK_OK(pass_over_rest());
    return std::nullopt;
  }
  if (got < kBlock || octal(field(block, 148, 8)) != sum_of(block)) {
    return fail(Errc::InvalidInput, "it is no tar archive, or cut off");
  }
  const auto size = octal(field(block, 124, 12));
  if (!size) return fail(Errc::InvalidInput, "the size of an entry is no number");
  Header header = {.name = std::string(field(block, 0, 100)), .kind = block[156], .size = *size};
  const bool is_ustar = field(block, 257, 6).starts_with("ustar");
  const std::string_view prefix = is_ustar ? field(block, 345, 155) : std::string_view();
  if (!prefix.empty()) header.name = fmt::format("{}/{}", prefix, header.name);
  return header;
}

// The checksum of all stands behind the last byte.
Result<void> TarReader::pass_over_rest() {
  for (Block block = {};;) {
    BERTH_TRY(const std::size_t got, bytes_.read(block));
    if (got == 0) return {};
  }
}

Result<std::string> TarReader::contents(std::size_t size) {
  std::string bytes(size, '\0');
  BERTH_TRY(const std::size_t got, bytes_.read(bytes));
  Block rest = {};
  const std::size_t padding = (kBlock - size % kBlock) % kBlock;
  BERTH_TRY(const std::size_t padded, bytes_.read(std::span(rest).first(padding)));
  if (got < size || padded < padding) return fail(Errc::InvalidInput, "it is cut off in the middle of an entry");
  return bytes;
}

Result<std::optional<TarFile>> TarReader::next() {
  for (;;) {
    BERTH_TRY(auto found, header());
    if (!found) return std::nullopt;
    if (++seen_ > limits_.files)
      return fail(Errc::Exhausted, fmt::format("it has more than {} entries", limits_.files));
    const bool is_name = found->kind == 'x' || found->kind == 'g' || found->kind == 'L';
    if (found->size > (is_name ? kLongestName * 4 : limits_.file_bytes)) {
      return fail(Errc::Exhausted,
                  fmt::format("entry '{}' holds {} bytes, more than is taken", shown(found->name), found->size));
    }
    BERTH_TRY(std::string bytes, contents(found->size));
    if (found->kind == 'g') continue;  // what holds for all entries is of no interest: comments, mostly
    if (is_name) {
      const auto path = found->kind == 'L' ? std::optional(bytes.substr(0, bytes.find('\0'))) : path_of_pax(bytes);
      if (!path) return fail(Errc::InvalidInput, "a pax header in it cannot be read");
      if (!path->empty()) long_name_ = *path;
      continue;
    }
    std::string name = long_name_.empty() ? std::move(found->name) : std::move(long_name_);
    long_name_.clear();
    const bool is_folder = found->kind == '5';
    // Archives of `tar -c .` name everything so.
    if (name.starts_with("./")) name.erase(0, 2);
    if (is_folder && name.ends_with('/')) name.pop_back();
    const bool is_top = is_folder && (name.empty() || name == ".");
    const std::string problem = is_top ? std::string() : content::problem_of_entry_name(name);
    if (!problem.empty()) return fail(Errc::InvalidInput, fmt::format("entry '{}': {}", shown(name), problem));
    if (is_folder) continue;
    if (found->kind != '0' && found->kind != '\0') {
      return fail(Errc::InvalidInput, fmt::format("entry '{}' is a link or a device", shown(name)));
    }
    return TarFile{std::move(name), std::move(bytes)};
  }
}

}  // namespace berth::vet
