// By what packed files are known, whatever they are called.
#pragma once

#include <array>
#include <string_view>

namespace berth::image {

struct PackedForm {
  std::string_view magic;
  std::string_view program;  // that packs and unpacks it
};

inline constexpr std::size_t kMagicBytes = 6;

// The form of a file whose first bytes, kMagicBytes or more, are `bytes`; null: none that is known. A tar may begin so,
// too: with the name of its first entry.
inline const PackedForm* packed_form_of(std::string_view bytes) {
  using namespace std::string_view_literals;
  static constexpr std::array<PackedForm, 4> kForms = {{{"\x1f\x8b"sv, "gzip"sv},
                                                        {"BZh"sv, "bzip2"sv},
                                                        {"\xfd"
                                                         "7zXZ\0"sv,
                                                         "xz"sv},
                                                        {"\x28\xb5\x2f\xfd"sv, "zstd"sv}}};
  for (const PackedForm& form : kForms) {
    if (bytes.starts_with(form.magic)) return &form;
  }
  // What may stand before a frame of zstd's.
  const bool skipped = bytes.size() >= 4 && (bytes[0] & 0xf0) == 0x50 && bytes.substr(1, 3) == "\x2a\x4d\x18";
  return skipped ? &kForms.back() : nullptr;
}

}  // namespace berth::image
