//! The Graph client, and servers that are slow, busy or wrong.

mod nonsense;
mod pages;
mod reading;
mod retry;
