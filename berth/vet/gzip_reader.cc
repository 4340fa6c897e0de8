#include "berth/vet/gzip_reader.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

namespace berth::vet {

struct GzipReader::State {
  z_stream stream = {};
  std::string_view left;  // packed bytes that zlib has not been given
  std::size_t most = 0;   // unpacked bytes that may still come
  bool is_ready = false;
  bool is_ended = false;
};

GzipReader::GzipReader(std::string_view packed, std::size_t most) : state_(std::make_unique<State>()) {
  state_->left = packed;
  state_->most = most;
  constexpr int kGzipAlone = 16 + MAX_WBITS;
  state_->is_ready = ::inflateInit2(&state_->stream, kGzipAlone) == Z_OK;
}

GzipReader::~GzipReader() {
  if (state_->is_ready) ::inflateEnd(&state_->stream);
}

Result<std::size_t> GzipReader::read(std::span<char> into) {
  State& state = *state_;
  z_stream& stream = state.stream;
  constexpr std::size_t kMostAtOnce = std::numeric_limits<uInt>::max();
  const auto bad = [] { return fail(Errc::InvalidInput, "its packed bytes are damaged"); };
  if (!state.is_ready) return fail(Errc::Exhausted, "no memory to unpack it");
  std::size_t got = 0;
  while (got < into.size() && !state.is_ended) {
    if (stream.avail_in == 0 && !state.left.empty()) {
      const std::size_t given = std::min(state.left.size(), kMostAtOnce);
      stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(state.left.data()));
      stream.avail_in = static_cast<uInt>(given);
      state.left.remove_prefix(given);
    }
    const std::size_t room = std::min({into.size() - got, kMostAtOnce, state.most + 1});
    stream.next_out = reinterpret_cast<Bytef*>(into.data() + got);
    stream.avail_out = static_cast<uInt>(room);
    const int status = ::inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = room - stream.avail_out;
    got += made;
    if (made > state.most) return fail(Errc::Exhausted, "unpacked it is larger than is taken");
    state.most -= made;
    if (status == Z_STREAM_END) {
      state.is_ended = true;
      if (stream.avail_in > 0 || !state.left.empty()) return fail(Errc::InvalidInput, "more bytes follow its end");
    } else if (status != Z_OK || (made == 0 && stream.avail_in == 0 && state.left.empty())) {
      return bad();
    }
  }
  return got;
}

}  // namespace berth::vet
