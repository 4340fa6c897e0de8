#include "berth/content/image_choice.h"

#include <fmt/format.h>

namespace berth::content {

Result<ImageChoice> choose_image(const Item& item, std::string_view asked, const DefaultImages& defaults) {
  const auto doing = [&] { return fmt::format("choose an image for {} '{}'", kind_text(item.kind), item.name); };
  if (item.is_llm) {
    return fail(Errc::InvalidInput, fmt::format("{}: it is a prompt for a language model and has no code to run; name "
                                                "another script",
                                                doing()));
  }
  if (item.language != Language::Python) {
    return fail(Errc::Unavailable, fmt::format("{}: {}", doing(), missing_for(item.language)));
  }
  if (!asked.empty()) return ImageChoice{std::string(asked), "it was asked for (--image)"};
  if (item.docker_image) return ImageChoice{*item.docker_image, "the item names it (dockerimage)"};

  const bool is_python3 = item.subtype == "python3";
  const std::string& image = is_python3 ? defaults.python3 : defaults.python2;
  const std::string why = item.subtype.empty() ? "neither an image nor a subtype is named, which means Python 2"
                                               : fmt::format("no image is named, and the subtype is {}", item.subtype);
  if (image.empty()) {
    return fail(Errc::Unavailable,
                fmt::format("{}: {}, and no default image for that is set; name one with --image", doing(), why));
  }
  return ImageChoice{image, why};
}

}  // namespace berth::content
