// The optional parts of Berth's own common script (common/parts.txt).
#pragma once

#include <string>
#include <string_view>

namespace berth::content {

// `common` as it is when `code`, which follows it, has as an identifier any name that its optional parts give, or one
// through which names can be reached that do not stand in it (`exec`, `eval`, `globals`, ...); otherwise without those
// parts: they are half of its cost in each call. It is all of them or none, so that there are two scripts to compile.
// An optional part ends with a line that starts with `_berth_end_of_optional_part(`, any other with
// `_berth_end_of_part(`. Pure.
std::string common_for(std::string_view common, std::string_view code);

}  // namespace berth::content
