#include "berth/vet/name_shape.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <vector>

namespace berth::vet {
namespace {

// More for the first letter, which is seldom mistaken: names that differ there are meant to differ.
constexpr double kFirstLetter = 0.35;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_vowel(char c) { return std::string_view("aeiouy").find(c) != std::string_view::npos; }

// The rows of the keyboard that most names are typed on, shifted as the keys are.
bool are_neighbours(char a, char b) {
  static constexpr std::array<std::string_view, 4> kRows = {"1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"};
  const auto place = [](char c, std::size_t& row, std::size_t& column) {
    for (row = 0; row < kRows.size(); ++row) {
      column = kRows.at(row).find(c);
      if (column != std::string_view::npos) return true;
    }
    return false;
  };
  std::size_t row_a = 0;
  std::size_t row_b = 0;
  std::size_t column_a = 0;
  std::size_t column_b = 0;
  if (!place(a, row_a, column_a) || !place(b, row_b, column_b)) return false;
  if (row_a == row_b) return column_a + 1 == column_b || column_b + 1 == column_a;
  if (row_a > row_b) {
    std::swap(row_a, row_b);
    std::swap(column_a, column_b);
  }
  // A key touches two of the row above: its own column and the next one to the right.
  return row_a + 1 == row_b && (column_a == column_b || column_a == column_b + 1);
}

bool sound_alike(char a, char b) {
  static constexpr std::array<std::string_view, 8> kPairs = {"ck", "sz", "iy", "fv", "kq", "gj", "mn", "bp"};
  return std::ranges::any_of(
      kPairs, [&](std::string_view pair) { return (a == pair[0] && b == pair[1]) || (a == pair[1] && b == pair[0]); });
}

char look_of(char c) {
  switch (c) {
    case '0':
      return 'o';
    case '1':
    case 'i':
      return 'l';
    case '5':
      return 's';
    case '3':
      return 'e';
    case '4':
      return 'a';
    case '7':
      return 't';
    default:
      return c;
  }
}

bool are_i_and_j(char a, char b) { return (a == 'i' && b == 'j') || (a == 'j' && b == 'i'); }

double exchange_cost(char written, char meant) {
  if (look_of(written) == look_of(meant) || are_i_and_j(written, meant)) return 0.45;
  if (is_digit(written) && is_digit(meant)) return 2.0;
  if (are_neighbours(written, meant)) return 0.7;
  if (is_digit(meant)) return 1.5;
  if (is_vowel(written) && is_vowel(meant)) return 0.7;
  if (sound_alike(written, meant)) return 0.75;
  return 1.0;
}

// Of a letter that stands in one name alone, between `before` and `after` in that name; 0 stands for an end.
double extra_cost(char letter, char before, char after) {
  if (is_digit(letter)) return letter == before || letter == after ? 1.2 : 1.6;
  if (letter == before || letter == after) return 0.5;
  if (after == 0 && letter == 's') return 0.5;
  if ((before != 0 && are_neighbours(letter, before)) || (after != 0 && are_neighbours(letter, after))) return 0.7;
  return is_vowel(letter) ? 0.75 : 0.9;
}

char at(std::string_view text, std::size_t index) { return index < text.size() ? text[index] : '\0'; }

double extra_cost(std::string_view text, std::size_t index) {
  return extra_cost(text[index], index == 0 ? '\0' : text[index - 1], at(text, index + 1));
}

}  // namespace

std::string without_separators(std::string_view normal_name) {
  std::string compact;
  compact.reserve(normal_name.size());
  std::ranges::copy_if(normal_name, std::back_inserter(compact), [](char c) { return c != '-'; });
  return compact;
}

std::string skeleton_of(std::string_view compact) {
  std::string shape;
  shape.reserve(compact.size());
  for (std::size_t i = 0; i < compact.size(); ++i) {
    const char c = compact[i];
    const char next = at(compact, i + 1);
    const char pair = c == 'r' && next == 'n'   ? 'm'
                      : c == 'v' && next == 'v' ? 'w'
                      : c == 'c' && next == 'l' ? 'd'
                                                : '\0';
    shape += pair != '\0' ? pair : look_of(c);
    if (pair != '\0') ++i;
  }
  return shape;
}

double slip_distance(std::string_view written, std::string_view meant, double most) {
  const double too_far = most + 1;
  const std::size_t rows = written.size();
  const std::size_t columns = meant.size();
  // The cheapest slip costs 0.45: more than this many cannot be afforded.
  if (static_cast<double>(std::max(rows, columns) - std::min(rows, columns)) * 0.5 > most) return too_far;
  std::vector<double> table((rows + 1) * (columns + 1));
  const auto cell = [&](std::size_t i, std::size_t j) -> double& { return table[i * (columns + 1) + j]; };
  for (std::size_t i = 1; i <= rows; ++i)
    cell(i, 0) =
        cell(i - 1, 0) + extra_cost(written, i - 1) + (i == 1 && written[0] != at(written, 1) ? kFirstLetter : 0);
  for (std::size_t j = 1; j <= columns; ++j) cell(0, j) = cell(0, j - 1) + extra_cost(meant, j - 1);
  for (std::size_t i = 1; i <= rows; ++i) {
    double best = std::numeric_limits<double>::max();
    for (std::size_t j = 1; j <= columns; ++j) {
      const char a = written[i - 1];
      const char b = meant[j - 1];
      double cost = cell(i - 1, j - 1) + (a == b ? 0.0 : exchange_cost(a, b) + (i == 1 && j == 1 ? kFirstLetter : 0.0));
      cost = std::min(cost, cell(i - 1, j) + extra_cost(written, i - 1));
      cost = std::min(cost, cell(i, j - 1) + extra_cost(meant, j - 1));
      if (i > 1 && j > 1 && a == meant[j - 2] && b == written[i - 2] && a != b) {
        cost = std::min(cost, cell(i - 2, j - 2) + 0.6);
      }
      cell(i, j) = cost;
      best = std::min(best, cost);
    }
    if (best > most + 0.6) return too_far;
  }
  return cell(rows, columns);
}

}  // namespace berth::vet
