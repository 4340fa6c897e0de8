#include "berth/image/gunzip.h"

#include <zlib.h>

#include <vector>

namespace berth::image {
namespace {

constexpr std::size_t kPiece = 256 << 10;
constexpr int kGzipOnly = 16 + MAX_WBITS;  // no bare zlib, no guess

}  // namespace

class Gunzip::State {
 public:
  explicit State(Take take) : take_(std::move(take)), piece_(kPiece) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { ::inflateEnd(&stream_); }

  Result<void> begin() {
    if (::inflateInit2(&stream_, kGzipOnly) == Z_OK) return {};
    return fail(Errc::Exhausted, "unpack gzip: there is no memory for it");
  }

  Result<void> feed(std::string_view bytes) {
    // zlib only reads it, though its type does not say so.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    // A full piece may have left some of what came unwritten.
    while (stream_.avail_in > 0 || (!ended_ && stream_.avail_out == 0)) {
      if (ended_) {
        if (::inflateReset(&stream_) != Z_OK) return fail(Errc::Corrupt, "unpack gzip: it cannot go on");
        ended_ = false;
      }
      BERTH_CHECK_OK(step());
    }
    return {};
  }

  Result<void> finish() const {
    if (ended_) return {};
    return fail(Errc::Corrupt, "unpack gzip: it breaks off");
  }

 private:
  Result<void> step() {
    stream_.next_out = reinterpret_cast<Bytef*>(piece_.data());
    stream_.avail_out = static_cast<uInt>(piece_.size());
    const int status = ::inflate(&stream_, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      return fail(Errc::Corrupt, "unpack gzip: it is damaged, or no gzip");
    }
    ended_ = status == Z_STREAM_END;
    return take_({piece_.data(), piece_.size() - stream_.avail_out});
  }

  Take take_;
  std::vector<char> piece_;
  z_stream stream_ = {.avail_out = 1};  // nothing is left unwritten yet
  bool ended_ = false;
};

Gunzip::Gunzip(std::unique_ptr<State> state) : state_(std::move(state)) {}
Gunzip::Gunzip(Gunzip&&) noexcept = default;
Gunzip& Gunzip::operator=(Gunzip&&) noexcept = default;
Gunzip::~Gunzip() = default;

Result<Gunzip> Gunzip::open(Take take) {
  auto state = std::make_unique<State>(std::move(take));
  BERTH_CHECK_OK(state->begin());
  return Gunzip(std::move(state));
}

Result<void> Gunzip::feed(std::string_view bytes) { return state_->feed(bytes); }
Result<void> Gunzip::finish() { return state_->finish(); }

}  // namespace berth::image
