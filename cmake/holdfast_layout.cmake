# The layout is part of the build: an include against the ranks, a source in no target or a clock in the
# wrong folder fails `cmake --build` like a syntax error. It takes a tenth of a second, so it always runs.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
add_custom_target(check_layout ALL
    COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/tools/check_layout.py" "${PROJECT_SOURCE_DIR}"
    COMMENT "Checking the layout of the sources" VERBATIM)
if(HOLDFAST_TESTS)
    add_test(NAME tools:check_layout
        COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/tools/check_layout_test.py")
    set_tests_properties(tools:check_layout PROPERTIES LABELS unit)
endif()
