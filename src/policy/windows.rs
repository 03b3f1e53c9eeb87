//! Releases of Windows, by the names that people use.

use super::decode::{Decode, Decoder};
use crate::diagnostic::Diagnostic;
use crate::source::{Node, Value};

/// The oldest release that a policy is written for: `"10 1803"`, `"11 23H2"`, `"8.1"`, or a build number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowsRelease {
    /// The build, such as 17134; Windows 7 is 7601, 8.1 is 9600.
    pub build: u32,
}

/// Source: Microsoft, "Windows 10/11 release information".
const RELEASES: [(&str, u32); 26] = [
    ("7", 7601),
    ("8", 9200),
    ("8.1", 9600),
    ("10", 10240),
    ("10 1507", 10240),
    ("10 1511", 10586),
    ("10 1607", 14393),
    ("10 1703", 15063),
    ("10 1709", 16299),
    ("10 1803", 17134),
    ("10 1809", 17763),
    ("10 1903", 18362),
    ("10 1909", 18363),
    ("10 2004", 19041),
    ("10 20H2", 19042),
    ("10 21H1", 19043),
    ("10 21H2", 19044),
    ("10 22H2", 19045),
    ("11", 22000),
    ("11 21H2", 22000),
    ("11 22H2", 22621),
    ("11 23H2", 22631),
    ("11 24H2", 26100),
    ("11 25H2", 26200),
    ("Server 2019", 17763),
    ("Server 2022", 20348),
];

impl WindowsRelease {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim_start_matches("Windows ").trim();
        let known = RELEASES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, build)| *build);
        let build = known.or_else(|| text.trim_start_matches("10.0.").parse().ok().filter(|build| *build >= 7600))?;
        Some(Self { build })
    }

    /// `10 1803 (build 17134)`, or the build alone.
    pub fn shown(self) -> String {
        match self.name().filter(|name| !name.starts_with('S')) {
            Some(name) => format!("Windows {name} (build {})", self.build),
            None => format!("build {}", self.build),
        }
    }

    /// The release of exactly this build: `10 1803`. A build that a client and a server share is the client's.
    pub fn name(self) -> Option<&'static str> {
        let same = || RELEASES.iter().rev().filter(|(_, build)| *build == self.build).map(|(name, _)| *name);
        same().find(|name| !name.starts_with('S')).or_else(|| same().next())
    }
}

impl Decode for WindowsRelease {
    fn expected() -> String {
        "a release such as \"10 1803\", or a build number".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let text = match &node.value {
            Value::Text(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            _ => return decoder.wrong(node, &Self::expected()),
        };
        let release = Self::parse(&text);
        if release.is_none() {
            let names: Vec<&str> = RELEASES.iter().map(|(name, _)| *name).collect();
            decoder.complain(
                Diagnostic::error("SP0105", format!("`{text}` is no release of Windows that is known"))
                    .at(decoder.place(node.span), format!("expected {}", Self::expected()))
                    .note(format!("known releases: {}", names.join(", "))),
            );
        }
        release
    }
}

impl schemars::JsonSchema for WindowsRelease {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WindowsRelease".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names: Vec<&str> = RELEASES.iter().map(|(name, _)| *name).collect();
        schemars::json_schema!({
            "description": "The oldest release that must work, or a build number.",
            "anyOf": [{ "enum": names }, { "type": "string" }, { "type": "number" }],
            "examples": ["10 1803", 22621]
        })
    }
}
