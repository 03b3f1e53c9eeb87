//! The result of an export.

use super::admx::InBox;
use crate::source::Place;

/// The result of an export in one format.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Export {
    /// The files, with paths relative to the folder of the export.
    pub files: Vec<ExportFile>,
    /// What was left out, because the caller requested it.
    pub unsupported: Vec<Unsupported>,
    /// What people should know, or do manually.
    pub remarks: Vec<ExportRemark>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    /// The path, with slashes.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// What people should know, or do manually.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportRemark {
    /// A setting to configure manually in the Group Policy editor.
    InBox(InBox),
    /// One or two sentences, without a period at the end.
    Note(String),
}

/// Something that a format cannot express and that was left out, because the caller requested it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// The key of the policy.
    pub policy: String,
    /// The name of the setting, or its registry location.
    pub name: String,
    /// The reason in one line, without a period at the end.
    pub reason: String,
    pub place: Place,
}
