#include "berth/app/image_stages.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace berth::app {

Result<void> accepted(const Verdict& verdict, std::string_view what) {
  if (verdict.accepted) return {};
  return fail(Errc::Denied,
              fmt::format("{} was judged, and does not go in: {}", what, fmt::join(verdict.findings, "; ")));
}

Result<Vetted> Vetted::by(const Judge& judge, Resolved resolved) {
  BERTH_TRY(Verdict verdict, judge(resolved));
  BERTH_CHECK_OK(accepted(verdict, "what is to be installed"));
  return Vetted(std::move(resolved), std::move(verdict.findings));
}

}  // namespace berth::app
