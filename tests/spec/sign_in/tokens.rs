//! Tokens: whose they are, for whom, through which proxy, and for how long.

use std::sync::OnceLock;

use insta::assert_snapshot;
use sspr_policy::graph::{Access, SignInMethod, SignInSettings};

use super::SECRET;
use crate::harness::{Graph, TENANT};
use crate::sign_in::tenant::{Login, Tenant};

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn a_token_of_another_tenant_is_not_sent_to_graph() {
    let login = Login::running();
    let tenant =
        Tenant::of(&login, "{ method: client-secret, client_id: stranger }").with("AZURE_CLIENT_SECRET", SECRET);
    assert_snapshot!(tenant.run("plan"), @"
    error: signing in with client-secret failed: the access token is for another tenant: [id] is configured, but the token says [id]
    help: use an identity of the configured tenant, or correct `tenant:`; nothing was sent to Microsoft Graph
    exit code 1
    ");
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn plan_and_apply_have_their_own_identities() {
    let login = Login::running();
    let auth = "{ method: client-secret, plan: { client_id: daemon }, apply: { client_id: nobody } }";
    let tenant = Tenant::of(&login, auth).with("AZURE_CLIENT_SECRET", SECRET);
    assert!(tenant.run("plan").ends_with("exit code 0\n"));
    for command in ["apply --auto-approve", "disown 3f2a", "doctor --for apply"] {
        let said = tenant.run(command);
        assert!(said.contains("Application with identifier 'nobody' was not found"), "{command}: {said}");
        assert!(said.ends_with("exit code 1\n"), "{command}: {said}");
    }
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn a_failed_identity_is_not_replaced_by_another() {
    let login = Login::running();
    let tenant = Tenant::of(&login, "{ method: auto, client_id: daemon }")
        .with("AZURE_FEDERATED_TOKEN_FILE", "/nowhere/token")
        .with("AZURE_CLIENT_SECRET", SECRET);
    assert_snapshot!(tenant.run("plan"), @"
    error: signing in with workload-identity failed: /nowhere/token: No such file or directory (os error 2)
    help: AZURE_FEDERATED_TOKEN_FILE sets the path; in Kubernetes, add the workload identity label to the pod
    exit code 1
    ");
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn the_proxies_of_the_system_are_used() {
    let login = Login::running();
    let auth = "{ method: client-secret, client_id: daemon }";
    let behind = || {
        Tenant::new(login.at("proxied"), auth)
            .with("SSL_CERT_FILE", login.at("authority"))
            .with("AZURE_CLIENT_SECRET", SECRET)
    };
    let before = login.seen("proxy login.contoso.example");
    assert!(behind().with("HTTPS_PROXY", login.at("proxy")).run("plan").ends_with("exit code 0\n"));
    assert!(login.seen("proxy login.contoso.example") > before);
    // Nothing listens on this port; hosts in NO_PROXY are contacted directly.
    let direct = Tenant::of(&login, auth)
        .with("AZURE_CLIENT_SECRET", SECRET)
        .with("HTTPS_PROXY", "http://ada:passw0rd@127.0.0.1:9");
    assert!(direct.run("plan").ends_with("exit code 1\n"));
    let direct = direct.with("NO_PROXY", "localhost");
    assert!(direct.run("plan").ends_with("exit code 0\n"));
    let report = direct.run("doctor");
    assert!(report.contains("uses the proxy HTTPS_PROXY=http://127.0.0.1:9, but not for NO_PROXY=localhost"));
    assert!(report.ends_with("exit code 0\n") && !report.contains("passw0rd"), "{report}");
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn an_unknown_authority_is_not_trusted() {
    let login = Login::running();
    let tenant = Tenant::new(login.at("login"), "{ method: client-secret, client_id: daemon }")
        .with("AZURE_CLIENT_SECRET", SECRET);
    assert_snapshot!(tenant.run("plan"), @"
    error: signing in with client-secret failed: error sending request for url (https://login/[id]/oauth2/v2.0/token): client error (Connect): invalid peer certificate: UnknownIssuer
    help: check that this machine can reach the server and trusts its certificate; HTTPS_PROXY and NO_PROXY set the proxy, SSL_CERT_FILE adds a certificate authority
    exit code 1
    ");
    let report = tenant.run("doctor");
    assert!(report.contains("set SSL_CERT_FILE to a file with the certificate of its issuer"), "{report}");
    assert!(report.ends_with("exit code 1\n"), "{report}");
}

/// In the middle of a plan, and at every request of an apply. A refused token is refused forever here.
#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in"]
fn a_token_that_graph_refuses_is_renewed() {
    let login = Login::running();
    let tenant = |faults: &str| {
        Tenant::faulty(login.at("login"), "{ method: client-secret, client_id: daemon }", faults)
            .with("SSL_CERT_FILE", login.at("authority"))
            .with("AZURE_CLIENT_SECRET", SECRET)
    };
    let planned = tenant("expire_tokens_after: 4\nexpired_tokens_stay: true\n");
    let said = planned.run("plan -v");
    assert!(said.ends_with("exit code 0\n"), "{said}");
    assert_eq!(said.matches("signing in").count(), 2, "{said}");
    // Two requests may be refused at once, a list and its count; they share the new token.
    let refused = planned.graph.counters()["answers"]["401"].as_u64().unwrap();
    assert!((1..=2).contains(&refused), "{refused}");
    for requests in 4..14 {
        let applied = tenant(&format!("expire_tokens_after: {requests}\n"));
        let said = applied.run("apply --auto-approve");
        assert!(said.ends_with("1 done, 0 failed.\nexit code 0\n"), "{requests}: {said}");
        let names = Graph::new(&applied.graph.own).names();
        assert_eq!(names.iter().filter(|name| *name == "A").count(), 1, "{requests}: {names:?}");
    }
}

/// Enters each device code that is printed.
fn typist(text: &str) {
    let login = Login::running();
    let code = text.rsplit(' ').next().unwrap();
    login.curl(&["--request", "POST"], &format!("/person/types?code={code}"));
    ASKED.get_or_init(Default::default).lock().unwrap().push(code.to_owned());
}

static ASKED: OnceLock<std::sync::Mutex<Vec<String>>> = OnceLock::new();

fn asked() -> usize {
    ASKED.get_or_init(Default::default).lock().unwrap().len()
}

#[test]
#[ignore = "needs the OpenID provider of .ci/sign-in, and SSL_CERT_FILE"]
fn tokens_are_renewed_and_people_sign_in_again_only_if_necessary() {
    let login = Login::running();
    let settings = SignInSettings {
        tenant: TENANT.into(),
        client_id: Some("brief".into()),
        certificate: None,
        service_connection: None,
        login_url: login.at("login").into(),
        scope: "https://graph.microsoft.com/.default".into(),
        audiences: vec!["https://graph.microsoft.com".into(), login.at("login").into()],
        foreign_issuers: Vec::new(),
        graph_url: "https://graph.microsoft.com".into(),
        is_stranger: false,
        is_interactive: true,
        show: typist,
    };
    let sign_in = Access::sign_in(settings, SignInMethod::DeviceCode).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let first = sign_in.bearer(false).await.unwrap();
        assert_eq!(asked(), 1);
        // The tokens of this application are valid for two seconds.
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
        let second = sign_in.bearer(false).await.unwrap();
        assert_ne!(first, second);
        // Graph refused the token for many requests at once.
        let refreshed = login.seen("token refresh_token");
        let all = futures_util::future::join_all((0..20).map(|_| sign_in.bearer(true))).await;
        let third = all[0].as_ref().unwrap();
        assert_ne!(&second, third);
        assert!(all.iter().all(|token| token.as_ref().unwrap() == third));
        assert_eq!(login.seen("token refresh_token"), refreshed + 1);
        assert_eq!(asked(), 1);
        // An administrator revoked all sessions.
        login.curl(&["--request", "POST"], "/revoke");
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
        sign_in.bearer(false).await.unwrap();
        assert_eq!(asked(), 2);
    });
}
