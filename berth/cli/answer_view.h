// What a person sees of an answer: entries on standard output, log and outcome on standard error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "berth/app/call_request.h"
#include "berth/app/exit_codes.h"
#include "berth/base/result.h"
#include "berth/server/investigation.h"

namespace berth::cli {

struct AnswerView {
  bool debug = false;  // warnings about the item, and debug messages
  bool trace = false;
  std::int64_t begun_ns = 0;  // when the program began
  std::string title;          // who answered, where several do
};

// The answer has been posted to `investigation`; null where that is with the daemon.
void show_answer(const app::CallAnswer& answer, server::Investigation* investigation, const AnswerView& view);
inline void show_answer(const app::CallAnswer& answer, server::Investigation& investigation, const AnswerView& view) {
  show_answer(answer, &investigation, view);
}

// Saves the files that entries of the answer stand for, under their names, none over another.
Result<void> save_files(const app::CallAnswer& answer, server::Investigation& investigation, const std::string& folder);

// One of them.
Result<void> save_file(const std::filesystem::path& folder, const std::string& name, const std::string& file_id,
                       const std::string& bytes);
Result<void> make_save_folder(const std::string& folder);

// Says why nothing ran, as JSON too where that is asked for, and gives the exit status.
int refuse(const Error& error, int exit_code, bool json);
int refuse_start(const app::StartError& error, bool json);

using app::input_exit_code;

}  // namespace berth::cli
