#include "cli/command_line.h"

int main(int argc, char** argv) { return pointsman::cli::run(argc, argv); }
