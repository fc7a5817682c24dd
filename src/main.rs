//! The `kascade` program; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    kascade::cli::main()
}
