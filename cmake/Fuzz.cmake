# With BERTH_FUZZ=ON each tests/fuzz/<name>_fuzz.cc becomes the libFuzzer target fuzz_<name>, and they are built with all
# else. Configure with `cmake --preset clang`: the layers themselves must be built with fuzzer-no-link, so that the
# fuzzer sees their branches. tools/fuzz runs them.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  message(FATAL_ERROR "BERTH_FUZZ needs clang (libFuzzer): configure with `cmake --preset clang`")
endif()
if(NOT BERTH_SANITIZE MATCHES "fuzzer-no-link")
  message(FATAL_ERROR "BERTH_FUZZ needs fuzzer-no-link in BERTH_SANITIZE: configure with `cmake --preset clang`")
endif()

# Every layer: a target names in its #include what it tests, and the linker drops the rest.
get_directory_property(berth_targets DIRECTORY ${PROJECT_SOURCE_DIR} BUILDSYSTEM_TARGETS)
set(berth_fuzz_layers)
foreach(target IN LISTS berth_targets)
  get_target_property(type ${target} TYPE)
  if(target MATCHES "^berth_" AND type STREQUAL "STATIC_LIBRARY")
    list(APPEND berth_fuzz_layers ${target})
  endif()
endforeach()

file(GLOB fuzz_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/fuzz/*_fuzz.cc)
foreach(source IN LISTS fuzz_sources)
  get_filename_component(name ${source} NAME_WE)
  string(REGEX REPLACE "_fuzz$" "" name ${name})
  add_executable(fuzz_${name} ${source})
  target_link_libraries(fuzz_${name} PRIVATE ${berth_fuzz_layers} berth_warnings)
  target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endforeach()
