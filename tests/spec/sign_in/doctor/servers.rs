//! Reachable and unreachable servers, and the whole report.

use std::path::Path;

use insta::assert_snapshot;
use regex::Regex;
use serde_json::Value;

use crate::harness::{EMBEDDED, Ran, Repository, TENANT, served};
use crate::sign_in::tenant::{self, Tenant};

#[test]
fn the_embedded_sandbox_needs_nothing() {
    let ran = Repository::new(EMBEDDED).ran("doctor").succeeds();
    assert_snapshot!(ran.out, @"
    Environment sandbox   tenant sandbox

    Configuration
      ok    sspr-policy.yaml, owner contoso

    Signing in
      ok    embedded sandbox: no sign-in needed, and nothing leaves this machine

    `plan` can use this environment.
    ");
}

#[test]
fn a_sandbox_on_loopback_needs_no_sign_in() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }");
    assert_snapshot!(tenant.run("doctor"), @"
    Environment rehearsal   tenant [id]

    Configuration
      ok    sspr-policy.yaml, owner contoso

    Network
      ok    Graph: http://graph answers
      ok    the clock agrees with the server's

    Signing in
            no sign-in needed: the server is on this machine

    Microsoft Graph
      ok    200 /organization: Contoso (sandbox) ([id])
      ok    profiles can be read (200)
      ok    groups can be read (200)
      ok    filters can be read (200)

    Permissions of Microsoft Graph
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

    `plan` can use this environment.
    exit code 0
    ");
}

#[test]
fn no_way_to_sign_in() {
    // Without PATH there is no Azure CLI.
    let tenant = Tenant::new("https://login.contoso.example", "{ method: auto }").with("PATH", "");
    let said = tenant.run("doctor");
    // A machine in Azure gives another answer.
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
            device-code        there is no terminal
      FAIL  none of these methods can be used here
            help: docs/sign-in.md shows how to set up each method; select one with `auth: { method: … }`

    `plan` cannot use this environment yet.
    exit code 1
    ");
}

#[test]
fn an_unreachable_server() {
    let repo = Repository::new(&served("contoso", "http://127.0.0.1:9", ""));
    let ran = repo.ran("doctor");
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
            it cannot be read; only Graph's answers show which permissions it has

    Permissions of Microsoft Graph
      plan                             DeviceManagementConfiguration.Read.All       ?
      plan                             GroupMember.Read.All                         ?
      plan                             Organization.Read.All                        ?
      apply                            DeviceManagementConfiguration.ReadWrite.All  ?
      comparing masked values          DeviceManagementConfiguration.ReadWrite.All  ?
      reach: members of groups         GroupMember.Read.All                         ?
      reach: all devices               DeviceManagementManagedDevices.Read.All      ?
      scope tags                       DeviceManagementConfiguration.Read.All       ?
      approval status                  DeviceManagementConfiguration.Read.All       ?
      noticing a limited role          DeviceManagementRBAC.Read.All                ?

    `plan` cannot use this environment yet.
    ");
}

#[test]
fn another_tenant_gets_no_other_requests() {
    let served = Tenant::new("https://login.contoso.example", "{ method: token }");
    let configuration = served.repo.read("sspr-policy.yaml").replace(TENANT, "fabrikam.example");
    served.repo.write("sspr-policy.yaml", &configuration);
    let said = served.run("doctor");
    assert!(said.ends_with("exit code 1\n"), "{said}");
    assert_snapshot!(said.split("Microsoft Graph\n").nth(1).unwrap(), @"
      FAIL  wrong tenant: fabrikam.example is configured, but [id] (contoso.onmicrosoft.com, contoso.example) answers
            help: use a token for the configured tenant, or correct `tenant:`; no other request was sent

    Permissions of
    ");
}

#[test]
fn the_report_for_programs_and_the_table_in_the_documentation() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }");
    let ran = Ran::of(&mut tenant.command("doctor --output-format json")).succeeds();
    let report: Value = serde_json::from_str(&ran.out).unwrap();
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
