//! The JSON Schemas.

mod documents;
pub mod outputs;
mod settings;
