//! Which servers get credentials: the cloud's own, and those that whoever runs the program names.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insta::assert_snapshot;

use crate::harness::{Repository, normal};

const TENANT: &str = "8f6d0000-0000-4000-8000-000000000000";

/// A token with these claims.
fn token(claims: &str) -> String {
    format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode("{}"), URL_SAFE_NO_PAD.encode(claims))
}

/// What a plan in this environment says, if nobody trusts a server.
fn said(environment: &str, variables: &[(&str, &str)]) -> String {
    let mut repo = Repository::new(&format!(
        "owner: contoso\ndefault: a\nenvironments:\n  a: {{ tenant: {TENANT}, {environment} }}\n"
    ))
    .with("policies/a.yaml", "name: A\nsettings: { Camera/AllowCamera: 0 }\n");
    repo.variables.insert("SSPR_POLICY_TRUSTED_HOSTS".into(), String::new());
    repo.variables.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    normal(&repo.ran("plan").fails())
}

#[test]
fn another_server_gets_no_token() {
    let said = said("graph_url: https://graph.contoso.example, auth: { method: token }", &[]);
    assert_snapshot!(said, @"
    error[SP0421]: `graph_url:` names a server that does not get a token
     --> sspr-policy.yaml:4:65
      |
    4 |   a: { tenant: [id], graph_url: https://graph.contoso.example, auth: { method: token } }
      |                                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is not https://graph.microsoft.com
      |
      = help: if the server is yours, set SSPR_POLICY_TRUSTED_HOSTS=graph.contoso.example where you run sspr-policy
    error: 1 error in the files; nothing was done
    ");
}

#[test]
fn a_program_on_this_computer_gets_no_token_of_a_cloud() {
    let graph = token(r#"{"aud":"https://graph.microsoft.com"}"#);
    let said = said("graph_url: http://127.0.0.1:9, auth: { method: token }", &[("SSPR_POLICY_TOKEN", &graph)]);
    assert_snapshot!(said, @"
    error: the access token is not for http://127.0.0.1:9, so that server does not get it
    help: a program on this computer may belong to anybody; the sandbox needs no token. If the server is yours, set SSPR_POLICY_TRUSTED_HOSTS=127.0.0.1:9
    ");
}

#[test]
fn a_token_of_one_cloud_is_not_sent_to_another() {
    let issued = |issuer: &str| {
        let claims = format!(r#"{{"aud":"00000003-0000-0000-c000-000000000000","iss":"{issuer}"}}"#);
        said("cloud: china, auth: { method: token }", &[("SSPR_POLICY_TOKEN", &token(&claims))])
    };
    assert_snapshot!(issued("https://login.microsoftonline.us/x/v2.0"), @"
    error: the access token is for another cloud: login.microsoftonline.us issued it
    help: correct `cloud:`, or get a token of the configured cloud; nothing was sent to Microsoft Graph
    ");
    let global = token(r#"{"aud":"https://graph.microsoft.com"}"#);
    assert_snapshot!(said("cloud: usgov-high, auth: { method: token }", &[("SSPR_POLICY_TOKEN", &global)]), @"
    error: the access token is not for Microsoft Graph, but for https://graph.microsoft.com
    help: get a token for https://graph.microsoft.us, or correct `cloud:`; nothing was sent to Microsoft Graph
    ");
}

#[test]
fn another_login_server_gets_no_secret() {
    let secret = [("AZURE_CLIENT_SECRET", "hunter2")];
    let auth = format!("auth: {{ method: client-secret, client_id: {TENANT} }}");
    assert_snapshot!(said(&format!("login_url: https://login.contoso.example, {auth}"), &secret), @"
    error[SP0421]: `login_url:` names a server that does not get secrets, assertions or passwords
     --> sspr-policy.yaml:4:65
      |
    4 | ...0-000000000000, login_url: https://login.contoso.example, auth: { method: client-secret, client_id: 8f6d0000-0000-4000-8000-000000...
      |                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is not https://login.microsoftonline.com
      |
      = help: if the server is yours, set SSPR_POLICY_TRUSTED_HOSTS=login.contoso.example where you run sspr-policy
    error: 1 error in the files; nothing was done
    ");
    let authority = [secret[0], ("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us")];
    assert_snapshot!(said(&auth, &authority), @"
    error: AZURE_AUTHORITY_HOST is https://login.microsoftonline.us, but `cloud:` signs in at https://login.microsoftonline.com
    help: correct `cloud:` in sspr-policy.yaml, or the variable; nothing was sent
    ");
}

#[test]
fn a_certificate_lies_in_a_named_folder() {
    let auth = format!("auth: {{ method: client-certificate, client_id: {TENANT}, certificate: /etc/passwd }}");
    assert_snapshot!(said(&auth, &[]), @"
    error: signing in with client-certificate failed: /etc/passwd is not read, because SSPR_POLICY_SECRET_DIRS is not set; set it to the folder that holds the file
    help: `certificate:` names a file in a folder of SSPR_POLICY_SECRET_DIRS
    ");
}

#[test]
fn a_policy_cannot_use_variables_that_sign_in() {
    let repo = Repository::lab()
        .with("policies/a.yaml", "name: A\nsettings: { Start/StartLayout: \"${env:AZURE_CLIENT_SECRET}\" }\n");
    assert_snapshot!(repo.run("check"), @r#"
    error[SP0420]: `${env:AZURE_CLIENT_SECRET}` names a variable that signs somebody in or belongs to the pipeline
     --> policies/a.yaml:2:32
      |
    2 | settings: { Start/StartLayout: "${env:AZURE_CLIENT_SECRET}" }
      |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: put the secret into a variable with a name of your own

    1 error (SP0420), 0 warnings in 1 policy
    exit code 1
    "#);
    let key = Repository::new(&format!(
        "owner: contoso\ndefault: a\nenvironments:\n  a: {{ tenant: {TENANT}, fingerprint_key: \"${{env:GITHUB_TOKEN}}\" }}\n"
    ));
    assert_snapshot!(key.run("check"), @r#"
    error[SP0420]: the fingerprint key cannot be this variable
     --> sspr-policy.yaml:4:71
      |
    4 |   a: { tenant: 8f6d0000-0000-4000-8000-000000000000, fingerprint_key: "${env:GITHUB_TOKEN}" }
      |                                                                       ^^^^^^^^^^^^^^^^^^^^^ it signs somebody in or belongs to the pipeline
      |
      = help: use a variable of its own, such as `${env:SSPR_POLICY_KEY}`

    1 error (SP0420), 0 warnings in 0 policies
    exit code 1
    "#);
}
