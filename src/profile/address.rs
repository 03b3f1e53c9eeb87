//! Addresses, which identify the rows of a profile.

use std::cmp::Ordering;
use std::fmt;

use crate::setting::OmaUri;

/// Identifies a row within its profile. A policy only has nodes. The other two are made in the portal and differ from
/// everything that a policy can have.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// The first row of a node, in the profile's spelling.
    Node(OmaUri),
    /// Another row of the same node, and the number of rows before it.
    Repeated(OmaUri, u32),
    /// A row that Intune reads from devices instead of writing it (Microsoft Graph beta, omaSettingInteger
    /// `isReadOnly`), and the number of such rows of the same node before it.
    ReadOnly(OmaUri, u32),
}

impl Address {
    pub fn uri(&self) -> &OmaUri {
        match self {
            Self::Node(uri) | Self::Repeated(uri, _) | Self::ReadOnly(uri, _) => uri,
        }
    }

    /// The node, if a policy can have this row.
    pub fn node(&self) -> Option<&OmaUri> {
        match self {
            Self::Node(uri) => Some(uri),
            Self::Repeated(..) | Self::ReadOnly(..) => None,
        }
    }

    /// The next row of the same kind and node.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Node(uri) => Self::Repeated(uri, 1),
            Self::Repeated(uri, before) => Self::Repeated(uri, before + 1),
            Self::ReadOnly(uri, before) => Self::ReadOnly(uri, before + 1),
        }
    }

    /// The short name for people.
    pub fn short(&self) -> String {
        format!("{}{}", self.uri().short(), Row(self))
    }

    /// The key for sorting: digests are made of addresses in the order of their texts.
    fn rank(&self) -> (&OmaUri, bool, u32) {
        match self {
            Self::Node(uri) => (uri, false, 0),
            Self::Repeated(uri, before) => (uri, false, *before),
            Self::ReadOnly(uri, before) => (uri, true, *before),
        }
    }
}

impl From<OmaUri> for Address {
    fn from(uri: OmaUri) -> Self {
        Self::Node(uri)
    }
}

impl Ord for Address {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The form in plans and digests: the URI, and what distinguishes the row from the first one.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.uri(), Row(self))
    }
}

struct Row<'a>(&'a Address);

impl fmt::Display for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, is_read_only, before) = self.0.rank();
        if is_read_only {
            f.write_str(" (read only)")?;
        }
        (0..before).try_for_each(|_| f.write_str(" (again)"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digests contain the addresses in the order of their texts.
    #[test]
    fn addresses_have_the_order_of_their_texts() {
        let uri = |text: &str| OmaUri::verbatim(text);
        let node = Address::Node(uri("./Device/a"));
        let read_only = Address::ReadOnly(uri("./Device/a"), 0);
        let sorted = [
            node.clone(),
            node.clone().next(),
            node.next().next(),
            read_only.clone(),
            read_only.next(),
            Address::Node(uri("./Device/a/b")),
            Address::Node(uri("./Device/ab")),
        ];
        let texts = sorted.clone().map(|address| address.to_string());
        assert_eq!(
            texts[2..5],
            ["./Device/a (again) (again)", "./Device/a (read only)", "./Device/a (read only) (again)"]
        );
        assert!(sorted.is_sorted() && texts.is_sorted(), "{texts:?}");
    }
}
