#include "berth/image/unzstd.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <memory>
#include <string>
#include <string_view>

#include "berth/base/sha256.h"
#include "berth/image/layer_judge.h"
#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

using namespace std::string_literals;

std::string packed(std::string_view text, int window = 20) {
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(::ZSTD_createCCtx(), ::ZSTD_freeCCtx);
  ::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  ::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, window);
  // Without its length in front, as what is packed from a pipe: else the window is as small as the text.
  ::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
  std::string bytes(::ZSTD_compressBound(text.size()) + 64, '\0');
  ZSTD_outBuffer out = {bytes.data(), bytes.size(), 0};
  ZSTD_inBuffer in = {text.data(), text.size(), 0};
  ::ZSTD_compressStream2(context.get(), &out, &in, ZSTD_e_continue);
  EXPECT_EQ(::ZSTD_compressStream2(context.get(), &out, &in, ZSTD_e_end), 0u);
  bytes.resize(out.pos);
  return bytes;
}

const std::string kSkipped = "\x50\x2a\x4d\x18\x04\x00\x00\x00lies"s;

Result<std::string> unpacked(std::string_view bytes, std::size_t piece = 1 << 20) {
  std::string text;
  BERTH_TRY(Unzstd unzstd, Unzstd::open([&](std::string_view part) -> Result<void> {
              if (part.size() > 256 << 10) return fail(Errc::Internal, "a piece is too large");
              text += part;
              return {};
            }));
  for (std::size_t at = 0; at < bytes.size(); at += piece) BERTH_CHECK_OK(unzstd.feed(bytes.substr(at, piece)));
  BERTH_CHECK_OK(unzstd.finish());
  return text;
}

TEST(Unzstd, ReadsFramesInPiecesOfAnySize) {
  std::string text(3 << 20, 'a');
  for (std::size_t at = 0; at < text.size(); at += 1000) text[at] = static_cast<char>('b' + at / 1000 % 20);
  const std::string bytes = packed(text) + kSkipped + packed("") + packed("end") + kSkipped;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, bytes.size()}) {
    const auto read = unpacked(bytes, piece);
    ASSERT_TRUE(testing::ok(read)) << piece;
    EXPECT_TRUE(*read == text + "end") << piece;
  }
}

struct Refused {
  const char* name;
  std::string bytes;
  Errc code;
  const char* why;
};
const Refused kRefused[] = {
    {"Nothing", "", Errc::Corrupt, "breaks off"},
    {"Start", "\x28\xb5", Errc::Corrupt, "breaks off"},
    {"Gzip", "\x1f\x8b\x08", Errc::Corrupt, "no zstd"},
    {"FrameToSkipFirst", kSkipped + packed("a"), Errc::Corrupt, "no zstd"},
    {"BreaksOff", packed("hello").substr(0, 10), Errc::Corrupt, "breaks off"},
    {"BreaksOffInASecondFrame", packed("hello") + packed("hello").substr(0, 10), Errc::Corrupt, "breaks off"},
    {"GarbageBehind", packed("hello") + "garbage", Errc::Corrupt, "no zstd"},
    {"SumIsWrong", packed("hello").substr(0, packed("hello").size() - 1) + "\x7f", Errc::Corrupt, "is damaged"},
    {"LargeWindow", packed("hello", 26), Errc::Exhausted, "window is larger than 32 MiB"},
    // Magic number, a header that names dictionary 7, a window, an empty last block.
    {"Dictionary", "\x28\xb5\x2f\xfd\x01\x00\x07\x01\x00\x00"s, Errc::Corrupt, "with a dictionary"},
};
class RefusedZstd : public ::testing::TestWithParam<Refused> {};
TEST_P(RefusedZstd, SaysWhy) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
    EXPECT_TRUE(testing::fails_with(unpacked(GetParam().bytes, piece), GetParam().code, GetParam().why)) << piece;
  }
}
INSTANTIATE_TEST_SUITE_P(Table, RefusedZstd, ::testing::ValuesIn(kRefused), [](auto& row) { return row.param.name; });

TEST(Unzstd, TakesTheLargestWindowThatIsAllowed) { EXPECT_TRUE(testing::ok(unpacked(packed("hello", 25)))); }

TEST(Unzstd, HandsOnWhatTheFunctionSays) {
  auto unzstd = Unzstd::open([](std::string_view) -> Result<void> { return fail(Errc::TimedOut, "too slow"); });
  ASSERT_TRUE(testing::ok(unzstd));
  EXPECT_TRUE(testing::fails_with(unzstd->feed(packed("hello")), Errc::TimedOut, "too slow"));
}

TEST(Unzstd, IsJudgedAsALayer) {
  const testing::TempFolder folder;
  const auto file = folder.path() / "layer";
  const std::string empty(1024, '\0');
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(file, packed(empty), 0600)));
  const std::string digest = "sha256:" + sha256_hex(empty);
  const auto judged = judge_layer(file, Packing::Zstd, digest, {});
  ASSERT_TRUE(testing::ok(judged));
  EXPECT_EQ(judged->unpacked_bytes, 1024u);
  EXPECT_TRUE(testing::fails_with(judge_layer(file, Packing::Zstd, "sha256:x", {}), Errc::Corrupt, "says sha256:x"));
  EXPECT_TRUE(testing::fails_with(judge_layer(file, Packing::Gzip, digest, {}), Errc::Corrupt, "no gzip"));
  const LayerLimits limits = {.ratio = 2, .free_ratio_bytes = 16};
  EXPECT_TRUE(testing::fails_with(judge_layer(file, Packing::Zstd, digest, limits), Errc::Exhausted, "far more than"));
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(file, packed(empty).substr(0, 12), 0600)));
  EXPECT_TRUE(testing::fails_with(judge_layer(file, Packing::Zstd, digest, {}), Errc::Corrupt, "breaks off"));
}

}  // namespace
}  // namespace berth::image
