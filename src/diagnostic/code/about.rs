//! What a code means.

/// The explanation of a code.
#[derive(Debug)]
pub struct About {
    /// `SP0201`
    pub number: &'static str,
    /// What it means, in one line without a period at the end.
    pub title: &'static str,
    /// What it means and what to do, in a few sentences.
    pub explanation: &'static str,
    /// YAML that has the problem, if YAML can show it.
    pub example: Option<&'static str>,
}
