//! x
pub mod catalogue;
pub mod diagnostic;
pub mod setting;
pub mod source;
