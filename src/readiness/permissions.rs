//! Which permission of Microsoft Graph is needed for what. docs/sign-in.md shows the same table.

use serde::Serialize;

/// A permission and what it is for. The names are the same for applications and for people (delegated).
pub(super) struct Permission {
    /// A command, or what a command does.
    pub for_what: &'static str,
    /// The least permission.
    pub least: &'static str,
    /// Larger ones that do as well, and that tokens carry in its place.
    pub larger: &'static [&'static str],
    /// Whether the command does its work without it, and says what it left out.
    pub optional: bool,
}

pub(super) const READ: &str = "DeviceManagementConfiguration.Read.All";
pub(super) const WRITE: &str = "DeviceManagementConfiguration.ReadWrite.All";
pub(super) const MEMBERS: &str = "GroupMember.Read.All";
/// What includes reading groups and their members (Microsoft Graph permissions reference).
const GROUPS: &[&str] = &[
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
pub(super) const DEVICES: &str = "DeviceManagementManagedDevices.Read.All";
pub(super) const ORGANIZATION: &str = "Organization.Read.All";
const RBAC: &[&str] = &[WRITE, "DeviceManagementRBAC.Read.All", "DeviceManagementRBAC.ReadWrite.All"];

/// The table, from the permissions that Microsoft Graph's page of each request names.
pub(super) const PERMISSIONS: [Permission; 9] = [
    Permission { for_what: "plan", least: READ, larger: &[WRITE], optional: false },
    Permission { for_what: "plan", least: MEMBERS, larger: GROUPS, optional: false },
    Permission {
        for_what: "plan",
        least: ORGANIZATION,
        larger: &["Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All", "User.Read"],
        optional: false,
    },
    Permission { for_what: "apply", least: WRITE, larger: &[], optional: false },
    // getOmaSettingPlainTextValue: "This API involves potential secret values; ReadWrite permission is required".
    Permission { for_what: "comparing masked values", least: WRITE, larger: &[], optional: true },
    Permission { for_what: "blast radius: members of groups", least: MEMBERS, larger: GROUPS, optional: true },
    Permission {
        for_what: "blast radius: all devices",
        least: DEVICES,
        larger: &["DeviceManagementManagedDevices.ReadWrite.All"],
        optional: true,
    },
    Permission { for_what: "scope tags", least: READ, larger: RBAC, optional: true },
    // "retrieveMyRequests function" and "retrieveRequestStatus action" of operationApprovalRequest.
    Permission { for_what: "approval status", least: READ, larger: RBAC, optional: true },
];

/// A row of the table, and whether a token has it.
#[derive(Debug, Serialize)]
pub struct Granted {
    #[serde(rename = "for")]
    pub for_what: &'static str,
    pub permission: &'static str,
    pub optional: bool,
    /// Unknown where the token cannot be read.
    pub granted: Option<bool>,
}

impl Granted {
    /// Whether a command cannot do its work, because the token is known to lack this.
    pub fn lacks(&self, command: &str) -> bool {
        self.for_what == command && !self.optional && self.granted == Some(false)
    }
}

/// Whether a command has what it cannot do without; nothing where that is not known.
pub(super) fn suffice(rows: &[Granted], command: &str) -> Option<bool> {
    if rows.iter().any(|row| row.lacks(command)) {
        return Some(false);
    }
    let is_unknown = |row: &Granted| row.for_what == command && !row.optional && row.granted.is_none();
    (!rows.iter().any(is_unknown)).then_some(true)
}

/// The table against what a token carries; nothing known of a token that cannot be read.
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

/// Writes down what an answer told of a permission that was not known: it is there, itself or a larger one, or a command
/// was refused. An optional part of a command may still have another permission that does as well.
pub(super) fn learn(rows: &mut [Granted], permission: &str, granted: Option<bool>) {
    let Some(granted) = granted else { return };
    let unknown = rows.iter_mut().filter(|row| row.permission == permission && row.granted.is_none());
    let is_certain = |row: &&mut Granted| granted || !row.optional || permission == WRITE || permission == DEVICES;
    unknown.filter(is_certain).for_each(|row| row.granted = Some(granted));
}
