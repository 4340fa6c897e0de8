#include "berth/http/worker_board.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>

#include "berth/base/utf8.h"

namespace berth::http {

Result<WorkerBoard> WorkerBoard::make() {
  void* const page = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return std::unexpected(Error::from_errno(errno, "map memory that a worker shares"));
  return WorkerBoard(new (page) Page);
}

WorkerBoard::~WorkerBoard() {
  if (page_ != nullptr) ::munmap(page_, sizeof(Page));
}

void WorkerBoard::clear() {
  page_->item_size = 0;
  page_->deadline = 0;
  page_->has_begun = false;
  page_->process = 0;
  page_->stage = CallStage::Handed;
}

void WorkerBoard::tell_progress(const app::CallProgress& progress) {
  page_->has_begun = progress.has_begun;
  page_->process = progress.process;
  page_->deadline = progress.until ? static_cast<std::int64_t>(progress.until->time_since_epoch().count()) : 0;
}

std::optional<std::chrono::steady_clock::time_point> WorkerBoard::deadline() const {
  using Time = std::chrono::steady_clock::time_point;
  const std::int64_t ticks = page_->deadline;
  return ticks == 0 ? std::nullopt : std::optional(Time(Time::duration(ticks)));
}

void WorkerBoard::tell_item(std::string_view item) {
  page_->item_size = 0;
  const std::string text = to_visible(item.substr(0, kLongestItem), false);
  const std::size_t size = std::min(text.size(), kLongestItem);
  for (std::size_t i = 0; i < size; ++i) page_->item[i] = text[i];
  page_->item_size = static_cast<std::uint32_t>(size);
}

std::string WorkerBoard::item() const {
  const std::size_t size = std::min<std::size_t>(page_->item_size, kLongestItem);
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += page_->item[i];
  // It may be cut, or in the middle of being written.
  return to_valid_utf8(text);
}

}  // namespace berth::http
