//! Secrets in the configuration. They are detected before anything else, so that no message shows them.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Node, Place, Source, Span, Value};

/// The key of a secret contains one of these.
const NAMES: [&str; 4] = ["secret", "password", "token", "key"];

/// An error for each secret among the keys of the configuration, of an environment or of `auth:`, and in the URL of a
/// server. The errors have no place, because a place is shown with its line; the message contains the file and the
/// line.
pub(super) fn find(source: &Arc<Source>, node: &Node) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (key, value) in entries(node) {
        match key {
            "environments" => entries(value).for_each(|(_, one)| in_environment(source, one, &mut found)),
            _ => complain(source, key, value, &mut found),
        }
    }
    found
}

/// Whether a line may contain a secret, for a configuration that is not valid YAML.
pub(super) fn may_stand_in(source: &Source, span: Span) -> bool {
    let before = source.text.get(..span.start()).unwrap_or(&source.text);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = source.text[start..].lines().next().unwrap_or_default().to_ascii_lowercase();
    NAMES.iter().any(|part| line.contains(part))
}

fn in_environment(source: &Arc<Source>, environment: &Node, found: &mut Vec<Diagnostic>) {
    for (key, value) in entries(environment) {
        match (key, &value.value) {
            ("auth", _) => in_auth(source, value, found),
            ("graph_url" | "login_url", Value::Text(url)) if has_user(url) || url.contains(['?', '#']) => {
                let what = if has_user(url) { "a user or a password" } else { "more than scheme, host and port" };
                found.push(
                    Diagnostic::error(Code::SecretInFile, format!("{}: `{key}:` contains {what}", at(source, value)))
                        .note("the line is not shown, because it may contain a password or a key")
                        .help("write only `https://`, the host, and a port where one is needed"),
                );
            }
            _ => complain(source, key, value, found),
        }
    }
}

fn in_auth(source: &Arc<Source>, auth: &Node, found: &mut Vec<Diagnostic>) {
    if let Value::Text(text) = &auth.value
        && text.contains(['=', ':'])
    {
        complain(source, "secret", auth, found);
    }
    for (key, value) in entries(auth) {
        complain(source, key, value, found);
        // `plan:` and `apply:` have the same keys as `auth:`.
        if matches!(value.value, Value::Map(_)) {
            in_auth(source, value, found);
        }
    }
}

/// Reports a value whose key is that of a secret.
fn complain(source: &Arc<Source>, key: &str, value: &Node, found: &mut Vec<Diagnostic>) {
    let name = key.to_ascii_lowercase();
    if !NAMES.iter().any(|part| name.contains(part)) || names_a_variable(&value.value) {
        return;
    }
    let place = at(source, value);
    found.push(if name.contains("key") {
        Diagnostic::error(Code::SecretInFile, format!("{place}: a key must not be stored in this file"))
            .note("the line is not shown, because it contains the key")
            .help("put the key into an environment variable, and write `fingerprint_key: ${env:NAME}`")
    } else {
        let variable = if name.contains("token") { "SSPR_POLICY_TOKEN" } else { "AZURE_CLIENT_SECRET" };
        Diagnostic::error(Code::SecretInFile, format!("{place}: a secret must not be stored in this file"))
            .note("the line is not shown, because it contains the secret")
            .help(format!(
                "remove it from the file and from the git history, and put it into the environment variable {variable}"
            ))
    });
}

/// Whether this is `${env:NAME}` or empty.
fn names_a_variable(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.starts_with("${env:") && text.ends_with('}'),
        Value::Null => true,
        _ => false,
    }
}

/// File and line, as text.
fn at(source: &Arc<Source>, node: &Node) -> String {
    let line = Place::new(source, node.span).position().line;
    format!("{}:{line}", source.path)
}

/// Whether a URL contains a user (RFC 3986, "User Information").
fn has_user(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    // A password may contain the characters that end an authority, so the whole rest is searched.
    rest.contains('@')
}

/// The keys and values of a map; empty for other nodes.
fn entries(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let entries = match &node.value {
        Value::Map(entries) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|(key, value)| (key.value.as_str(), value))
}
