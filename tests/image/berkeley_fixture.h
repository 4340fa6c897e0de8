// Files of Berkeley DB's hash method, written page by page.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/image/rpm_fixture.h"

namespace berth::image {

struct Berkeley {
  bool is_big = false;  // the order of bytes
  std::uint32_t page_bytes = 512;
  std::uint32_t version = 9;
  char hash_kind = 13;

  std::string number(std::uint64_t value, int bytes) const {
    std::string text = big(value, bytes);
    if (!is_big) std::ranges::reverse(text);
    return text;
  }

  std::string meta(std::uint32_t last_page, std::uint32_t last_bucket, const std::vector<std::uint32_t>& spares) const {
    std::string page = std::string(12, '\0') + number(0x61561, 4) + number(version, 4) + number(page_bytes, 4);
    page += std::string("\0\x08\0\0", 4) + number(0, 4) + number(last_page, 4);
    page.resize(72);
    page += number(last_bucket, 4);
    page.resize(96);
    for (const std::uint32_t spare : spares) page += number(spare, 4);
    page.resize(page_bytes);
    return page;
  }

  std::string key(std::uint32_t id) const { return '\x01' + number(id, 4); }
  std::string value(std::string_view bytes) const { return '\x01' + std::string(bytes); }
  std::string far_value(std::uint32_t page, std::uint32_t bytes) const {
    return std::string("\x03\0\0\0", 4) + number(page, 4) + number(bytes, 4);
  }

  // Keys and values in turn.
  std::string hash_page(std::uint32_t own, const std::vector<std::string>& items, std::uint32_t next = 0) const {
    std::string places;
    std::string all;
    for (const std::string& item : items) {
      all.insert(0, item);
      places += number(page_bytes - all.size(), 2);
    }
    std::string page = head(own, next, items.size(), page_bytes - all.size(), hash_kind) + places;
    page.resize(page_bytes - all.size());
    return page + all;
  }

  std::string overflow_page(std::uint32_t own, std::string_view part, std::uint32_t next = 0) const {
    std::string page = head(own, next, 1, part.size(), '\x07') + std::string(part);
    page.resize(page_bytes);
    return page;
  }

  // Two buckets on the pages 1 and 2, of three entries a page, a counter among them; what is longer than 100 bytes
  // stands in pages of its own.
  std::string file(const std::vector<std::string>& values) const {
    std::vector<std::string> pages(3);
    std::array<std::vector<std::string>, 2> buckets;
    buckets[0] = {key(0), value(number(values.size(), 4))};
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      std::vector<std::string>& bucket = buckets.at((i + 1) % 2);
      bucket.push_back(key(i + 1));
      bucket.push_back(values[i].size() <= 100 ? value(values[i]) : far(values[i], pages));
    }
    for (std::uint32_t bucket = 0; bucket < 2; ++bucket)
      pages[bucket + 1] = chain(bucket + 1, buckets.at(bucket), pages);
    pages[0] = meta(static_cast<std::uint32_t>(pages.size() - 1), 1, {1, 1});
    std::string whole;
    for (const std::string& page : pages) whole += page;
    return whole;
  }

 private:
  std::string head(std::uint32_t own, std::uint32_t next, std::size_t count, std::size_t free, char kind) const {
    return std::string(8, '\0') + number(own, 4) + number(0, 4) + number(next, 4) + number(count, 2) +
           number(free & 0xffff, 2) + '\0' + kind;
  }

  std::string far(std::string_view bytes, std::vector<std::string>& pages) const {
    const auto first = static_cast<std::uint32_t>(pages.size());
    const std::size_t room = page_bytes - 26;
    for (std::size_t at = 0; at < bytes.size(); at += room) {
      const auto own = static_cast<std::uint32_t>(pages.size());
      pages.push_back(overflow_page(own, bytes.substr(at, room), at + room < bytes.size() ? own + 1 : 0));
    }
    return far_value(first, static_cast<std::uint32_t>(bytes.size()));
  }

  // The first page of a bucket, whose number is known; the others are added behind all.
  std::string chain(std::uint32_t own, const std::vector<std::string>& items, std::vector<std::string>& pages) const {
    constexpr std::size_t kOnePage = 6;
    const std::size_t count = (items.size() + kOnePage - 1) / kOnePage;
    std::uint32_t next = 0;
    for (std::size_t i = count; i-- > 0;) {
      const std::vector<std::string> part(
          items.begin() + static_cast<std::ptrdiff_t>(i * kOnePage),
          items.begin() + static_cast<std::ptrdiff_t>(std::min(items.size(), (i + 1) * kOnePage)));
      if (i == 0) return hash_page(own, part, next);
      const auto behind = static_cast<std::uint32_t>(pages.size());
      pages.push_back(hash_page(behind, part, next));
      next = behind;
    }
    return std::string(page_bytes, '\0');  // nothing was ever put into it
  }
};

}  // namespace berth::image
