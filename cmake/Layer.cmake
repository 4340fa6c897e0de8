# berth_layer(<name> [USES <layer>...] [PACKAGES <target>...] [PRIVATE_PACKAGES <target>...])
#   berth/<name>/ becomes the static library berth_<name>. USES is the whole list
#   of arrows the layer may have: tools/check_layers.py holds every #include to
#   it, and a layer can only use one that is declared above it, so no cycles.
#   tests/<name>/*_test.cc, where there are any, become the unit test <name>_test.
function(berth_layer name)
  cmake_parse_arguments(arg "" "" "USES;PACKAGES;PRIVATE_PACKAGES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/berth/${name}/*.cc)
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/berth/${name}/*.h)
  foreach(used IN LISTS arg_USES)
    if(NOT TARGET berth_${used})
      message(FATAL_ERROR "layer ${name} uses ${used}, which is not declared above it")
    endif()
  endforeach()
  add_library(berth_${name} STATIC ${sources})
  # A header set, so that `all_verify_interface_header_sets` compiles each alone.
  target_sources(berth_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers})
  list(TRANSFORM arg_USES PREPEND berth_)
  target_link_libraries(berth_${name} PUBLIC ${arg_USES} ${arg_PACKAGES} PRIVATE berth_warnings ${arg_PRIVATE_PACKAGES})

  file(GLOB tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${name}/*_test.cc)
  if(tests AND BERTH_TESTS)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE berth_${name} berth_warnings GTest::gmock_main)
    target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR})
    gtest_discover_tests(${name}_test NO_PRETTY_VALUES PROPERTIES LABELS "unit;${name}" DISCOVERY_TIMEOUT 60)
  endif()
endfunction()
