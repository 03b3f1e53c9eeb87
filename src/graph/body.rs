//! Bodies of answers, processed while they arrive.

use serde::de::{DeserializeOwned, IgnoredAny};

/// Receives the body of a successful answer, piece by piece.
pub(super) trait Body {
    /// Starts a try: discards what an interrupted earlier try has left.
    fn begin(&mut self);
    fn push(&mut self, piece: &[u8]);
    /// Whether the whole body was JSON.
    fn is_json(&mut self) -> bool;
}

/// A body that is kept in memory as a whole.
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
    /// The body as JSON text; an empty body is `null`.
    pub fn json(&self) -> &[u8] {
        let text = without_mark(&self.0);
        if text.is_empty() { b"null" } else { text }
    }
}

/// Removes the byte order mark that some servers send.
pub(super) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text)
}

/// Decodes JSON. Errors do not contain line and column, because their readers do not see the text.
pub(super) fn from_json<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(text).or_else(|_| serde_json::from_value(serde_json::from_slice(text)?))
}
