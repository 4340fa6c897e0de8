// The part of fmt that is no template, compiled once for a release: Debian has it only as a shared library, which costs
// each start of the program, and what includes it whole takes up to a third longer to compile.
#include <fmt/format-inl.h>

#include <locale>

// Declared in the headers, and defined in the one above.
template fmt::detail::thousands_sep_result<char> fmt::detail::thousands_sep_impl<char>(fmt::detail::locale_ref);
template char fmt::detail::decimal_point_impl<char>(fmt::detail::locale_ref);
template std::locale fmt::detail::locale_ref::get<std::locale>() const;
