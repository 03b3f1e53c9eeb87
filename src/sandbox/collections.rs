//! What clients ask for, a file a collection: what is answered, what is accepted, and how it is stored.

pub(crate) mod approval_requests;
pub(crate) mod assignments;
pub(crate) mod configuration_policies;
pub(crate) mod device_configurations;
pub(crate) mod directory;
pub(crate) mod members;
pub(crate) mod oma_settings;
