//! Compares the permissions that commands need with those of a token.

use crate::permissions::{PERMISSIONS, Permission, PermissionUse, READ_DEVICES, WRITE_CONFIGURATION};
use crate::report::GrantedPermission;

/// Whether a command will fail because the token is known to lack this permission.
pub(super) fn lacks(row: &GrantedPermission, command: PermissionUse) -> bool {
    row.for_what == command && !row.optional && row.granted == Some(false)
}

/// Whether a command has all the permissions that it requires; `None` if that is not known.
pub(super) fn suffice(rows: &[GrantedPermission], command: PermissionUse) -> Option<bool> {
    if rows.iter().any(|row| lacks(row, command)) {
        return Some(false);
    }
    let is_unknown = |row: &GrantedPermission| row.for_what == command && !row.optional && row.granted.is_none();
    (!rows.iter().any(is_unknown)).then_some(true)
}

/// The permissions of all commands against those in a token; `None` for a token that cannot be read.
pub(super) fn compare(carried: Option<&[String]>) -> Vec<GrantedPermission> {
    let has = |permission: &Permission, carried: &[String]| {
        let names = permission.larger.iter().chain([&permission.least]);
        names.into_iter().any(|name| carried.iter().any(|one| one.eq_ignore_ascii_case(name)))
    };
    let row = |permission: &Permission| GrantedPermission {
        for_what: permission.for_what,
        permission: permission.least,
        optional: permission.optional,
        granted: carried.map(|carried| has(permission, carried)),
    };
    PERMISSIONS.iter().map(row).collect()
}

/// Records what an answer showed about a permission that was not known: it, or a larger one, is granted, or a command was
/// refused. A refusal does not settle an optional part, because another permission may be enough for it.
pub(super) fn learn(rows: &mut [GrantedPermission], permission: &str, granted: Option<bool>) {
    let Some(granted) = granted else { return };
    let unknown = rows.iter_mut().filter(|row| row.permission == permission && row.granted.is_none());
    let is_certain = |row: &&mut GrantedPermission| {
        granted || !row.optional || permission == WRITE_CONFIGURATION || permission == READ_DEVICES
    };
    unknown.filter(is_certain).for_each(|row| row.granted = Some(granted));
}
