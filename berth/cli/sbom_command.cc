#include "berth/cli/sbom_command.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "berth/app/exit_codes.h"
#include "berth/app/sbom_service.h"
#include "berth/base/json.h"
#include "berth/cli/answer_view.h"
#include "berth/version.h"

namespace berth::cli {
namespace {

struct SbomOptions {
  std::string subject;
  std::string format;
};

// A path is told from an image's name by how it is written.
bool is_path(std::string_view subject) {
  return subject.starts_with('.') || subject.starts_with('/') || subject.ends_with('/');
}

// Seconds since 1970, as reproducible builds set it. Errors: InvalidInput.
Result<std::optional<std::chrono::system_clock::time_point>> source_date() {
  using Moment = std::optional<std::chrono::system_clock::time_point>;
  const char* set = std::getenv("SOURCE_DATE_EPOCH");
  if (set == nullptr || *set == '\0') return Moment();
  const std::string_view text = set;
  std::uint32_t seconds = 0;  // until 2106
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail(Errc::InvalidInput, "SOURCE_DATE_EPOCH is no number of seconds since 1970");
  }
  return Moment(std::chrono::system_clock::time_point(std::chrono::seconds(seconds)));
}

Result<vet::Sbom> sbom_of(const SbomOptions& options, const Surroundings& surroundings) {
  BERTH_TRY(const auto created, source_date());
  const app::SbomRequest request = {.tool_version = kVersion, .created = created};
  if (is_path(options.subject)) return app::sbom_of_folder(options.subject, request);
  return app::sbom_of_image(surroundings.settings, options.subject, request);
}

int sbom_command(const SbomOptions& options, const Surroundings& surroundings) {
  const auto sbom = sbom_of(options, surroundings);
  if (!sbom) return refuse(sbom.error(), app::input_exit_code(sbom.error()), false);
  for (const std::string& unread : sbom->unread) {
    fmt::print(stderr, "berth: warning: packages may be missing: could not read {}\n", unread);
  }
  if (sbom->components.empty() && sbom->unread.empty()) {
    fmt::print(stderr,
               "berth: warning: no packages are installed there, so the bill is empty: lists and lock files are not "
               "read for it ('berth vet' judges them)\n");
  }
  const Json document = options.format == "spdx" ? vet::spdx_of(*sbom) : vet::cyclonedx_of(*sbom);
  const std::string text = print_json_pretty(document) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);  // whether it went out is looked at when the program ends
  return 0;
}

}  // namespace

void add_sbom(CLI::App& program, Choice& choice) {
  CLI::App& sbom = *program.add_subcommand("sbom", "a bill of materials: what is in an image or a folder");
  const auto options = std::make_shared<SbomOptions>();
  sbom.add_option("subject", options->subject, "an image of this machine, or a folder (./FOLDER, /FOLDER)")->required();
  sbom.add_option("--format", options->format, "cyclonedx (1.5) or spdx (2.3), both as JSON")
      ->check(CLI::IsMember({"cyclonedx", "spdx"}))
      ->required();
  sbom.callback([&choice, options] {
    choice.run = [options](const Surroundings& surroundings) { return sbom_command(*options, surroundings); };
  });
}

}  // namespace berth::cli
