//! The program `samlitmus`.

fn main() -> std::process::ExitCode {
    samlitmus::cli::main()
}
