//! The table of Microsoft Graph permissions, and what each is needed for. `docs/sign-in.md` shows it, and tests compare
//! the documentation with it.

/// Reads Intune's configuration.
pub const READ_CONFIGURATION: &str = "DeviceManagementConfiguration.Read.All";
/// Writes Intune's configuration, and reads masked values.
pub const WRITE_CONFIGURATION: &str = "DeviceManagementConfiguration.ReadWrite.All";
/// Reads groups and their members.
pub const READ_GROUPS: &str = "GroupMember.Read.All";
/// Counts the enrolled devices.
pub const READ_DEVICES: &str = "DeviceManagementManagedDevices.Read.All";
/// Reads Intune's roles and scope tags.
pub const READ_ROLES: &str = "DeviceManagementRBAC.Read.All";
/// Reads the tenant's id, name and domains.
pub const READ_ORGANIZATION: &str = "Organization.Read.All";

/// Permissions that include reading groups and their members (Microsoft Graph permissions reference).
const MORE_THAN_GROUPS: &[&str] = &[
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const CONFIGURATION_OR_ROLES: &[&str] = &[WRITE_CONFIGURATION, READ_ROLES, "DeviceManagementRBAC.ReadWrite.All"];

/// What a permission is needed for: a command, or a part of what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub enum PermissionUse {
    #[serde(rename = "plan")]
    Plan,
    #[serde(rename = "apply")]
    Apply,
    #[serde(rename = "comparing masked values")]
    MaskedValues,
    #[serde(rename = "reach: members of groups")]
    GroupMembers,
    #[serde(rename = "reach: all devices")]
    AllDevices,
    #[serde(rename = "scope tags")]
    ScopeTags,
    #[serde(rename = "approval status")]
    ApprovalStatus,
    #[serde(rename = "noticing a limited role")]
    LimitedRole,
}

impl PermissionUse {
    pub fn word(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::MaskedValues => "comparing masked values",
            Self::GroupMembers => "reach: members of groups",
            Self::AllDevices => "reach: all devices",
            Self::ScopeTags => "scope tags",
            Self::ApprovalStatus => "approval status",
            Self::LimitedRole => "noticing a limited role",
        }
    }
}

/// A permission and what it is for. Application and delegated permissions have the same names.
#[derive(Debug)]
pub struct Permission {
    pub for_what: PermissionUse,
    /// The least privileged permission.
    pub least: &'static str,
    /// More privileged permissions that a token may contain in place of it.
    pub larger: &'static [&'static str],
    /// Whether the command works without it and reports what it left out.
    pub optional: bool,
}

