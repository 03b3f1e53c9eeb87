//! A write that is never answered, for crash tests.

/// The write that is never answered.
///
/// Writes are what changes a device configuration: create, update, delete and assign, also inside a `$batch`. Refused
/// requests change nothing and are not counted.
#[derive(Debug, Clone, Copy)]
pub struct Hold {
    /// Which one since the sandbox was opened, counted from 1.
    pub write: usize,
    /// Whether it is on disk by then.
    pub when: HoldWhen,
}

/// When a held write stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldWhen {
    /// Nothing was written.
    Before,
    /// It is on disk.
    After,
}
