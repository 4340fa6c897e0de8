#include "berth/image/unzstd.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <vector>

namespace berth::image {
namespace {

constexpr std::size_t kPiece = 256 << 10;
constexpr int kLargestWindow = 25;  // as a power of two
constexpr std::string_view kMagic = "\x28\xb5\x2f\xfd";

struct Free {
  void operator()(ZSTD_DCtx* context) const { ::ZSTD_freeDCtx(context); }
};

}  // namespace

class Unzstd::State {
 public:
  explicit State(Take take) : take_(std::move(take)), context_(::ZSTD_createDCtx()), piece_(kPiece) {}

  Result<void> begin() {
    if (context_ == nullptr) return fail(Errc::Exhausted, "unpack zstd: there is no memory for it");
    const std::size_t set = ::ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kLargestWindow);
    BERTH_ASSERT(::ZSTD_isError(set) == 0);
    return {};
  }

  Result<void> feed(std::string_view bytes) {
    const std::string_view first = bytes.substr(0, kMagic.size() - seen_);
    if (first != kMagic.substr(seen_, first.size())) return damaged();
    seen_ += first.size();
    ZSTD_inBuffer in = {bytes.data(), bytes.size(), 0};
    // A full piece may have left some of what came unwritten.
    for (bool is_full = false; in.pos < in.size || (is_full && !ended_);) {
      ZSTD_outBuffer out = {piece_.data(), piece_.size(), 0};
      const std::size_t status = ::ZSTD_decompressStream(context_.get(), &out, &in);
      if (::ZSTD_isError(status) != 0) return refusal(status);
      ended_ = status == 0;
      is_full = out.pos == out.size;
      BERTH_CHECK_OK(take_({piece_.data(), out.pos}));
    }
    return {};
  }

  Result<void> finish() const {
    if (ended_) return {};
    return fail(Errc::Corrupt, "unpack zstd: it breaks off");
  }

 private:
  static std::unexpected<Error> damaged() { return fail(Errc::Corrupt, "unpack zstd: it is damaged, or no zstd"); }

  static std::unexpected<Error> refusal(std::size_t status) {
    switch (::ZSTD_getErrorCode(status)) {
      case ZSTD_error_frameParameter_windowTooLarge:
        return fail(Errc::Exhausted, "unpack zstd: its window is larger than 32 MiB");
      case ZSTD_error_memory_allocation:
        return fail(Errc::Exhausted, "unpack zstd: there is no memory for it");
      case ZSTD_error_dictionary_wrong:
        return fail(Errc::Corrupt, "unpack zstd: it was packed with a dictionary, which nobody here has");
      default:
        return damaged();
    }
  }

  Take take_;
  std::unique_ptr<ZSTD_DCtx, Free> context_;
  std::vector<char> piece_;
  std::size_t seen_ = 0;  // of the magic number in front
  bool ended_ = false;
};

Unzstd::Unzstd(std::unique_ptr<State> state) : state_(std::move(state)) {}
Unzstd::Unzstd(Unzstd&&) noexcept = default;
Unzstd& Unzstd::operator=(Unzstd&&) noexcept = default;
Unzstd::~Unzstd() = default;

Result<Unzstd> Unzstd::open(Take take) {
  auto state = std::make_unique<State>(std::move(take));
  BERTH_CHECK_OK(state->begin());
  return Unzstd(std::move(state));
}

Result<void> Unzstd::feed(std::string_view bytes) { return state_->feed(bytes); }
Result<void> Unzstd::finish() { return state_->finish(); }

}  // namespace berth::image
