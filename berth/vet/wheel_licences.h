// What a wheel says of its licence, read from its archive without unpacking it into a folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/facts.h"

namespace berth::vet {

// The statements of METADATA and of the licence files beside it. `wheel` is this process's own file: nobody else
// changes it meanwhile. Errors: those of reading; InvalidInput when it is no archive that every reader understands
// alike, or has not exactly one METADATA that can be read; Exhausted past a bound.
Result<std::vector<LicenceStatement>> read_wheel_licences(const std::filesystem::path& wheel);

// What a wheel says of itself.
struct WheelFacts {
  std::vector<LicenceStatement> licences;
  std::string name;
  std::string version;
  std::vector<std::string> requires_dist;

  friend bool operator==(const WheelFacts&, const WheelFacts&) = default;
};

// The same of a wheel's bytes, with the rest of what METADATA says. Pure.
Result<WheelFacts> facts_of_wheel(std::string_view bytes, const std::string& name);

// As many bytes of a wheel's end say what is in it, and hold what says its licence, of nearly all wheels.
inline constexpr std::size_t kWheelTail = std::size_t{256} << 10;

// A wheel that lies elsewhere, of which no more is read than its directory, METADATA and the licence files.
struct DistantWheel {
  std::string name;
  std::uint64_t size = 0;
  std::string tail;  // its last bytes, kWheelTail or all of them
  // `size` bytes from `offset` on; asked for at most some twenty times, and for 24 MiB together.
  std::function<Result<std::string>(std::uint64_t offset, std::size_t size)> read;
  std::string metadata_sha256;  // of METADATA, where it is known
};

// The facts of such a wheel. Nothing proves that what was read is of the file with its hash: that is for who has
// all of it. Errors: those of `read`, which may give other bytes than there are, as for facts_of_wheel, as far as it
// can be seen; Corrupt where METADATA has another hash; Exhausted where more would have to be read.
Result<WheelFacts> facts_of_distant_wheel(DistantWheel wheel);

}  // namespace berth::vet
