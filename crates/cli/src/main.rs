//! The program.

fn main() -> std::process::ExitCode {
    ashore::program()
}
