#include "berth/content/common_names.h"

#include <algorithm>
#include <array>
#include <set>

namespace berth::content {
namespace {

struct Row {
  std::string_view name;
  std::string_view line;
  bool python3_only = false;
};

constexpr std::array<Row, 23> kRows = {{
    {"Any", "from typing import Any\n", true},
    {"Callable", "from typing import Callable\n", true},
    {"Dict", "from typing import Dict\n", true},
    {"Generator", "from typing import Generator\n", true},
    {"Iterable", "from typing import Iterable\n", true},
    {"Iterator", "from typing import Iterator\n", true},
    {"List", "from typing import List\n", true},
    {"Match", "from typing import Match\n", true},
    {"Optional", "from typing import Optional\n", true},
    {"Pattern", "from typing import Pattern\n", true},
    {"Set", "from typing import Set\n", true},
    {"Tuple", "from typing import Tuple\n", true},
    {"Type", "from typing import Type\n", true},
    {"TypedDict", "from typing import TypedDict\n", true},
    {"Union", "from typing import Union\n", true},
    {"cast", "from typing import cast\n", true},
    {"timezone", "from datetime import timezone\n", true},
    {"datetime", "from datetime import datetime\n"},
    {"timedelta", "from datetime import timedelta\n"},
    {"OrderedDict", "from collections import OrderedDict\n"},
    {"abstractmethod", "from abc import abstractmethod\n"},
    {"wraps", "from functools import wraps\n"},
    {"Lock", "from threading import Lock\n"},
}};

bool is_identifier(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::set<std::string_view> free_identifiers(std::string_view code) {
  std::set<std::string_view> found;
  for (std::size_t at = 0; at < code.size();) {
    if (!is_identifier(code[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < code.size() && is_identifier(code[end])) ++end;
    if (at == 0 || code[at - 1] != '.') found.insert(code.substr(at, end - at));
    at = end;
  }
  return found;
}

std::string imports_taken_for_granted(std::string_view code, const std::set<std::string_view>& free_identifiers,
                                      bool python2) {
  std::string lines;
  for (const Row& row : kRows) {
    // A script that has the line itself pays for it itself.
    const auto has_own = [&] { return code.contains(row.line.substr(0, row.line.size() - 1)); };
    const bool is_wanted = free_identifiers.contains(row.name) && !(python2 && row.python3_only);
    if (is_wanted && !has_own()) lines += row.line;
  }
  return lines;
}

}  // namespace berth::content
