// Errors of a call that has not begun, told apart: the request was wrong, or its container could not be had.
#pragma once

#include <expected>
#include <utility>

#include "berth/app/call_request.h"
#include "berth/base/result.h"

namespace berth::app {

template <class T>
std::expected<T, StartError> refused(Result<T> result) {
  if (!result) return std::unexpected(StartError{std::move(result).error(), false});
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *std::move(result);
  }
}

template <class T>
std::expected<T, StartError> not_started(Result<T> result) {
  auto told = refused(std::move(result));
  if (!told) told.error().is_start = true;
  return told;
}

}  // namespace berth::app
