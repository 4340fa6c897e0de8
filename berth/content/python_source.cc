#include "berth/content/python_source.h"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace berth::content {
namespace {

constexpr std::array<std::string_view, 4> kImports = {
    "import demistomock as demisto", "from CommonServerPython import *", "from CommonServerUserPython import *",
    "from __future__ import print_function"};
constexpr std::string_view kOldVersion = "### pack version:";

std::size_t indent_of(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  return first == std::string_view::npos ? line.size() : first;
}

// What is left of `line` without such an import, or nothing when there is none.
std::optional<std::string> without_import(std::string_view line) {
  const std::size_t indent = indent_of(line);
  const std::string_view statement = line.substr(indent);
  // Most lines end here.
  if (statement.empty() || (statement.front() != 'i' && statement.front() != 'f')) return std::nullopt;
  for (const std::string_view import : kImports) {
    if (!statement.starts_with(import)) continue;
    const std::string_view rest = statement.substr(import.size());
    std::string kept = indent == 0 ? std::string() : std::string(line.substr(0, indent)) + "pass";
    if (is_blank_or_comment(rest)) return kept;
    const std::size_t next = indent_of(rest);
    if (rest[next] == ';') {
      const std::string_view after = rest.substr(next + 1);
      return std::string(line.substr(0, indent)).append(after.substr(indent_of(after)));
    }
  }
  return std::nullopt;
}

// `text` as a Python string literal.
std::string python_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\'' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out += '\'';
}

}  // namespace

std::string_view python_line_at(std::string_view code, std::size_t at) {
  const std::size_t end = code.find('\n', at);
  return code.substr(at, end == std::string_view::npos ? std::string_view::npos : end - at);
}

bool is_blank_or_comment(std::string_view rest) {
  const std::size_t first = rest.find_first_not_of(" \t\r");
  return first == std::string_view::npos || rest[first] == '#';
}

std::string clean_python(std::string_view code) {
  std::string out;
  out.reserve(code.size());
  std::size_t copied = 0;
  for (std::size_t at = 0; at < code.size();) {
    const std::string_view line = python_line_at(code, at);
    if (const auto rest = without_import(line)) {
      out.append(code.substr(copied, at - copied)).append(*rest);
      copied = at + line.size();
    }
    at += line.size() + 1;
  }
  return out.append(code.substr(copied));
}

std::string with_pack_version(std::string_view code, const Pack& pack) {
  const std::string lines =
      fmt::format("CONSTANT_PACK_VERSION = {}\ndemisto.debug({})\n", python_quoted(pack.version),
                  python_quoted(fmt::format("pack id = {}, pack version = {}", pack.folder, pack.version)));
  for (std::size_t at = 0; at < code.size();) {
    const std::string_view line = python_line_at(code, at);
    const std::size_t next = std::min(at + line.size() + 1, code.size());
    if (line.starts_with(kOldVersion)) return fmt::format("{}{}{}", code.substr(0, at), lines, code.substr(next));
    at = next;
  }
  return lines + std::string(code);
}

std::string with_module_lines(std::string_view code, std::string_view name) {
  const std::string quoted = python_quoted(name);
  const std::string_view separator = code.empty() || code.ends_with('\n') ? "" : "\n";
  return fmt::format("register_module_line({}, 'start', __line__())\n{}{}register_module_line({}, 'end', __line__())\n",
                     quoted, code, separator, quoted);
}

}  // namespace berth::content
