//! The marker: the last line of a managed profile's description.

use std::fmt;

use super::{Managed, Revision, normal_text};

/// The longest description that Intune accepts, in UTF-16 code units.
pub const MAX_DESCRIPTION: usize = 1500;

const BEGIN: &str = "Managed by sspr-policy, do not edit: ";

/// The owner and key of a profile, and what was last applied to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    pub owner: String,
    pub key: String,
    pub applied: Applied,
}

/// What a marker contains about the last apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    Known(Digests),
    /// Someone truncated or changed it.
    Damaged,
    /// The text of a format that only a newer version knows.
    Newer(String),
}

/// Digests of what was last applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    /// The parts that were managed.
    pub managed: Managed,
    /// The digest of everything that is readable.
    pub readable: String,
    /// The digest of the masked values; `None` if there was a secret among them and no fingerprint key.
    pub masked: Option<String>,
    /// The profile's revision after that write.
    pub revision: Revision,
}

/// The version of the format of digests that this version writes.
const FORM: &str = "1";

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{BEGIN}{} {}", self.owner, self.key)?;
        match &self.applied {
            Applied::Known(Digests { managed, readable, masked, revision }) => {
                let masked = masked.as_deref().unwrap_or("-");
                write!(f, " [{FORM} p={managed}.{readable} m={masked} v={revision}]")
            }
            Applied::Newer(text) => write!(f, " [{text}]"),
            Applied::Damaged => Ok(()),
        }
    }
}

impl Marker {
    /// Splits a description into the text and the marker. Line ends around the marker may have changed.
    pub fn split(description: &str) -> (String, Option<Self>) {
        let Some(at) = description.rfind(BEGIN) else {
            return (normal_text(description), None);
        };
        let rest = &description[at + BEGIN.len()..];
        let line = rest.split(['\r', '\n']).next().unwrap_or(rest);
        let (whose, applied, length) = match line.find(" [") {
            Some(open) => match line[open..].find(']') {
                Some(close) => (&line[..open], Applied::parse(&line[open + 2..open + close]), open + close + 1),
                None => (&line[..open], Applied::Damaged, line.len()),
            },
            None => (line, Applied::Damaged, line.len()),
        };
        let mut words = whose.split_whitespace();
        let (Some(owner), Some(key), None) = (words.next(), words.next(), words.next()) else {
            return (normal_text(description), None);
        };
        let marker = Self { owner: owner.to_string(), key: key.to_string(), applied };
        let text = format!("{}{}", &description[..at].trim_end(), &rest[length..].trim_end());
        (normal_text(&text), Some(marker))
    }

    pub fn is(&self, owner: &str, key: &str) -> bool {
        self.owner == owner && self.key == key
    }

    /// A description with this text, and the marker as its last line.
    pub fn append(&self, text: &str) -> String {
        if text.is_empty() { self.to_string() } else { format!("{text}\n\n{self}") }
    }

    /// Whether text contains something that could be taken for a marker.
    pub fn is_in(text: &str) -> bool {
        text.contains(BEGIN.trim_end())
    }
}

impl Applied {
    /// Parses `1 p=dat.… m=… v=…`; a larger number is a newer format.
    fn parse(text: &str) -> Self {
        let (form, rest) = text.split_once(' ').unwrap_or((text, ""));
        if form == FORM {
            return Digests::parse(rest).map_or(Self::Damaged, Self::Known);
        }
        let is_newer = form.parse::<u32>().is_ok_and(|form| form > 1);
        if is_newer { Self::Newer(text.to_string()) } else { Self::Damaged }
    }
}

impl Digests {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let (managed, readable) = words.next()?.strip_prefix("p=")?.split_once('.')?;
        let masked = words.next()?.strip_prefix("m=")?;
        Some(Self {
            managed: Managed::parse(managed)?,
            readable: readable.to_string(),
            masked: (masked != "-").then(|| masked.to_string()),
            revision: Revision::parse(words.next()?.strip_prefix("v=")?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Part;

    fn marker() -> Marker {
        let managed = [Part::Description, Part::Assignments].into_iter().collect();
        let revision = Revision::of_token(3);
        let applied =
            Applied::Known(Digests { managed, readable: "Zm9v".into(), masked: Some("YmFy".into()), revision });
        Marker { owner: "contoso-endpoint".into(), key: "sspr/lock-screen-reset".into(), applied }
    }

    #[test]
    fn a_marker_reads_as_a_warning() {
        let line =
            "Managed by sspr-policy, do not edit: contoso-endpoint sspr/lock-screen-reset [1 p=da.Zm9v m=YmFy v=3]";
        assert_eq!(marker().to_string(), line);
    }

    #[test]
    fn a_marker_is_found_again_whatever_happened_to_line_ends() {
        let text = "Shows \"Reset password\".\nFor everybody.";
        for end in ["\n\n", "\r\n\r\n", "\n", " ", ""] {
            for after in ["", "\n", "\r\n", "  "] {
                let description = format!("{text}{end}{}{after}", marker());
                assert_eq!(Marker::split(&description), (text.to_string(), Some(marker())), "{description:?}");
            }
        }
    }

    #[test]
    fn a_damaged_marker_still_says_whose_the_profile_is() {
        let (text, found) = Marker::split("Managed by sspr-policy, do not edit: a b/c [1 p=");
        assert_eq!(
            (text.as_str(), found.map(|m| (m.owner, m.key, m.applied))),
            ("", Some(("a".into(), "b/c".into(), Applied::Damaged)))
        );
        assert_eq!(Marker::split("Managed by sspr-policy, do not edit: ").1, None);
        assert_eq!(Marker::split("Managed by hand").1, None);
    }

    /// This version must not discard what a newer one wrote.
    #[test]
    fn a_newer_marker_is_kept_as_it_is() {
        let line = "Managed by sspr-policy, do not edit: a b/c [2 anything at=all]";
        let marker = Marker::split(line).1.expect("a marker");
        assert_eq!(marker.applied, Applied::Newer("2 anything at=all".into()));
        assert_eq!(marker.to_string(), line);
    }

    #[test]
    fn the_longest_marker_fits() {
        let managed = Part::ALL.into_iter().collect();
        let revision = Revision::of_token(i64::from(i32::MAX));
        let applied =
            Applied::Known(Digests { managed, readable: "x".repeat(22), masked: Some("x".repeat(24)), revision });
        let marker = Marker { owner: "o".repeat(60), key: "k".repeat(128), applied };
        assert!(marker.to_string().len() <= 300, "{}", marker.to_string().len());
    }
}
