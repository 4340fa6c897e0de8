// Blocks come in classes of size; a freed one waits in its class's list. The block at the end grows in place, which is
// how the engine builds long strings.

#include "berth/dt/arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "berth/base/error.h"

namespace berth::dt {
namespace {

constexpr std::size_t kGrain = 16;
constexpr std::size_t kSmall = 1024;                    // up to here a class for each multiple of kGrain
constexpr std::size_t kSmallClasses = kSmall / kGrain;  // then four for each doubling
constexpr std::size_t kClasses = kSmallClasses + std::size_t{4} * 32;
constexpr std::size_t kKeptBytes = 1 << 20;  // pages beyond are given back after a large job

struct SizeClass {
  std::size_t index;
  std::size_t bytes;
};

SizeClass class_of(std::size_t bytes) {
  if (bytes <= kSmall) {
    const std::size_t index = bytes == 0 ? 0 : (bytes - 1) / kGrain;
    return {index, (index + 1) * kGrain};
  }
  const auto doubling =
      static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;  // 2^doubling < bytes <= 2^(doubling+1)
  const std::size_t base = std::size_t{1} << doubling;
  const std::size_t quarter = base / 4;
  const std::size_t part = (bytes - 1 - base) / quarter;
  return {kSmallClasses + (doubling - 10) * 4 + part, base + (part + 1) * quarter};
}

}  // namespace

struct Arena::Header {
  std::size_t bytes;  // of the block behind it, a class's size
  Header* next;       // while it is free
};

struct Arena::Books {
  std::size_t used = 0;  // bytes from the base on that were ever handed out
  bool was_short = false;
  std::array<Header*, kClasses> free = {};
};

std::unique_ptr<Arena> Arena::make(std::size_t bytes) {
  bytes = std::max(bytes, sizeof(Books) + kKeptBytes);
  void* base = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return nullptr;
  return std::unique_ptr<Arena>(new Arena(static_cast<std::byte*>(base), bytes));
}

Arena::Arena(std::byte* base, std::size_t bytes) : base_(base), bytes_(bytes) {
  static_assert(sizeof(Header) == kGrain && alignof(Books) <= kGrain);
  Books* first = new (base_) Books;
  first->used = (sizeof(Books) + kGrain - 1) / kGrain * kGrain;
}

Arena::~Arena() { ::munmap(base_, bytes_); }

Arena::Books& Arena::books() const { return *reinterpret_cast<Books*>(base_); }

void* Arena::refuse() {
  books().was_short = true;
  return nullptr;
}

void* Arena::allocate(std::size_t bytes) {
  if (bytes > bytes_) return refuse();
  const SizeClass fitting = class_of(bytes);
  Books& books = this->books();
  if (Header* header = books.free[fitting.index]; header != nullptr) {
    books.free[fitting.index] = header->next;
    return header + 1;
  }
  if (fitting.bytes + sizeof(Header) > bytes_ - books.used) return refuse();
  Header* header = new (base_ + books.used) Header{fitting.bytes, nullptr};
  books.used += sizeof(Header) + fitting.bytes;
  return header + 1;
}

void* Arena::reallocate(void* block, std::size_t bytes) {
  if (block == nullptr) return allocate(bytes);
  if (bytes > bytes_) return refuse();
  Header* header = static_cast<Header*>(block) - 1;
  if (bytes <= header->bytes) return block;
  Books& books = this->books();
  const auto end = static_cast<std::size_t>(static_cast<std::byte*>(block) - base_) + header->bytes;
  const std::size_t wanted = class_of(bytes).bytes;
  if (end == books.used && wanted - header->bytes <= bytes_ - books.used) {
    books.used += wanted - header->bytes;
    header->bytes = wanted;
    return block;
  }
  void* larger = allocate(bytes);
  if (larger == nullptr) return nullptr;
  std::memcpy(larger, block, header->bytes);
  release(block);
  return larger;
}

void Arena::release(void* block) {
  if (block == nullptr) return;
  Header* header = static_cast<Header*>(block) - 1;
  Header*& list = books().free[class_of(header->bytes).index];
  header->next = list;
  list = header;
}

bool Arena::was_short() const { return books().was_short; }

void Arena::remember() { remembered_.assign(base_, base_ + books().used); }

void Arena::restore() {
  BERTH_ASSERT(!remembered_.empty());
  const std::size_t used = std::min(books().used, bytes_);
  std::memcpy(base_, remembered_.data(), remembered_.size());
  const std::size_t kept = (remembered_.size() + kKeptBytes) / 4096 * 4096;
  if (used > kept) ::madvise(base_ + kept, bytes_ - kept, MADV_DONTNEED);
}

}  // namespace berth::dt
