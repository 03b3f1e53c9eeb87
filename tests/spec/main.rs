//! The program as people use it: a policy, a command, its output. One module per subject.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "../harness/mod.rs"]
mod harness;

mod apply;
mod catalogue;
mod cli;
mod client;
mod examples;
mod explain;
mod exports;
mod frozen;
mod hostile;
mod import;
mod map;
mod outputs;
mod plan;
mod planning;
mod policies;
mod rules;
mod sandbox;
mod schemas;
mod secrets;
mod sign_in;
mod values;
