//! Making the table: Microsoft's DDF files, a PolicyDefinitions folder and our overlay become one node a line.

mod policy_definitions;
mod xml;

/// A file by its name within its folder or archive.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Its name, with `/` between folders.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}
