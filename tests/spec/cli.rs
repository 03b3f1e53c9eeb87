//! The command line: help, `init`, and errors before a command starts.

mod export;
mod help;
mod init;
mod quiet;
mod upward;
mod usage;
