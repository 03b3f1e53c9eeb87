//! `doctor`: whether an environment can be used, told line by line. Signing in itself is in `sign_in.rs`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;
#[path = "sign_in/tenant.rs"]
mod tenant;

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insta::assert_snapshot;
use regex::Regex;
use serde_json::{Value, json};
use support::{EMBEDDED, Repo, Served, TENANT, normal};
use tenant::Tenant;

/// A token that says this, and that nobody signed: the sandbox does not look.
fn token(claims: &Value) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

#[test]
fn the_embedded_sandbox_needs_nothing() {
    let ran = Repo::new(EMBEDDED).run(&["doctor"]).succeeds();
    assert_snapshot!(ran.out, @"
    Environment sandbox   tenant sandbox

    Configuration
      ok    sspr-policy.yaml, owner contoso

    Signing in
      ok    the embedded sandbox: nobody signs in, and nothing leaves this machine

    This environment can be planned.
    ");
}

#[test]
fn a_sandbox_on_this_machine_takes_anybody() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }");
    assert_snapshot!(tenant.run("doctor"), @"
    Environment rehearsal   tenant [id]

    Configuration
      ok    sspr-policy.yaml, owner contoso

    Network
      ok    Graph: http://graph answers
      ok    the clock agrees with the server's

    Signing in
            nobody signs in: the server is on this machine

    Microsoft Graph
      ok    200 /organization: Contoso (sandbox) ([id])
      ok    200 a profile
      ok    200 a group
      ok    200 the filters

    Permissions of Microsoft Graph
      plan                             DeviceManagementConfiguration.Read.All       yes
      plan                             GroupMember.Read.All                         yes
      plan                             Organization.Read.All                        yes
      apply                            DeviceManagementConfiguration.ReadWrite.All  ?
      comparing masked values          DeviceManagementConfiguration.ReadWrite.All  ?
      blast radius: members of groups  GroupMember.Read.All                         yes
      blast radius: all devices        DeviceManagementManagedDevices.Read.All      yes
      scope tags                       DeviceManagementConfiguration.Read.All       yes
      approval status                  DeviceManagementConfiguration.Read.All       yes

    This environment can be planned.
    exit code 0
    ");
}

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
      ok    good until 2100-01-01T00:00:00Z
            for https://graph.microsoft.com

    Microsoft Graph
      ok    200 /organization: Contoso (sandbox) ([id])
      ok    200 a profile
      ok    200 a group
      ok    200 the filters

    Permissions of Microsoft Graph
      plan                             DeviceManagementConfiguration.Read.All       yes
      plan                             GroupMember.Read.All                         yes
      plan                             Organization.Read.All                        yes
      apply                            DeviceManagementConfiguration.ReadWrite.All  no
      comparing masked values          DeviceManagementConfiguration.ReadWrite.All  no (optional)
      blast radius: members of groups  GroupMember.Read.All                         yes
      blast radius: all devices        DeviceManagementManagedDevices.Read.All      no (optional)
      scope tags                       DeviceManagementConfiguration.Read.All       yes
      approval status                  DeviceManagementConfiguration.Read.All       yes

    This environment can be planned.
    exit code 0
    ");
}

#[test]
fn a_person_s_token_that_has_expired() {
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
      FAIL  the access token has expired: it was good until [time]
            help: get another one, and see that the clock is right; nothing was sent to Microsoft Graph

    This environment cannot be planned yet.
    exit code 1
    ");
}

