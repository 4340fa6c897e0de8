#include "berth/image/layer_times.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/sha256.h"
#include "berth/base/unique_fd.h"
#include "berth/image/manifest.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kMostExtended = 1 << 20;

using Block = std::array<char, kBlock>;
struct Field {
  std::size_t at;
  std::size_t length;
};
constexpr Field kSize{124, 12};
constexpr Field kTime{136, 12};
constexpr Field kSum{148, 8};
constexpr std::size_t kType = 156;

std::unexpected<Error> corrupt() { return fail(Errc::Corrupt, "the layer that was built is no tar"); }

// Octal, or with its first bit set the number itself.
std::optional<std::uint64_t> number_in(const Block& block, Field field) {
  std::string_view text(block.data() + field.at, field.length);
  std::uint64_t value = 0;
  if ((static_cast<unsigned char>(text.front()) & 0x80) != 0) {
    for (const char c : text.substr(text.size() - sizeof value)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 8);
  const bool is_whole = end == text.data() + text.size() || *end == ' ' || *end == '\0';
  return error == std::errc() && is_whole ? std::optional(value) : std::nullopt;
}

// What an extended header says of the size of the entry behind it. Its records are "LENGTH KEY=VALUE\n".
std::optional<std::uint64_t> size_told(std::string_view records) {
  std::optional<std::uint64_t> told;
  while (!records.empty()) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(records.data(), records.data() + records.size(), length);
    const auto begin = static_cast<std::size_t>(end - records.data()) + 1;
    if (error != std::errc() || length <= begin || length > records.size()) break;
    const std::string_view record = records.substr(begin, length - begin);
    if (std::uint64_t size = 0; record.starts_with("size=")) {
      if (std::from_chars(record.data() + 5, record.data() + record.size(), size).ec == std::errc()) told = size;
    }
    records.remove_prefix(length);
  }
  return told;
}

void set_time(Block& block, std::int64_t time) {
  const std::string text = fmt::format("{:011o}", std::max<std::int64_t>(time, 0));
  std::copy(text.begin(), text.end(), block.begin() + kTime.at);
  block[kTime.at + kTime.length - 1] = '\0';
  const auto sum_field = block.begin() + kSum.at;
  std::fill(sum_field, sum_field + kSum.length, ' ');
  const auto add = [](unsigned sum, char c) { return sum + static_cast<unsigned char>(c); };
  const std::string sum = fmt::format("{:06o}", std::accumulate(block.begin(), block.end(), 0u, add));
  std::copy(sum.begin(), sum.end(), sum_field);
  sum_field[6] = '\0';
}

class Rewriter {
 public:
  Rewriter(int from, int to, std::int64_t time) : from_(from), to_(to), time_(time) {}

  Result<PlainLayer> run() {
    for (;;) {
      Block block = {};
      BERTH_TRY(const std::size_t got, read({block.data(), block.size()}));
      if (got == 0) break;
      if (got != block.size()) return corrupt();
      if (std::ranges::all_of(block, [](char c) { return c == '\0'; })) {
        BERTH_CHECK_OK(write({block.data(), block.size()}));
        continue;
      }
      BERTH_CHECK_OK(take_entry(block));
    }
    return PlainLayer{"sha256:" + std::move(hash_).hex(), written_};
  }

 private:
  Result<void> take_entry(Block& block) {
    const auto said = number_in(block, kSize);
    const char type = block[kType];
    if (!said) return corrupt();
    const bool is_of_next = type == 'x' || type == 'g' || type == 'L' || type == 'K';
    const std::uint64_t size = is_of_next ? *said : told_.value_or(*said);
    if (size > kMaxLayerBytes) return corrupt();
    set_time(block, time_);
    BERTH_CHECK_OK(write({block.data(), block.size()}));
    std::string extended;
    BERTH_CHECK_OK(copy((size + kBlock - 1) / kBlock * kBlock, type == 'x' ? &extended : nullptr));
    if (type == 'x') {
      if (size > kMostExtended) return corrupt();
      extended.resize(size);
      told_ = size_told(extended);
    } else if (!is_of_next) {
      told_.reset();
    }
    return {};
  }

  Result<void> copy(std::uint64_t bytes, std::string* kept) {
    std::vector<char> chunk(1 << 18);
    while (bytes > 0) {
      BERTH_TRY(const std::size_t got, read({chunk.data(), std::min<std::uint64_t>(chunk.size(), bytes)}));
      if (got == 0) return corrupt();
      const std::string_view text(chunk.data(), got);
      if (kept != nullptr && kept->size() <= kMostExtended) kept->append(text);
      BERTH_CHECK_OK(write(text));
      bytes -= got;
    }
    return {};
  }

  // Less than asked for at the end alone.
  Result<std::size_t> read(std::span<char> into) {
    std::size_t done = 0;
    while (done < into.size()) {
      BERTH_TRY(const int got,
                sys::call([&] { return ::read(from_, into.data() + done, into.size() - done); }, "read a layer"));
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Result<void> write(std::string_view text) {
    hash_.update(text);
    written_ += text.size();
    return sys::write_all(to_, text, "a layer");
  }

  int from_;
  int to_;
  std::int64_t time_;
  Sha256 hash_;
  std::uint64_t written_ = 0;
  std::optional<std::uint64_t> told_;  // the size of the next entry, by the extended header before it
};

}  // namespace

Result<PlainLayer> set_layer_times(const std::filesystem::path& from, const std::filesystem::path& to,
                                   std::int64_t time) {
  BERTH_TRY(const int in,
            sys::call([&] { return ::open(from.c_str(), O_RDONLY | O_CLOEXEC); }, "open '{}'", from.native()));
  const UniqueFd in_owner(in);
  const auto make = [&] { return ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600); };
  BERTH_TRY(const int out, sys::call(make, "make '{}'", to.native()));
  const UniqueFd out_owner(out);
  return Rewriter(in, out, time).run();
}

}  // namespace berth::image
