//! What settings are written as, one file a format.
//!
//! A format writes along `exact` relations only: what it cannot express is an error, or is listed where the
//! caller wants that ([`Unsupported`]); never is it left out in silence.

pub mod admx;
mod conversion;
pub mod policy;
pub mod reg;
pub mod yaml;

use crate::source::Place;

/// What is written in one format.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Export {
    /// The files, by paths from where the export goes.
    pub files: Vec<ExportFile>,
    /// What is in none of them, because the caller wanted it to be left out.
    pub unsupported: Vec<Unsupported>,
    /// What people have to know or to do besides.
    pub remarks: Vec<ExportRemark>,
}

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    /// With slashes.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// What people have to know or to do besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportRemark {
    /// What is set elsewhere, by hand.
    InBox(admx::InBox),
    /// In a sentence or two, without a full stop at the end.
    Note(String),
}

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
