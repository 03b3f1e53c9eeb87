//! What people write wrongly, and what they are told: one screen each.

mod configuration;
mod fix;
mod keys;
mod names;
mod registry;
mod settings;
mod types;
mod values;
mod yaml;
