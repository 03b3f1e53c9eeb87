//! The tenant itself: what is in it, how it is kept on disk, and who approves what.

pub(crate) mod approvals;
pub(crate) mod behaviour;
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
