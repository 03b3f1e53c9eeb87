//! What settings are written as, one file a format.
//!
//! A format writes along `exact` relations only: what it cannot express is an error, or is listed where the
//! caller wants that ([`Unsupported`]); never is it left out in silence.

pub mod admx;
mod claim;
pub mod policy;
pub mod reg;
pub mod yaml;

use crate::diagnostic::Place;

/// Something that a format cannot express, and that the caller wanted to be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// The policy's key.
    pub policy: String,
    /// The setting as people write it, or the place in the registry.
    pub name: String,
    /// Why, in one line without a full stop.
    pub reason: String,
    /// Where it stands.
    pub place: Place,
}
