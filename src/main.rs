//! Starts the command line and gives its exit code; nothing else.

fn main() -> std::process::ExitCode {
    sspr_policy::cli::main()
}
