//! x
pub mod catalogue;
pub mod compile;
pub mod diagnostic;
pub mod formats;
pub mod policy;
pub mod profile;
pub mod rules;
pub mod setting;
pub mod source;
