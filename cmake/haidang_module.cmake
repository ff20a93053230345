# One module = one directory = one static library = one namespace.
#
#   haidang_module(detect DEPS base event LIBS re2 SOURCES a.cpp TESTS a_test.cpp FUZZERS a_fuzz.cpp)
#
# DEPS names the modules it may include; tools/check_layers.py holds every #include to it.
# Tests become one program `<module>_test`, fuzzers one program each.
set(HAIDANG_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast
    -Wimplicit-fallthrough -Wswitch-enum -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # False at -O3: in std::string (GCC bug 105651), in std::variant of one (GCC bug 105562).
  list(APPEND HAIDANG_WARNINGS -Wno-restrict -Wno-maybe-uninitialized)
endif()

function(haidang_flags target)
  target_compile_options(${target} PRIVATE ${HAIDANG_WARNINGS})
  target_compile_definitions(${target} PRIVATE
    HAIDANG_SOURCE_DIR="${PROJECT_SOURCE_DIR}" HAIDANG_VERSION="${PROJECT_VERSION}")
endfunction()

function(haidang_module name)
  cmake_parse_arguments(M "" "" "DEPS;LIBS;SOURCES;HEADERS;TESTS;FUZZERS" ${ARGN})
  set(lib haidang_${name})
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.hpp)
  list(FILTER headers EXCLUDE REGEX "/[a-z_]*trial[a-z_]*\\.hpp$") # for tests: no part of the interface
  add_library(${lib} STATIC ${M_SOURCES})
  target_sources(${lib} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${headers})
  list(TRANSFORM M_DEPS PREPEND haidang_ OUTPUT_VARIABLE deps)
  target_link_libraries(${lib} PUBLIC ${deps} ${M_LIBS} Threads::Threads)
  haidang_flags(${lib})
  if(HAIDANG_TESTS AND M_TESTS)
    add_executable(${name}_test ${M_TESTS})
    target_link_libraries(${name}_test PRIVATE ${lib} GTest::gtest GTest::gmock GTest::gtest_main)
    haidang_flags(${name}_test)
    gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60 PROPERTIES LABELS unit)
  endif()
  if(HAIDANG_FUZZ)
    foreach(source ${M_FUZZERS})
      get_filename_component(fuzzer ${source} NAME_WE)
      add_executable(${fuzzer} ${source})
      target_link_libraries(${fuzzer} PRIVATE ${lib})
      target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
      haidang_flags(${fuzzer})
    endforeach()
  endif()
endfunction()
