// What is told of a file's bytes: size, hashes, kind. Needs no database.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace berth::store {

// The hashes as lower-case hexadecimal digits.
struct FileFacts {
  std::uint64_t size_bytes = 0;
  std::string md5;
  std::string sha1;
  std::string sha256;
  std::string sha512;
  std::string type;  // for people: "PDF document", "ASCII text", "data" (file_type.h)

  friend bool operator==(const FileFacts&, const FileFacts&) = default;
};

// Takes bytes as they come, in any pieces. Use it once.
class FileDigest {
 public:
  FileDigest();
  FileDigest(FileDigest&&) noexcept;
  FileDigest& operator=(FileDigest&&) noexcept;
  ~FileDigest();

  void update(std::string_view bytes);
  // `name` is what the file is called: its extension tells apart what looks alike from inside (docx and zip).
  FileFacts facts(std::string_view name) &&;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

FileFacts file_facts_of(std::string_view bytes, std::string_view name);

// "pdf" of "report.pdf", in lower case; empty when there is none. ".profile" has none.
std::string extension_of(std::string_view name);

}  // namespace berth::store
