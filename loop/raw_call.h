// System calls without libc, for what runs in images of any kind: the zygote's part (fork.cc) and the first process of a
// foreign engine's container (first.cc).
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace {

#if defined(__x86_64__)
[[maybe_unused]] long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
[[maybe_unused]] long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
#else
#error "no system calls for this architecture"
#endif

template <class T>
long address(T* pointer) {
  return reinterpret_cast<long>(pointer);
}

}  // namespace

// The compiler may make these of loops and copies.
extern "C" void* memset(void* to, int byte, size_t count) {
  auto* bytes = static_cast<volatile char*>(to);
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(byte);
  return to;
}
extern "C" void* memcpy(void* to, const void* from, size_t count) {
  auto* into = static_cast<volatile char*>(to);
  const auto* bytes = static_cast<const char*>(from);
  for (size_t i = 0; i < count; ++i) into[i] = bytes[i];
  return to;
}
