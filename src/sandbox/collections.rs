//! One file per Graph collection: what it accepts, how it stores objects, and what it returns.

pub(crate) mod approval_requests;
pub(crate) mod assignments;
pub(crate) mod configuration_policies;
pub(crate) mod device_configurations;
pub(crate) mod directory;
pub(crate) mod effective_permissions;
pub(crate) mod members;
pub(crate) mod oma_settings;
