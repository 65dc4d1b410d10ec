# fajma_library(NAME SOURCES … PUBLIC targets… PRIVATE targets…): a static library, includes from the root.
function(fajma_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} PRIVATE fajma_warnings ${ARG_PRIVATE} Threads::Threads)
endfunction()
