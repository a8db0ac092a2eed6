# Flags of every target: wide warnings, hardening, and standard-library assertions in every build.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")

add_library(holdfast_flags INTERFACE)
target_include_directories(holdfast_flags INTERFACE "${PROJECT_SOURCE_DIR}/src")
target_compile_options(holdfast_flags INTERFACE
    -Wall -Wextra -Wconversion -Wshadow -Wold-style-cast
    # Designated initialisers leave the rest to defaults on purpose.
    -Wno-missing-field-initializers
    -fstack-protector-strong -fstack-clash-protection -fcf-protection -fno-omit-frame-pointer)
target_compile_definitions(holdfast_flags INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(holdfast_flags INTERFACE -Wl,-z,relro,-z,now)
if(HOLDFAST_WERROR)
    target_compile_options(holdfast_flags INTERFACE -Werror)
endif()
if(HOLDFAST_SANITIZE)
    target_compile_options(holdfast_flags INTERFACE -fsanitize=${HOLDFAST_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(holdfast_flags INTERFACE -fsanitize=${HOLDFAST_SANITIZE})
    if(HOLDFAST_SANITIZE MATCHES "undefined")
        # The vptr check proves that memory is readable by writing it into a pipe, so it reports a healthy
        # object as invalid once a test has used up all descriptors. The address sanitizer stays on.
        target_compile_options(holdfast_flags INTERFACE -fno-sanitize=vptr)
    endif()
elseif(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
    target_compile_definitions(holdfast_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
if(HOLDFAST_COVERAGE)
    # Unoptimised: an inlined function would count its branches once more in every caller.
    target_compile_options(holdfast_flags INTERFACE --coverage -fprofile-update=atomic -O0)
    target_link_options(holdfast_flags INTERFACE --coverage)
endif()
if(HOLDFAST_PLANTED_BUGS)
    target_compile_definitions(holdfast_flags INTERFACE HOLDFAST_PLANTED_BUGS=1)
endif()

# Reading the headers is most of the work of a small source. The release build compiles each source by itself, so that
# each must include what it uses; the builds that only a test run needs read them once for a dozen sources.
if(HOLDFAST_UNITY)
    set(CMAKE_UNITY_BUILD ON)
    set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
    # A source is included there, so g++ takes its anonymous namespace for that of a header.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(holdfast_flags INTERFACE -Wno-subobject-linkage)
    endif()
endif()

find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
    set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE}")
endif()
