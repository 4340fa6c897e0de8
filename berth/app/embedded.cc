#include "berth/app/embedded.h"

#include "berth/base/embed.h"

BERTH_EMBED(loop, BERTH_LOOP_FILE);
BERTH_EMBED(common, BERTH_COMMON_FOLDER "/CommonServerPython.py");
BERTH_EMBED(always, BERTH_COMMON_FOLDER "/always.py");
BERTH_EMBED(optional_names, BERTH_COMMON_FOLDER "/optional_names");
BERTH_EMBED(digests, BERTH_COMMON_FOLDER "/digests");
BERTH_EMBED(zygote, BERTH_ZYGOTE_FILE);
BERTH_EMBED(watch, BERTH_WATCH_FILE);
BERTH_EMBED(ahead, BERTH_AHEAD_FILE);
BERTH_EMBED(again, BERTH_AGAIN_FILE);
BERTH_EMBED(kept, BERTH_KEPT_FILE);
BERTH_EMBED(learned, BERTH_LEARNED_FILE);

namespace berth::app {
namespace {

// Of the common script, of what is always there of it, and of the loop.
std::string_view digest(std::size_t index) { return {berth_embedded_digests + 64 * index, 64}; }

}  // namespace

std::string_view embedded_loop() { return {berth_embedded_loop, berth_embedded_loop_end}; }
std::string_view embedded_zygote() { return {berth_embedded_zygote, berth_embedded_zygote_end}; }
std::string_view embedded_watch() { return {berth_embedded_watch, berth_embedded_watch_end}; }
std::string_view embedded_ahead() { return {berth_embedded_ahead, berth_embedded_ahead_end}; }
std::string_view embedded_again() { return {berth_embedded_again, berth_embedded_again_end}; }
std::string_view embedded_kept() { return {berth_embedded_kept, berth_embedded_kept_end}; }
std::string_view embedded_learned() { return {berth_embedded_learned, berth_embedded_learned_end}; }
std::string_view embedded_loop_digest() { return digest(2); }

content::CommonScript embedded_common() {
  return {{berth_embedded_common, berth_embedded_common_end},
          {berth_embedded_always, berth_embedded_always_end},
          {berth_embedded_optional_names, berth_embedded_optional_names_end},
          digest(0),
          digest(1)};
}

}  // namespace berth::app
