//! The JSON Schemas.

mod documents;
mod settings;
