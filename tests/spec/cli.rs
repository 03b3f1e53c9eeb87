//! The command line: help, `init`, and what it says when it cannot go on.

mod export;
mod help;
mod init;
mod usage;
