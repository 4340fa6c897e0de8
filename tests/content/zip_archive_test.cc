#include "berth/content/zip_archive.h"

#include <gmock/gmock.h>

#include <vector>

#include "tests/content/zip_writer.h"
#include "tests/support/result_matchers.h"

namespace berth::content {
namespace {

std::string number(std::uint64_t value, int bytes) { return ZipWriter::number(value, bytes); }

// The same small file, for what differs beside it.
WrittenEntry file(std::string name, std::string data = "text") {
  WrittenEntry entry;
  entry.name = std::move(name);
  entry.data = std::move(data);
  return entry;
}

WrittenEntry with(WrittenEntry entry, auto change) {
  change(entry);
  return entry;
}

std::string one(const WrittenEntry& entry) { return ZipWriter().add(entry).finish(); }
std::string two(const WrittenEntry& first, const WrittenEntry& second) {
  return ZipWriter().add(first).add(second).finish();
}

TEST(ZipArchive, ReadsStoredAndDeflatedEntriesAndFolders) {
  const std::string big(100'000, 'x');
  WrittenEntry deflated = file("P/Scripts/a.yml", "name: a\n" + std::string(3000, ' '));
  deflated.deflated = true;
  const std::string bytes = ZipWriter().add(file("P/", "")).add(deflated).add(file("P/b.txt", big)).finish("a comment");
  const auto archive = ZipArchive::parse(bytes, "x.zip");
  ASSERT_TRUE(testing::ok(archive));
  ASSERT_EQ(archive->entries().size(), 3u);
  EXPECT_TRUE(archive->entries()[0].is_folder);
  EXPECT_EQ(archive->entries()[0].name, "P");
  EXPECT_EQ(*archive->unpack(archive->entries()[1]), deflated.data);
  EXPECT_EQ(*archive->unpack(archive->entries()[2]), big);
}

TEST(ZipArchive, ReadsAnEmptyOne) { EXPECT_TRUE(ZipArchive::parse(ZipWriter().finish(), "x.zip")->entries().empty()); }

TEST(ZipArchive, ReadsSizesBehindTheData) {
  WrittenEntry entry = file("a");
  entry.flags = 1 << 3;
  const uLong real = crc32_z(0, reinterpret_cast<const Bytef*>("text"), 4);
  for (const bool is_signed : {true, false}) {
    for (const int width : {4, 8}) {
      entry.descriptor =
          (is_signed ? std::string("PK\7\x08") : "") + number(real, 4) + number(4, width) + number(4, width);
      EXPECT_TRUE(testing::ok(ZipArchive::parse(two(entry, file("b")), "x.zip"))) << is_signed << width;
    }
  }
  entry.descriptor = "PK\7\x08" + number(real, 4) + number(5, 4) + number(4, 4);
  EXPECT_TRUE(
      testing::fails_with(ZipArchive::parse(one(entry), "x.zip"), Errc::InvalidInput, "entry 'a': the descriptor"));
}

TEST(ZipArchive, ReadsZip64) {
  WrittenEntry entry = file("a");
  entry.size_lie = 0xffffffff;
  entry.extra = entry.local_extra = number(1, 2) + number(16, 2) + number(4, 8) + number(4, 8);
  EXPECT_TRUE(testing::ok(ZipArchive::parse(one(entry), "x.zip")));
}

struct BadEntry {
  const char* name;
  std::string bytes;
  Errc code;
  std::string why;
};

class Refuses : public ::testing::TestWithParam<BadEntry> {};

TEST_P(Refuses, WithTheEntrysName) {
  const auto archive = ZipArchive::parse(GetParam().bytes, "x.zip");
  EXPECT_TRUE(testing::fails_with(archive, GetParam().code, GetParam().why));
  if (archive) return;
  EXPECT_THAT(archive.error().message(), ::testing::StartsWith("x.zip: "));
  EXPECT_EQ(archive.error().message().find('\n'), std::string::npos);
}

BadEntry bad(const char* name, std::string bytes, std::string why, Errc code = Errc::InvalidInput) {
  return {name, std::move(bytes), code, std::move(why)};
}

std::string overlapping() {
  ZipWriter writer;
  const WrittenEntry kernel = file("a", std::string(1000, 'x'));
  writer.add(kernel);
  WrittenEntry again = kernel;
  again.name = "b";
  return writer.add_central(again, 0, 1000).finish();
}

std::string zip64_end(std::uint64_t entries, std::uint64_t record_size = 44) {
  ZipWriter writer;
  writer.add(file("a"));
  const std::string plain = writer.finish();
  const std::uint64_t directory = writer.bytes().size();
  const std::uint64_t at = directory + writer.central().size();
  const std::string record = "PK\6\6" + number(record_size, 8) + number(45, 2) + number(45, 2) + number(0, 8) +
                             number(entries, 8) + number(entries, 8) + number(writer.central().size(), 8) +
                             number(directory, 8);
  const std::string locator = "PK\6\7" + number(0, 4) + number(at, 8) + number(1, 4);
  return plain.substr(0, at) + record + locator + writer.end(directory);
}

std::string bomb() {
  WrittenEntry entry = file("lib.dll", std::string(20 << 20, '0'));
  entry.deflated = true;
  return one(entry);
}

std::string two_directories() {
  // The second is a whole archive too, and stands where a comment of the first would.
  const std::string second = one(file("evil.yml"));
  ZipWriter writer;
  writer.add(file("good.yml"));
  return writer.finish(second);
}

INSTANTIATE_TEST_SUITE_P(
    ZipArchive, Refuses,
    ::testing::Values(
        bad("Slip", one(file("../../etc/cron.d/x")), "entry '../../etc/cron.d/x': '..' in it"),
        bad("SlipInside", one(file("a/../../x")), "entry 'a/../../x': '..' in it"),
        bad("Absolute", one(file("/etc/passwd")), "entry '/etc/passwd': its name is an absolute path"),
        bad("Backslash", one(file("..\\x")), "a backslash"),
        bad("Drive", one(file("C:x")), "entry 'C:x': its name holds a colon"),
        bad("EmptyPart", one(file("a//b")), "an empty part"), bad("NoName", one(file("")), "it has no name"),
        bad("Escape", one(file("a\x1b[2J")), "entry 'a\\x1b[2J': its name holds invisible"),
        bad("NotUtf8", one(file("a\xff")), "is not UTF-8"),
        bad("Device", one(file("P/NUL.yml")), "entry 'P/NUL.yml': 'NUL.yml' is the name of a device"),
        bad("Repository", one(file("P/.GIT/hooks/x")), "a repository of git"),
        bad("Deep", one(file([] {
              std::string way;
              for (int i = 0; i < 40; ++i) way += "d/";
              return way + "x";
            }())),
            "deeper than 32"),
        bad("Symlink", one(with(file("link", "/etc"), [](auto& e) { e.mode = 0120777; })),
            "entry 'link': it is a symbolic link"),
        bad("Fifo", one(with(file("pipe", ""), [](auto& e) { e.mode = 0010644; })),
            "entry 'pipe': it is a symbolic link or another"),
        bad("FolderThatIsAFile", one(with(file("d/", ""), [](auto& e) { e.mode = 0100644; })),
            "differ on whether it is a folder"),
        bad("FolderWithContents", one(file("d/", "x")), "a folder with contents"),
        bad("Encrypted", one(with(file("a"), [](auto& e) { e.flags = 1; })), "entry 'a': it is encrypted"),
        bad("StronglyEncrypted", one(with(file("a"), [](auto& e) { e.flags = 1 << 6; })), "it is encrypted"),
        bad("Aes", one(with(file("a"), [](auto& e) { e.method = 99; })), "it is encrypted"),
        bad("Method", one(with(file("a"), [](auto& e) { e.method = 14; })), "packed by method 14"),
        bad("LocalName", one(with(file("safe.yml"), [](auto& e) { e.local_name = "evil.yml"; })),
            "entry 'safe.yml': its local record names it 'evil.yml'"),
        bad("SecondName",
            one(with(file("a"),
                     [](auto& e) { e.extra = number(0x7075, 2) + number(6, 2) + number(1, 1) + number(0, 4) + "b"; })),
            "a second name"),
        bad("Twice", two(file("a"), file("a")), "entry 'a': it is there twice"),
        bad("CaseTwins", two(file("P/Readme"), file("P/README")),
            "entry 'P/README': its name differs from 'P/Readme' only in case"),
        bad("CaseTwinFolders", two(file("Pack/x"), file("pack/y")),
            "entry 'pack/y': its name differs from 'Pack' only"),
        bad("FileAndFolder", two(file("a"), file("a/b")), "entry 'a/b': 'a' is a file and a folder"),
        bad("FileUnderAFile", two(file("a/b"), file("a")), "entry 'a': 'a' is a file and a folder"),
        bad("Overlap", overlapping(), "entry 'b': it overlaps another entry"),
        bad("Gap", two(file("a"), with(file("b"), [](auto& e) { e.gap = "hidden"; })),
            "entry 'b': 6 bytes before it belong to no"),
        bad("Prefix", one(with(file("a"), [](auto& e) { e.gap = "#!/bin/sh\n"; })), "entry 'a': 10 bytes before it"),
        bad("Bomb", bomb(), "entry 'lib.dll': it unpacks to more than 200 times"),
        bad("StoredLie",
            one(with(file("a"),
                     [](auto& e) {
                       e.deflated = true;
                       e.method = 0;
                     })),
            "it is stored, and they differ"),
        bad("Zip64Missing", one(with(file("a"), [](auto& e) { e.size_lie = 0xffffffff; })),
            "a zip64 field that is missing"),
        bad("Zip64Short",
            one(with(file("a"),
                     [](auto& e) {
                       e.size_lie = 0xffffffff;
                       e.extra = number(1, 2) + number(4, 2) + number(4, 4);
                     })),
            "zip64 field lies"),
        bad("Zip64Huge",
            one(with(file("a"),
                     [](auto& e) {
                       e.size_lie = 0xffffffff;
                       e.extra = e.local_extra = number(1, 2) + number(16, 2) + number(std::uint64_t{1} << 60, 8) +
                                                 number(std::uint64_t{1} << 60, 8);
                     })),
            "entry 'a': it unpacks to 1152921504606846976 bytes"),
        bad("Zip64Other",
            one(with(file("a"), [](auto& e) { e.extra = number(1, 2) + number(16, 2) + number(9, 8) + number(9, 8); })),
            "zip64 field lies"),
        bad("Zip64EndLies", zip64_end(2), "its two end records differ"),
        bad("Zip64EndSizeLies", zip64_end(1, 1000), "zip64 end record lies about its size"),
        bad("TwoDirectories", two_directories(), "two ends of a central directory"),
        bad("Concatenated", one(file("a")) + one(file("b")), "does not end where its end record begins"),
        bad("Text", std::string(100, 'x'), "it is no zip archive"), bad("Empty", "", "it is too short"),
        bad("CutShort", one(file("a")).substr(0, 60), "it is no zip archive")),
    [](const auto& row) { return row.param.name; });

TEST(ZipArchive, ReadsAZip64EndThatAgrees) { EXPECT_TRUE(testing::ok(ZipArchive::parse(zip64_end(1), "x.zip"))); }

TEST(ZipArchive, HoldsItsLimits) {
  const std::string bytes = two(file("a", std::string(600, 'x')), file("b", std::string(600, 'y')));
  EXPECT_TRUE(testing::fails_with(ZipArchive::parse(bytes, "x.zip", {.archive_bytes = 100}), Errc::Exhausted,
                                  "more than the limit of 100"));
  EXPECT_TRUE(
      testing::fails_with(ZipArchive::parse(bytes, "x.zip", {.entries = 1}), Errc::Exhausted, "2 entries, more than"));
  EXPECT_TRUE(testing::fails_with(ZipArchive::parse(bytes, "x.zip", {.total_bytes = 1000}), Errc::Exhausted,
                                  "entry 'b': with it"));
  EXPECT_TRUE(testing::fails_with(ZipArchive::parse(bytes, "x.zip", {.entry_bytes = 500}), Errc::InvalidInput,
                                  "entry 'a': it unpacks to 600"));
}

TEST(ZipArchive, NoticesDataThatLie) {
  WrittenEntry entry = file("a", std::string(5000, 'x'));
  entry.deflated = true;
  for (const std::uint32_t size : {4000U, 6000U}) {
    entry.size_lie = size;
    const std::string bytes = one(entry);
    const auto archive = ZipArchive::parse(bytes, "x.zip");
    ASSERT_TRUE(testing::ok(archive));
    EXPECT_TRUE(testing::fails_with(archive->unpack(archive->entries()[0]), Errc::InvalidInput,
                                    "entry 'a': its data are damaged"));
  }
  std::string bytes = one(file("a", "text"));
  bytes[bytes.find("text")] = 'T';
  const auto archive = ZipArchive::parse(bytes, "x.zip");
  ASSERT_TRUE(testing::ok(archive));
  EXPECT_TRUE(
      testing::fails_with(archive->unpack(archive->entries()[0]), Errc::InvalidInput, "the checksum that it says"));
}

class ZipParts : public ::testing::Test {
 protected:
  // All but the first `missing` bytes.
  static Result<ZipArchive> behind(const std::string& bytes, std::size_t missing) {
    const ZipPart part = {missing, std::string_view(bytes).substr(missing)};
    return ZipArchive::parse_parts({&part, 1}, bytes.size(), "x.zip");
  }
  static constexpr std::size_t kRecord = 31;  // of an entry with a name of one letter
};

TEST_F(ZipParts, TellWhichEntriesAreHere) {
  const std::string bytes = ZipWriter().add(file("a")).add(file("b")).add(file("c")).finish();
  const auto archive = behind(bytes, kRecord);  // in the midst of the first
  ASSERT_TRUE(testing::ok(archive));
  const auto& entries = archive->entries();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_FALSE(entries[0].is_here);
  EXPECT_EQ(entries[0].begin, 0u);
  EXPECT_EQ(entries[0].end, kRecord + 4);
  EXPECT_TRUE(testing::fails_with(archive->unpack(entries[0]), Errc::InvalidInput, "not here"));
  EXPECT_TRUE(entries[1].is_here);
  EXPECT_EQ(*archive->unpack(entries[1]), "text");
  const std::vector<ZipPart> parts = {{0, std::string_view(bytes).substr(0, kRecord + 4)},
                                      {2 * (kRecord + 4), std::string_view(bytes).substr(2 * (kRecord + 4))}};
  const auto apart = ZipArchive::parse_parts(parts, bytes.size(), "x.zip");
  ASSERT_TRUE(testing::ok(apart));
  EXPECT_TRUE(apart->entries()[0].is_here && !apart->entries()[1].is_here && apart->entries()[2].is_here);
}

TEST_F(ZipParts, HaveRoomForWhatIsNotHere) {
  // A record may be longer than the directory tells, and data have a descriptor behind them; but no more.
  const std::string gap(70'000, 'x');
  EXPECT_TRUE(testing::ok(
      behind(two(with(file("a"), [&](auto& one) { one.descriptor = gap.substr(0, 60'000); }), file("b")), 10)));
  EXPECT_TRUE(testing::fails_with(behind(two(with(file("a"), [&](auto& one) { one.descriptor = gap; }), file("b")), 10),
                                  Errc::InvalidInput, "entry 'b': 70000 bytes before it belong to no entry"));
  EXPECT_TRUE(testing::fails_with(behind(one(with(file("a"), [&](auto& one) { one.descriptor = gap; })), 10),
                                  Errc::InvalidInput, "70000 bytes before its central directory"));
  // One that says that it is larger than its place.
  std::string bytes = two(file("a"), file("b"));
  const std::size_t sizes = bytes.find("PK\1\2") + 20;
  for (const char size : {'\5', '\x7f'}) {
    bytes[sizes] = bytes[sizes + 4] = size;
    EXPECT_TRUE(testing::fails_with(behind(bytes, 10), Errc::InvalidInput, "overlap"));
  }
}

TEST_F(ZipParts, HoldTheDirectory) {
  std::string bytes = ZipWriter().add(file("a")).finish(std::string(1000, 'c'));
  const std::size_t directory = bytes.find("PK\1\2");
  EXPECT_TRUE(testing::ok(behind(bytes, directory)));
  EXPECT_TRUE(testing::fails_with(behind(bytes, directory + 1), Errc::InvalidInput, "directory is not here"));
}

// No byte of an archive can be changed so that reading it goes wrong otherwise than by an error.
TEST(ZipArchive, WithstandsEveryChangedByte) {
  WrittenEntry entry = file("P/a", std::string(300, 'x'));
  entry.deflated = true;
  const std::string good = two(entry, file("P/b"));
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int value : {0, 1, 0x7f, 0xff}) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(value);
      const auto archive = ZipArchive::parse(bytes, "x.zip");
      if (!archive) continue;
      for (const ZipEntry& one_entry : archive->entries()) static_cast<void>(archive->unpack(one_entry));
    }
  }
}

}  // namespace
}  // namespace berth::content
