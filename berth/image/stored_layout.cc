#include "berth/image/stored_layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/json.h"

namespace berth::image {
namespace {

constexpr JsonLimits kRecordLimits = {.depth = 16, .values = 100'000};
constexpr JsonLimits kListLimits = {.depth = 16, .values = 16'000'000};
constexpr std::size_t kMaxLayers = 500;  // what the kernel stacks in one overlay
constexpr std::size_t kMaxLink = 64;
constexpr std::string_view kBlanks = " \t\r\n";

std::unexpected<Error> no_list(std::size_t at) {
  return fail(Errc::Corrupt, fmt::format("it is not a list of records (at byte {})", at));
}

// The place behind the string that begins at `at`; npos when it does not end. Most of a list is strings, and memchr
// crosses them.
std::size_t skip_string(std::string_view json, std::size_t at) {
  for (++at; at < json.size(); ++at) {
    at = json.find('"', at);
    if (at == std::string_view::npos) return at;
    std::size_t slashes = 0;
    while (json[at - 1 - slashes] == '\\') ++slashes;  // ends at the opening quote at the latest
    if (slashes % 2 == 0) return at + 1;
  }
  return std::string_view::npos;
}

// The place behind the object that begins at `at`; npos when it does not end.
std::size_t skip_object(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  while (at < json.size()) {
    const char c = json[at];
    if (c == '"') {
      at = skip_string(json, at);
      continue;
    }
    ++at;
    if (c == '{') ++depth;
    if (c == '}' && --depth == 0) return at;
  }
  return std::string_view::npos;
}

std::vector<Reference> names_in(const Json& record) {
  std::vector<Reference> names;
  const Json* list = record.find("names");
  if (list == nullptr || !list->is_array()) return names;
  for (const Json& name : *list->as_array()) {
    if (!name.is_string()) continue;
    if (auto reference = parse_reference(*name.as_string())) names.push_back(std::move(*reference));
  }
  return names;
}

// The storage keeps every manifest and index that an image came by, and under "manifest" the one that it uses. The
// record's own digest is that of the first, so that an index hides the manifest.
void take_digests(const Json& record, StoredImage& image) {
  constexpr std::size_t kMost = 32;
  constexpr std::string_view kUsed = "manifest";
  constexpr std::string_view kEach = "manifest-";
  const Json* digests = record.find("big-data-digests");
  if (digests == nullptr || !digests->is_object()) return;
  const std::string used = digests->text_or(kUsed, "");
  if (is_digest(used)) image.digest = used;
  for (const auto& [key, value] : *digests->as_object()) {
    if (!key.starts_with(kEach) || image.other_digests.size() == kMost) continue;
    const std::string digest = key.substr(kEach.size());
    if (is_digest(digest) && digest != image.digest) image.other_digests.push_back(digest);
  }
}

}  // namespace

bool has_digest(const StoredImage& image, std::string_view digest) {
  return image.digest == digest || std::ranges::find(image.other_digests, digest) != image.other_digests.end();
}

bool is_layer_id(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Result<std::vector<std::string_view>> split_records(std::string_view json) {
  constexpr std::size_t kEnd = std::string_view::npos;
  std::vector<std::string_view> records;
  std::size_t at = json.find_first_not_of(kBlanks);
  if (at == kEnd || json[at] != '[') return no_list(0);
  at = json.find_first_not_of(kBlanks, at + 1);
  if (at != kEnd && json[at] == ']') return records;
  for (;;) {
    if (at == kEnd || json[at] != '{') return no_list(std::min(at, json.size()));
    const std::size_t end = skip_object(json, at);
    if (end == kEnd) return no_list(at);
    records.push_back(json.substr(at, end - at));
    at = json.find_first_not_of(kBlanks, end);
    if (at != kEnd && json[at] == ']') return records;
    if (at == kEnd || json[at] != ',') return no_list(end);
    at = json.find_first_not_of(kBlanks, at + 1);
  }
}

Result<std::optional<StoredImage>> parse_stored_image(std::string_view record) {
  const auto json = parse_json(record, kRecordLimits);
  if (!json) return fail(Errc::Corrupt, json.error().message());
  StoredImage image = {.id = json->text_or("id", ""),
                       .digest = json->text_or("digest", ""),
                       .names = names_in(*json),
                       .top_layer = json->text_or("layer", ""),
                       .created = json->text_or("created", "")};
  take_digests(*json, image);
  const bool usable = is_layer_id(image.id) && is_digest(image.digest) &&
                      (image.top_layer.empty() || is_layer_id(image.top_layer)) && image.created.size() <= 64;
  return usable ? std::optional(std::move(image)) : std::nullopt;
}

Result<std::map<std::string, std::uint64_t>> parse_layer_sizes(std::string_view json) {
  const auto records = parse_json(json, kListLimits);
  if (!records) return fail(Errc::Corrupt, records.error().message());
  if (!records->is_array()) return no_list(0);
  std::map<std::string, std::uint64_t> sizes;
  for (const Json& record : *records->as_array()) {
    const Json* size = record.find("diff-size");
    const bool known = size != nullptr && size->is_int() && *size->as_int() > 0;
    sizes[record.text_or("id", "")] = known ? static_cast<std::uint64_t>(*size->as_int()) : 0;
  }
  return sizes;
}

Result<std::vector<std::string>> parse_lower(std::string_view text) {
  constexpr std::string_view kFolder = "l/";
  const auto plain = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::vector<std::string> links;
  while (!text.empty()) {
    std::string_view link = text.substr(0, text.find(':'));
    text.remove_prefix(std::min(link.size() + 1, text.size()));
    const bool inside = link.starts_with(kFolder);
    if (inside) link.remove_prefix(kFolder.size());
    if (!inside || link.empty() || link.size() > kMaxLink || !std::ranges::all_of(link, plain)) {
      return fail(Errc::Corrupt, "the names of the layers below one are not plain links");
    }
    if (links.size() == kMaxLayers) return fail(Errc::Corrupt, fmt::format("it has more than {} layers", kMaxLayers));
    links.emplace_back(link);
  }
  return links;
}

std::optional<std::string> layer_of_link(std::string_view target) {
  constexpr std::string_view kUp = "../";
  constexpr std::string_view kFiles = "/diff";
  if (!target.starts_with(kUp) || !target.ends_with(kFiles)) return std::nullopt;
  target.remove_prefix(kUp.size());
  target.remove_suffix(std::min(kFiles.size(), target.size()));
  return is_layer_id(target) ? std::optional<std::string>(target) : std::nullopt;
}

std::string blob_file_name(std::string_view key) {
  const auto plain = [](char c) { return c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); };
  if (std::ranges::all_of(key, plain)) return std::string(key);
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string name = "=";
  for (std::size_t at = 0; at < key.size(); at += 3) {
    const std::string_view three = key.substr(at, 3);
    unsigned bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < three.size() ? static_cast<unsigned char>(three[i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) name += i <= three.size() ? kAlphabet[bits >> (18 - 6 * i) & 63] : '=';
  }
  return name;
}

}  // namespace berth::image
