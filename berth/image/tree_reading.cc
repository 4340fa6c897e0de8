#include "berth/image/tree_reading.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>

namespace berth::image {
namespace {

std::chrono::nanoseconds own_time() {
  timespec time = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

TreeReading::TreeReading(const ImageTree& tree, const ReadingBounds& bounds)
    : tree_(tree), bounds_(bounds), until_(own_time() + bounds.time), left_(bounds.bytes) {}

bool TreeReading::is_over() const { return left_ == 0 || own_time() >= until_; }

Result<void> TreeReading::check() const {
  if (left_ == 0) {
    return fail(Errc::Exhausted,
                fmt::format("the files of the image that say what it has hold more than {} bytes", bounds_.bytes));
  }
  if (own_time() >= until_) {
    return fail(Errc::Exhausted, fmt::format("to read the image takes longer than {} s",
                                             std::chrono::duration<double>(bounds_.time).count()));
  }
  return {};
}

Result<std::string> TreeReading::read_file(const std::filesystem::path& path, std::size_t limit_bytes) {
  BERTH_CHECK_OK(check());
  const std::size_t limit = std::min<std::uint64_t>(limit_bytes, left_);
  auto text = tree_.read_file(path, limit);
  if (text) {
    left_ -= text->size();
  } else if (text.error().code() == Errc::Exhausted) {
    left_ -= limit;  // it was read up to there
  }
  return text;
}

Result<std::vector<TreeEntry>> TreeReading::list_folder(const std::filesystem::path& path) const {
  BERTH_CHECK_OK(check());
  return tree_.list_folder(path);
}

Result<std::filesystem::path> TreeReading::resolve(const std::filesystem::path& path) const {
  BERTH_CHECK_OK(check());
  return tree_.resolve(path);
}

Result<void> TreeReading::walk(const ImageTree::Visit& visit, const ImageTree::Skip& skip) const {
  WalkBounds bounds = bounds_.walk;
  bounds.is_over = [this] { return is_over(); };
  return tree_.walk(visit, skip, bounds);
}

}  // namespace berth::image
