//! Which server each sign-in method contacts, and what it needs.

use std::fs;

use insta::assert_snapshot;

use super::environment;
use crate::sign_in::tenant::{self, Tenant};

const SECRET: &str = "s3cret";

#[test]
#[cfg(target_os = "linux")]
fn the_azure_cli_is_called_once() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: auto }");
    let calls = tenant.repo.path("calls");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> '{}'\necho '{{ \"accessToken\": \"cli-token\", \"expires_on\": 4102444800, \"tokenType\": \"Bearer\" }}'\n",
        calls.display()
    );
    tenant::program(&tenant, "az", &script);
    tenant.repo.write("azure/azureProfile.json", "\u{feff}{ \"subscriptions\": [{ \"id\": \"x\" }] }");
    let home = tenant.repo.path("azure");
    let tenant = tenant::with_programs(tenant).with("AZURE_CONFIG_DIR", home.to_str().unwrap());
    let planned = tenant.run("plan");
    assert!(planned.ends_with("exit code 0\n"), "{planned}");
    let calls = fs::read_to_string(calls).unwrap().replace(&tenant.graph.url, "http://graph");
    assert_snapshot!(calls, @"account get-access-token -o json --scope http://graph/.default --tenant 0f0f0f0f-5a5a-4b4b-8c8c-5590c0de0001");
}

#[test]
fn each_cloud_has_its_servers_and_its_scope() {
    let documentation = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sign-in.md");
    let documentation = fs::read_to_string(documentation).unwrap();
    for cloud in ["global", "usgov-high", "usgov-dod", "china"] {
        let environment = environment(&format!("tenant: contoso.example, cloud: {cloud}"));
        let host = |url: &str| url.strip_prefix("https://").unwrap().to_owned();
        let (graph, login) = (host(environment.graph_url()), host(environment.login_url()));
        assert_eq!(connection(&environment).scope(), format!("https://{graph}/.default"));
        let row = documentation.lines().find(|line| line.starts_with(&format!("| `{cloud}`"))).unwrap();
        assert!(row.ends_with(&format!("| {graph} | {login} |")), "{row}");
    }
    // Another server may get the cloud's tokens; one on this computer does not.
    let there = environment("tenant: a.example, cloud: china, graph_url: https://graph.contoso.example");
    assert_eq!(connection(&there).scope(), "https://microsoftgraph.chinacloudapi.cn/.default");
    let here = environment("tenant: a.example, graph_url: http://127.0.0.1:8899, login_url: https://login.a.example/");
    assert_eq!(
        (connection(&here).scope().as_str(), connection(&here).login_url()),
        ("http://127.0.0.1:8899/.default", "https://login.a.example")
    );
}

#[test]
fn an_application_must_be_named() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: device-code }");
    assert_snapshot!(tenant.run("plan"), @"
    error: signing in with device-code failed: no application is configured
    help: write `client_id:` in `auth:`, or set AZURE_CLIENT_ID; there is no built-in application, and docs/sign-in.md explains how to register one
    exit code 1
    ");
}

#[test]
fn the_environment_is_not_for_another_tenant() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: client-secret, client_id: daemon }")
        .with("AZURE_CLIENT_SECRET", SECRET)
        .with("AZURE_TENANT_ID", "8f6d1111-5a5a-4b4b-8c8c-5590c0de0003");
    assert_snapshot!(tenant.run("plan"), @"
    error: signing in with client-secret failed: AZURE_TENANT_ID is [id], but the configured tenant is [id]
    help: unset AZURE_TENANT_ID, or correct `tenant:`; nothing was sent
    exit code 1
    ");
}

#[test]
fn a_token_of_another_tenant() {
    // {"tid":"8f6d1111-5a5a-4b4b-8c8c-5590c0de0003"}
    let token = "e30.eyJ0aWQiOiI4ZjZkMTExMS01YTVhLTRiNGItOGM4Yy01NTkwYzBkZTAwMDMifQ.c2ln";
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }").with("SSPR_POLICY_TOKEN", token);
    assert_snapshot!(tenant.run("plan"), @"
    error: the access token is for another tenant: [id] is configured, but the token says [id]
    help: use an identity of the configured tenant, or correct `tenant:`; nothing was sent to Microsoft Graph
    exit code 1
    ");
}

#[test]
fn a_machine_that_is_not_in_azure() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: managed-identity, client_id: none-such }");
    let said = tenant.run("plan");
    // A machine in Azure answers that it has no such identity.
    let said = said.replace(
        "this Azure machine does not have this managed identity",
        "IDENTITY_ENDPOINT is not set, and this is not an Azure machine",
    );
    assert_snapshot!(said, @"
    error: signing in with managed-identity failed: IDENTITY_ENDPOINT is not set, and this is not an Azure machine
    help: assign a managed identity to this Azure machine, and name a user-assigned one in `client_id:`; anywhere else, use another `method:`
    exit code 1
    ");
}

