//! The contents of a token, and its permissions.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::token;
use crate::harness::{Ran, Repository, Served, TENANT, normal, served};
use crate::schemas::outputs::assert_follows_schema;
use crate::sign_in::tenant::Tenant;

#[test]
fn a_token_without_all_permissions() {
    let token = token(&json!({
        "tid": TENANT,
        "appid": "8f6d1111-5a5a-4b4b-8c8c-5590c0de0004",
        "aud": "https://graph.microsoft.com",
        "exp": 4_102_444_800_i64,
        "roles": ["DeviceManagementConfiguration.Read.All", "Group.Read.All", "Organization.Read.All"],
    }));
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }").with("SSPR_POLICY_TOKEN", &token);
    assert_snapshot!(tenant.run("doctor"), @"
    Environment rehearsal   tenant [id]

    Configuration
      ok    sspr-policy.yaml, owner contoso

    Network
      ok    Graph: http://graph answers
      ok    the clock agrees with the server's

    Signing in
            token (as configured)

    Access token
      ok    application [id], tenant [id], application permissions
      ok    valid until 2100-01-01T00:00:00Z
            for https://graph.microsoft.com

    Microsoft Graph
      ok    200 /organization: Contoso (sandbox) ([id])
      ok    profiles can be read (200)
      ok    groups can be read (200)
      ok    filters can be read (200)

    Permissions of Microsoft Graph
      plan                             DeviceManagementConfiguration.Read.All       yes
      plan                             GroupMember.Read.All                         yes
      plan                             Organization.Read.All                        yes
      apply                            DeviceManagementConfiguration.ReadWrite.All  no
      comparing masked values          DeviceManagementConfiguration.ReadWrite.All  no (optional)
      reach: members of groups         GroupMember.Read.All                         yes
      reach: all devices               DeviceManagementManagedDevices.Read.All      no (optional)
      scope tags                       DeviceManagementConfiguration.Read.All       yes
      approval status                  DeviceManagementConfiguration.Read.All       yes
      noticing a limited role          DeviceManagementRBAC.Read.All                no (optional)

    `plan` can use this environment.
    exit code 0
    ");
}

#[test]
fn an_expired_token_of_a_user() {
    let token = token(&json!({
        "tid": TENANT,
        "appid": "8f6d1111-5a5a-4b4b-8c8c-5590c0de0004",
        "upn": "ada@contoso.example",
        "exp": 1_700_000_000,
        "scp": "DeviceManagementConfiguration.ReadWrite.All Directory.Read.All",
    }));
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }").with("SSPR_POLICY_TOKEN", &token);
    assert_snapshot!(tenant.run("doctor"), @"
    Environment rehearsal   tenant [id]

    Configuration
      ok    sspr-policy.yaml, owner contoso

    Network
      ok    Graph: http://graph answers
      ok    the clock agrees with the server's

    Signing in
            token (as configured)
      FAIL  the access token has expired: it was valid until [time]
            help: get a new one, and check the clock of this machine; nothing was sent to Microsoft Graph

    `plan` cannot use this environment yet.
    exit code 1
    ");
}

/// The output of `doctor` from Microsoft Graph on, for a token that only the sandbox can read.
fn opaque(arguments: &[&str], permissions: &str) -> (String, Value) {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::faulty(folder.path(), &format!("tokens: {{ token: [{permissions}] }}\n"), 1);
    let repo = Repository::new(&served("contoso", &server.url, ""));
    let ran = repo.ran(&[&["doctor"], arguments].concat());
    let said = normal(&format!("{}exit code {}\n", ran.out, ran.code.unwrap()));
    let json = repo.ran(&[&["doctor", "--output-format", "json"], arguments].concat());
    assert_eq!(json.code, ran.code);
    assert_follows_schema(&json.out, "readiness");
    let report: Value = serde_json::from_str(&json.out).unwrap();
    let said = said.split("\nMicrosoft Graph\n").nth(1).unwrap().to_owned();
    (said, json!([report["can_plan"], report["can_apply"]]))
}

