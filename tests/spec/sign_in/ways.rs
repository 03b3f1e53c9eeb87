//! Each sign-in method.

use std::fs;
use std::process::Stdio;

use insta::assert_snapshot;
use regex::Regex;

use super::SECRET;
use crate::harness::{Ran, TENANT};
use crate::sign_in::tenant::{self, Login, Tenant};

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn a_secret() {
    let login = Login::running();
    let tenant = Tenant::of(&login, "{ method: client-secret, client_id: daemon }").with("AZURE_CLIENT_SECRET", SECRET);
    assert_snapshot!(tenant.token(), @"
    ok    application daemon, tenant [id], application permissions
    ok    valid until [time]
          for http://graph
    ");
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn a_wrong_secret_is_reported_and_not_shown() {
    let login = Login::running();
    let wrong = "wr0ng&secret of the daemon";
    let tenant = Tenant::of(&login, "{ method: client-secret, client_id: daemon }").with("AZURE_CLIENT_SECRET", wrong);
    assert_snapshot!(tenant.run("plan"), @"
    error: signing in with client-secret failed: AADSTS7000215: Invalid client secret provided. You sent [secret]. (trace ID 0f0f0f0f-0000-0000-0000-000000000001, correlation ID 0f0f0f0f-0000-0000-0000-000000000002)
    help: the secret is wrong: AZURE_CLIENT_SECRET needs the secret's value, not its ID
    exit code 1
    ");
    let everything = tenant.run("plan -vv") + &tenant.run("doctor -vv") + &tenant.run("doctor --output-format json");
    assert_eq!(everything.matches("exit code 1\n").count(), 3, "{everything}");
    for part in [wrong, "wr0ng%26secret", "wr0ng"] {
        assert!(!everything.contains(part), "{everything}");
    }
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn no_secret_and_no_token_is_ever_shown() {
    let login = Login::running();
    let tenant = Tenant::of(&login, "{ method: client-secret, client_id: daemon }").with("AZURE_CLIENT_SECRET", SECRET);
    let everything = tenant.run("apply --auto-approve -vv") + &tenant.run("doctor -vv");
    assert_eq!(everything.matches("exit code 0\n").count(), 2, "{everything}");
    assert!(everything.contains("signing in"), "{everything}");
    for part in [SECRET, "s3cret", "eyJ"] {
        assert!(!everything.contains(part), "{everything}");
    }
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn an_application_that_the_tenant_does_not_have() {
    let login = Login::running();
    let tenant = Tenant::of(&login, "{ method: client-secret, client_id: nobody }").with("AZURE_CLIENT_SECRET", "x");
    assert_snapshot!(tenant.run("plan"), @r#"
    error: signing in with client-secret failed: AADSTS700016: Application with identifier 'nobody' was not found in the directory '[id]'. (trace ID 0f0f0f0f-0000-0000-0000-000000000001, correlation ID 0f0f0f0f-0000-0000-0000-000000000002)
    help: the tenant does not have this application: compare `client_id` with "Application (client) ID" in the portal
    exit code 1
    "#);
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn a_tenant_that_does_not_exist() {
    let login = Login::running();
    let tenant = Tenant::of(&login, "{ method: client-secret, client_id: daemon }").with("AZURE_CLIENT_SECRET", SECRET);
    let configuration = tenant.repo.read("sspr-policy.yaml").replace(TENANT, "fabrikam.example");
    tenant.repo.write("sspr-policy.yaml", &configuration);
    assert_snapshot!(tenant.run("plan"), @"
    error: signing in with client-secret failed: AADSTS90002: Tenant 'fabrikam.example' not found. (trace ID 0f0f0f0f-0000-0000-0000-000000000001, correlation ID 0f0f0f0f-0000-0000-0000-000000000002)
    help: this tenant does not exist: correct `tenant:`; for a national cloud, also write `cloud:`
    exit code 1
    ");
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn a_certificate() {
    let login = Login::running();
    let auth = "{ method: client-certificate, client_id: certified }";
    let with = |file: &str| Tenant::of(&login, auth).with("AZURE_CLIENT_CERTIFICATE_PATH", &login.file(file));
    assert_snapshot!(with("certificate.pem").token(), @"
    ok    application certified, tenant [id], application permissions
    ok    valid until [time]
          for http://graph
    ");
    assert_snapshot!(with("pkcs1.pem").token(), @"
    ok    application certified, tenant [id], application permissions
    ok    valid until [time]
          for http://graph
    ");
    let folder = login.folder.to_str().unwrap();
    assert_snapshot!(with("encrypted.pem").run("plan").replace(folder, "[folder]"), @"
    error: signing in with client-certificate failed: [folder]/encrypted.pem: the private key is encrypted, which is not supported: decrypt it with `openssl pkey -in FILE -out FILE`, and protect the file instead
    help: `certificate:` or AZURE_CLIENT_CERTIFICATE_PATH must name one PEM file with the certificate and its private key; docs/sign-in.md explains how to create it
    exit code 1
    ");
    assert_snapshot!(with("mismatched.pem").run("plan").replace(folder, "[folder]"), @"
    error: signing in with client-certificate failed: [folder]/mismatched.pem: the private key does not belong to the first certificate
    help: `certificate:` or AZURE_CLIENT_CERTIFICATE_PATH must name one PEM file with the certificate and its private key; docs/sign-in.md explains how to create it
    exit code 1
    ");
    let configured = "{ method: client-certificate, client_id: certified, certificate: certificate.pem }";
    let tenant = Tenant::of(&login, configured);
    fs::copy(login.file("certificate.pem"), tenant.repo.path("certificate.pem")).unwrap();
    let folder = tenant.repo.root().canonicalize().unwrap().display().to_string();
    let tenant = tenant.with("SSPR_POLICY_SECRET_DIRS", &folder);
    assert_snapshot!(tenant.token(), @"
    ok    application certified, tenant [id], application permissions
    ok    valid until [time]
          for http://graph
    ");
    let stranger = Tenant::of(&login, &auth.replace("certified", "federated"));
    let stranger = stranger.with("AZURE_CLIENT_CERTIFICATE_PATH", &login.file("certificate.pem"));
    assert_snapshot!(stranger.run("plan"), @"
    error: signing in with client-certificate failed: AADSTS700027: The certificate was not found. You sent [secret]. (trace ID 0f0f0f0f-0000-0000-0000-000000000001, correlation ID 0f0f0f0f-0000-0000-0000-000000000002)
    help: the application does not know this certificate: upload its public part to the application
    exit code 1
    ");
}

fn on_github(login: &Login, subject: &str) -> Tenant {
    Tenant::of(login, "{ method: github-oidc, client_id: federated }")
        .with("ACTIONS_ID_TOKEN_REQUEST_URL", &format!("{}/github?{subject}", login.at("login")))
        .with("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "github-job-t0ken")
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn a_job_on_github() {
    let login = Login::running();
    assert_snapshot!(on_github(&login, "").token(), @"
    ok    application federated, tenant [id], application permissions
    ok    valid until [time]
          for http://graph
    ");
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn a_job_on_github_without_a_federated_credential() {
    let login = Login::running();
    assert_snapshot!(on_github(&login, "subject=repo:contoso/policies:pull_request").run("plan"), @"
    error: signing in with github-oidc failed: AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:contoso/policies:pull_request'. (trace ID 0f0f0f0f-0000-0000-0000-000000000001, correlation ID 0f0f0f0f-0000-0000-0000-000000000002)
    help: the application needs a federated credential with exactly what was presented: issuer https://token.actions.githubusercontent.com, subject repo:contoso/policies:pull_request, audience api://AzureADTokenExchange
    exit code 1
    ");
    let wrong = on_github(&login, "").with("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "wr0ng-job-token");
    assert_snapshot!(wrong.run("plan"), @"
    error: signing in with github-oidc failed: GitHub issued no token: 401 Unauthorized the token was Bearer [secret]
    help: GitHub issues a token only while the job runs and has `permissions: id-token: write`; run the job again
    exit code 1
    ");
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn a_job_on_azure_devops() {
    let login = Login::running();
    let with = |connection: &str| {
        let auth = format!("{{ method: azure-devops-oidc, client_id: federated, service_connection: {connection} }}");
        Tenant::of(&login, &auth)
            .with("SYSTEM_OIDCREQUESTURI", &format!("{}/devops", login.at("login")))
            .with("SYSTEM_ACCESSTOKEN", "devops-job-t0ken")
    };
    assert_snapshot!(with("connection").token(), @"
    ok    application federated, tenant [id], application permissions
    ok    valid until [time]
          for http://graph
    ");
    assert_snapshot!(with("other").run("plan"), @"
    error: signing in with azure-devops-oidc failed: AADSTS700213: No matching federated identity record found for presented assertion subject 'sc://contoso/policies/connection'. (trace ID 0f0f0f0f-0000-0000-0000-000000000001, correlation ID 0f0f0f0f-0000-0000-0000-000000000002)
    help: the application needs a federated credential with exactly what was presented
    exit code 1
    ");
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn a_pod_in_kubernetes() {
    let login = Login::running();
    let tenant = Tenant::of(&login, "{ method: auto }").with("AZURE_CLIENT_ID", "federated");
    tenant.repo.write("token", &login.curl(&[], "/kubernetes"));
    let file = tenant.repo.path("token");
    assert_snapshot!(tenant.with("AZURE_FEDERATED_TOKEN_FILE", file.to_str().unwrap()).token(), @"
    ok    application federated, tenant [id], application permissions
    ok    valid until [time]
          for http://graph
    ");
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn a_machine_in_azure() {
    let login = Login::running();
    let with = |auth: &str| {
        Tenant::of(&login, auth)
            .with("IDENTITY_ENDPOINT", login.at("machine"))
            .with("IDENTITY_HEADER", "machine-h3ader")
    };
    assert_snapshot!(with("{ method: managed-identity }").token(), @"
    ok    application machine, tenant [id], application permissions
    ok    valid until [time]
          for http://graph
    ");
    assert_snapshot!(with("{ method: auto, client_id: user-assigned }").token(), @"
    ok    application user-assigned, tenant [id], application permissions
    ok    valid until [time]
          for http://graph
    ");
    let wrong = with("{ method: managed-identity }").with("IDENTITY_HEADER", "wr0ng-header");
    assert_snapshot!(wrong.run("plan"), @"
    error: signing in with managed-identity failed: The request failed: the header was [secret]
    exit code 1
    ");
}

/// Runs a command that prints a device code, and answers as a person on another computer would.
fn with_device_code(login: &Login, tenant: &Tenant, answer: &str) -> String {
    use std::io::{BufRead, BufReader, Read};
    let mut child = tenant.command("plan").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut asked = String::new();
    err.read_line(&mut asked).unwrap();
    let code = asked.trim().rsplit(' ').next().unwrap().to_owned();
    login.curl(&["--request", "POST"], &format!("/person/types?code={code}&answer={answer}"));
    let mut rest = String::new();
    err.read_to_string(&mut rest).unwrap();
    let mut output = child.wait_with_output().unwrap();
    output.stderr = (asked.replace(&code, "[code]") + &rest).into_bytes();
    tenant.said(&Ran::from(output))
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn a_code_that_is_entered_on_another_computer() {
    let login = Login::running();
    let tenant = Tenant::of(&login, "{ method: device-code, client_id: cli }");
    assert_snapshot!(with_device_code(&login, &tenant, "yes"), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + a                            "A"
          + Authentication/AllowAadPasswordReset [device]      Allowed (1)
          not assigned

    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    To sign in, open https://login/[id]/device in a browser and enter the code [code]
    exit code 0
    "#);
    assert_snapshot!(with_device_code(&login, &tenant, "no"), @"
    To sign in, open https://login/[id]/device in a browser and enter the code [code]
    error: signing in with device-code failed: access_denied: authorization_declined
    exit code 1
    ");
}

#[test]
#[cfg(target_os = "linux")]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn a_browser() {
    let login = Login::running();
    let tenant = Tenant::of(&login, "{ method: browser, client_id: cli }");
    // Replaces the system's opener: curl follows the same redirects with the same cookies.
    let page = tenant.repo.path("page");
    let script = format!(
        "#!/bin/sh\nexec curl --silent --location --cookie '' --max-time 30 --cacert '{}' --output '{}' \"$1\"\n",
        login.at("authority"),
        page.display()
    );
    tenant::program(&tenant, "xdg-open", &script);
    let tenant = tenant::with_programs(tenant);
    let said = tenant.run("plan");
    let said = Regex::new(r"(?m)^https://login/.*$").unwrap().replace_all(&said, "[address]").into_owned();
    assert_snapshot!(said, @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + a                            "A"
          + Authentication/AllowAadPasswordReset [device]      Allowed (1)
          not assigned

    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    Sign in in the browser. If none opens, open this address:
    [address]
    exit code 0
    "#);
    assert_snapshot!(fs::read_to_string(page).unwrap(), @r#"<!doctype html><meta charset="utf-8"><title>sspr-policy</title><p>You are signed in. You can close this window.</p>"#);
}
