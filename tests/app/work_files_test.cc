#include "berth/app/work_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "berth/base/unique_fd.h"
#include "berth/server/playground.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class NoScript : public dt::Script {
 public:
  Result<Json::Array> evaluate(const dt::ScriptJob&) override { return fail(Errc::Unavailable, "no engine"); }
};

// A call's folders, as a script would leave them.
class WorkFiles : public ::testing::Test {
 protected:
  WorkFiles() {
    std::filesystem::create_directory(work());
    scratch_ = UniqueFd(::open(folder_.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }

  std::filesystem::path work() const { return folder_.path() / "work"; }
  std::filesystem::path path_of(const std::string& file_id) const { return work() / ("1_" + file_id); }
  void leave(const std::string& file_id, const std::string& bytes) { std::ofstream(path_of(file_id)) << bytes; }

  static Json file_entry(const std::string& file_id, const std::string& name = "report.txt", int type = 3) {
    Json entry = Json::object();
    return entry.set("Type", type).set("File", name).set("FileID", file_id);
  }
  TakenIn take(Json entry) {
    std::vector<Json> entries;
    entries.push_back(std::move(entry));
    return take_in_files(std::move(entries), scratch_.get(), playground_);
  }
  TakenIn take_list(std::string_view list) { return take(parse_json(list).value()); }

  testing::TempFolder folder_;
  UniqueFd scratch_;
  server::Playground playground_;
};

TEST_F(WorkFiles, TakesInTheFilesOfEntries) {
  leave("a", "bytes");
  leave("b", "");
  TakenIn taken = take(Json(Json::Array{file_entry("a"), file_entry("b", "info", 9)}));
  EXPECT_THAT(taken.problems, IsEmpty());
  ASSERT_THAT(taken.entries, SizeIs(2));
  ASSERT_TRUE(taken.entries[0].file.has_value());
  EXPECT_EQ(taken.entries[0].file->name, "report.txt");
  EXPECT_EQ(taken.entries[0].file->bytes, "bytes");
  EXPECT_FALSE(taken.entries[0].file->info);
  ASSERT_TRUE(taken.entries[1].file.has_value());
  EXPECT_EQ(taken.entries[1].file->bytes, "");
  EXPECT_TRUE(taken.entries[1].file->info);
}

TEST_F(WorkFiles, CallsAFileWithoutANameByItsId) {
  leave("a", "bytes");
  Json entry = Json::object();
  const TakenIn taken = take(entry.set("Type", 3).set("FileID", "a"));
  ASSERT_TRUE(taken.entries.at(0).file.has_value());
  EXPECT_EQ(taken.entries[0].file->name, "a");
}

struct NoEntryRow {
  const char* name;
  const char* results;
  std::vector<std::string> contents;
};

const NoEntryRow kResults[] = {
    {"Nothing", "[]", {}},
    {"Text", R"(["a"])", {"a"}},
    {"Number", "[1]", {"1"}},
    {"Null", "[null]", {"null"}},
    {"NestedLists", R"([["a", ["b", [[], ["c"]]]], "d"])", {"a", "b", "c", "d"}},
    {"Object", R"([[{"Contents": "x", "Type": 4}]])", {"x"}},
    {"TypeInText", R"([{"Contents": "x", "Type": "3", "FileID": "../a"}])", {"x"}},
};

TEST_F(WorkFiles, MakesEntriesOfResults) {
  for (const NoEntryRow& row : kResults) {
    SCOPED_TRACE(row.name);
    const TakenIn taken = take_list(row.results);
    EXPECT_THAT(taken.problems, IsEmpty());
    std::vector<std::string> contents;
    for (const server::NewEntry& one : taken.entries) {
      contents.push_back(one.entry.text_or("Contents", "?"));
      EXPECT_FALSE(one.file.has_value());
    }
    EXPECT_EQ(contents, row.contents);
  }
}

struct RefusedRow {
  const char* name;
  std::string file_id;
  void (*leave)(const std::filesystem::path& path);  // what stands where the file should
  const char* why;
};

const RefusedRow kRefused[] = {
    {"NotThere", "a", [](const auto&) {}, "No such file or directory"},
    {"Empty", "", [](const auto&) {}, "its FileID is no plain name"},
    {"Slash", "../work/1_a", [](const auto&) {}, "its FileID is no plain name"},
    {"Absolute", "/etc/passwd", [](const auto&) {}, "its FileID is no plain name"},
    {"Blank", "a b", [](const auto&) {}, "its FileID is no plain name"},
    {"LineFeed", "a\nb", [](const auto&) {}, "its FileID is no plain name"},
    {"NotAscii", "\xc3\xa4", [](const auto&) {}, "its FileID is no plain name"},
    {"Long", std::string(201, 'a'), [](const auto&) {}, "its FileID is no plain name"},
    {"DotDot", "..", [](const auto&) {}, "No such file or directory"},
    {"Link", "a", [](const auto& path) { std::filesystem::create_symlink("/etc/passwd", path); }, "not taken in"},
    {"LinkToADevice", "a", [](const auto& path) { std::filesystem::create_symlink("/dev/zero", path); },
     "not taken in"},
    {"LinkBesideIt", "a",
     [](const auto& path) {
       std::ofstream(path.parent_path() / "other") << "x";
       std::filesystem::create_symlink("other", path);
     },
     "not taken in"},
    {"Folder", "a", [](const auto& path) { std::filesystem::create_directory(path); }, "not taken in"},
    {"Fifo", "a", [](const auto& path) { ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0); }, "not taken in"},
    {"TooLarge", "a",
     [](const auto& path) {
       std::ofstream(path) << "x";
       std::filesystem::resize_file(path, server::FileRoom().bytes + 1);
     },
     "it has 536870913 bytes, and the files of a run may have 536870912 more"},
};

TEST_F(WorkFiles, RefusesWhatIsNoPlainFile) {
  for (const RefusedRow& row : kRefused) {
    SCOPED_TRACE(row.name);
    std::filesystem::remove_all(work());
    std::filesystem::create_directory(work());
    row.leave(path_of("a"));
    const TakenIn taken = take(file_entry(row.file_id));
    ASSERT_THAT(taken.entries, SizeIs(1));
    EXPECT_FALSE(taken.entries[0].file.has_value());
    ASSERT_THAT(taken.problems, SizeIs(1));
    EXPECT_THAT(taken.problems[0], HasSubstr("the file 'report.txt' of an entry was not taken in: "));
    EXPECT_THAT(taken.problems[0], HasSubstr(row.why));
    EXPECT_EQ(taken.problems[0].find('\n'), std::string::npos);
  }
}

// The folder is the script's, so it may have become a link.
TEST_F(WorkFiles, FollowsNoLinkToAWorkFolder) {
  const auto elsewhere = folder_.path() / "elsewhere";
  std::filesystem::create_directory(elsewhere);
  std::ofstream(elsewhere / "1_a") << "secret";
  std::filesystem::remove(work());
  std::filesystem::create_directory_symlink(elsewhere, work());
  const TakenIn taken = take(file_entry("a"));
  EXPECT_FALSE(taken.entries.at(0).file.has_value());
  EXPECT_THAT(taken.problems, SizeIs(1));
}

TEST_F(WorkFiles, TakesAFileInOnce) {
  leave("a", "bytes");
  const TakenIn taken = take(Json(Json::Array{file_entry("a"), Json(Json::Array{file_entry("a")})}));
  ASSERT_THAT(taken.entries, SizeIs(2));
  EXPECT_TRUE(taken.entries[0].file.has_value());
  EXPECT_FALSE(taken.entries[1].file.has_value());
  ASSERT_THAT(taken.problems, SizeIs(1));
  EXPECT_THAT(taken.problems[0], HasSubstr("an earlier entry of this call has it"));
}

TEST_F(WorkFiles, CountsTheFilesOfARun) {
  Json list = Json::array();
  for (std::size_t i = 0; i <= server::FileRoom().files; ++i) {
    leave("f" + std::to_string(i), "");
    list.push_back(file_entry("f" + std::to_string(i)));
  }
  TakenIn taken = take(std::move(list));
  NoScript script;
  ASSERT_THAT(taken.problems, SizeIs(1));
  EXPECT_THAT(taken.problems[0], HasSubstr("the run has as many files as it may"));
  ASSERT_TRUE(testing::ok(playground_.post(taken.entries, {}, script)));
  EXPECT_THAT(take(file_entry("f1000")).problems, SizeIs(1)) << "an earlier call has used the room up";
}

TEST_F(WorkFiles, PassesOnWhatIsHeldAlready) {
  NoScript script;
  std::vector<server::NewEntry> entries;
  entries.push_back({file_entry("x"), server::NewFile{"held", "bytes", false}});
  ASSERT_TRUE(testing::ok(playground_.post(entries, {}, script)));
  const TakenIn taken = take(entries[0].entry);
  EXPECT_THAT(taken.problems, IsEmpty());
  EXPECT_FALSE(taken.entries.at(0).file.has_value());
  EXPECT_EQ(taken.entries[0].entry.text_or("ID", ""), "1@1");
}

TEST_F(WorkFiles, ShowsNoControlCharactersOfNames) {
  const TakenIn taken = take(file_entry("missing", "a\x1b[31m\n"));
  ASSERT_THAT(taken.problems, SizeIs(1));
  for (const char c : taken.problems[0]) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
}

}  // namespace
}  // namespace berth::app
