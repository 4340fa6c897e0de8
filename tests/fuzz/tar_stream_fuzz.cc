// Tars of strangers: read or refused, and the same whatever pieces they come in.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "berth/base/error.h"
#include "berth/image/layer_judge.h"
#include "berth/image/tar_stream.h"

namespace {

std::string read_in_pieces(std::string_view text, std::size_t piece) {
  using namespace berth;
  std::string seen;
  image::TarStream tar({.on_entry = [&](const image::TarEntry& entry) -> Result<void> {
                          seen += entry.name + "\n";
                          return image::judge_layer_entry(entry);
                        },
                        .on_bytes = [&](std::string_view bytes) -> Result<void> {
                          seen += bytes;
                          return {};
                        }});
  for (std::size_t at = 0; at < text.size(); at += piece) {
    if (!tar.feed(text.substr(at, piece))) return seen + "refused";
  }
  return tar.finish() ? seen + "whole" : seen + "broken off";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string whole = read_in_pieces(text, size + 1);
  const std::string pieces = read_in_pieces(text, 100);
  // A refusal may come after more or less of a file's bytes.
  BERTH_ASSERT(whole.ends_with("refused") || whole == pieces);
  return 0;
}
