// Wheels with lies in their records, of which parts alone are read: what those say is what the whole says, and nothing
// outside of it is asked for. Each byte below is one of a wheel's entries or of what is changed in it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "berth/base/error.h"
#include "berth/content/zip_records.h"
#include "berth/vet/wheel_licences.h"

namespace {

using namespace berth;

std::string number(std::size_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xff);
  return bytes;
}

class Input {
 public:
  explicit Input(std::string_view rest) : rest_(rest) {}
  std::size_t next() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  bool is_over() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// Stored entries, with one that is as large as all that is read at first.
std::string wheel_of(Input& input) {
  static const std::string kLarge(300'000, 'x');
  const std::string texts[] = {"Name: a\nVersion: 1\nLicense: MIT\nLicense-File: T\n", "under the GNU GPL, version 3",
                               "Name: a\nVersion: 1\n", "", kLarge};
  const std::string names[] = {"a.dist-info/METADATA",
                               "a.dist-info/licenses/L",
                               "a.dist-info/T",
                               "a.dist-info/LICENSE",
                               "a.py",
                               "b.dist-info/METADATA",
                               "b/",
                               "c.py"};
  std::string bytes;
  std::string directory;
  const std::size_t count = input.next() % 10;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& name = names[input.next() % 8];
    const std::size_t which = input.next() % 5;
    // What is looked at for a licence is short.
    const std::string& text = texts[which == 4 && !name.ends_with(".py") ? 3 : which];
    const std::string common = number(20, 2) + number(0, 8) + number(content::crc32_of(text), 4) +
                               number(text.size(), 4) + number(text.size(), 4) + number(name.size(), 2) + number(0, 2);
    directory += "PK\x01\x02" + number(20, 2) + common + std::string(10, '\0') + number(bytes.size(), 4) + name;
    bytes += "PK\x03\x04" + common + name + text;
  }
  return bytes + directory + "PK\x05\x06" + number(0, 4) + number(count, 2) + number(count, 2) +
         number(directory.size(), 4) + number(bytes.size(), 4) + number(0, 2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({reinterpret_cast<const char*>(data), size});
  std::string wheel = wheel_of(input);
  for (int changes = 0; !input.is_over() && changes < 20; ++changes) {
    const std::size_t from_end = input.next() << 8 | input.next();
    const std::size_t at = input.next() % 2 == 0 ? from_end : wheel.size() - 1 - from_end;
    if (at < wheel.size()) wheel[at] = static_cast<char>(input.next());
  }
  int asked = 0;
  vet::DistantWheel distant;
  distant.name = "x";
  distant.size = wheel.size();
  distant.tail = wheel.substr(wheel.size() - std::min(wheel.size(), vet::kWheelTail));
  distant.read = [&](std::uint64_t offset, std::size_t length) -> Result<std::string> {
    BERTH_ASSERT(offset < wheel.size() && length <= wheel.size() - offset && length > 0);
    BERTH_ASSERT(++asked <= 20);
    return wheel.substr(offset, length);
  };
  const auto read = vet::facts_of_distant_wheel(distant);
  const auto whole = vet::facts_of_wheel(wheel, "x");
  if (whole) BERTH_ASSERT(read && *read == *whole);
  return 0;
}
