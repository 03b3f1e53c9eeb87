//! What `apply` does, during the run and afterwards.

mod converge;
mod foreign;
mod interrupted;
mod journal;
mod meanwhile;
mod second_administrator;
