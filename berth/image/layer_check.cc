#include "berth/image/layer_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "berth/base/base64.h"
#include "berth/base/json.h"
#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/image/gunzip.h"
#include "berth/image/reference.h"
#include "berth/image/stored_layout.h"
#include "berth/sys/file.h"
#include "berth/sys/interrupt.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

constexpr std::size_t kMaxListBytes = 256 << 20;
constexpr std::size_t kMaxLine = 64 << 20;  // of the list of files: it holds the headers of one entry
constexpr std::size_t kChunk = 1 << 20;
constexpr std::size_t kMostTold = 5;
constexpr std::size_t kShown = 200;
constexpr std::size_t kHeader = 512;
constexpr std::size_t kKind = 156;  // in a header of a tar
constexpr std::string_view kRemoval = ".wh.";

// CRC-64 as ISO 3309 has it, by which the list knows each file.
class Crc64 {
 public:
  void update(std::string_view bytes) {
    static constexpr auto kTable = [] {
      std::array<std::uint64_t, 256> table = {};
      for (std::uint64_t i = 0; i < table.size(); ++i) {
        std::uint64_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? value >> 1 ^ 0xD800000000000000ull : value >> 1;
        table[i] = value;
      }
      return table;
    }();
    for (const char c : bytes) value_ = kTable[(value_ ^ static_cast<unsigned char>(c)) & 0xff] ^ value_ >> 8;
  }
  std::string bytes() const {
    std::string text;
    for (int shift = 56; shift >= 0; shift -= 8) text += static_cast<char>(~value_ >> shift & 0xff);
    return text;
  }

 private:
  std::uint64_t value_ = ~std::uint64_t{0};
};

std::string shown(std::string_view name) { return to_visible(name.substr(0, kShown), false); }

// One layer, while its list is read.
class Checking {
 public:
  explicit Checking(UniqueFd folder) : folder_(std::move(folder)) {}

  Result<void> take(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      line_ += bytes.substr(0, end);
      if (line_.size() > kMaxLine) return fail(Errc::Corrupt, fmt::format("a line of it is over {} bytes", kMaxLine));
      if (end == std::string_view::npos) return {};
      bytes.remove_prefix(end + 1);
      BERTH_CHECK_OK(take_line());
      line_.clear();
    }
    return {};
  }
  Result<void> finish() { return take_line(); }

  // Compares all of it, where each file was there.
  LayerCheck outcome(const std::string& digest) && {
    if (is_complete_ && problems_.empty() && "sha256:" + std::move(tar_).hex() != digest) {
      told("what the storage keeps of it does not add up to its digest");
    }
    if (count_ > problems_.size()) problems_.push_back(fmt::format("and {} more", count_ - problems_.size()));
    return {.problems = std::move(problems_), .not_checked = {}};
  }

 private:
  void told(std::string problem) {
    if (++count_ <= kMostTold) problems_.push_back(std::move(problem));
  }

  Result<void> take_line() {
    if (line_.empty()) return {};
    BERTH_TRY(const Json entry, parse_json(line_));
    const Json* type = entry.find("type");
    const std::int64_t kind = type != nullptr && type->is_int() ? *type->as_int() : 0;
    if (kind != 1 && kind != 2) return fail(Errc::Corrupt, "an entry of it is of no kind that is known");
    BERTH_TRY(const std::string payload, from_base64(entry.text_or("payload", "")));
    if (kind == 2) {
      tar_.update(payload);
      last_ += payload;
      last_.erase(0, last_.size() - std::min(last_.size(), kHeader));
      return {};
    }
    std::string name = entry.text_or("name", "");
    if (const std::string raw = entry.text_or("name_raw", ""); !raw.empty()) {
      BERTH_TRY(name, from_base64(raw));  // no UTF-8
    }
    const Json* size = entry.find("size");
    const std::int64_t size_bytes = size != nullptr && size->is_int() ? *size->as_int() : 0;
    if (size_bytes < 0) return fail(Errc::Corrupt, "the size of an entry is negative");
    return check_entry(name, static_cast<std::uint64_t>(size_bytes), payload);
  }

  Result<void> check_entry(const std::string& name, std::uint64_t size_bytes, std::string_view crc) {
    while (last_.size() < kHeader) last_ += '\0';
    const char kind = last_[kKind];
    const std::string_view last = std::string_view(name).substr(name.rfind('/') + 1);  // npos + 1 is 0
    if (last.starts_with(kRemoval)) return {};                                         // kept in another form
    const bool is_file = size_bytes > 0 || kind == '0' || kind == '\0' || kind == '7';
    if (is_file) return check_file(name, size_bytes, crc);
    const mode_t expected = kind == '5' ? S_IFDIR : kind == '2' ? S_IFLNK : kind == '1' ? S_IFREG : 0;
    if (expected == 0) return {};  // devices and the like, which not everybody may make
    const auto found = look_at(name);
    if (!found) {
      told(fmt::format("'{}': {}", shown(name), found.error().message()));
    } else if (kind != '1' && (found->st_mode & S_IFMT) != expected) {
      told(fmt::format("'{}': it is no {} any more", shown(name), kind == '5' ? "folder" : "link"));
    }
    return {};
  }

  Result<struct stat> look_at(const std::string& name) const {
    BERTH_TRY(const UniqueFd fd, sys::open_in_root(folder_.get(), relative(name), O_PATH | O_NOFOLLOW, "the layer"));
    struct stat status = {};
    BERTH_CHECK_OK(sys::check([&] { return ::fstat(fd.get(), &status); }, "look at it"));
    return status;
  }

  static std::string relative(std::string_view name) {
    const std::size_t begin = std::min(name.find_first_not_of('/'), name.size());
    std::string path(name.substr(begin));
    return path.empty() ? "." : path;
  }

  // Errors: those of check_interrupted; what is wrong with the file is a problem of the layer's.
  Result<void> check_file(const std::string& name, std::uint64_t size_bytes, std::string_view crc) {
    const auto problem = [&](std::string_view what) {
      told(fmt::format("'{}': {}", shown(name), what));
      is_complete_ = false;
      return Result<void>();
    };
    // Without waiting for a writer, where it has become a fifo.
    auto fd = sys::open_in_root(folder_.get(), relative(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK, "the layer");
    if (!fd) return problem(fd.error().message());
    struct stat status = {};
    if (::fstat(fd->get(), &status) != 0 || !S_ISREG(status.st_mode)) return problem("it is no file any more");
    if (static_cast<std::uint64_t>(status.st_size) != size_bytes) {
      return problem(fmt::format("it has {} bytes, and had {}", status.st_size, size_bytes));
    }
    Crc64 sum;
    for (std::uint64_t left = size_bytes; left > 0;) {
      BERTH_CHECK_OK(sys::check_interrupted());
      const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(left, chunk_.size()));
      const auto got = sys::call([&] { return ::read(fd->get(), chunk_.data(), want); }, "read it");
      if (!got) return problem(got.error().message());
      if (*got == 0) return problem("it has become shorter");
      const std::string_view bytes(chunk_.data(), static_cast<std::size_t>(*got));
      tar_.update(bytes);
      sum.update(bytes);
      left -= bytes.size();
    }
    if (size_bytes > 0 && !crc.empty() && sum.bytes() != crc) return problem("its content is another than it was");
    return {};
  }

  UniqueFd folder_;
  Sha256 tar_;
  std::string line_;
  std::string last_;  // of what stood before an entry: the end is its header
  std::vector<char> chunk_ = std::vector<char>(kChunk);
  std::vector<std::string> problems_;
  std::size_t count_ = 0;
  bool is_complete_ = true;
};

