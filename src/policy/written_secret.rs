//! Secrets that somebody wrote into the configuration: found before anything else, so that no message shows them.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Place};
use crate::source::{Node, Source, Value};

/// What a secret's key has in its name.
const NAMES: [&str; 4] = ["secret", "password", "token", "key"];

/// An error for each secret in `auth:`, in a server's address and in `fingerprint_key:`. None of them has a place, because a place is shown
/// with its line; file and line stand in the message.
pub(super) fn find(source: &Arc<Source>, node: &Node) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, environment) in entries(node).filter(|(key, _)| *key == "environments").flat_map(|(_, all)| entries(all)) {
        for (key, value) in entries(environment) {
            match (key, &value.value) {
                ("auth", _) => in_auth(source, value, &mut found),
                ("graph_url" | "login_url", Value::Text(url)) if has_user(url) => {
                    found.push(
                        Diagnostic::error(
                            "SP0403",
                            format!("{}: `{key}:` holds a user or a password", at(source, value)),
                        )
                        .help("take out what stands before the `@`; the line is not shown, because of the password"),
                    );
                }
                ("fingerprint_key", key) if !names_a_variable(key) => {
                    found.push(
                        Diagnostic::error(
                            "SP0403",
                            format!("{}: a key does not belong into a file", at(source, value)),
                        )
                        .note("the line is not shown, because of the key")
                        .help("put the key into an environment variable, and write `${env:NAME}` here"),
                    );
                }
                _ => {}
            }
        }
    }
    found
}

fn in_auth(source: &Arc<Source>, auth: &Node, found: &mut Vec<Diagnostic>) {
    for (key, value) in entries(auth) {
        let name = key.to_ascii_lowercase();
        if NAMES.iter().any(|part| name.contains(part)) {
            let variable = if name.contains("token") { "SSPR_POLICY_TOKEN" } else { "AZURE_CLIENT_SECRET" };
            found.push(
                Diagnostic::error("SP0403", format!("{}: a secret does not belong into a file", at(source, value)))
                    .note("the line is not shown, because of the secret")
                    .help(format!("take it out of the file and of git's history, and put it into {variable}")),
            );
        }
        in_auth(source, value, found);
    }
}

/// Whether this is `${env:NAME}`, or nothing at all.
fn names_a_variable(key: &Value) -> bool {
    match key {
        Value::Text(key) => key.starts_with("${env:") && key.ends_with('}'),
        Value::Null => true,
        _ => false,
    }
}

/// File and line, as text.
fn at(source: &Arc<Source>, node: &Node) -> String {
    let (line, _) = Place::new(source, node.span).position();
    format!("{}:{line}", source.path)
}

/// Whether an address names a user before its server (RFC 3986, "User Information").
fn has_user(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    // A password may itself hold what ends an authority.
    rest.contains('@')
}

/// The keys and values of a map; nothing of what is none.
fn entries(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let entries = match &node.value {
        Value::Map(entries) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|(key, value)| (key.value.as_str(), value))
}
