# cmake -DOUTPUT=file.cpp -P embed.cmake: writes every migration next to this file into one table.
file(GLOB files ${CMAKE_CURRENT_LIST_DIR}/*.sql)
list(SORT files)
set(rows "")
set(expected 0)
foreach(file ${files})
  get_filename_component(name ${file} NAME_WE)
  string(REGEX MATCH "^[0-9]+" digits ${name})
  math(EXPR expected "${expected} + 1")
  string(REGEX REPLACE "^0+" "" number "${digits}")
  if(NOT number EQUAL expected)
    message(FATAL_ERROR "${name}: migrations are numbered from 0001 without a hole; expected ${expected}")
  endif()
  file(READ ${file} text)
  string(APPEND rows "    {${number}, \"${name}\", R\"sql(${text})sql\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"core/store/migrations.h\"

namespace fajma {
namespace {
constexpr Migration kMigrations[] = {
${rows}};
}  // namespace
std::span<const Migration> EmbeddedMigrations() { return kMigrations; }
}  // namespace fajma
")
