//! Signing in, as far as it can be seen without a server that signs people in; the rest is in `sign_in.rs`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;
#[path = "sign_in/tenant.rs"]
mod tenant;

use std::fs;

use insta::assert_snapshot;
use support::Repo;
use tenant::Tenant;

const SECRET: &str = "s3cret";

#[test]
#[cfg(target_os = "linux")]
fn the_azure_cli_is_asked_once() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: auto }");
    let calls = tenant.repo.path().join("calls");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> '{}'\necho '{{ \"accessToken\": \"cli-token\", \"expires_on\": 4102444800, \"tokenType\": \"Bearer\" }}'\n",
        calls.display()
    );
    tenant::program(&tenant, "az", &script);
    tenant.repo.write("azure/azureProfile.json", "\u{feff}{ \"subscriptions\": [{ \"id\": \"x\" }] }");
    let home = tenant.repo.path().join("azure");
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
        assert_eq!(environment.scope(), format!("https://{graph}/.default"));
        let row = documentation.lines().find(|line| line.starts_with(&format!("| `{cloud}`"))).unwrap();
        assert!(row.ends_with(&format!("| {graph} | {login} |")), "{row}");
    }
    // Another server takes the cloud's tokens; one on this machine does not.
    let there = environment("tenant: a.example, cloud: china, graph_url: https://graph.contoso.example");
    assert_eq!(there.scope(), "https://microsoftgraph.chinacloudapi.cn/.default");
    let here = environment("tenant: a.example, graph_url: http://127.0.0.1:8899, login_url: https://login.a.example/");
    assert_eq!(
        (here.scope().as_str(), here.login_url()),
        ("http://127.0.0.1:8899/.default", "https://login.a.example")
    );
}

/// An environment as the configuration has it.
fn environment(fields: &str) -> sspr_policy::policy::Environment {
    let text = format!("owner: contoso\ndefault: a\nenvironments:\n  a: {{ {fields} }}\n");
    let source = sspr_policy::source::Source::new("sspr-policy.yaml", text.into_bytes()).unwrap();
    let mut problems = Vec::new();
    let configuration = sspr_policy::policy::read_configuration(&source, &mut problems).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    configuration.environments.iter().next().unwrap().1.clone()
}

#[test]
fn an_application_must_be_named() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: device-code }");
    assert_snapshot!(tenant.run("plan"), @"
    error: signing in with device-code failed: no application is named
    help: write `client_id:` in `auth:`, or set AZURE_CLIENT_ID; there is no built-in application, and docs/sign-in.md tells how to register one
    exit code 1
    ");
}

#[test]
fn the_environment_is_not_for_another_tenant() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: client-secret, client_id: daemon }")
        .with("AZURE_CLIENT_SECRET", SECRET)
        .with("AZURE_TENANT_ID", "8f6d1111-5a5a-4b4b-8c8c-5590c0de0003");
    assert_snapshot!(tenant.run("plan"), @"
    error: signing in with client-secret failed: AZURE_TENANT_ID is [id], and the configured tenant is [id]
    help: unset AZURE_TENANT_ID, or correct `tenant:`; nothing was sent
    exit code 1
    ");
}

#[test]
fn a_token_that_says_that_it_is_another_tenants() {
    // {"tid":"8f6d1111-5a5a-4b4b-8c8c-5590c0de0003"}
    let token = "e30.eyJ0aWQiOiI4ZjZkMTExMS01YTVhLTRiNGItOGM4Yy01NTkwYzBkZTAwMDMifQ.c2ln";
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }").with("SSPR_POLICY_TOKEN", token);
    assert_snapshot!(tenant.run("plan"), @"
    error: the access token is for another tenant: [id] is configured, and the token says [id]
    help: use an identity of the configured tenant, or correct `tenant:`; nothing was sent to Microsoft Graph
    exit code 1
    ");
}

#[test]
fn a_machine_that_is_not_in_azure() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: managed-identity, client_id: none-such }");
    let said = tenant.run("plan");
    // A machine in Azure answers that it has no such identity.
    let said = said
        .replace("this machine in Azure has no such identity", "no IDENTITY_ENDPOINT, and no machine in Azure answers");
    assert_snapshot!(said, @"
    error: signing in with managed-identity failed: no IDENTITY_ENDPOINT, and no machine in Azure answers
    help: give this machine in Azure an identity, and name a user-assigned one with `client_id:`; elsewhere, take another `method:`
    exit code 1
    ");
}

