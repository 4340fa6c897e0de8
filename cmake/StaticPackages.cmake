# BERTH_FMT, BERTH_YAML, BERTH_SODIUM, BERTH_SQLITE3, BERTH_MD: the libraries to link. A release takes static ones (of
# fmt, which Debian has only as a shared library, the headers): the program then starts about a millisecond sooner,
# which counts in a call of a few.
set(BERTH_FMT fmt::fmt)
set(BERTH_YAML PkgConfig::YAML)
set(BERTH_SODIUM PkgConfig::SODIUM)
set(BERTH_SQLITE3 PkgConfig::SQLITE3)
set(BERTH_MD PkgConfig::MD)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(BERTH_FMT fmt::fmt-header-only)
  foreach(package yaml sodium sqlite3 md)
    find_library(BERTH_STATIC_${package} lib${package}.a REQUIRED)
    add_library(berth_static_${package} INTERFACE)
    target_link_libraries(berth_static_${package} INTERFACE ${BERTH_STATIC_${package}})
    string(TOUPPER ${package} name)
    set(BERTH_${name} berth_static_${package})
  endforeach()
  add_link_options(-static-libstdc++ -static-libgcc)
endif()
