//! Which permissions a call needs, if tokens are checked.

use super::answer::Refusal;
use super::call::Call;

const READ_CONFIGURATION: &str = "DeviceManagementConfiguration.Read.All";
const WRITE_CONFIGURATION: &str = "DeviceManagementConfiguration.ReadWrite.All";
const READ_RBAC: &str = "DeviceManagementRBAC.Read.All";
const WRITE_RBAC: &str = "DeviceManagementRBAC.ReadWrite.All";
const READ_DEVICES: &str = "DeviceManagementManagedDevices.Read.All";
const WRITE_DEVICES: &str = "DeviceManagementManagedDevices.ReadWrite.All";
const GROUPS: [&str; 6] = [
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const ORGANIZATION: [&str; 4] =
    ["Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];

/// The permissions that the sandbox distinguishes.
pub(crate) const KNOWN: [&str; 14] = [
    READ_CONFIGURATION,
    WRITE_CONFIGURATION,
    READ_DEVICES,
    WRITE_DEVICES,
    READ_RBAC,
    WRITE_RBAC,
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Organization.Read.All",
    "Organization.ReadWrite.All",
];

/// Refuses a call if none of the permissions that allow it was granted.
pub(crate) fn check(call: &Call, granted: &[String]) -> Result<(), Refusal> {
    let Some(needed) = needed(call) else {
        return Ok(());
    };
    if needed.iter().any(|one| granted.iter().any(|own| own == one)) {
        return Ok(());
    }
    Err(match call.is_for_intune() {
        // Intune's words, as tools quote them (merill/msgraph samples; microsoft-intune documentation, intune-graph-apis).
        true => Refusal::new(
            403,
            "Forbidden",
            format!(
                "Application is not authorized to perform this operation. Application must have one of the following \
                 scopes: {}",
                needed.join(", ")
            ),
        ),
        false => Refusal::new(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    })
}

/// The permissions of which one is enough, least first (Graph documentation, the pages of each call); `None` for calls
/// that need no permission here.
fn needed(call: &Call) -> Option<&'static [&'static str]> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let reads = call.method == "GET";
    Some(match path.as_slice() {
        // "This API involves potential secret values; ReadWrite permission is required" (its page).
        ["deviceManagement", _, _, function] if function.starts_with("getOmaSettingPlainTextValue") => {
            &[WRITE_CONFIGURATION]
        }
        ["deviceManagement", "roleScopeTags" | "operationApprovalRequests", ..] if reads => {
            &[READ_CONFIGURATION, WRITE_CONFIGURATION, READ_RBAC, WRITE_RBAC]
        }
        // "DeviceManagementRBAC.Read.All, DeviceManagementRBAC.ReadWrite.All" (its page).
        ["deviceManagement", function] if function.starts_with("getEffectivePermissions") => &[READ_RBAC, WRITE_RBAC],
        ["deviceManagement", "managedDevices", ..] if reads => &[READ_DEVICES, WRITE_DEVICES],
        ["deviceManagement", ..] if reads => &[READ_CONFIGURATION, WRITE_CONFIGURATION],
        ["deviceManagement", ..] => &[WRITE_CONFIGURATION],
        ["groups", ..] if reads => &GROUPS,
        ["organization", ..] if reads => &ORGANIZATION,
        _ => return None,
    })
}
