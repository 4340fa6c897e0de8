#include "berth/image/layer_check.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <zlib.h>

#include <filesystem>
#include <functional>
#include <tuple>
#include <vector>

#include "berth/base/base64.h"
#include "berth/base/sha256.h"
#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kId(64, 'a');

std::string gzipped(const std::string& text) {
  z_stream stream = {};
  EXPECT_EQ(::deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::vector<unsigned char> input(text.begin(), text.end());
  std::vector<unsigned char> out(text.size() + 1024);
  stream.next_in = input.data();
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  const std::string packed(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(stream.total_out));
  ::deflateEnd(&stream);
  return packed;
}

// A layer of the storage with a file, an empty one, a folder, a link and a removal, and the list that is kept of it.
class StoredLayer : public ::testing::Test {
 protected:
  void SetUp() override {
    entry("d/", '5');
    entry("d/file", '0', "123456789", "uQlWx3WkEAE=");
    entry("empty", '0');
    entry("link", '2');
    entry("d/.wh.gone", '0');
    entry("hard", '1');
    segment(std::string(1024, '\0'));
    std::filesystem::create_directories(files() / "d");
    std::filesystem::create_directories(folder_.path() / "overlay-layers");
    put(files() / "d/file", "123456789");
    put(files() / "empty", "");
    std::filesystem::create_symlink("/nowhere", files() / "link");
    std::filesystem::create_hard_link(files() / "d/file", files() / "hard");
    write_list(list_);
  }

  std::filesystem::path files() const { return folder_.path() / "overlay" / kId / "diff"; }
  std::filesystem::path list_file() const { return folder_.path() / "overlay-layers" / (kId + ".tar-split.gz"); }
  void put(const std::filesystem::path& file, const std::string& text) {
    ASSERT_TRUE(testing::ok(sys::write_file_atomically(file, text, 0644)));
  }
  void write_list(const std::string& lines) { put(list_file(), gzipped(lines)); }

  LayerCheck check(const LayerRecord& record) {
    const auto checked = check_layer(folder_.path(), kId, record);
    EXPECT_TRUE(testing::ok(checked));
    return checked.value_or(LayerCheck());
  }
  LayerCheck check() { return check({.digest = "sha256:" + sha256_hex(tar_)}); }

  std::string list_;
  std::string tar_;

 private:
  void segment(const std::string& bytes) {
    tar_ += bytes;
    list_ += fmt::format("{{\"type\":2,\"payload\":\"{}\",\"position\":0}}\n", to_base64(bytes));
  }
  void entry(const std::string& name, char kind, const std::string& content = "", const std::string& crc = "") {
    std::string header = std::string(tar_.size() % 512 == 0 ? 0 : 512 - tar_.size() % 512, '\0') + name;
    header.resize(header.size() - name.size() + 512, '\0');
    header[header.size() - 512 + 156] = kind;
    segment(header);
    tar_ += content;
    list_ += content.empty() ? fmt::format("{{\"type\":1,\"name\":\"{}\",\"payload\":null,\"position\":1}}\n", name)
                             : fmt::format("{{\"type\":1,\"name\":\"{}\",\"size\":{},\"payload\":\"{}\"}}\n", name,
                                           content.size(), crc);
  }

  testing::TempFolder folder_;
};

TEST_F(StoredLayer, IsWholeAsItWasUnpacked) {
  EXPECT_THAT(check().problems, IsEmpty());
  EXPECT_EQ(check().not_checked, "");
}

TEST_F(StoredLayer, IsDamagedWhereAFileIsAnother) {
  const std::tuple<const char*, std::function<void()>, const char*> rows[] = {
      {"content", [&] { put(files() / "d/file", "123456780"); }, "'d/file': its content is another than it was"},
      {"length", [&] { put(files() / "d/file", "1234"); }, "'d/file': it has 4 bytes, and had 9"},
      {"no file", [&] { std::filesystem::remove(files() / "d/file"); }, "'d/file': "},
      {"not empty", [&] { put(files() / "empty", "x"); }, "'empty': it has 1 bytes, and had 0"},
      {"a folder",
       [&] { std::filesystem::remove(files() / "link"), std::filesystem::create_directory(files() / "link"); },
       "'link': it is no link any more"},
      {"a fifo", [&] { std::filesystem::remove(files() / "empty"), ::mkfifo((files() / "empty").c_str(), 0600); },
       "'empty': it is no file any more"},
      {"no hard link", [&] { std::filesystem::remove(files() / "hard"); }, "'hard': "},
  };
  for (const auto& [what, damage, problem] : rows) {
    std::filesystem::remove_all(files());
    list_.clear(), tar_.clear();
    SetUp();
    damage();
    EXPECT_THAT(check().problems, ElementsAre(HasSubstr(problem))) << what;
  }
}

TEST_F(StoredLayer, DoesNotLeadOutOfItsFolder) {
  std::filesystem::remove_all(files() / "d");
  const testing::TempFolder outside;
  put(outside.path() / "file", "123456789");
  std::filesystem::create_symlink(outside.path(), files() / "d");
  EXPECT_THAT(check().problems, ::testing::Contains(HasSubstr("'d/file': ")));
}

TEST_F(StoredLayer, IsDamagedWhereItsListIs) {
  EXPECT_THAT(check({.digest = "sha256:" + std::string(64, '1')}).problems, ElementsAre(HasSubstr("does not add up")));
  EXPECT_THAT(check({.digest = "", .is_whole = false}).problems, ElementsAre(HasSubstr("killed in the middle")));
  for (const char* text :
       {"{", "[]", "{\"type\":3}", "{\"type\":1,\"name\":\"x\",\"size\":-1}", "{\"type\":2,\"payload\":\"*\"}"}) {
    write_list(text);
    EXPECT_THAT(check().problems, ElementsAre(HasSubstr("the list of its files"))) << text;
  }
  put(list_file(), "no gzip");
  EXPECT_THAT(check().problems, ElementsAre(HasSubstr("the list of its files")));
}

TEST_F(StoredLayer, IsNotComparedWithoutDigestOrList) {
  EXPECT_THAT(check(LayerRecord()).not_checked, HasSubstr("neither digest nor list"));
  std::filesystem::remove(list_file());
  EXPECT_THAT(check().not_checked, HasSubstr("neither digest nor list"));
  EXPECT_THAT(check().problems, IsEmpty());
}

TEST_F(StoredLayer, TellsTheFirstOfMany) {
  for (const char* name : {"d/file", "empty", "link", "hard"}) std::filesystem::remove(files() / name);
  std::string more;
  for (int i = 0; i < 9; ++i)
    more += fmt::format("{{\"type\":1,\"name\":\"more{}\",\"size\":1,\"payload\":\"\"}}\n", i);
  write_list(list_ + more);
  const auto problems = check().problems;
  ASSERT_EQ(problems.size(), 6u);
  EXPECT_EQ(problems.back(), "and 8 more");
}

TEST(LayerRecords, AreReadFromTheList) {
  const std::string digest = "sha256:" + std::string(64, '1');
  const auto read = parse_layer_records(R"([{"id":"a","diff-digest":")" + digest +
                                        R"("},{"id":"b","diff-digest":"md5:x","flags":{"incomplete":true}}])");
  ASSERT_TRUE(testing::ok(read));
  EXPECT_EQ(read->at("a").digest, digest);
  EXPECT_TRUE(read->at("a").is_whole);
  EXPECT_EQ(read->at("b").digest, "");
  EXPECT_FALSE(read->at("b").is_whole);
  EXPECT_FALSE(parse_layer_records("{}"));
}

}  // namespace
}  // namespace berth::image
