// What runs inside the engine's protected calls may leave them by a long jump: no function there has anything to
// destroy.

#include "berth/dt/engine.h"

#include <duktape.h>
#include <sys/random.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "berth/base/utf8.h"

namespace berth::dt {
namespace {

constexpr std::size_t kMostMessageBytes = 500;

void* allocate(void* arena, duk_size_t bytes) { return static_cast<Arena*>(arena)->allocate(bytes); }
void* reallocate(void* arena, void* block, duk_size_t bytes) {
  return static_cast<Arena*>(arena)->reallocate(block, bytes);
}
void release(void* arena, void* block) { static_cast<Arena*>(arena)->release(block); }

// An error outside of every protected call: nothing that a script can cause.
void give_up(void*, const char* message) {
  assertion_failed(message != nullptr ? message : "engine", __FILE__, __LINE__);
}

// The engine's own generator would give each request the same numbers, because each begins from the same heap.
duk_ret_t random_number(duk_context* context) {
  std::uint64_t bits = 0;
  if (::getrandom(&bits, sizeof(bits), 0) != sizeof(bits)) bits = 0;
  duk_push_number(context, static_cast<double>(bits >> 11) * 0x1p-53);
  return 1;
}

duk_ret_t prepare(duk_context* context, void*) {
  duk_push_global_object(context);
  duk_get_prop_string(context, -1, "Math");
  duk_push_c_function(context, random_number, 0);
  duk_put_prop_string(context, -2, "random");
  duk_pop(context);
  // Not of the language; finalizers, and encoders that no content needs.
  for (const char* name : {"Duktape", "CBOR", "Buffer", "performance"}) duk_del_prop_string(context, -1, name);
  duk_pop(context);
  return 0;
}

// Compiles `before` + the code at `index` + `behind`, to be evaluated in the global scope. Leaves the function, or the
// error.
bool compile(duk_context* context, duk_idx_t index, const char* before, const char* behind) {
  duk_push_string(context, before);
  duk_dup(context, index);
  duk_push_string(context, behind);
  duk_concat(context, 3);
  duk_push_string(context, "expression");
  return duk_pcompile(context, DUK_COMPILE_EVAL) == 0;
}

// Leaves the function that the code on top is, or throws. It is an expression, or one with functions behind it, or a
// function's body; tried in this order, so that `{}` is an object and `return` works.
void compile_code(duk_context* context) {
  const duk_idx_t code = duk_get_top_index(context);
  if (compile(context, code, "(", "\n)")) return;
  duk_pop(context);
  if (compile(context, code, "", "")) return;
  if (compile(context, code, "(function(){", "\n})()")) return;
  duk_pop(context);
  duk_throw(context);  // what is wrong with the code as it stands
}

// Makes globals of what each binding in the object `bindings` has for the evaluation number `at`.
void bind(duk_context* context, duk_idx_t bindings, duk_uarridx_t at) {
  duk_enum(context, bindings, DUK_ENUM_OWN_PROPERTIES_ONLY);
  while (duk_next(context, -1, 1) != 0) {  // ... names, name, list
    const auto count = static_cast<duk_uarridx_t>(duk_get_length(context, -1));
    if (at < count) {
      duk_get_prop_index(context, -1, at);
      duk_remove(context, -2);
      duk_put_global_lstring(context, duk_get_string(context, -2), duk_get_length(context, -2));
    } else {  // one value for all, bound already
      duk_pop(context);
    }
    duk_pop(context);
  }
  duk_pop(context);
}

// Whether the error on top only says that one value is unlike the others.
bool is_harmless(duk_context* context, const Arena& arena) {
  return !arena.was_short() && duk_get_error_code(context, -1) != DUK_ERR_RANGE_ERROR;
}

// Request text on the stack -> JSON text of the results.
duk_ret_t evaluate_all(duk_context* context, void* arena) {
  duk_json_decode(context, 0);
  duk_get_prop_string(context, 0, "truth");
  const bool only_truth = duk_get_boolean(context, -1) != 0;
  duk_get_prop_string(context, 0, "bind");
  const duk_idx_t bindings = duk_get_top_index(context);
  duk_get_prop_string(context, 0, "vals");
  const duk_idx_t values = duk_get_top_index(context);
  const auto count = static_cast<duk_uarridx_t>(duk_get_length(context, values));
  duk_get_prop_string(context, 0, "code");
  compile_code(context);
  const duk_idx_t function = duk_get_top_index(context);
  duk_push_array(context);
  const duk_idx_t results = duk_get_top_index(context);
  for (duk_uarridx_t at = 0; at < count; ++at) {
    bind(context, bindings, at);
    duk_get_prop_index(context, values, at);
    duk_put_global_string(context, "val");
    duk_dup(context, function);
    if (!only_truth) {
      duk_call(context, 0);
    } else if (duk_pcall(context, 0) == 0) {
      duk_to_boolean(context, -1);
    } else {
      if (!is_harmless(context, *static_cast<Arena*>(arena))) duk_throw(context);
      duk_pop(context);
      duk_push_false(context);
    }
    duk_put_prop_index(context, results, at);
  }
  duk_dup(context, results);
  duk_json_encode(context, -1);
  return 1;
}

duk_ret_t describe_error(duk_context* context, void*) {
  duk_safe_to_string(context, -1);
  return 1;
}

// The engine keeps surrogate pairs as two characters of three bytes each (CESU-8).
std::string to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto unit = [&](std::size_t at, unsigned char low, unsigned char high) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    return at + 2 < text.size() && byte(0) == 0xed && byte(1) >= low && byte(1) <= high && byte(2) >= 0x80;
  };
  const auto bits = [&](std::size_t at) {
    return (static_cast<char32_t>(text[at + 1] & 0x0f) << 6) | static_cast<char32_t>(text[at + 2] & 0x3f);
  };
  for (std::size_t at = 0; at < text.size();) {
    if (unit(at, 0xa0, 0xaf) && unit(at + 3, 0xb0, 0xbf)) {
      append_utf8(out, 0x10000 + (bits(at) << 10) + bits(at + 3));
      at += 6;
    } else if (unit(at, 0xa0, 0xbf)) {
      append_utf8(out, 0xfffd);
      at += 3;
    } else {
      out += text[at++];
    }
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::make(std::size_t memory_bytes) {
  auto arena = Arena::make(memory_bytes);
  if (arena == nullptr) return fail(Errc::Unavailable, "no address space for the script engine");
  std::unique_ptr<Engine> engine(new Engine(std::move(arena)));
  engine->heap_ = duk_create_heap(allocate, reallocate, release, engine->arena_.get(), give_up);
  if (engine->heap_ == nullptr || duk_safe_call(engine->heap_, prepare, nullptr, 0, 1) != DUK_EXEC_SUCCESS) {
    return fail(Errc::Unavailable, "the script engine has too little memory to begin");
  }
  duk_set_top(engine->heap_, 0);
  engine->arena_->remember();
  return engine;
}

Answer Engine::answer(std::string_view request, std::size_t answer_bytes) {
  struct Input {
    std::string_view request;
    Arena* arena;
  } input{request, arena_.get()};
  const auto guarded = [](duk_context* context, void* given) -> duk_ret_t {
    const auto* in = static_cast<Input*>(given);
    duk_push_lstring(context, in->request.data(), in->request.size());
    return evaluate_all(context, in->arena);
  };
  const bool done = duk_safe_call(heap_, guarded, &input, 0, 1) == DUK_EXEC_SUCCESS;
  if (!done && arena_->was_short()) return {Verdict::NoMemory, ""};
  if (!done) duk_safe_call(heap_, describe_error, nullptr, 1, 1);
  duk_size_t size = 0;
  const char* text = duk_get_lstring(heap_, -1, &size);
  if (arena_->was_short() && text == nullptr) return {Verdict::NoMemory, ""};
  if (text == nullptr) return {Verdict::Thrown, "an exception without a text"};
  if (done && size > answer_bytes) return {Verdict::TooLarge, ""};
  std::string readable = to_utf8({text, done ? size : std::min<std::size_t>(size, kMostMessageBytes)});
  return {done ? Verdict::Results : Verdict::Thrown, std::move(readable)};
}

void Engine::reset() { arena_->restore(); }

}  // namespace berth::dt