LayerCheck with_problem(std::string problem) { return {.problems = {std::move(problem)}, .not_checked = {}}; }

}  // namespace

Result<std::map<std::string, LayerRecord>> parse_layer_records(std::string_view json) {
  std::map<std::string, LayerRecord> layers;
  BERTH_TRY(const std::vector<std::string_view> records, split_records(json));
  for (const std::string_view record : records) {
    const auto parsed = parse_json(record);
    if (!parsed) return fail(Errc::Corrupt, fmt::format("read a layer's record: {}", parsed.error().message()));
    const std::string digest = parsed->text_or("diff-digest", "");
    const Json* flags = parsed->find("flags");
    layers[parsed->text_or("id", "")] = {.digest = is_digest(digest) ? digest : "",
                                         .is_whole = flags == nullptr || flags->find("incomplete") == nullptr};
  }
  return layers;
}

Result<std::map<std::string, LayerRecord>> read_layer_records(const std::filesystem::path& graph_root) {
  const std::filesystem::path file = graph_root / "overlay-layers/layers.json";
  auto text = sys::read_file(file, kMaxListBytes);
  if (!text && text.error().code() == Errc::NotFound) return std::map<std::string, LayerRecord>();
  if (!text) return std::unexpected(std::move(text).error());
  return parse_layer_records(*text).context([&] { return fmt::format("read '{}'", file.native()); });
}

Result<LayerCheck> check_layer(const std::filesystem::path& graph_root, const std::string& id,
                               const LayerRecord& record) {
  if (!record.is_whole) return with_problem("what unpacked it was killed in the middle");
  auto folder = sys::open_folder(graph_root / "overlay" / id / "diff");
  if (!folder) return with_problem(folder.error().message());
  const std::filesystem::path list = graph_root / "overlay-layers" / (id + ".tar-split.gz");
  const auto open = [&] { return ::open(list.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK); };
  const auto fd = sys::call(open, "open '{}'", list.native());
  if (record.digest.empty() || (!fd && fd.error().code() == Errc::NotFound)) {
    return LayerCheck{.problems = {},
                      .not_checked = "the storage keeps neither digest nor list of what it was unpacked from"};
  }
  if (!fd) return with_problem(fd.error().message());
  const UniqueFd file(*fd);
  Checking checking(*std::move(folder));
  const auto take = [&](std::string_view bytes) { return checking.take(bytes); };
  BERTH_TRY(Gunzip gunzip, Gunzip::open(take));
  std::vector<char> chunk(64 << 10);
  const auto read_list = [&]() -> Result<void> {
    for (;;) {
      BERTH_CHECK_OK(sys::check_interrupted());
      const auto read = [&] { return ::read(file.get(), chunk.data(), chunk.size()); };
      BERTH_TRY(const ssize_t got, sys::call(read, "read it"));
      if (got == 0) break;
      BERTH_CHECK_OK(gunzip.feed({chunk.data(), static_cast<std::size_t>(got)}));
    }
    BERTH_CHECK_OK(gunzip.finish());
    return checking.finish();
  };
  const auto done = read_list();
  BERTH_CHECK_OK(sys::check_interrupted());
  if (!done) {
    return with_problem(
        fmt::format("the list of its files, '{}', is damaged: {}", list.native(), done.error().message()));
  }
  return std::move(checking).outcome(record.digest);
}

}  // namespace berth::image
