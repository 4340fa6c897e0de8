// The ways in which programs write a text: as JSON, base64, hexadecimal, in an address. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::app {

struct MaskForm {
  std::string text;
  bool any_case = false;  // letters of ASCII match in either case

  bool operator==(const MaskForm&) const = default;
};

// `secret` as it is, and as it looks when it is written as a JSON or Python text, with HTML's or an address' escapes,
// in base64 (of both alphabets, alone or anywhere inside of other bytes), in hexadecimal, backwards, and in other case.
// Forms that could stand in a text by chance are left out for a short secret: below eight bytes there are only the
// secret itself and its escapes. None for a secret below four bytes.
std::vector<MaskForm> mask_forms(std::string_view secret);

}  // namespace berth::app
