#include "berth/content/index_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <type_traits>

#include "berth/base/sha256.h"
#include "berth/base/unique_fd.h"
#include "berth/sys/file.h"

namespace berth::content {
namespace {

namespace fs = std::filesystem;

// The number at the end counts up with every change of what follows.
constexpr std::string_view kMagic = "berth content index 1\n";
constexpr std::size_t kChecksum = 64;
constexpr std::size_t kLargestFile = 256 << 20;

// Writes and reads are one list of fields: each `fields` below names them once, for both.
class Writer {
 public:
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  void operator()(const fs::path& path) { (*this)(path.native()); }
  template <class T>
    requires(std::is_arithmetic_v<T> || std::is_enum_v<T>)
  void operator()(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  template <class T>
  void operator()(const std::vector<T>& list) {
    (*this)(static_cast<std::uint32_t>(list.size()));
    for (const T& one : list) write(one);
  }
  template <class T>
  void write(const T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      (*this)(value);
    } else {
      fields(*this, value);
    }
  }

  std::string take() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  void operator()(std::string& text) {
    std::uint32_t size = 0;
    (*this)(size);
    if (size > rest_.size()) return spoil();
    text = rest_.substr(0, size);
    rest_.remove_prefix(size);
  }
  void operator()(fs::path& path) {
    std::string text;
    (*this)(text);
    path = std::move(text);
  }
  void operator()(bool& value) {
    std::uint8_t byte = 0;
    (*this)(byte);
    if (byte > 1) spoil();
    value = byte == 1;
  }
  template <class T>
    requires(std::is_arithmetic_v<T> || std::is_enum_v<T>)
  void operator()(T& value) {
    if (rest_.size() < sizeof(value)) return spoil();
    std::memcpy(&value, std::to_address(rest_.begin()), sizeof(value));
    rest_.remove_prefix(sizeof(value));
  }
  template <class T>
  void operator()(std::vector<T>& list) {
    std::uint32_t count = 0;
    (*this)(count);
    // Each element takes a byte at least, so a count that lies cannot ask for more memory than a few times the file.
    if (count > rest_.size()) return spoil();
    list.reserve(count);
    for (std::uint32_t i = 0; i < count && !spoilt_; ++i) {
      T& one = list.emplace_back();
      if constexpr (std::is_same_v<T, std::string>) {
        (*this)(one);
      } else {
        fields(*this, one);
      }
    }
  }

  bool is_whole() const { return !spoilt_ && rest_.empty(); }

 private:
  void spoil() {
    spoilt_ = true;
    rest_ = {};
  }

  std::string_view rest_;
  bool spoilt_ = false;
};

template <class T, class Of>
concept Like = std::is_same_v<std::remove_const_t<T>, Of>;

template <class Each, Like<FileStamp> T>
void fields(Each& each, T& stamp) {
  each(stamp.modified_ns);
  each(stamp.changed_ns);
  each(stamp.inode);
  each(stamp.device);
  each(stamp.size);
}

template <class Each, Like<StampedFolder> T>
void fields(Each& each, T& folder) {
  each(folder.path);
  fields(each, folder.stamp);
}

template <class Each, Like<BrokenFile> T>
void fields(Each& each, T& file) {
  each(file.yaml);
  each(file.error);
}

template <class Each, Like<IndexedCommand> T>
void fields(Each& each, T& command) {
  each(command.name);
  each(command.deprecated);
  each(command.hidden);
}

template <class Each, Like<IntegrationFlags> T>
void fields(Each& each, T& flags) {
  each(flags.fetch_incidents);
  each(flags.fetch_events);
  each(flags.fetch_assets);
  each(flags.fetch_credentials);
  each(flags.fetch_samples);
  each(flags.feed);
  each(flags.long_running);
  each(flags.long_running_port);
  each(flags.mappable);
  each(flags.remote_sync_in);
  each(flags.remote_sync_out);
}

template <class Each, Like<IndexedItem> T>
void fields(Each& each, T& item) {
  each(item.kind);
  each(item.id);
  each(item.name);
  each(item.language);
  each(item.subtype);
  each(item.docker_image);
  each(item.from_version);
  each(item.to_version);
  each(item.deprecated);
  each(item.hidden);
  each(item.is_llm);
  each(item.tags);
  each(item.must_have);
  each(item.commands);
  fields(each, item.flags);
  each(item.pack);
  each(item.path);
  each(item.yaml);
}

template <class Each, Like<IndexContents> T>
void fields(Each& each, T& contents) {
  each(contents.root);
  each(contents.layout);
  each(contents.marketplace);
  each(contents.folders);
  each(contents.items);
  each(contents.item_stamps);
  each(contents.broken);
  each(contents.broken_stamps);
}

bool has_only_known_values(const IndexContents& contents) {
  for (const IndexedItem& item : contents.items) {
    if (item.kind > ItemKind::Integration || item.language > Language::JavaScript) return false;
  }
  return contents.layout <= SourceLayout::Item && contents.items.size() == contents.item_stamps.size() &&
         contents.broken.size() == contents.broken_stamps.size();
}

}  // namespace

std::string encode_index(const IndexContents& contents) {
  Writer writer;
  fields(writer, contents);
  const std::string body = std::move(writer).take();
  return std::string(kMagic) + sha256_hex(body) + body;
}

std::optional<IndexContents> decode_index(std::string_view bytes) {
  if (!bytes.starts_with(kMagic) || bytes.size() < kMagic.size() + kChecksum) return std::nullopt;
  const std::string_view checksum = bytes.substr(kMagic.size(), kChecksum);
  const std::string_view body = bytes.substr(kMagic.size() + kChecksum);
  if (sha256_hex(body) != checksum) return std::nullopt;
  Reader reader(body);
  IndexContents contents;
  fields(reader, contents);
  if (!reader.is_whole() || !has_only_known_values(contents)) return std::nullopt;
  return contents;
}

fs::path index_file_of(const fs::path& cache, const fs::path& source, std::string_view marketplace) {
  Sha256 hash;
  hash.update(source.native());
  hash.update(std::string_view("\0", 1));
  hash.update(marketplace);
  return cache / (std::move(hash).hex().substr(0, 32) + ".index");
}

std::optional<IndexContents> read_index_file(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  struct stat status = {};
  if (!fd || ::fstat(fd.get(), &status) != 0) return std::nullopt;
  if (status.st_uid != ::geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) return std::nullopt;
  const auto bytes = sys::read_file(fd, kLargestFile, file.native());
  if (!bytes) return std::nullopt;
  return decode_index(*bytes);
}

}  // namespace berth::content
