# Warnings and sanitizers, for every target of the project and for nothing of others.
add_library(fajma_warnings INTERFACE)
target_compile_options(fajma_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)

if(FAJMA_SANITIZE)
  add_compile_options(-fsanitize=${FAJMA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FAJMA_SANITIZE})
endif()
