//! Compares the permissions that commands need with those of a token.

use serde::Serialize;

use crate::graph::{PERMISSIONS, Permission, READ_DEVICES, WRITE_CONFIGURATION};

/// A permission that a command needs, and whether the token has it.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct Granted {
    #[serde(rename = "for")]
    pub for_what: &'static str,
    pub permission: &'static str,
    pub optional: bool,
    /// Unknown where the token cannot be read.
    pub granted: Option<bool>,
}

impl Granted {
    /// Whether a command will fail because the token is known to lack this.
    pub fn lacks(&self, command: &str) -> bool {
        self.for_what == command && !self.optional && self.granted == Some(false)
    }
}

/// Whether a command has all the permissions that it requires; `None` if that is not known.
pub(super) fn suffice(rows: &[Granted], command: &str) -> Option<bool> {
    if rows.iter().any(|row| row.lacks(command)) {
        return Some(false);
    }
    let is_unknown = |row: &Granted| row.for_what == command && !row.optional && row.granted.is_none();
    (!rows.iter().any(is_unknown)).then_some(true)
}

/// The permissions of all commands against those in a token; `None` for a token that cannot be read.
pub(super) fn compare(carried: Option<&[String]>) -> Vec<Granted> {
    let has = |permission: &Permission, carried: &[String]| {
        let names = permission.larger.iter().chain([&permission.least]);
        names.into_iter().any(|name| carried.iter().any(|one| one.eq_ignore_ascii_case(name)))
    };
    let row = |permission: &Permission| Granted {
        for_what: permission.for_what,
        permission: permission.least,
        optional: permission.optional,
        granted: carried.map(|carried| has(permission, carried)),
    };
    PERMISSIONS.iter().map(row).collect()
}

/// Records what an answer showed about a permission that was not known: it, or a larger one, is granted, or a command was
/// refused. A refusal does not settle an optional part, because another permission may be enough for it.
pub(super) fn learn(rows: &mut [Granted], permission: &str, granted: Option<bool>) {
    let Some(granted) = granted else { return };
    let unknown = rows.iter_mut().filter(|row| row.permission == permission && row.granted.is_none());
    let is_certain = |row: &&mut Granted| {
        granted || !row.optional || permission == WRITE_CONFIGURATION || permission == READ_DEVICES
    };
    unknown.filter(is_certain).for_each(|row| row.granted = Some(granted));
}
