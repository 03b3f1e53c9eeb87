//! Replaces variables and references to secrets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::policy::{Mapping, Policy, RegistryValues, SettingInput, is_reserved_variable};
use crate::source::{Node, Place, Source, Span, Spanned, Value};

/// What replaces a reference to a secret.
#[derive(Clone)]
pub enum Secrets {
    /// The reference itself, for checks and for the sandbox.
    Placeholders,
    /// The secret, by its reference (`env:NAME`, `secret-file:path`), or the reason why it could not be read.
    Values(BTreeMap<String, Result<String, String>>),
}

/// Replaces `${var:…}`, `${env:…}` and `${secret-file:…}`; `$${` is a literal `${`.
pub struct Expander<'a> {
    /// The variables of the environment.
    pub variables: &'a Mapping<Spanned<Value>>,
    /// The name of the environment, for messages.
    pub environment: &'a str,
    /// What replaces references to secrets.
    pub secrets: &'a Secrets,
}

/// The files and secrets that policies refer to. The caller reads them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct References {
    /// Paths relative to the root of the repository.
    pub files: BTreeSet<String>,
    /// `env:NAME`, `secret-file:path`.
    pub secrets: BTreeSet<String>,
}

/// What the values of a policy refer to. `folder` contains its file, relative to the root of the repository.
pub fn references(policy: &Policy, folder: &str) -> References {
    let mut found = References::default();
    for (_, setting) in policy.document.settings.iter() {
        match &setting.input {
            SettingInput::Plain(node) | SettingInput::Enabled(node) => {
                texts(node, &mut |text| secrets_in(text, &mut found.secrets))
            }
            SettingInput::Raw(text) | SettingInput::Base64(text) => secrets_in(text, &mut found.secrets),
            SettingInput::File(path) => {
                found.files.insert(join(folder, path));
            }
        }
        let stated = setting.form().registry.iter().flat_map(|block| block.iter());
        registry_secrets(stated, &mut found.secrets);
    }
    registry_secrets(policy.document.registry.iter(), &mut found.secrets);
    found
}

/// The path of a file relative to a policy's folder, from the root of the repository.
pub fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_string() } else { format!("{folder}/{path}") }
}

fn registry_secrets<'n>(
    block: impl Iterator<Item = &'n (Spanned<String>, RegistryValues)>,
    found: &mut BTreeSet<String>,
) {
    for (_, values) in block {
        if let RegistryValues::Values(values) = values {
            values.iter().for_each(|(_, node)| texts(node, &mut |text| secrets_in(text, found)));
        }
    }
}

fn texts(node: &Node, visit: &mut dyn FnMut(&str)) {
    match &node.value {
        Value::Text(text) => visit(text),
        Value::List(items) => items.iter().for_each(|item| texts(item, visit)),
        Value::Map(entries) => entries.iter().for_each(|(_, value)| texts(value, visit)),
        _ => {}
    }
}

fn secrets_in(text: &str, found: &mut BTreeSet<String>) {
    for part in parts(text) {
        if let TextPart::Reference(reference) = part
            && (reference.starts_with("env:") || reference.starts_with("secret-file:"))
        {
            found.insert(reference.to_string());
        }
    }
}

enum TextPart<'t> {
    Literal(&'t str),
    Reference(&'t str),
}

fn parts(text: &str) -> Vec<TextPart<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            parts.push(TextPart::Literal(&rest[..at - 1]));
            parts.push(TextPart::Literal("${"));
            rest = &rest[at + 2..];
            continue;
        }
        parts.push(TextPart::Literal(&rest[..at]));
        match rest[at..].find('}') {
            Some(end) => {
                parts.push(TextPart::Reference(&rest[at + 2..at + end]));
                rest = &rest[at + end + 1..];
            }
            None => {
                parts.push(TextPart::Reference(&rest[at..]));
                rest = "";
            }
        }
    }
    parts.push(TextPart::Literal(rest));
    parts
}

