#include "berth/vet/sealed_text.h"

#include <fmt/format.h>

#include "berth/base/sha256.h"

namespace berth::vet {

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return {};
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

std::string sealed(const Seal& seal, std::string_view text) {
  return fmt::format("{}{}\n{}\n{}", seal.magic, seal.version, sha256_hex(text), text);
}

Result<std::string_view> open_sealed(const Seal& seal, std::string_view bytes) {
  std::string_view rest = bytes;
  std::string_view first = take_line(rest);
  if (!first.starts_with(seal.magic)) return fail(Errc::InvalidInput, std::string(seal.foreign));
  first.remove_prefix(seal.magic.size());
  if (first != seal.version) {
    return fail(Errc::InvalidInput, fmt::format("it was written by a newer Berth; update Berth, or {}", seal.again));
  }
  const std::string_view digest = take_line(rest);
  if (digest != sha256_hex(rest)) return fail(Errc::Corrupt, fmt::format("its checksum is wrong; {}", seal.again));
  return rest;
}

}  // namespace berth::vet
