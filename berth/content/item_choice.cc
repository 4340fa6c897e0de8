#include "berth/content/item_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "berth/base/utf8.h"
#include "berth/content/server_version.h"

namespace berth::content {
namespace {

std::string shown(std::string_view text) { return to_visible(text.substr(0, 200), false); }

std::string file_text(const NamedCandidate& candidate) {
  return candidate.source.empty() ? fmt::format("'{}'", candidate.item->yaml.native())
                                  : fmt::format("'{}' of source '{}'", candidate.item->yaml.native(), candidate.source);
}

// The first few, so that an error stays a line.
std::string list_of(const std::vector<std::string>& texts) {
  constexpr std::size_t kMost = 5;
  const auto end = texts.begin() + static_cast<std::ptrdiff_t>(std::min(kMost, texts.size()));
  std::string list = fmt::format("{}", fmt::join(texts.begin(), end, " and "));
  if (texts.size() > kMost) list += fmt::format(" and {} more", texts.size() - kMost);
  return list;
}

std::unexpected<Error> for_no_server(std::string_view name, std::span<const NamedCandidate> candidates,
                                     std::string_view server_version) {
  std::vector<std::string> ranges;
  for (const NamedCandidate& candidate : candidates) {
    ranges.push_back(fmt::format("{} is for {}", file_text(candidate), range_text(*candidate.item)));
  }
  return fail(Errc::Unavailable, fmt::format("find '{}': the setting 'server.version' is {}, and {}", shown(name),
                                             shown(server_version), list_of(ranges)));
}

std::unexpected<Error> several(std::string_view name, std::span<const NamedCandidate> candidates,
                               const std::vector<std::size_t>& left) {
  std::vector<std::string> files;
  bool same_source = true;
  for (const std::size_t i : left) {
    files.push_back(file_text(candidates[i]));
    same_source = same_source && candidates[i].source == candidates[left.front()].source;
  }
  const std::string remedy =
      same_source ? std::string("rename one, or give the path of one")
                  : fmt::format("name it with its source, as '{}/{}'", candidates[left.front()].source, shown(name));
  return fail(Errc::InvalidInput,
              fmt::format("find '{}': {} have the same name; {}", shown(name), list_of(files), remedy));
}

}  // namespace

Result<std::size_t> choose_item(std::string_view name, std::span<const NamedCandidate> candidates,
                                std::string_view server_version) {
  if (candidates.empty()) return fail(Errc::NotFound, fmt::format("find '{}': no item has this name", shown(name)));
  BERTH_TRY(const ServerVersion server,
            parse_server_version(server_version).context([] { return "the setting 'server.version'"; }));
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const IndexedItem& item = *candidates[i].item;
    if (is_in_range(server, item.from_version, item.to_version).value_or(false)) left.push_back(i);
  }
  if (left.empty()) return for_no_server(name, candidates, server_version);
  const auto is_deprecated = [&](std::size_t i) { return candidates[i].item->deprecated; };
  if (!std::all_of(left.begin(), left.end(), is_deprecated)) std::erase_if(left, is_deprecated);
  if (left.size() > 1) return several(name, candidates, left);
  return left.front();
}

std::string range_text(const IndexedItem& item) {
  const std::string from = shown(item.from_version);
  const std::string to = shown(item.to_version);
  if (from.empty() && to.empty()) return "any version";
  if (to.empty()) return from + " or later";
  return from.empty() ? fmt::format("versions up to {}", to) : fmt::format("{} to {}", from, to);
}

}  // namespace berth::content
