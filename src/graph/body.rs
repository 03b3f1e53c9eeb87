//! Bodies of answers, taken while they arrive.

use serde::de::{DeserializeOwned, IgnoredAny};

/// What takes the body of a good answer, piece by piece.
pub(super) trait Body {
    /// A try begins: what came of an earlier one that broke off is forgotten.
    fn begin(&mut self);
    fn push(&mut self, piece: &[u8]);
    /// Whether all of it was JSON.
    fn is_json(&mut self) -> bool;
}

/// A body that is kept whole.
#[derive(Debug, Default)]
pub(super) struct WholeBody(Vec<u8>);

impl Body for WholeBody {
    fn begin(&mut self) {
        self.0.clear();
    }

    fn push(&mut self, piece: &[u8]) {
        self.0.extend_from_slice(piece);
    }

    fn is_json(&mut self) -> bool {
        serde_json::from_slice::<IgnoredAny>(self.json()).is_ok()
    }
}

impl WholeBody {
    /// Its text; an empty body is `null`.
    pub fn json(&self) -> &[u8] {
        let text = without_mark(&self.0);
        if text.is_empty() { b"null" } else { text }
    }
}

/// Without the byte order mark that some servers send.
pub(super) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text)
}

/// What a text in JSON is as this type. Errors say no line and column: whoever reads them does not see the text.
pub(super) fn from_json<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(text).or_else(|_| serde_json::from_value(serde_json::from_slice(text)?))
}
