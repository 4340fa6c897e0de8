#include "berth/image/layer_judge.h"

#include <gtest/gtest.h>

#include "berth/base/sha256.h"
#include "berth/image/gunzip.h"
#include "berth/image/tar_writer.h"
#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

struct Row {
  const char* name;
  TarEntry entry;
  const char* why;  // empty: it may be unpacked
};

const std::string kLong(5000, 'x');

const Row kRows[] = {
    {"File", {.name = "usr/bin/x"}, ""},
    {"Dotted", {.name = "./a/..b/c"}, ""},
    {"Absolute", {.name = "/etc/x"}, ""},
    {"Root", {.kind = TarKind::Folder, .name = "./"}, ""},
    {"SymbolicLinkOutwards", {.kind = TarKind::SymbolicLink, .name = "x", .target = "../../etc"}, ""},
    {"HardLink", {.kind = TarKind::HardLink, .name = "x", .target = "a/b"}, ""},
    {"Removal", {.name = "a/.wh.b"}, ""},
    {"Opaque", {.name = "a/.wh..wh..opq"}, ""},
    {"Capability", {.name = "x", .attributes = {{"security.capability", "x"}}}, ""},
    {"Upwards", {.name = "a/../b"}, "its name leads upwards"},
    {"UpwardsAtTheEnd", {.name = "a/.."}, "its name leads upwards"},
    {"NoName", {.name = ""}, "it has no name"},
    {"LongName", {.name = kLong}, "longer than a path"},
    {"HardLinkUpwards", {.kind = TarKind::HardLink, .name = "x", .target = "../b"}, "is another link to leads upwards"},
    {"Device", {.kind = TarKind::BlockDevice, .name = "x", .device_major = 8}, "it is a device (8, 0)"},
    {"Whiteout", {.kind = TarKind::CharacterDevice, .name = "x"}, "it is a device (0, 0)"},
    {"Owner", {.name = "x", .uid = 0xFFFF'FFFF}, "owner or group"},
    {"Group", {.name = "x", .gid = 1ull << 40}, "owner or group"},
    {"Redirect", {.name = "x", .attributes = {{"trusted.overlay.redirect", "/"}}}, "would steer"},
    {"RemovesItself", {.name = "a/.wh.."}, "removes no file"},
    {"RemovesTheOneAbove", {.name = "a/.wh..."}, "removes no file"},
    {"RemovesTheOneAboveOnceCleaned", {.kind = TarKind::Folder, .name = "a/.wh.../."}, "removes no file"},
    {"RemovesItselfOnceCleaned", {.kind = TarKind::Folder, .name = ".wh.././/"}, "removes no file"},
    {"UnknownMark", {.name = ".wh..wh.plnk"}, "a mark that is not known"},
};

class EntryRows : public ::testing::TestWithParam<Row> {};

TEST_P(EntryRows, AreJudged) {
  const auto judged = judge_layer_entry(GetParam().entry);
  if (*GetParam().why == '\0') {
    EXPECT_TRUE(testing::ok(judged));
  } else {
    EXPECT_TRUE(testing::fails_with(judged, Errc::Corrupt, GetParam().why));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, EntryRows, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

class Layer : public ::testing::Test {
 protected:
  void SetUp() override {
    auto tar = TarWriter::create(file());
    ASSERT_TRUE(testing::ok(tar));
    ASSERT_TRUE(testing::ok(tar->add("a", std::string(1000, 'a'))));
    ASSERT_TRUE(testing::ok(tar->add("long/" + std::string(150, 'b'), "b")));
    ASSERT_TRUE(testing::ok(tar->add("empty", "")));
    ASSERT_TRUE(testing::ok(tar->finish()));
    bytes_ = *sys::read_file(file(), 1 << 20);
  }
  std::filesystem::path file() const { return folder_.path() / "layer.tar"; }
  Result<JudgedLayer> judge(const std::string& bytes, const LayerLimits& limits = {}) {
    const auto written = sys::write_file_atomically(file(), bytes, 0600);
    if (!written) return std::unexpected(written.error());
    return judge_layer(file(), Packing::Plain, "sha256:" + sha256_hex(bytes), limits);
  }
  testing::TempFolder folder_;
  std::string bytes_;
};

TEST_F(Layer, IsCounted) {
  const auto judged = judge(bytes_);
  ASSERT_TRUE(testing::ok(judged));
  EXPECT_EQ(judged->unpacked_bytes, bytes_.size());
  EXPECT_EQ(judged->entries, 3u);
}

TEST_F(Layer, IsReadInPiecesOfAnySize) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{511}, std::size_t{513}, bytes_.size()}) {
    std::vector<std::string> names;
    std::string content;
    TarStream tar({.on_entry = [&](const TarEntry& entry) -> Result<void> {
                     names.push_back(entry.name);
                     return {};
                   },
                   .on_bytes = [&](std::string_view bytes) -> Result<void> {
                     content += bytes;
                     return {};
                   }});
    for (std::size_t at = 0; at < bytes_.size(); at += size) {
      ASSERT_TRUE(testing::ok(tar.feed(std::string_view(bytes_).substr(at, size))));
    }
    ASSERT_TRUE(testing::ok(tar.finish()));
    EXPECT_EQ(names, (std::vector<std::string>{"a", "long/" + std::string(150, 'b'), "empty"}));
    EXPECT_EQ(content, std::string(1000, 'a') + "b");
  }
}

TEST_F(Layer, WithAFlippedBitIsRefused) {
  // Wherever it is: the sum of a header, the digest of what it holds, or what must be empty.
  const std::string digest = "sha256:" + sha256_hex(bytes_);
  for (std::size_t at = 0; at < bytes_.size(); at += 97) {
    std::string flipped = bytes_;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    ASSERT_TRUE(testing::ok(sys::write_file_atomically(file(), flipped, 0600)));
    EXPECT_FALSE(judge_layer(file(), Packing::Plain, digest, {})) << at;
  }
}

TEST_F(Layer, ThatIsNoTarOrOverALimitIsRefused) {
  EXPECT_TRUE(testing::fails_with(judge(bytes_.substr(0, 700)), Errc::Corrupt, "breaks off"));
  EXPECT_TRUE(testing::fails_with(judge(bytes_ + bytes_), Errc::Corrupt, "stands behind the end"));
  EXPECT_TRUE(testing::fails_with(judge(std::string(512, 'x')), Errc::Corrupt, "it does not begin as a tar does"));
  std::string padded = bytes_;
  padded[512 + 1000] = 'x';
  EXPECT_TRUE(testing::fails_with(judge(padded), Errc::Corrupt, "what fills up its last block"));
  EXPECT_TRUE(testing::fails_with(judge(bytes_, {.unpacked_bytes = 1000}), Errc::Exhausted, "more than 1000 bytes"));
  EXPECT_TRUE(testing::fails_with(judge(bytes_, {.entries = 2}), Errc::Exhausted, "more than 2 entries"));
  EXPECT_TRUE(testing::fails_with(judge_layer(file(), Packing::Plain, "sha256:x", {}), Errc::Corrupt, "says sha256:x"));
  EXPECT_TRUE(testing::fails_with(judge_layer(file(), Packing::Gzip, "sha256:x", {}), Errc::Corrupt, "no gzip"));
}

TEST_F(Layer, ThatBeginsLikeAPackedFileIsRefused) {
  // Tools that unpack layers go by the first bytes, and would unpack something else.
  for (const std::string magic : {"\x1f\x8b\x08", "BZh9", "\xfd\x37zXZ", "\x28\xb5\x2f\xfd", "\x5a\x2a\x4d\x18"}) {
    std::filesystem::remove(file());
    auto tar = TarWriter::create(file());
    ASSERT_TRUE(testing::ok(tar));
    ASSERT_TRUE(testing::ok(tar->add(magic == "\xfd\x37zXZ" ? magic + std::string(1, '\0') : magic, "harmless")));
    ASSERT_TRUE(testing::ok(tar->finish()));
    const std::string bytes = *sys::read_file(file(), 1 << 20);
    EXPECT_TRUE(testing::fails_with(judge(bytes), Errc::Corrupt, "it is packed another time"));
  }
}

TEST(Writer, LeavesNothingUnlessItIsFinished) {
  const testing::TempFolder folder;
  {
    auto tar = TarWriter::create(folder.path() / "x.tar");
    ASSERT_TRUE(testing::ok(tar));
    ASSERT_TRUE(testing::ok(tar->add("a", "b")));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace berth::image
