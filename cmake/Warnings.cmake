# berth_warnings: what our own code is compiled with. Headers of others come in as SYSTEM, so that only ours are judged.
add_library(berth_warnings INTERFACE)
target_compile_options(
  berth_warnings
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            -Wsign-conversion
            -Wold-style-cast
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            # Options structs are given by the names of the fields that differ from the default.
            -Wno-missing-field-initializers
            # libstdc++ 12 uses a function of its own that C++17 deprecates; clang reports it at our call of stable_sort.
            $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
            -Werror)
# GCC 12 warns of values in std::optional and std::expected that it cannot follow, under sanitizers (its manual,
# -fsanitize) and with -O3; clang and the sanitizers themselves see more.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(berth_warnings INTERFACE -Wno-maybe-uninitialized)
endif()
# GCC 12 sees overlapping copies in std::string's operator+ when it optimises (its bug 105651).
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(berth_warnings INTERFACE -Wno-restrict)
endif()
