// Memory of one script engine: bounded, and put back as it was in one stroke.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace berth::dt {

// An allocator over one stretch of address space. All that it hands out, and its own books, lie in that stretch, so a
// copy of the used part brings back everything that was built in it, every pointer being right again. For one thread.
class Arena {
 public:
  // Null when the machine has no such stretch.
  static std::unique_ptr<Arena> make(std::size_t bytes);
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  // As malloc, realloc and free; null past the bound.
  void* allocate(std::size_t bytes);
  void* reallocate(void* block, std::size_t bytes);
  void release(void* block);

  // Whether something was refused since the last `restore`.
  bool was_short() const;

  // What holds now is what `restore` brings back.
  void remember();
  void restore();

 private:
  struct Books;
  struct Header;
  Arena(std::byte* base, std::size_t bytes);
  Books& books() const;
  void* refuse();

  std::byte* base_;
  std::size_t bytes_;
  std::vector<std::byte> remembered_;
};

}  // namespace berth::dt