impl Permission {
    const fn required(for_what: PermissionUse, least: &'static str, larger: &'static [&'static str]) -> Self {
        Self { for_what, least, larger, optional: false }
    }

    const fn optional(for_what: PermissionUse, least: &'static str, larger: &'static [&'static str]) -> Self {
        Self { for_what, least, larger, optional: true }
    }
}

/// The table, according to Microsoft Graph's documentation of each request.
pub const PERMISSIONS: [Permission; 10] = [
    Permission::required(PermissionUse::Plan, READ_CONFIGURATION, &[WRITE_CONFIGURATION]),
    Permission::required(PermissionUse::Plan, READ_GROUPS, MORE_THAN_GROUPS),
    Permission::required(
        PermissionUse::Plan,
        READ_ORGANIZATION,
        &["Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All", "User.Read"],
    ),
    Permission::required(PermissionUse::Apply, WRITE_CONFIGURATION, &[]),
    // getOmaSettingPlainTextValue: "This API involves potential secret values; ReadWrite permission is required".
    Permission::optional(PermissionUse::MaskedValues, WRITE_CONFIGURATION, &[]),
    Permission::optional(PermissionUse::GroupMembers, READ_GROUPS, MORE_THAN_GROUPS),
    Permission::optional(PermissionUse::AllDevices, READ_DEVICES, &["DeviceManagementManagedDevices.ReadWrite.All"]),
    Permission::optional(PermissionUse::ScopeTags, READ_CONFIGURATION, CONFIGURATION_OR_ROLES),
    // "retrieveMyRequests function" and "retrieveRequestStatus action" of operationApprovalRequest.
    Permission::optional(PermissionUse::ApprovalStatus, READ_CONFIGURATION, CONFIGURATION_OR_ROLES),
    // Intune leaves out what a person's scope tags do not cover; "getEffectivePermissions" shows it.
    Permission::optional(PermissionUse::LimitedRole, READ_ROLES, &["DeviceManagementRBAC.ReadWrite.All"]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs::{read_dir, read_to_string};
    use std::path::{Path, PathBuf};
    use std::sync::LazyLock;

    use regex::Regex;

    use super::*;

    /// The files below a path in the package.
    fn files(path: &str) -> Vec<PathBuf> {
        let (mut open, mut found) = (vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(path)], Vec::new());
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()));
            } else {
                found.push(path);
            }
        }
        found
    }

    /// An administrator needs this to grant the permissions in the table; no command uses it.
    const TO_GRANT: &str = "AppRoleAssignment.ReadWrite.All";
    static NAME: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[A-Z][A-Za-z]+\.(Read|ReadWrite)\.All").expect("a pattern"));

    /// The permissions that some text names.
    fn named(text: &str) -> BTreeSet<String> {
        NAME.find_iter(text).filter(|name| name.as_str() != TO_GRANT).map(|name| name.as_str().to_string()).collect()
    }

    fn known() -> BTreeSet<String> {
        let all = PERMISSIONS.iter().flat_map(|row| row.larger.iter().chain([&row.least]));
        named(&all.copied().collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn nothing_names_another_permission() {
        for file in ["README.md", "docs", "templates", "src"].into_iter().flat_map(files) {
            let Ok(text) = read_to_string(&file) else { continue };
            let unknown: Vec<String> = named(&text).difference(&known()).cloned().collect();
            assert!(unknown.is_empty(), "{}: {unknown:?}", file.display());
        }
    }

    /// The sandbox shares no types with the rest, so it has its own list.
    #[test]
    fn the_sandbox_knows_the_same_permissions() {
        let all: String = files("src/sandbox").iter().filter_map(|file| read_to_string(file).ok()).collect();
        assert_eq!(named(&all), known());
    }

    #[test]
    fn the_guide_shows_the_table() {
        let guide = files("docs/sign-in.md").iter().filter_map(|file| read_to_string(file).ok()).collect::<String>();
        let row = |row: &Permission| {
            format!("| {} | `{}` | {} |\n", row.for_what.word(), row.least, if row.optional { "optional" } else { "" })
        };
        let table: String = PERMISSIONS.iter().map(row).collect();
        assert!(guide.contains(&table), "docs/sign-in.md should hold\n{table}");
    }

    #[test]
    fn what_people_are_told_to_grant_is_what_the_commands_need() {
        let least = |command: PermissionUse| -> BTreeSet<String> {
            let rows = PERMISSIONS.iter().filter(|row| row.for_what == command && !row.optional);
            rows.map(|row| row.least.to_string()).collect()
        };
        let mut applies = least(PermissionUse::Plan);
        applies.remove(READ_CONFIGURATION);
        applies.extend(least(PermissionUse::Apply));
        let text = |path: &str| files(path).iter().filter_map(|file| read_to_string(file).ok()).collect::<String>();
        let everything = text("README.md") + &text("docs");
        let lines_with = |names: &BTreeSet<String>| everything.lines().filter(|line| named(line) == *names).count();
        assert!(lines_with(&least(PermissionUse::Plan)) > 0 && lines_with(&applies) > 0);
        let both: BTreeSet<String> = least(PermissionUse::Plan).union(&applies).cloned().collect();
        assert_eq!(named(&text("templates/workflow.yml.hbs")), both);
    }
}
