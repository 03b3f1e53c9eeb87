//! The Graph client, and servers that are slow, busy or wrong.

mod answers;
mod nonsense;
mod pages;
mod reading;
mod retry;
