//! Organization, groups, assignment filters and role scope tags, as in a new sandbox.

use serde_json::{Value, json};

use crate::sandbox::tenant::ids;

/// The creation time of all contents.
pub(super) const MADE: &str = "2025-01-15T08:00:00Z";

/// The id of the sandbox's tenant: fixed and well known, so that a client recognizes a sandbox.
pub const TENANT_ID: &str = "0f0f0f0f-5a5a-4b4b-8c8c-5590c0de0001";

pub(super) fn organization() -> Value {
    json!({
        "id": TENANT_ID,
        "deletedDateTime": null,
        "businessPhones": [],
        "countryLetterCode": "US",
        "createdDateTime": MADE,
        "defaultUsageLocation": "US",
        "displayName": "Contoso (sandbox)",
        "mobileDeviceManagementAuthority": "intune",
        "onPremisesSyncEnabled": null,
        "preferredLanguage": "en",
        "technicalNotificationMails": [],
        "tenantType": "AAD",
        "verifiedDomains": [
            {
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": false,
                "isInitial": true,
                "name": "contoso.onmicrosoft.com",
                "type": "Managed",
            },
            { "capabilities": "Email", "isDefault": true, "isInitial": false, "name": "contoso.example", "type": "Managed" },
        ],
    })
}

/// `nth` distinguishes groups with the same name.
pub(super) fn group(name: &str, nth: usize) -> Value {
    let nickname: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    json!({
        "id": ids::group(name, nth),
        "deletedDateTime": null,
        "classification": null,
        "createdDateTime": MADE,
        "description": null,
        "displayName": name,
        "expirationDateTime": null,
        "groupTypes": [],
        "isAssignableToRole": null,
        "mail": null,
        "mailEnabled": false,
        "mailNickname": format!("{nickname}{nth}"),
        "membershipRule": null,
        "membershipRuleProcessingState": null,
        "onPremisesLastSyncDateTime": null,
        "onPremisesSecurityIdentifier": null,
        "onPremisesSyncEnabled": null,
        "preferredDataLocation": null,
        "preferredLanguage": null,
        "proxyAddresses": [],
        "renewedDateTime": MADE,
        "resourceBehaviorOptions": [],
        "resourceProvisioningOptions": [],
        "securityEnabled": true,
        "theme": null,
        "visibility": null,
    })
}

pub(super) fn filter(name: &str, nth: usize, rule: &str) -> Value {
    json!({
        "id": ids::fixed("assignmentFilter", &format!("{name}\n{nth}")),
        "createdDateTime": MADE,
        "lastModifiedDateTime": MADE,
        "displayName": name,
        "description": null,
        "platform": "windows10AndLater",
        "rule": rule,
        "roleScopeTags": ["0"],
        "payloads": [],
        "assignmentFilterManagementType": "devices",
    })
}

pub(super) fn scope_tag(id: &str, name: &str, built_in: bool) -> Value {
    json!({ "id": id, "displayName": name, "description": "", "isBuiltIn": built_in })
}
