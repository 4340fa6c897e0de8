# berth_duktape: the engine of DT expressions, from the source that Debian's duktape-dev brings. Debian has it as a shared
# library only, which would cost every start of the program; and built here it has our sanitizers and hardening.
find_path(BERTH_DUKTAPE_SOURCE duktape.c PATHS /usr/share/duktape NO_DEFAULT_PATH REQUIRED)
configure_file(${BERTH_DUKTAPE_SOURCE}/duktape.c ${PROJECT_BINARY_DIR}/duktape/duktape.cc COPYONLY)
add_library(berth_duktape STATIC ${PROJECT_BINARY_DIR}/duktape/duktape.cc)
target_include_directories(berth_duktape SYSTEM PUBLIC ${BERTH_DUKTAPE_SOURCE})
# Not ours: no warnings of ours, and no judgement of its conversions and shifts.
target_compile_options(berth_duktape PRIVATE -w)
if(BERTH_SANITIZE)
  target_compile_options(berth_duktape PRIVATE -fno-sanitize=undefined)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(berth_duktape PRIVATE -O2)
endif()