#[test]
fn no_way_to_sign_in() {
    // Without PATH there is no Azure CLI.
    let tenant = Tenant::new("https://login.contoso.example", "{ method: auto }").with("PATH", "");
    let said = tenant.run("doctor");
    // A machine in Azure answers.
    let said = Regex::new("managed-identity .*").unwrap().replace(&said, "managed-identity   [machine]").into_owned();
    assert_snapshot!(said, @"
    Environment rehearsal   tenant [id]

    Configuration
      ok    sspr-policy.yaml, owner contoso

    Network
      ok    Graph: http://graph answers
      ok    the clock agrees with the server's

    Signing in
            token              SSPR_POLICY_TOKEN is not set
            github-oidc        ACTIONS_ID_TOKEN_REQUEST_URL is not set
            azure-devops-oidc  SYSTEM_OIDCREQUESTURI is not set
            workload-identity  AZURE_FEDERATED_TOKEN_FILE is not set
            client-certificate AZURE_CLIENT_CERTIFICATE_PATH is not set
            client-secret      AZURE_CLIENT_SECRET is not set
            managed-identity   [machine]
            azure-cli          `az` is not installed
            device-code        nobody sits at a terminal here
      FAIL  none of them is there
            help: docs/sign-in.md tells how each of them is set up; `auth: { method: … }` names one

    This environment cannot be planned yet.
    exit code 1
    ");
}

#[test]
fn a_server_that_is_not_there() {
    let repo = Repo::new(&support::served("contoso", "http://127.0.0.1:9", ""));
    let ran = repo.run(&["doctor"]);
    assert_eq!(ran.code, Some(1));
    assert_snapshot!(tenant::refused(&ran.out), @"
    Environment rehearsal   tenant 0f0f0f0f-5a5a-4b4b-8c8c-5590c0de0001

    Configuration
      ok    sspr-policy.yaml, owner contoso

    Network
      FAIL  Graph: http://127.0.0.1:9: error sending request: client error (Connect): nobody listens
            help: start the server, for example with `sspr-policy sandbox serve`

    Signing in
            token (as configured)

    Access token
            it cannot be read, so that only Graph's answers tell what it is good for

    Permissions of Microsoft Graph
      plan                             DeviceManagementConfiguration.Read.All       ?
      plan                             GroupMember.Read.All                         ?
      plan                             Organization.Read.All                        ?
      apply                            DeviceManagementConfiguration.ReadWrite.All  ?
      comparing masked values          DeviceManagementConfiguration.ReadWrite.All  ?
      blast radius: members of groups  GroupMember.Read.All                         ?
      blast radius: all devices        DeviceManagementManagedDevices.Read.All      ?
      scope tags                       DeviceManagementConfiguration.Read.All       ?
      approval status                  DeviceManagementConfiguration.Read.All       ?

    This environment cannot be planned yet.
    ");
}

/// What `doctor` says from Microsoft Graph on, for a token that only the sandbox can read.
fn opaque(arguments: &[&str], permissions: &str) -> (String, Value) {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::faulty(folder.path(), &format!("tokens: {{ token: [{permissions}] }}\n"), 1);
    let repo = Repo::new(&support::served("contoso", &server.url, ""));
    let ran = repo.run(&[&["doctor"], arguments].concat());
    let said = normal(&format!("{}exit code {}\n", ran.out, ran.code.unwrap()));
    let json = repo.run(&[&["doctor", "--output-format", "json"], arguments].concat()).out;
    let report: Value = serde_json::from_str(&json).unwrap();
    let said = said.split("\nMicrosoft Graph\n").nth(1).unwrap().to_owned();
    (said, json!([report["can_plan"], report["can_apply"]]))
}

/// The server's answers tell what the token does not.
#[test]
fn a_token_that_cannot_be_read_and_may_not_write() {
    let reader = "DeviceManagementConfiguration.Read.All, GroupMember.Read.All, Organization.Read.All";
    let (said, can) = opaque(&["--for", "apply"], reader);
    assert_snapshot!(said, @"
      ok    200 /organization: Contoso (sandbox) ([id])
      ok    200 a profile
      ok    200 a group
      ok    200 the filters

    Permissions of Microsoft Graph
      FAIL  403 a read that needs what writing needs: apply would be refused
            help: an administrator grants DeviceManagementConfiguration.ReadWrite.All; see docs/sign-in.md
      plan                             DeviceManagementConfiguration.Read.All       yes
      plan                             GroupMember.Read.All                         yes
      plan                             Organization.Read.All                        yes
      apply                            DeviceManagementConfiguration.ReadWrite.All  no
      comparing masked values          DeviceManagementConfiguration.ReadWrite.All  no (optional)
      blast radius: members of groups  GroupMember.Read.All                         yes
      blast radius: all devices        DeviceManagementManagedDevices.Read.All      no (optional)
      scope tags                       DeviceManagementConfiguration.Read.All       yes
      approval status                  DeviceManagementConfiguration.Read.All       yes

    This environment cannot be applied yet.
    exit code 1
    ");
    assert_eq!(can, json!([true, false]));
    let (said, can) = opaque(&[], reader);
    assert!(said.ends_with("This environment can be planned.\nexit code 0\n"), "{said}");
    assert_eq!(can, json!([true, false]));
}

/// No read proves that a write would be allowed.
#[test]
fn a_token_that_cannot_be_read_and_may_write() {
    let writer = "DeviceManagementConfiguration.ReadWrite.All, GroupMember.Read.All, Organization.Read.All, DeviceManagementManagedDevices.Read.All";
    let (said, can) = opaque(&["--for", "apply"], writer);
    assert_snapshot!(said, @"
      ok    200 /organization: Contoso (sandbox) ([id])
      ok    200 a profile
      ok    200 a group
      ok    200 the filters

    Permissions of Microsoft Graph
            no read shows whether profiles may be written: only `apply` will tell
      plan                             DeviceManagementConfiguration.Read.All       yes
      plan                             GroupMember.Read.All                         yes
      plan                             Organization.Read.All                        yes
      apply                            DeviceManagementConfiguration.ReadWrite.All  ?
      comparing masked values          DeviceManagementConfiguration.ReadWrite.All  ?
      blast radius: members of groups  GroupMember.Read.All                         yes
      blast radius: all devices        DeviceManagementManagedDevices.Read.All      yes
      scope tags                       DeviceManagementConfiguration.Read.All       yes
      approval status                  DeviceManagementConfiguration.Read.All       yes

    As far as can be seen, this environment can be applied.
    exit code 0
    ");
    assert_eq!(can, json!([true, null]));
}

#[test]
fn a_token_that_cannot_be_read_and_may_not_read() {
    let (said, can) = opaque(&[], "Organization.Read.All, DeviceManagementConfiguration.Read.All");
    assert_snapshot!(said, @"
      ok    200 /organization: Contoso (sandbox) ([id])
      ok    200 a profile
      FAIL  403 a group: GET /v1.0/groups?$top=1&$select=id,displayName was answered 403 Authorization_RequestDenied: Insufficient privileges to complete the operation. (request-id [id])
            help: reading needs DeviceManagementConfiguration.Read.All, GroupMember.Read.All and Organization.Read.All; writing and reading masked values need DeviceManagementConfiguration.ReadWrite.All
      ok    200 the filters

    Permissions of Microsoft Graph
      plan                             DeviceManagementConfiguration.Read.All       yes
      plan                             GroupMember.Read.All                         no
      plan                             Organization.Read.All                        yes
      apply                            DeviceManagementConfiguration.ReadWrite.All  no
      comparing masked values          DeviceManagementConfiguration.ReadWrite.All  no (optional)
      blast radius: members of groups  GroupMember.Read.All                         ?
      blast radius: all devices        DeviceManagementManagedDevices.Read.All      no (optional)
      scope tags                       DeviceManagementConfiguration.Read.All       yes
      approval status                  DeviceManagementConfiguration.Read.All       yes

    This environment cannot be planned yet.
    exit code 1
    ");
    assert_eq!(can, json!([false, false]));
}

#[test]
fn another_tenant_is_asked_nothing_else() {
    let served = Tenant::new("https://login.contoso.example", "{ method: token }");
    let configuration = served.repo.read("sspr-policy.yaml").replace(TENANT, "fabrikam.example");
    served.repo.write("sspr-policy.yaml", &configuration);
    let said = served.run("doctor");
    assert_snapshot!(said.split("Microsoft Graph\n").nth(1).unwrap(), @"
      FAIL  this is another tenant: fabrikam.example is configured, and [id] (contoso.onmicrosoft.com, contoso.example) answers
            help: use a token for the configured tenant, or correct `tenant:`; nothing else was asked

    Permissions of
    ");
}

#[test]
fn the_report_for_programs_and_the_table_in_the_documentation() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }");
    let output = tenant.command("doctor --output-format json").output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&report["checks"][0]).unwrap(), @r#"
    {
      "area": "Configuration",
      "status": "ok",
      "what": "sspr-policy.yaml, owner contoso"
    }
    "#);
    let row = |row: &Value| {
        let optional = if row["optional"] == true { "optional" } else { "" };
        format!("| {} | `{}` | {optional} |", row["for"].as_str().unwrap(), row["permission"].as_str().unwrap())
    };
    let table: Vec<String> = report["permissions"].as_array().unwrap().iter().map(row).collect();
    let documentation = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sign-in.md");
    let documentation = std::fs::read_to_string(documentation).unwrap().replace("\r\n", "\n");
    assert!(documentation.contains(&table.join("\n")), "docs/sign-in.md lacks:\n{}", table.join("\n"));
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
    assert_snapshot!(said.split("200 the filters").nth(1).unwrap(), @"


    Permissions of Microsoft Graph
      FAIL  apply needs DeviceManagementConfiguration.ReadWrite.All, and the token lacks it
            help: an administrator grants it to the application, and then a new token has it; see docs/sign-in.md
      plan                             DeviceManagementConfiguration.Read.All       yes
      plan                             GroupMember.Read.All                         yes
      plan                             Organization.Read.All                        yes
      apply                            DeviceManagementConfiguration.ReadWrite.All  no
      comparing masked values          DeviceManagementConfiguration.ReadWrite.All  no (optional)
      blast radius: members of groups  GroupMember.Read.All                         yes
      blast radius: all devices        DeviceManagementManagedDevices.Read.All      no (optional)
      scope tags                       DeviceManagementConfiguration.Read.All       yes
      approval status                  DeviceManagementConfiguration.Read.All       yes

    This environment cannot be applied yet.
    exit code 1
    ");
    let output = tenant.command("doctor --for apply --output-format json").output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["can_plan"], &report["can_apply"]), (&json!(true), &json!(false)));
}

#[test]
fn a_permission_of_plan_that_is_missing_fails_though_the_server_answers() {
    let token = token(&json!({ "tid": TENANT, "roles": ["DeviceManagementConfiguration.Read.All"] }));
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }").with("SSPR_POLICY_TOKEN", &token);
    let said = tenant.run("doctor");
    assert_snapshot!(said.split("200 the filters").nth(1).unwrap(), @"


    Permissions of Microsoft Graph
      FAIL  plan needs GroupMember.Read.All, and the token lacks it
            help: an administrator grants it to the application, and then a new token has it; see docs/sign-in.md
      FAIL  plan needs Organization.Read.All, and the token lacks it
            help: an administrator grants it to the application, and then a new token has it; see docs/sign-in.md
      plan                             DeviceManagementConfiguration.Read.All       yes
      plan                             GroupMember.Read.All                         no
      plan                             Organization.Read.All                        no
      apply                            DeviceManagementConfiguration.ReadWrite.All  no
      comparing masked values          DeviceManagementConfiguration.ReadWrite.All  no (optional)
      blast radius: members of groups  GroupMember.Read.All                         no (optional)
      blast radius: all devices        DeviceManagementManagedDevices.Read.All      no (optional)
      scope tags                       DeviceManagementConfiguration.Read.All       yes
      approval status                  DeviceManagementConfiguration.Read.All       yes

    This environment cannot be planned yet.
    exit code 1
    ");
}

#[test]
fn a_token_that_is_for_somebody_else() {
    let token = token(&json!({ "tid": TENANT, "aud": "https://management.azure.com/", "exp": 4_102_444_800_i64 }));
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }").with("SSPR_POLICY_TOKEN", &token);
    let said = tenant.run("doctor");
    assert_snapshot!(said.split("Signing in\n").nth(1).unwrap(), @"
            token (as configured)
      FAIL  the access token is not for Microsoft Graph, but for https://management.azure.com/
            help: get one for http://graph, or correct `cloud:`; nothing was sent to Microsoft Graph

    This environment cannot be planned yet.
    exit code 1
    ");
}

#[test]
fn a_token_that_says_nothing_cannot_be_read() {
    let token = token(&json!({}));
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }").with("SSPR_POLICY_TOKEN", &token);
    let said = tenant.run("doctor");
    assert_snapshot!(said.split("Access token\n").nth(1).unwrap().split("\n\n").next().unwrap(), @"        it cannot be read, so that only Graph's answers tell what it is good for");
}
