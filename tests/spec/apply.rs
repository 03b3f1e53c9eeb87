//! What `apply` does, while it runs and after.

mod converge;
mod foreign;
mod interrupted;
mod journal;
mod meanwhile;
mod second_administrator;
