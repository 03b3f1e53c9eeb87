//! ADMX and ADML files: the Group Policies of a PolicyDefinitions folder.

use super::SourceFile;
use crate::catalogue::AdmxForm;

/// One Group Policy of an ADMX file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AdmxPolicy {
    /// The file's name, as `Logon.admx`.
    pub file: String,
    /// Its name in the file.
    pub name: String,
    /// What the editor shows.
    pub title: String,
    /// The folder in the editor, parts divided by ` > `.
    pub path: String,
    /// `Machine`, `User` or `Both`.
    pub class: String,
    /// The key below the hive.
    pub key: String,
    /// Its own value and its elements.
    pub form: AdmxForm,
}

/// The policies of all ADMX files, in the order of files and of policies in them; and what could not be read.
pub(super) fn read(files: &[SourceFile], warnings: &mut Vec<String>) -> Vec<AdmxPolicy> {
    let _ = (files, warnings);
    Vec::new()
}
