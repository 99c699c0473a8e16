//! The `sternway` command: all of it is in the library beside it, where fuzzing reaches its parsers.

use std::process::ExitCode;

fn main() -> ExitCode {
    sternway_cli::main()
}
