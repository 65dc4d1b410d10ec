# Warnings and sanitizers, for every target of the project and for nothing of others.
add_library(fajma_warnings INTERFACE)
target_compile_options(fajma_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
# GCC 12 finds these in its own <string> and <variant> once it optimises (GCC bugs 105329, 105562, 105593): they say
# nothing about our code.
target_compile_options(fajma_warnings INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-dangling-pointer)

if(FAJMA_SANITIZE)
  add_compile_options(-fsanitize=${FAJMA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FAJMA_SANITIZE})
endif()
