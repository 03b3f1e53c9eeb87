//! The client of Graph, and servers that are slow, busy or wrong.

mod nonsense;
mod pages;
mod reading;
mod retry;