/// Places everything in a variable at its reference, because its own place is in another file.
fn placed(value: Value, span: Span) -> Value {
    match value {
        Value::List(items) => {
            Value::List(items.into_iter().map(|item| Spanned::new(placed(item.value, span), span)).collect())
        }
        Value::Map(entries) => {
            let entry = |(key, value): (Spanned<String>, Node)| {
                (Spanned::new(key.value, span), Spanned::new(placed(value.value, span), span))
            };
            Value::Map(entries.into_iter().map(entry).collect())
        }
        other => other,
    }
}

/// The value of one reference.
enum Filled {
    Value(Value),
    Secret(String),
}

impl Expander<'_> {
    /// Replaces references in a name or another text that people can read. Secrets are not allowed in it.
    pub fn plain(&self, text: &Spanned<String>, source: &Arc<Source>, problems: &mut Vec<Diagnostic>) -> String {
        let mut secret = false;
        let filled = self.text(text, text.span, source, &mut secret, problems);
        if secret {
            problems.push(
                Diagnostic::error(Code::SecretNotAllowed, "a secret cannot be used here")
                    .at(Place::new(source, text.span), "this text is visible in plans and in Intune"),
            );
        }
        match filled {
            Value::Text(text) => text,
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Bool(value) => value.to_string(),
            _ => {
                problems.push(
                    Diagnostic::error(Code::UnusableReference, "this variable is a list, but text is needed here")
                        .at(Place::new(source, text.span), ""),
                );
                String::new()
            }
        }
    }

    /// Replaces references in a value, and returns whether it contains a secret.
    pub fn node(&self, node: &Node, source: &Arc<Source>, problems: &mut Vec<Diagnostic>) -> (Node, bool) {
        let mut secret = false;
        let filled = self.fill(node, source, &mut secret, problems);
        (filled, secret)
    }

    fn fill(&self, node: &Node, source: &Arc<Source>, secret: &mut bool, problems: &mut Vec<Diagnostic>) -> Node {
        let value = match &node.value {
            Value::Text(text) => self.text(text, node.span, source, secret, problems),
            Value::List(items) => {
                Value::List(items.iter().map(|item| self.fill(item, source, secret, problems)).collect())
            }
            Value::Map(entries) => {
                let filled = |(key, value): &(Spanned<String>, Node)| {
                    (key.clone(), self.fill(value, source, &mut *secret, problems))
                };
                Value::Map(entries.iter().map(filled).collect())
            }
            other => other.clone(),
        };
        Spanned::new(value, node.span)
    }

    fn text(
        &self,
        text: &str,
        span: Span,
        source: &Arc<Source>,
        secret: &mut bool,
        problems: &mut Vec<Diagnostic>,
    ) -> Value {
        if !text.contains("${") {
            return Value::Text(text.to_string());
        }
        let parts = parts(text);
        let mut filled = String::new();
        let alone =
            parts.iter().all(|part| matches!(part, TextPart::Reference(_)) || matches!(part, TextPart::Literal("")));
        let count = parts.iter().filter(|part| matches!(part, TextPart::Reference(_))).count();
        for part in parts {
            match part {
                TextPart::Literal(literal) => filled.push_str(literal),
                TextPart::Reference(reference) => match self.reference(reference) {
                    // A variable that is the whole text keeps its type: a number remains a number.
                    Ok(Filled::Value(value)) if alone && count == 1 => return placed(value, span),
                    Ok(Filled::Value(value)) => match value {
                        Value::Text(text) => filled.push_str(&text),
                        Value::Integer(number) => filled.push_str(&number.to_string()),
                        Value::Float(number) => filled.push_str(&number.to_string()),
                        Value::Bool(value) => filled.push_str(&value.to_string()),
                        _ => problems.push(
                            Diagnostic::error(
                                Code::UnusableReference,
                                format!("`${{{reference}}}` is a list and cannot be used inside text"),
                            )
                            .at(Place::new(source, span), ""),
                        ),
                    },
                    Ok(Filled::Secret(text)) => {
                        *secret = true;
                        filled.push_str(&text);
                    }
                    Err(problem) => problems.push(problem.at(Place::new(source, span), "")),
                },
            }
        }
        Value::Text(filled)
    }

    fn reference(&self, reference: &str) -> Result<Filled, Diagnostic> {
        if let Some(name) = reference.strip_prefix("var:") {
            return match self.variables.get(name) {
                Some(value) => Ok(Filled::Value(value.value.clone())),
                None => Err(self.no_variable(name)),
            };
        }
        if !(reference.starts_with("env:") || reference.starts_with("secret-file:")) {
            let shown = if reference.starts_with("${") {
                format!("`{reference}` is not closed with `}}`")
            } else {
                format!("`${{{reference}}}` is not a known reference")
            };
            return Err(Diagnostic::error(Code::UnusableReference, shown)
                .note("use `${var:name}`, `${env:NAME}` or `${secret-file:path}`; for a literal `${`, write `$${`"));
        }
        if reference.strip_prefix("env:").is_some_and(is_reserved_variable) {
            return Err(Diagnostic::error(
                Code::ReservedVariable,
                format!("`${{{reference}}}` names a variable that signs somebody in or belongs to the pipeline"),
            )
            .help("put the secret into a variable with a name of your own"));
        }
        match self.secrets {
            Secrets::Placeholders => Ok(Filled::Secret(format!("${{{reference}}}"))),
            Secrets::Values(values) => match values.get(reference) {
                Some(Ok(secret)) => Ok(Filled::Secret(secret.clone())),
                Some(Err(reason)) => Err(Diagnostic::error(
                    Code::UnreadableSecret,
                    format!("the secret `${{{reference}}}` cannot be read: {reason}"),
                )),
                None => Err(Diagnostic::error(
                    Code::UnreadableSecret,
                    format!("the secret `${{{reference}}}` was not read"),
                )),
            },
        }
    }

    fn no_variable(&self, name: &str) -> Diagnostic {
        let known: Vec<&str> = self.variables.keys().collect();
        let mut problem = Diagnostic::error(
            Code::UnusableReference,
            format!("the environment `{}` has no variable `{name}`", self.environment),
        );
        if let Some(near) = nearest(name, known.iter().copied()) {
            problem = problem.help(format!("Did you mean `{near}`?"));
        } else {
            problem =
                problem.help(format!("define it under `variables:` of `{}` in sspr-policy.yaml", self.environment));
        }
        problem
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(text: &str, secrets: &Secrets) -> (Value, Vec<String>) {
        let variables = Mapping(vec![
            (Spanned::new("minutes".into(), Span::default()), Spanned::new(Value::Integer(15), Span::default())),
            (Spanned::new("who".into(), Span::default()), Spanned::new(Value::Text("Contoso".into()), Span::default())),
        ]);
        let expander = Expander { variables: &variables, environment: "production", secrets };
        let source = Source::new("policy.yaml", text.as_bytes().to_vec()).expect("text");
        let mut problems = Vec::new();
        let node = Node::new(Value::Text(text.into()), Span::default());
        let (filled, _) = expander.node(&node, &source, &mut problems);
        (filled.value, problems.into_iter().map(|problem| problem.message).collect())
    }

    #[test]
    fn variables_keep_their_type_and_literals_their_text() {
        let fill = |text| expand(text, &Secrets::Placeholders).0;
        assert_eq!(fill("${var:minutes}"), Value::Integer(15));
        assert_eq!(fill("lock after ${var:minutes} at ${var:who}"), Value::Text("lock after 15 at Contoso".into()));
        assert_eq!(fill("$${var:who} costs $5"), Value::Text("${var:who} costs $5".into()));
        assert_eq!(fill("a ${env:TOKEN} b"), Value::Text("a ${env:TOKEN} b".into()));
    }

    #[test]
    fn missing_references_are_reported() {
        assert_eq!(
            expand("${var:minute}", &Secrets::Placeholders).1,
            ["the environment `production` has no variable `minute`"]
        );
        let values = Secrets::Values([("env:A".to_string(), Err("it is not set".to_string()))].into());
        assert_eq!(expand("${env:A}", &values).1, ["the secret `${env:A}` cannot be read: it is not set"]);
        assert!(expand("${foo}", &Secrets::Placeholders).1[0].contains("not a known reference"));
    }
}
