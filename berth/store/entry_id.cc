#include "berth/store/entry_id.h"

#include <fmt/format.h>

#include <charconv>

namespace berth::store {
namespace {

// A decimal number from 1, written the one way there is.
bool read_number(std::string_view text, std::int64_t& number) {
  if (text.empty() || text.front() < '1' || text.front() > '9') return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string to_string(EntryId id) { return fmt::format("{}@{}", id.number, id.investigation); }

Result<EntryId> parse_entry_id(std::string_view text) {
  const std::size_t at = text.find('@');
  EntryId id;
  if (at == std::string_view::npos || !read_number(text.substr(0, at), id.number) ||
      !read_number(text.substr(at + 1), id.investigation)) {
    return fail(Errc::InvalidInput, fmt::format("entry id '{}': an id reads like '12@7'", text.substr(0, 100)));
  }
  return id;
}

Result<InvestigationId> parse_investigation_id(std::string_view text) {
  InvestigationId id = 0;
  if (!read_number(text, id)) {
    return fail(Errc::InvalidInput, fmt::format("investigation '{}': an id is a number from 1", text.substr(0, 100)));
  }
  return id;
}

}  // namespace berth::store
