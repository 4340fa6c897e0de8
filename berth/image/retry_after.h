// What a registry asks for with the header Retry-After (RFC 9110, 10.2.3). Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace berth::image {

// A date of HTTP, in the form that is written today or one of the two that are only read (RFC 9110, 5.6.7). Nothing for
// anything else.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

// How long it wants to be left alone: `text` is the header's value, seconds or a date, `date` that of the header Date
// of the same answer, by whose clock it counts; `now` where there is none. Never below 0, and no longer than ten years.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, std::string_view date,
                                                      std::chrono::system_clock::time_point now);

inline constexpr auto kLongestWait = std::chrono::seconds(30);  // that is waited when a registry asks for it
inline constexpr auto kShortWait = std::chrono::seconds(2);     // not worth a word

// The line for a person before a wait: "waiting 20 s for the registry 'x': it answers with status 503 and asks to wait
// that long". `status` 0: it has not answered, or broken off.
std::string wait_text(std::string_view registry, std::chrono::milliseconds wait, int status, bool is_asked_for);

}  // namespace berth::image
