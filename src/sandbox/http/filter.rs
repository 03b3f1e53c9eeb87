//! `$filter`: only `displayName eq '…'` (`name` or `id` for objects without a display name), and for groups
//! `startswith(displayName,'…')`.
//!
//! Graph's description declares every function on every collection; Intune refuses most of them or answers 500
//! (Microsoft365DSC#4597, #4828). A client that needs no more than this is safe.

use super::answer::Refusal;

/// The name to find in `property`.
pub(crate) fn name(filter: &str, property: &str) -> Result<String, Refusal> {
    literal(filter.trim(), property).and_then(unquoted).ok_or_else(|| {
        Refusal::bad(format!(
            "Invalid filter clause: the sandbox knows only {property} eq '…' with quotes doubled, not: {filter}"
        ))
    })
}

/// The beginning of a name to find; groups support this function without advanced query capabilities.
pub(crate) fn prefix(filter: &str) -> Option<String> {
    let inner = filter
        .trim()
        .strip_prefix("startswith(displayName,")
        .or_else(|| filter.trim().strip_prefix("startsWith(displayName,"))?;
    unquoted(inner.strip_suffix(')')?.trim())
}

fn literal<'a>(filter: &'a str, property: &str) -> Option<&'a str> {
    let operation = filter.strip_prefix(property)?.strip_prefix(' ')?.trim_start_matches(' ');
    Some(operation.strip_prefix("eq ")?.trim_start_matches(' '))
}

/// The text of an OData string literal, in which quotes are doubled.
pub(crate) fn unquoted(literal: &str) -> Option<String> {
    let inner = literal.strip_prefix('\'')?.strip_suffix('\'')?;
    // Every quote has to be doubled.
    let lone = inner.replace("''", "").contains('\'');
    (!lone).then(|| inner.replace("''", "'"))
}
