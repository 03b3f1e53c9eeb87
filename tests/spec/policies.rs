//! Mistakes in policies, and the messages about them: one screen each.

mod configuration;
mod fix;
mod keys;
mod names;
mod registry;
mod settings;
mod types;
mod values;
mod yaml;
