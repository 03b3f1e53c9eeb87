//! The tenant: its contents, their storage on disk, and approvals.

pub(crate) mod approvals;
pub(crate) mod behavior;
pub(crate) mod configurations;
pub(crate) mod contents;
pub(crate) mod decisions;
pub(crate) mod files;
pub(crate) mod hold;
pub(crate) mod ids;
pub(crate) mod log;
pub(crate) mod log_line;
pub(crate) mod permit;
pub(crate) mod recent;
pub(crate) mod snapshot;
pub(crate) mod state;
pub(crate) mod store;
