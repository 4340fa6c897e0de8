#include "berth/sys/dynamic_library.h"

#include <gtest/gtest.h>

#include <cstddef>

namespace berth::sys {
namespace {

TEST(DynamicLibrary, GivesTheFunctionsThatItHas) {
  auto library = DynamicLibrary::open("libc.so.6", "libc6");
  ASSERT_TRUE(library.has_value()) << library.error().message();
  std::size_t (*length)(const char*) = nullptr;
  ASSERT_TRUE(library->find("strlen", length));
  EXPECT_EQ(length("four"), 4u);
}

TEST(DynamicLibrary, TellsTheFirstFunctionThatItLacks) {
  auto library = DynamicLibrary::open("libc.so.6", "libc6");
  ASSERT_TRUE(library.has_value());
  void (*function)() = nullptr;
  EXPECT_FALSE(library->find("berth_no_such_function", function) && library->find("abort", function));
  EXPECT_FALSE(library->find("berth_nor_this_one", function));
  EXPECT_EQ(function, nullptr);
  const Error error = library->missing().error();
  EXPECT_EQ(error.code(), Errc::Unavailable);
  EXPECT_NE(error.message().find("berth_no_such_function"), std::string::npos) << error.message();
  EXPECT_NE(error.message().find("apt-get install libc6"), std::string::npos) << error.message();
}

TEST(DynamicLibrary, ThatIsNotHereIsAnErrorWithItsPackage) {
  const auto library = DynamicLibrary::open("libberth-none.so.9", "libberth-none9");
  ASSERT_FALSE(library.has_value());
  EXPECT_EQ(library.error().code(), Errc::Unavailable);
  EXPECT_TRUE(library.error().message().ends_with("; install it with 'apt-get install libberth-none9'"))
      << library.error().message();
}

}  // namespace
}  // namespace berth::sys
