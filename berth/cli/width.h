// How many columns text takes in a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace berth::cli {

// Columns of one character: 0 for combining ones, 2 for East Asian wide ones and emoji, otherwise 1. Control characters
// count 1: they are made visible before anything is measured. Terminals disagree about sequences (variation selectors,
// flags); each character is counted alone.
std::size_t width_of(char32_t code);

// Columns of UTF-8 text that holds no line feed; each byte that is not UTF-8 counts 1.
std::size_t display_width(std::string_view text);

// `text` in at most `columns` columns; where something was cut, the last column is an ellipsis.
std::string cut_to_width(std::string_view text, std::size_t columns);

}  // namespace berth::cli
