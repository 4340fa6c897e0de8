#include "berth/store/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <utime.h>

#include <fstream>

#include "berth/store/entries.h"
#include "berth/store/file_type.h"
#include "berth/sys/file.h"
#include "berth/sys/pipe.h"
#include "tests/store/state.h"

namespace berth::store {
namespace {

using namespace std::string_literals;

TEST(FileDigest, HashesAsTheStandardsSay) {
  const FileFacts facts = file_facts_of("abc", "a.txt");
  EXPECT_EQ(facts.size_bytes, 3u);
  EXPECT_EQ(facts.md5, "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(facts.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(facts.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(facts.sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(FileDigest, SaysTheSameWhateverThePieces) {
  std::string bytes = "\xc3\xa4 \xf0\x9f\x9a\xa2 "s;
  for (int i = 0; i < 300; ++i) bytes += "\xe2\x82\xac and more";
  FileDigest digest;
  for (const char byte : bytes) digest.update({&byte, 1});
  EXPECT_EQ(std::move(digest).facts("a"), file_facts_of(bytes, "a"));
  EXPECT_EQ(file_facts_of(bytes, "a").type, "UTF-8 text");
}

struct Kind {
  const char* name;
  std::string bytes;
  std::string file_name;
  std::string type;
};
const Kind kKinds[] = {
    {"Empty", "", "a.txt", "empty"},
    {"Ascii", "hello\n", "a", "ASCII text"},
    {"Utf8", "h\xc3\xa4llo", "a", "UTF-8 text"},
    {"CutUtf8", "h\xc3", "a", "data"},
    {"OverlongUtf8", "\xc0\xaf", "a", "data"},
    {"Surrogate", "\xed\xa0\x80", "a", "data"},
    {"PastUnicode", "\xf4\x90\x80\x80", "a", "data"},
    {"NulByte", "a\0b"s, "a.txt", "data"},
    {"NulByteLate", std::string(5000, 'a') + '\0', "a.txt", "data"},
    {"Utf16", "\xff\xfeh\0i\0"s, "a", "UTF-16 text"},
    {"Pdf", "%PDF-1.7\n", "a", "PDF document"},
    {"Png", "\x89PNG\r\n\x1a\n1234", "a.txt", "PNG image data"},
    {"Zip", "PK\x03\x04rest", "a.zip", "Zip archive data"},
    {"Docx", "PK\x03\x04rest", "Report.DOCX", "Microsoft Word 2007+"},
    {"Outlook", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "mail.msg", "CDFV2 Microsoft Outlook Message"},
    {"Tar", std::string(257, '\0') + "ustar", "a", "POSIX tar archive"},
    {"Elf",
     "\x7f"
     "ELF\x02\x01",
     "a", "ELF 64-bit"},
    {"Windows", "MZ" + std::string(0x3a, '\0') + "\x40\0\0\0PE\0\0"s + std::string(20, '\0') + "\x0b\x02"s, "a",
     "PE32+ executable (MS Windows)"},
    {"WindowsFarHeader", "MZ" + std::string(0x3a, '\0') + "\xff\xff\xff\xff", "a", "MS-DOS executable"},
    {"TextThatBeginsLikeAProgram", "MZ is no program", "a", "ASCII text"},
    {"Html", "\n <!DOCTYPE HTML><p>", "a", "HTML document"},
    {"Json", "{\"a\": 1}", "a.json", "JSON text data"},
    {"JsonByNameOnly", "not json", "a.json", "ASCII text"},
    {"Script", "#!/usr/bin/env python3\n", "a", "Python script"},
    {"Mail", "From: a@b.example\n", "a.eml", "RFC 822 mail, ASCII text"},
};
class KindOfFile : public ::testing::TestWithParam<Kind> {};
TEST_P(KindOfFile, IsTold) { EXPECT_EQ(file_facts_of(GetParam().bytes, GetParam().file_name).type, GetParam().type); }
INSTANTIATE_TEST_SUITE_P(Table, KindOfFile, ::testing::ValuesIn(kKinds), [](auto& row) { return row.param.name; });

TEST(Extension, IsTakenFromTheName) {
  EXPECT_EQ(extension_of("Report.PDF"), "pdf");
  EXPECT_EQ(extension_of("a.tar.gz"), "gz");
  EXPECT_EQ(extension_of(".profile"), "");
  EXPECT_EQ(extension_of("none"), "");
}

class StoredFiles : public State {
 protected:
  EntryId an_entry() { return *Entries(database_).add(an_investigation(database_), {.entry = Json::object()}); }
  // Makes the blob look as if it was put two days ago.
  void age(const std::string& sha256) {
    const utimbuf times = {0, ::time(nullptr) - 2 * 86400};
    EXPECT_EQ(::utime((files_.blobs().folder() / sha256.substr(0, 2) / sha256).c_str(), &times), 0);
  }

  Database database_ = open();
  Files files_{database_, Blobs(folder_.path() / "state/files")};
};

constexpr const char* kUuid = "0fd1b0e4-5a3e-4b7e-9d3c-0123456789ab";

TEST_F(StoredFiles, AreReadAsTheyWerePut) {
  const auto facts = files_.blobs().put("hello", "Hello.TXT");
  ASSERT_TRUE(testing::ok(facts));
  const EntryId entry = an_entry();
  const auto added = files_.add({.file_id = kUuid, .entry = entry, .name = "Hello.TXT", .facts = *facts, .info = true});
  ASSERT_TRUE(testing::ok(added));
  for (const std::string& id : {std::string(kUuid), to_string(entry)}) {
    const auto found = files_.get(id);
    ASSERT_TRUE(testing::ok(found));
    EXPECT_EQ(found->facts, *facts);
    EXPECT_EQ(found->extension, "txt");
    EXPECT_TRUE(found->info);
    const auto opened = files_.open(*found);
    ASSERT_TRUE(testing::ok(opened));
    EXPECT_EQ(sys::read_file(*opened, 100, "x").value_or(""), "hello");
    EXPECT_EQ(::fcntl(opened->get(), F_GETFL) & O_ACCMODE, O_RDONLY);
  }
  EXPECT_EQ(files_.list(entry.investigation)->size(), 1u);
  struct stat status = {};
  ASSERT_EQ(::stat((files_.blobs().folder() / facts->sha256.substr(0, 2) / facts->sha256).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
}

TEST_F(StoredFiles, AreRefusedWithoutTheirBytesOrEntry) {
  const auto facts = *files_.blobs().put("hello", "a");
  const EntryId entry = an_entry();
  FileFacts missing = facts;
  missing.sha256 = std::string(64, 'a');
  FileFacts wrong = facts;
  wrong.sha256 = "../" + std::string(61, 'a');
  const auto add = [&](const std::string& id, EntryId to, const FileFacts& of) {
    return files_.add({.file_id = id, .entry = to, .name = "a", .facts = of});
  };
  EXPECT_TRUE(testing::fails_with(add(kUuid, entry, missing), Errc::NotFound, "aaaa"));
  EXPECT_TRUE(testing::fails_with(add(kUuid, entry, wrong), Errc::InvalidInput, "no SHA-256"));
  EXPECT_TRUE(testing::fails_with(add("../x", entry, facts), Errc::InvalidInput, "no UUID"));
  EXPECT_TRUE(testing::fails_with(add(kUuid, {9, 9}, facts), Errc::NotFound, "9@9"));
  ASSERT_TRUE(testing::ok(add(kUuid, entry, facts)));
  EXPECT_TRUE(testing::fails_with(add(kUuid, entry, facts), Errc::AlreadyExists, "there already"));
  EXPECT_TRUE(testing::fails_with(files_.get("7@7"), Errc::NotFound, "7@7"));
}

TEST_F(StoredFiles, AreTakenFromADescriptor) {
  auto pipe = sys::make_pipe();
  ASSERT_TRUE(testing::ok(sys::write_all(pipe->write.get(), "streamed", "pipe")));
  pipe->write.reset();
  const auto facts = files_.blobs().put(pipe->read.get(), 100, "a");
  ASSERT_TRUE(testing::ok(facts));
  EXPECT_EQ(*facts, file_facts_of("streamed", "a"));
  EXPECT_TRUE(testing::ok(files_.blobs().open(facts->sha256)));

  auto large = sys::make_pipe();
  ASSERT_TRUE(testing::ok(sys::write_all(large->write.get(), "streamed", "pipe")));
  large->write.reset();
  EXPECT_TRUE(testing::fails_with(files_.blobs().put(large->read.get(), 7, "a"), Errc::Exhausted, "limit of 7 bytes"));
  for (const auto& left : std::filesystem::directory_iterator(files_.blobs().folder())) {
    EXPECT_FALSE(left.path().filename().native().starts_with(".new.")) << left.path();
  }
}

TEST_F(StoredFiles, SayWhenTheDiskIsFull) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  EXPECT_TRUE(testing::fails_with(sys::write_all(full.get(), "x", "/dev/full"), Errc::Exhausted, "No space left"));
}

TEST_F(StoredFiles, ThatNoRowNamesAreSwept) {
  const auto used = *files_.blobs().put("used", "a");
  const auto unused = *files_.blobs().put("unused", "a");
  const auto empty = *files_.blobs().put("", "a");
  const auto young = *files_.blobs().put("young", "a");
  const auto renewed = *files_.blobs().put("renewed", "a");
  ASSERT_TRUE(testing::ok(files_.add({.file_id = kUuid, .entry = an_entry(), .name = "a", .facts = used})));
  for (const auto& facts : {used, unused, empty, renewed}) age(facts.sha256);
  ASSERT_TRUE(testing::ok(files_.blobs().put("renewed", "a")));
  const std::filesystem::path draft = files_.blobs().folder() / ".new.abcdef";
  std::ofstream(draft) << "half";
  const utimbuf old = {0, 1000};
  ASSERT_EQ(::utime(draft.c_str(), &old), 0);

  const auto swept = files_.sweep();
  ASSERT_TRUE(testing::ok(swept));
  EXPECT_EQ(swept->files, 2u);
  EXPECT_EQ(swept->bytes, 6u);
  EXPECT_FALSE(std::filesystem::exists(draft));
  for (const auto& facts : {used, young, renewed}) EXPECT_TRUE(testing::ok(files_.blobs().open(facts.sha256)));
  for (const auto& facts : {unused, empty}) {
    EXPECT_TRUE(testing::fails_with(files_.blobs().open(facts.sha256), Errc::NotFound, facts.sha256));
  }
  EXPECT_EQ(Files(database_, Blobs("/proc/none")).sweep()->files, 0u);
}

TEST_F(StoredFiles, WhoseBytesAreGoneSaySo) {
  const auto facts = *files_.blobs().put("hello", "a");
  const auto added = files_.add({.file_id = kUuid, .entry = an_entry(), .name = "a", .facts = facts});
  ASSERT_TRUE(testing::ok(added));
  const std::filesystem::path blob = files_.blobs().folder() / facts.sha256.substr(0, 2) / facts.sha256;
  std::filesystem::remove(blob);
  EXPECT_TRUE(testing::fails_with(files_.open(*added), Errc::Corrupt, "bytes are gone"));
  std::filesystem::create_symlink("/etc/passwd", blob);
  EXPECT_TRUE(testing::fails_with(files_.open(*added), Errc::Denied, "link"));
  // Put again, they are there again.
  ASSERT_TRUE(testing::ok(files_.blobs().put("hello", "a")));
  EXPECT_EQ(sys::read_file(*files_.open(*added), 100, "x").value_or(""), "hello");
}

}  // namespace
}  // namespace berth::store
