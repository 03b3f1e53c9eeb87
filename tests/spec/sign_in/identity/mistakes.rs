//! Mistakes in a configuration or its variables, and what is hidden of them.

use insta::assert_snapshot;

use crate::harness::Repository;
use crate::sign_in::tenant::{self, Tenant};

#[test]
fn a_secret_in_the_configuration_is_not_shown() {
    let said = |environment: &str| {
        let tenant = Tenant::new("https://login.contoso.example", "{ method: token }");
        let text = format!("owner: contoso\ndefault: a\nenvironments:\n  a: {{ {environment} }}\n");
        tenant.repo.write("sspr-policy.yaml", &text);
        tenant.run("check")
    };
    assert_snapshot!(said("tenant: Sandbox, auth: { method: client-secret, client_secret: FAKE }"), @"
    error[SP0413]: sspr-policy.yaml:4: a secret must not be stored in this file
     |
     = note: the line is not shown, because it contains the secret
     = help: remove it from the file and from the git history, and put it into the environment variable AZURE_CLIENT_SECRET

    1 error (SP0413), 0 warnings in 1 policy
    exit code 1
    ");
    assert_snapshot!(said("tenant: a.example, auth: { method: token, token: FAKE }"), @"
    error[SP0413]: sspr-policy.yaml:4: a secret must not be stored in this file
     |
     = note: the line is not shown, because it contains the secret
     = help: remove it from the file and from the git history, and put it into the environment variable SSPR_POLICY_TOKEN

    1 error (SP0413), 0 warnings in 1 policy
    exit code 1
    ");
    let keyed = ["FAKE", "12345678", "[FAKE]", "{ FAKE: 1 }"]
        .map(|key| said(&format!("tenant: a.example, fingerprint_key: {key}")));
    assert!(keyed.iter().all(|said| *said == keyed[0]), "{keyed:#?}");
    assert_snapshot!(keyed[0], @"
    error[SP0413]: sspr-policy.yaml:4: a key must not be stored in this file
     |
     = note: the line is not shown, because it contains the key
     = help: put the key into an environment variable, and write `fingerprint_key: ${env:NAME}`

    1 error (SP0413), 0 warnings in 1 policy
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
    assert!(user.contains("`graph_url:` contains a user or a password"), "{user}");
    assert_snapshot!(said("tenant: a.example, graph_url: 'https://user:FAKE@graph.example'"), @"
    error[SP0413]: sspr-policy.yaml:4: `graph_url:` contains a user or a password
     |
     = note: the line is not shown, because it may contain a password or a key
     = help: write only `https://`, the host, and a port where one is needed

    1 error (SP0413), 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn invalid_tenants_and_servers() {
    let said = |environment: &str| {
        let tenant = Tenant::new("https://login.contoso.example", "{ method: token }");
        let text = format!("owner: contoso\ndefault: a\nenvironments:\n  a: {{ {environment} }}\n");
        tenant.repo.write("sspr-policy.yaml", &text);
        tenant.run("check")
    };
    assert_snapshot!(said("tenant: Sandbox"), @"
    error[SP0411]: this is not a tenant
     --> sspr-policy.yaml:4:16
      |
    4 |   a: { tenant: Sandbox }
      |                ^^^^^^^ expected `sandbox`, an ID or a domain
      |
    help: Did you mean `sandbox`?
      |
    4 -   a: { tenant: Sandbox }
    4 +   a: { tenant: sandbox }
      |

    1 error (SP0411), 0 warnings in 1 policy
    exit code 1
    ");
    assert_snapshot!(said("tenant: common"), @"
    error[SP0411]: this is not a tenant
     --> sspr-policy.yaml:4:16
      |
    4 |   a: { tenant: common }
      |                ^^^^^^ `common` does not name a single tenant
      |
      = help: write the ID of the tenant or one of its domains, such as contoso.onmicrosoft.com

    1 error (SP0411), 0 warnings in 1 policy
    exit code 1
    ");
    assert_snapshot!(said("tenant: 'https://contoso.example'"), @"
    error[SP0411]: this is not a tenant
     --> sspr-policy.yaml:4:16
      |
    4 |   a: { tenant: 'https://contoso.example' }
      |                ^^^^^^^^^^^^^^^^^^^^^^^^^ expected `sandbox`, an ID or a domain
      |
      = help: write the ID of the tenant or one of its domains, such as contoso.onmicrosoft.com

    1 error (SP0411), 0 warnings in 1 policy
    exit code 1
    ");
    assert_snapshot!(said("tenant: a.example, graph_url: 'https://graph.microsoft.com/v1.0'"), @"
    error[SP0410]: this server cannot be used
     --> sspr-policy.yaml:4:38
      |
    4 |   a: { tenant: a.example, graph_url: 'https://graph.microsoft.com/v1.0' }
      |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ do not include the API version: remove `/v1.0`

    1 error (SP0410), 0 warnings in 1 policy
    exit code 1
    ");
    assert_snapshot!(said("tenant: a.example, graph_url: 'https://graph.example/?key=a'"), @"
    error[SP0413]: sspr-policy.yaml:4: `graph_url:` contains more than scheme, host and port
     |
     = note: the line is not shown, because it may contain a password or a key
     = help: write only `https://`, the host, and a port where one is needed

    1 error (SP0413), 0 warnings in 1 policy
    exit code 1
    ");
    assert_snapshot!(said("tenant: a.example, auth: azure-cli"), @"
    error[SP0105]: expected a map for `auth`, found text
     --> sspr-policy.yaml:4:33
      |
    4 |   a: { tenant: a.example, auth: azure-cli }
      |                                 ^^^^^^^^^ this is text
      |
    help: write `{ method: azure-cli }`
      |
    4 -   a: { tenant: a.example, auth: azure-cli }
    4 +   a: { tenant: a.example, auth: { method: azure-cli } }
      |

    1 error (SP0105), 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn the_url_for_github_tokens_is_shown_without_its_query() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: github-oidc, client_id: a }")
        .with("ACTIONS_ID_TOKEN_REQUEST_URL", "https://127.0.0.1:9/token?secret=FAKE")
        .with("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "t0ken");
    assert_snapshot!(tenant.run("plan"), @"
    error: signing in with github-oidc failed: GitHub issued no token: https://127.0.0.1:9/token: error sending request: client error (Connect): nobody listens
    help: GitHub issues a token only while the job runs and has `permissions: id-token: write`; run the job again
    exit code 1
    ");
}

#[test]
#[cfg(target_os = "linux")]
fn missing_or_unusable_credentials_have_a_help() {
    let tenant = |auth: &str| Tenant::new("https://login.contoso.example", auth);
    assert_snapshot!(tenant("{ method: azure-cli }").with("PATH", "").run("plan"), @"
    error: signing in with azure-cli failed: `az` is not on PATH
    help: install the Azure CLI and sign in with `az login`, or use another `method:`
    exit code 1
    ");
    let browser = tenant("{ method: browser, client_id: a }").with("PATH", "").run("plan");
    let without_address = browser.lines().filter(|line| !line.starts_with("https://")).collect::<Vec<_>>().join("\n");
    assert_snapshot!(without_address, @"
    Sign in in the browser. If none opens, open this address:
    error: signing in with browser failed: no browser can be opened, and there is no terminal
    help: run it in a terminal, where you can open the address yourself; in a pipeline, use another `method:`
    exit code 1
    ");
    assert_snapshot!(tenant("{ method: client-certificate, client_id: a, certificate: none.pem }").run("plan"), @"
    error: signing in with client-certificate failed: none.pem is not read, because SSPR_POLICY_SECRET_DIRS is not set; set it to the folder that holds the file
    help: `certificate:` names a file in a folder of SSPR_POLICY_SECRET_DIRS
    exit code 1
    ");
    let no_certificate = tenant("{ method: client-certificate, client_id: a, certificate: sspr-policy.yaml }");
    let folder = no_certificate.repo.root().canonicalize().unwrap().display().to_string();
    let no_certificate = no_certificate.with("SSPR_POLICY_SECRET_DIRS", &folder);
    assert_snapshot!(no_certificate.run("plan").replace(&folder, "[folder]"), @"
    error: signing in with client-certificate failed: [repo]/sspr-policy.yaml: the file has no certificate (expected PEM with certificate and private key)
    help: `certificate:` or AZURE_CLIENT_CERTIFICATE_PATH must name one PEM file with the certificate and its private key; docs/sign-in.md explains how to create it
    exit code 1
    ");
    let federated = tenant("{ method: workload-identity, client_id: a }").with("AZURE_FEDERATED_TOKEN_FILE", "none");
    assert_snapshot!(federated.run("plan"), @"
    error: signing in with workload-identity failed: none: No such file or directory (os error 2)
    help: AZURE_FEDERATED_TOKEN_FILE sets the path; in Kubernetes, add the workload identity label to the pod
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
fn a_server_that_is_not_graph() {
    let tenant = Tenant::new("https://login.contoso.example", "{ method: token }");
    let configuration =
        tenant.repo.read("sspr-policy.yaml").replace(&tenant.graph.url, &format!("{}/other", tenant.graph.url));
    tenant.repo.write("sspr-policy.yaml", &configuration);
    let said = tenant.run("plan");
    assert!(said.contains("help: this does not look like Microsoft Graph; correct `graph_url:`"), "{said}");
    assert!(said.ends_with("exit code 1\n"), "{said}");
}

#[test]
fn an_application_must_be_an_id() {
    let repo = Repository::new(
        "owner: contoso\ndefault: a\nenvironments:\n  a: { tenant: a.example, auth: { method: auto, plan: { client_id: … } } }\n",
    );
    assert_snapshot!(repo.ran("check").ends(1).out, @r#"
    error[SP0412]: this is not the ID of an application
     --> sspr-policy.yaml:4:68
      |
    4 |   a: { tenant: a.example, auth: { method: auto, plan: { client_id: … } } }
      |                                                                    ^ expected an ID, such as 3f2a8c1e-9b7d-4e5f-8a6b-1c2d3e4f5a6b
      |
      = help: write the "Application (client) ID", as the application's overview in Entra shows it; `token`, `azure-cli` and a managed identity do not need it: remove the line

    1 error (SP0412), 0 warnings in 0 policies
    "#);
}

#[test]
fn an_application_id_of_zeros_is_a_placeholder() {
    let auth = "{ method: github-oidc, plan: { client_id: 00000000-0000-0000-0000-000000000000 } }";
    let tenant = Tenant::new("https://login.contoso.example", auth);
    let said = tenant.run("check");
    assert!(said.contains("error[SP0412]: this is not the ID of an application"), "{said}");
    assert!(said.ends_with("exit code 1\n"), "{said}");
}