#[test]
fn secrets_do_not_travel_in_plain_text() {
    let tenant = Tenant::new("http://127.0.0.1:9", "{ method: client-secret, client_id: daemon }")
        .with("AZURE_CLIENT_SECRET", SECRET);
    assert_snapshot!(tenant.run("plan"), @"
    error: signing in with client-secret failed: the library for this way speaks https only, and `login_url` is http://127.0.0.1:9
    help: serve it with a certificate, and name its issuer in SSL_CERT_FILE
    exit code 1
    ");
}

#[test]
fn what_a_way_needs_is_said() {
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
    help: it names the file with the federated token
    exit code 1
    ");
    assert_snapshot!(said("{ method: client-certificate, client_id: a }"), @"
    error: signing in with client-certificate failed: no certificate is named
    help: write `certificate:` in `auth:`, or set AZURE_CLIENT_CERTIFICATE_PATH
    exit code 1
    ");
    assert_snapshot!(said("{ method: client-secret, client_id: a }"), @"
    error: signing in with client-secret failed: AZURE_CLIENT_SECRET is not set
    help: it holds the secret's value; a file is no place for it
    exit code 1
    ");
}

#[test]
fn a_server_that_is_not_there_is_said_soon() {
    // Nobody listens on this port.
    let tenant = Tenant::new("https://localhost:9", "{ method: client-secret, client_id: daemon }")
        .with("AZURE_CLIENT_SECRET", SECRET);
    assert_snapshot!(tenant.run("plan"), @"
    error: signing in with client-secret failed: error sending request for url (https://login/[id]/oauth2/v2.0/token): client error (Connect): nobody listens
    help: is the server reachable from here, and its certificate trusted? HTTPS_PROXY and NO_PROXY name a proxy, SSL_CERT_FILE an authority
    exit code 1
    ");
}

#[test]
fn a_token_that_is_not_to_be_sent() {
    let said = |token: &str| {
        let tenant = Tenant::new("https://login.contoso.example", "{ method: token }");
        tenant.with("SSPR_POLICY_TOKEN", token).run("plan")
    };
    // {"aud":"https://management.azure.com/"}
    assert_snapshot!(said("e30.eyJhdWQiOiJodHRwczovL21hbmFnZW1lbnQuYXp1cmUuY29tLyJ9.c2ln"), @"
    error: the access token is not for Microsoft Graph, but for https://management.azure.com/
    help: get one for http://graph, or correct `cloud:`; nothing was sent to Microsoft Graph
    exit code 1
    ");
    // {"exp":1700000000}
    assert_snapshot!(said("e30.eyJleHAiOjE3MDAwMDAwMDB9.c2ln"), @"
    error: the access token has expired: it was good until [time]
    help: get another one, and see that the clock is right; nothing was sent to Microsoft Graph
    exit code 1
    ");
    assert_snapshot!(said("Bearer e30.e30.c2ln"), @"
    error: SSPR_POLICY_TOKEN begins with the word Bearer
    help: that word does not belong in it: put the token alone there
    exit code 1
    ");
    assert_snapshot!(said("e30.e30.c2ln\nand more"), @"
    error: SSPR_POLICY_TOKEN holds a space or a line break, and a token has none
    help: put the token alone there, in one line
    exit code 1
    ");
    // {"aud":"00000003-0000-0000-c000-000000000000"}, as a program prints it
    let graph = said("e30.eyJhdWQiOiIwMDAwMDAwMy0wMDAwLTAwMDAtYzAwMC0wMDAwMDAwMDAwMDAifQ.c2ln\n");
    assert!(graph.ends_with("exit code 0\n"), "{graph}");
}

#[test]
fn a_secret_in_the_configuration_is_not_shown() {
    let said = |environment: &str| {
        let tenant = Tenant::new("https://login.contoso.example", "{ method: token }");
        let text = format!("owner: contoso\ndefault: a\nenvironments:\n  a: {{ {environment} }}\n");
        tenant.repo.write("sspr-policy.yaml", &text);
        tenant.run("check")
    };
    assert_snapshot!(said("tenant: Sandbox, auth: { method: client-secret, client_secret: FAKE }"), @"
    error[SP0413]: sspr-policy.yaml:4: a secret does not belong into a file
     |
     = note: the line is not shown, because of the secret
     = help: take it out of the file and of git's history, and put it into AZURE_CLIENT_SECRET

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
    assert_snapshot!(said("tenant: a.example, auth: { method: token, token: FAKE }"), @"
    error[SP0413]: sspr-policy.yaml:4: a secret does not belong into a file
     |
     = note: the line is not shown, because of the secret
     = help: take it out of the file and of git's history, and put it into SSPR_POLICY_TOKEN

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
    let keyed = ["FAKE", "12345678", "[FAKE]", "{ FAKE: 1 }"]
        .map(|key| said(&format!("tenant: a.example, fingerprint_key: {key}")));
    assert!(keyed.iter().all(|said| *said == keyed[0]), "{keyed:#?}");
    assert_snapshot!(keyed[0], @"
    error[SP0413]: sspr-policy.yaml:4: a key does not belong into a file
     |
     = note: the line is not shown, because of the key
     = help: put the key into an environment variable, and write `fingerprint_key: ${env:NAME}`

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
    for elsewhere in [
        "tenant: a.example, client_secret: FAKE",
        "tenant: a.example, AZURE_CLIENT_SECRET: FAKE",
        "tenant: a.example, fingerprint-key: FAKE",
        "tenant: a.example, auth: 'client_secret=FAKE'",
        "tenant: a.example, auth: { method: client-secret, apply: { client_id: a, token: FAKE } }",
        "tenant: a.example, graph_url: 'https://graph.example/?sig=FAKE'",
        "tenant: a.example, auth: { method: client-secret, client_secret: FAKE } }",
        "tenant: a.example, client_secret: FAKE: x",
        "tenant: a.example, fingerprint_key: 'FAKE'x",
        "tenant: a.example }\nclient_secret: FAKE\nb: {",
    ] {
        let said = said(elsewhere);
        assert!(!said.contains("FAKE") && said.contains("the line is not shown"), "{said}");
    }
    let user = said("tenant: e.example, graph_url: 'http://localhost@evil.example'");
    assert!(user.contains("`graph_url:` holds a user or a password"), "{user}");
    assert_snapshot!(said("tenant: a.example, graph_url: 'https://user:FAKE@graph.example'"), @"
    error[SP0413]: sspr-policy.yaml:4: `graph_url:` holds a user or a password
     |
     = note: the line is not shown, because of a password or a key that may stand in it
     = help: write only `https://`, the host, and a port where one is needed

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn what_names_no_tenant_and_no_server() {
    let said = |environment: &str| {
        let tenant = Tenant::new("https://login.contoso.example", "{ method: token }");
        let text = format!("owner: contoso\ndefault: a\nenvironments:\n  a: {{ {environment} }}\n");
        tenant.repo.write("sspr-policy.yaml", &text);
        tenant.run("check")
    };
    assert_snapshot!(said("tenant: Sandbox"), @"
    error[SP0411]: this names no tenant
     --> sspr-policy.yaml:4:16
      |
    4 |   a: { tenant: Sandbox }
      |                ^^^^^^^ expected `sandbox`, an id or a domain
      |
    help: did you mean `sandbox`
      |
    4 -   a: { tenant: Sandbox }
    4 +   a: { tenant: sandbox }
      |

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
    assert_snapshot!(said("tenant: common"), @"
    error[SP0411]: this names no tenant
     --> sspr-policy.yaml:4:16
      |
    4 |   a: { tenant: common }
      |                ^^^^^^ `common` stands for many tenants, and one is needed here
      |
      = help: write the tenant's id, or one of its domains, as contoso.onmicrosoft.com

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
    assert_snapshot!(said("tenant: 'https://contoso.example'"), @"
    error[SP0411]: this names no tenant
     --> sspr-policy.yaml:4:16
      |
    4 |   a: { tenant: 'https://contoso.example' }
      |                ^^^^^^^^^^^^^^^^^^^^^^^^^ expected `sandbox`, an id or a domain
      |
      = help: write the tenant's id, or one of its domains, as contoso.onmicrosoft.com

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
    assert_snapshot!(said("tenant: a.example, graph_url: 'https://graph.microsoft.com/v1.0'"), @"
    error[SP0410]: this server cannot be used
     --> sspr-policy.yaml:4:38
      |
    4 |   a: { tenant: a.example, graph_url: 'https://graph.microsoft.com/v1.0' }
      |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ requests bring their version along: take `/v1.0` away

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
    assert_snapshot!(said("tenant: a.example, graph_url: 'https://graph.example/?key=a'"), @"
    error[SP0413]: sspr-policy.yaml:4: `graph_url:` holds more than scheme, host and port
     |
     = note: the line is not shown, because of a password or a key that may stand in it
     = help: write only `https://`, the host, and a port where one is needed

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
    assert_snapshot!(said("tenant: a.example, auth: azure-cli"), @"
    error[SP0105]: expected a map for the auth, found a text
     --> sspr-policy.yaml:4:33
      |
    4 |   a: { tenant: a.example, auth: azure-cli }
      |                                 ^^^^^^^^^ this is a text
      |
    help: write `{ method: azure-cli }`
      |
    4 -   a: { tenant: a.example, auth: azure-cli }
    4 +   a: { tenant: a.example, auth: { method: azure-cli } }
      |

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn the_address_that_github_is_asked_at_is_shown_without_its_query() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: github-oidc, client_id: a }")
        .with("ACTIONS_ID_TOKEN_REQUEST_URL", "https://127.0.0.1:9/token?secret=FAKE")
        .with("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "t0ken");
    assert_snapshot!(tenant.run("plan"), @"
    error: signing in with github-oidc failed: GitHub gives no token: https://127.0.0.1:9/token: error sending request: client error (Connect): nobody listens
    help: GitHub gives one only while the job runs, and with `permissions: id-token: write`; run the job again
    exit code 1
    ");
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_not_there_or_cannot_be_used_comes_with_help() {
    let tenant = |auth: &str| Tenant::new("https://login.contoso.example", auth);
    assert_snapshot!(tenant("{ method: azure-cli }").with("PATH", "").run("plan"), @"
    error: signing in with azure-cli failed: `az` is not on PATH
    help: install the Azure CLI and sign in with `az login`, or take another `method:`
    exit code 1
    ");
    let browser = tenant("{ method: browser, client_id: a }").with("PATH", "").run("plan");
    let without_address = browser.lines().filter(|line| !line.starts_with("https://")).collect::<Vec<_>>().join("\n");
    assert_snapshot!(without_address, @"
    To sign in, a browser opens; else open this address in one here:
    error: signing in with browser failed: no browser opens here, and nobody sits at a terminal
    help: run it on a terminal, where you can open the address yourself; a pipeline takes another `method:`
    exit code 1
    ");
    assert_snapshot!(tenant("{ method: client-certificate, client_id: a, certificate: none.pem }").run("plan"), @"
    error: signing in with client-certificate failed: ./none.pem: No such file or directory (os error 2)
    help: `certificate:`, else AZURE_CLIENT_CERTIFICATE_PATH, names one PEM file with certificate and private key; docs/sign-in.md tells how to make it
    exit code 1
    ");
    assert_snapshot!(tenant("{ method: client-certificate, client_id: a, certificate: sspr-policy.yaml }").run("plan"), @"
    error: signing in with client-certificate failed: ./sspr-policy.yaml: there is no certificate in the file (expected PEM with certificate and private key)
    help: `certificate:`, else AZURE_CLIENT_CERTIFICATE_PATH, names one PEM file with certificate and private key; docs/sign-in.md tells how to make it
    exit code 1
    ");
    let federated = tenant("{ method: workload-identity, client_id: a }").with("AZURE_FEDERATED_TOKEN_FILE", "none");
    assert_snapshot!(federated.run("plan"), @"
    error: signing in with workload-identity failed: none: No such file or directory (os error 2)
    help: AZURE_FEDERATED_TOKEN_FILE names the file; in Kubernetes, the pod needs the label of workload identity
    exit code 1
    ");
    let junk = tenant("{ method: azure-cli }");
    tenant::program(&junk, "az", "#!/bin/sh\necho junk\n");
    assert_snapshot!(tenant::with_programs(junk).run("plan"), @"
    error: signing in with azure-cli failed: expected value at line 1 column 1
    help: sign in with `az login`; `az account get-access-token -o json` must print a token as JSON, and nothing else
    exit code 1
    ");
}

#[test]
fn a_server_that_is_no_graph() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }");
    let configuration =
        tenant.repo.read("sspr-policy.yaml").replace(&tenant.graph.url, &format!("{}/other", tenant.graph.url));
    tenant.repo.write("sspr-policy.yaml", &configuration);
    let said = tenant.run("plan");
    assert!(said.contains("help: this is no Microsoft Graph, as it seems: correct `graph_url:`"), "{said}");
}

#[test]
fn what_is_no_id_names_no_application() {
    let repo = Repo::new(
        "owner: contoso\ndefault: a\nenvironments:\n  a: { tenant: a.example, auth: { method: auto, plan: { client_id: … } } }\n",
    );
    assert_snapshot!(repo.run(&["check"]).out, @r#"
    error[SP0412]: this names no application
     --> sspr-policy.yaml:4:68
      |
    4 |   a: { tenant: a.example, auth: { method: auto, plan: { client_id: … } } }
      |                                                                    ^ expected an id, such as 3f2a8c1e-9b7d-4e5f-8a6b-1c2d3e4f5a6b
      |
      = help: write "Application (client) ID", as the application's overview in Entra shows it; `token`, `azure-cli` and a machine's own identity need none: then take the line out

    1 error, 0 warnings in 0 policies
    "#);
}

#[test]
fn an_application_of_zeros_was_never_filled_in() {
    let auth = "{ method: github-oidc, plan: { client_id: 00000000-0000-0000-0000-000000000000 } }";
    let tenant = Tenant::new("https://login.contoso.example", auth);
    let said = tenant.run("check");
    assert!(said.contains("error[SP0412]: this names no application"), "{said}");
    assert!(said.ends_with("exit code 1\n"), "{said}");
}