/// The server's answers show what the token does not.
#[test]
fn an_opaque_token_that_may_not_write() {
    let reader = "DeviceManagementConfiguration.Read.All, GroupMember.Read.All, Organization.Read.All";
    let (said, can) = opaque(&["--for", "apply"], reader);
    assert_snapshot!(said, @"
      ok    200 /organization: Contoso (sandbox) ([id])
      ok    profiles can be read (200)
      ok    groups can be read (200)
      ok    filters can be read (200)

    Permissions of Microsoft Graph
      FAIL  apply would be refused: the token may not write profiles (403)
            help: ask an administrator to grant DeviceManagementConfiguration.ReadWrite.All; see docs/sign-in.md
      plan                             DeviceManagementConfiguration.Read.All       yes
      plan                             GroupMember.Read.All                         yes
      plan                             Organization.Read.All                        yes
      apply                            DeviceManagementConfiguration.ReadWrite.All  no
      comparing masked values          DeviceManagementConfiguration.ReadWrite.All  no (optional)
      reach: members of groups         GroupMember.Read.All                         yes
      reach: all devices               DeviceManagementManagedDevices.Read.All      no (optional)
      scope tags                       DeviceManagementConfiguration.Read.All       yes
      approval status                  DeviceManagementConfiguration.Read.All       yes
      noticing a limited role          DeviceManagementRBAC.Read.All                ?

    `apply` cannot use this environment yet.
    exit code 1
    ");
    assert_eq!(can, json!([true, false]));
    let (said, can) = opaque(&[], reader);
    assert!(said.ends_with("`plan` can use this environment.\nexit code 0\n"), "{said}");
    assert_eq!(can, json!([true, false]));
}

/// A read cannot prove that a write would be allowed.
#[test]
fn an_opaque_token_that_may_write() {
    let writer = "DeviceManagementConfiguration.ReadWrite.All, GroupMember.Read.All, Organization.Read.All, DeviceManagementManagedDevices.Read.All";
    let (said, can) = opaque(&["--for", "apply"], writer);
    assert_snapshot!(said, @"
      ok    200 /organization: Contoso (sandbox) ([id])
      ok    profiles can be read (200)
      ok    groups can be read (200)
      ok    filters can be read (200)

    Permissions of Microsoft Graph
            whether profiles may be written cannot be checked by reading; only `apply` will show it
      plan                             DeviceManagementConfiguration.Read.All       yes
      plan                             GroupMember.Read.All                         yes
      plan                             Organization.Read.All                        yes
      apply                            DeviceManagementConfiguration.ReadWrite.All  ?
      comparing masked values          DeviceManagementConfiguration.ReadWrite.All  ?
      reach: members of groups         GroupMember.Read.All                         yes
      reach: all devices               DeviceManagementManagedDevices.Read.All      yes
      scope tags                       DeviceManagementConfiguration.Read.All       yes
      approval status                  DeviceManagementConfiguration.Read.All       yes
      noticing a limited role          DeviceManagementRBAC.Read.All                ?

    As far as can be determined, `apply` can use this environment.
    exit code 0
    ");
    assert_eq!(can, json!([true, null]));
}

#[test]
fn an_opaque_token_that_may_not_read() {
    let (said, can) = opaque(&[], "Organization.Read.All, DeviceManagementConfiguration.Read.All");
    assert_snapshot!(said, @"
      ok    200 /organization: Contoso (sandbox) ([id])
      ok    profiles can be read (200)
      FAIL  403 groups: GET /v1.0/groups?$top=1&$select=id,displayName returned 403 Authorization_RequestDenied: Insufficient privileges to complete the operation. (request-id [id])
            help: reading needs DeviceManagementConfiguration.Read.All, GroupMember.Read.All and Organization.Read.All; writing and reading masked values need DeviceManagementConfiguration.ReadWrite.All
      ok    filters can be read (200)

    Permissions of Microsoft Graph
      plan                             DeviceManagementConfiguration.Read.All       yes
      plan                             GroupMember.Read.All                         no
      plan                             Organization.Read.All                        yes
      apply                            DeviceManagementConfiguration.ReadWrite.All  no
      comparing masked values          DeviceManagementConfiguration.ReadWrite.All  no (optional)
      reach: members of groups         GroupMember.Read.All                         ?
      reach: all devices               DeviceManagementManagedDevices.Read.All      no (optional)
      scope tags                       DeviceManagementConfiguration.Read.All       yes
      approval status                  DeviceManagementConfiguration.Read.All       yes
      noticing a limited role          DeviceManagementRBAC.Read.All                ?

    `plan` cannot use this environment yet.
    exit code 1
    ");
    assert_eq!(can, json!([false, false]));
}

#[test]
fn an_application_that_may_only_read_cannot_apply() {
    let token = token(&json!({
        "tid": TENANT,
        "appid": "8f6d1111-5a5a-4b4b-8c8c-5590c0de0004",
        "roles": ["DeviceManagementConfiguration.Read.All", "Group.Read.All", "Organization.Read.All"],
    }));
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }").with("SSPR_POLICY_TOKEN", &token);
    let said = tenant.run("doctor --for apply");
    assert_snapshot!(said.split("filters can be read (200)").nth(1).unwrap(), @"


    Permissions of Microsoft Graph
      FAIL  apply needs DeviceManagementConfiguration.ReadWrite.All, which the token lacks
            help: ask an administrator to grant it to the application, then get a new token; see docs/sign-in.md
      plan                             DeviceManagementConfiguration.Read.All       yes
      plan                             GroupMember.Read.All                         yes
      plan                             Organization.Read.All                        yes
      apply                            DeviceManagementConfiguration.ReadWrite.All  no
      comparing masked values          DeviceManagementConfiguration.ReadWrite.All  no (optional)
      reach: members of groups         GroupMember.Read.All                         yes
      reach: all devices               DeviceManagementManagedDevices.Read.All      no (optional)
      scope tags                       DeviceManagementConfiguration.Read.All       yes
      approval status                  DeviceManagementConfiguration.Read.All       yes
      noticing a limited role          DeviceManagementRBAC.Read.All                no (optional)

    `apply` cannot use this environment yet.
    exit code 1
    ");
    let ran = Ran::of(&mut tenant.command("doctor --for apply --output-format json")).ends(1);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&report["can_plan"], &report["can_apply"]), (&json!(true), &json!(false)));
}

#[test]
fn a_missing_permission_for_plan_fails_even_if_the_server_answers() {
    let token = token(&json!({ "tid": TENANT, "roles": ["DeviceManagementConfiguration.Read.All"] }));
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }").with("SSPR_POLICY_TOKEN", &token);
    let said = tenant.run("doctor");
    assert_snapshot!(said.split("filters can be read (200)").nth(1).unwrap(), @"


    Permissions of Microsoft Graph
      FAIL  plan needs GroupMember.Read.All, which the token lacks
            help: ask an administrator to grant it to the application, then get a new token; see docs/sign-in.md
      FAIL  plan needs Organization.Read.All, which the token lacks
            help: ask an administrator to grant it to the application, then get a new token; see docs/sign-in.md
      plan                             DeviceManagementConfiguration.Read.All       yes
      plan                             GroupMember.Read.All                         no
      plan                             Organization.Read.All                        no
      apply                            DeviceManagementConfiguration.ReadWrite.All  no
      comparing masked values          DeviceManagementConfiguration.ReadWrite.All  no (optional)
      reach: members of groups         GroupMember.Read.All                         no (optional)
      reach: all devices               DeviceManagementManagedDevices.Read.All      no (optional)
      scope tags                       DeviceManagementConfiguration.Read.All       yes
      approval status                  DeviceManagementConfiguration.Read.All       yes
      noticing a limited role          DeviceManagementRBAC.Read.All                no (optional)

    `plan` cannot use this environment yet.
    exit code 1
    ");
}

#[test]
fn a_token_for_another_audience() {
    let token = token(&json!({ "tid": TENANT, "aud": "https://management.azure.com/", "exp": 4_102_444_800_i64 }));
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }").with("SSPR_POLICY_TOKEN", &token);
    let said = tenant.run("doctor");
    assert_snapshot!(said.split("Signing in\n").nth(1).unwrap(), @"
            token (as configured)
      FAIL  the access token is not for Microsoft Graph, but for https://management.azure.com/
            help: get a token for http://graph, or correct `cloud:`; nothing was sent to Microsoft Graph

    `plan` cannot use this environment yet.
    exit code 1
    ");
}

#[test]
fn a_token_without_claims_cannot_be_read() {
    let token = token(&json!({}));
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }").with("SSPR_POLICY_TOKEN", &token);
    let said = tenant.run("doctor");
    assert!(said.ends_with("exit code 0\n"), "{said}");
    assert_snapshot!(said.split("Access token\n").nth(1).unwrap().split("\n\n").next().unwrap(), @"        it cannot be read; only Graph's answers show which permissions it has");
}
