//! Starts the command line and returns its exit code.

fn main() -> std::process::ExitCode {
    sspr_policy::cli::main()
}
