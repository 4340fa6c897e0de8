#include "berth/app/create_line.h"

#include <fmt/format.h>

#include "berth/app/created_view.h"

namespace berth::app {
Result<CreateOptions> create_options_of(const CreateTexts& texts) {
  CreateOptions options;
  BERTH_TRY(options.request.name, image::parse_image_name(texts.name));
  BERTH_TRY(options.request.dependencies, image::parse_requirements(texts.dependencies));
  BERTH_TRY(options.request.packages, image::parse_package_wishes(texts.packages));
  if (!texts.base.empty()) {
    BERTH_CHECK_OK(image::parse_reference(texts.base).context([] { return "base"; }));
    options.base = texts.base;
  }
  options.request.allow_sources = texts.allow_sources;
  for (const auto& [given, into] : {std::pair{&texts.description, &options.request.description},
                                    {&texts.authors, &options.request.authors},
                                    {&texts.source, &options.request.source}}) {
    if (given->size() > 1024 || given->find_first_of("\r\n") != std::string::npos) {
      return fail(Errc::InvalidInput, "a label is one line of at most 1024 bytes");
    }
    *into = *given;
  }
  return options;
}

Result<Json> docker_image_create(const Json& arguments, const Settings& settings, int interrupt,
                                 const std::function<void(std::string_view)>& on_step) {
  CreateTexts texts;
  texts.name = arguments.text_or("name", "");
  texts.dependencies = arguments.text_or("dependencies", "");
  texts.packages = arguments.text_or("packages", "");
  texts.base = arguments.text_or("base", "");
  if (texts.name.empty()) return fail(Errc::InvalidInput, "/docker_image_create: it needs 'name'");
  BERTH_TRY(CreateOptions options, create_options_of(texts));
  if (options.request.dependencies.empty() && options.request.packages.empty()) {
    return fail(Errc::InvalidInput,
                "/docker_image_create: nothing is asked for; name it with dependencies= or packages=");
  }
  options.interrupt = interrupt;
  options.on_step = on_step;
  BERTH_TRY(const CreatedImage created, create_image(options, settings));
  Json entry = Json::object();
  entry.set("Type", 1).set("ContentsFormat", "json").set("Contents", created_json(created));
  return entry.set("ReadableContentsFormat", "markdown").set("HumanReadable", created_notice(created));
}

}  // namespace berth::app