#[test]
fn secrets_do_not_travel_in_plain_text() {
    let tenant = Tenant::new("http://127.0.0.1:9", "{ method: client-secret, client_id: daemon }")
        .with("AZURE_CLIENT_SECRET", SECRET);
    assert_snapshot!(tenant.run("plan"), @"
    error: signing in with client-secret failed: this method supports only https, but `login_url` is http://127.0.0.1:9
    help: use an https server, and set SSL_CERT_FILE to a file with the certificate of its issuer
    exit code 1
    ");
}

#[test]
fn errors_state_what_a_method_needs() {
    let said = |auth: &str| Tenant::new("https://login.contoso.example", auth).run("plan");
    assert_snapshot!(said("{ method: github-oidc, client_id: a }"), @"
    error: signing in with github-oidc failed: ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set
    help: the job needs `permissions: id-token: write`; pull requests from forks do not get it
    exit code 1
    ");
    assert_snapshot!(said("{ method: azure-devops-oidc, client_id: a }"), @"
    error: signing in with azure-devops-oidc failed: SYSTEM_ACCESSTOKEN is not set
    help: map it into the step: `env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)`
    exit code 1
    ");
    assert_snapshot!(said("{ method: workload-identity, client_id: a }"), @"
    error: signing in with workload-identity failed: AZURE_FEDERATED_TOKEN_FILE is not set
    help: set it to the file with the federated token
    exit code 1
    ");
    assert_snapshot!(said("{ method: client-certificate, client_id: a }"), @"
    error: signing in with client-certificate failed: no certificate is configured
    help: write `certificate:` in `auth:`, or set AZURE_CLIENT_CERTIFICATE_PATH
    exit code 1
    ");
    assert_snapshot!(said("{ method: client-secret, client_id: a }"), @"
    error: signing in with client-secret failed: AZURE_CLIENT_SECRET is not set
    help: set it to the secret's value; do not keep the secret in a file
    exit code 1
    ");
}

#[test]
fn an_unreachable_server_is_reported_quickly() {
    // Nothing listens on this port.
    let tenant = Tenant::new("https://localhost:9", "{ method: client-secret, client_id: daemon }")
        .with("SSPR_POLICY_TRUSTED_HOSTS", "127.0.0.1, localhost:9")
        .with("AZURE_CLIENT_SECRET", SECRET);
    assert_snapshot!(tenant.run("plan"), @"
    error: signing in with client-secret failed: error sending request for url (https://login/[id]/oauth2/v2.0/token): client error (Connect): nobody listens
    help: check that this machine can reach the server and trusts its certificate; HTTPS_PROXY and NO_PROXY set the proxy, SSL_CERT_FILE adds a certificate authority
    exit code 1
    ");
}

#[test]
fn a_token_that_must_not_be_sent() {
    let said = |token: &str| {
        let tenant = Tenant::new("https://login.contoso.example", "{ method: token }");
        tenant.with("SSPR_POLICY_TOKEN", token).run("plan")
    };
    // {"aud":"https://management.azure.com/"}
    assert_snapshot!(said("e30.eyJhdWQiOiJodHRwczovL21hbmFnZW1lbnQuYXp1cmUuY29tLyJ9.c2ln"), @"
    error: the access token is not for Microsoft Graph, but for https://management.azure.com/
    help: get a token for http://graph, or correct `cloud:`; nothing was sent to Microsoft Graph
    exit code 1
    ");
    // {"exp":1700000000}
    assert_snapshot!(said("e30.eyJleHAiOjE3MDAwMDAwMDB9.c2ln"), @"
    error: the access token has expired: it was valid until [time]
    help: get a new one, and check the clock of this machine; nothing was sent to Microsoft Graph
    exit code 1
    ");
    assert_snapshot!(said("Bearer e30.e30.c2ln"), @"
    error: SSPR_POLICY_TOKEN starts with the word Bearer
    help: remove that word; set it to the token only
    exit code 1
    ");
    assert_snapshot!(said("e30.e30.c2ln\nand more"), @"
    error: SSPR_POLICY_TOKEN contains a space or a line break, which a token never does
    help: set it to the token only, on one line
    exit code 1
    ");
    // {"aud":"00000003-0000-0000-c000-000000000000"}, as a program prints it
    let graph = said("e30.eyJhdWQiOiIwMDAwMDAwMy0wMDAwLTAwMDAtYzAwMC0wMDAwMDAwMDAwMDAifQ.c2ln\n");
    assert!(graph.ends_with("exit code 0\n"), "{graph}");
}

/// The connection to an environment, as commands see it.
fn connection(environment: &sspr_policy::policy::Environment) -> sspr_policy::session::Connection {
    let source = sspr_policy::source::Source::new("sspr-policy.yaml", Vec::new()).unwrap();
    sspr_policy::session::Connection::of(environment, &source, std::path::Path::new("."))
}
