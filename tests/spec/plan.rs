//! What `plan` prints, and what it must not do.

mod approval;
mod beside;
mod claims;
mod drift;
mod edits;
mod filtered;
mod lost_marker;
mod names;
mod reach;
