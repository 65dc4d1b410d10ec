# What the libraries leak is not ours (tests/lsan.supp says what); everything else fails a test.
set(FAJMA_TEST_ENVIRONMENT "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/lsan.supp:print_suppressions=0")

# fajma_add_test(NAME … SOURCES … LIBRARIES … [LABELS …] [TIMEOUT s] [SERIAL]): one GoogleTest program, one CTest test
# for it (a server is started once for a program, not once for a case).
function(fajma_add_test)
  cmake_parse_arguments(ARG "SERIAL" "NAME;TIMEOUT" "SOURCES;LIBRARIES;LABELS;ENVIRONMENT" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_include_directories(${ARG_NAME} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${ARG_NAME} PRIVATE fajma_warnings ${ARG_LIBRARIES} GTest::gtest_main GTest::gtest)
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} --gtest_brief=1)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${ARG_NAME} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}" ENVIRONMENT "${FAJMA_TEST_ENVIRONMENT};${ARG_ENVIRONMENT}")
  if(ARG_SERIAL)
    set_tests_properties(${ARG_NAME} PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()
