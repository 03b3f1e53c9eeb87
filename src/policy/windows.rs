//! Releases of Windows, by their common names.

use super::decode::{Decode, Decoder};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::setting::Edition;
use crate::source::{Node, Place, Value};

/// The oldest release that a policy must support: `"10 1803"`, `"11 23H2"`, `"8.1"`, or a build number; optionally
/// followed by an edition, as in `"11 24H2 IoT Enterprise LTSC"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowsRelease {
    /// The build, such as 17134; Windows 7 is 7601, 8.1 is 9600.
    pub build: u32,
    /// The edition that must be supported; `None` for all of them.
    pub edition: Option<Edition>,
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

/// Why a string is not a release.
#[derive(Debug, PartialEq, Eq)]
enum NoRelease<'t> {
    Release,
    Edition(&'t str),
}

impl WindowsRelease {
    fn parse(text: &str) -> Result<Self, NoRelease<'_>> {
        let text = text.trim();
        let text = text.strip_prefix("Windows ").unwrap_or(text).trim_start();
        // Try the longest prefix first: `11 24H2 Home` is not `11` with the edition `24H2 Home`.
        let mut ends = [text.len()].into_iter().chain(text.rmatch_indices(' ').map(|(at, _)| at));
        let found = ends.find_map(|at| Some((build(&text[..at])?, text[at..].trim())));
        match found {
            None => Err(NoRelease::Release),
            Some((build, "")) => Ok(Self { build, edition: None }),
            Some((_, rest)) if rest.starts_with(|c: char| c.is_ascii_digit()) => Err(NoRelease::Release),
            Some((build, rest)) => match Edition::of_name(rest) {
                Some(edition) => Ok(Self { build, edition: Some(edition) }),
                None => Err(NoRelease::Edition(rest)),
            },
        }
    }

    /// `Windows 10 1803 (build 17134)`, or only the build if it has no name.
    pub fn shown(self) -> String {
        match self.name().filter(|name| !name.starts_with('S')) {
            Some(name) => format!("Windows {name} (build {})", self.build),
            None => format!("build {}", self.build),
        }
    }

    /// The release with exactly this build, such as `10 1803`. If a client and a server share a build, the client's.
    pub fn name(self) -> Option<&'static str> {
        let same = || RELEASES.iter().rev().filter(|(_, build)| *build == self.build).map(|(name, _)| *name);
        same().find(|name| !name.starts_with('S')).or_else(|| same().next())
    }
}

/// The build of a release's name, or a build number.
fn build(text: &str) -> Option<u32> {
    let known = RELEASES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, build)| *build);
    known.or_else(|| text.trim_start_matches("10.0.").parse().ok().filter(|build| *build >= 7600))
}

fn complaint(text: &str, reason: &NoRelease<'_>, place: Place) -> Diagnostic {
    match reason {
        NoRelease::Release => {
            let names: Vec<&str> = RELEASES.iter().map(|(name, _)| *name).collect();
            Diagnostic::error(Code::UnknownWindowsRelease, format!("`{text}` is not a known release of Windows"))
                .at(place, format!("expected {}", WindowsRelease::expected()))
                .note(format!("known releases: {}", names.join(", ")))
        }
        NoRelease::Edition(word) => {
            let names: Vec<&str> = Edition::all().map(Edition::name).collect();
            let problem =
                Diagnostic::error(Code::UnknownWindowsRelease, format!("`{word}` is not a known edition of Windows"))
                    .at(place.clone(), "only an edition can follow the release")
                    .note(format!("known editions: {}", names.join(", ")));
            match nearest(word, names) {
                Some(near) => {
                    let right = text.replacen(word, near, 1);
                    problem.help(format!("Did you mean `{right}`?")).fix(place, format!("\"{right}\""), false)
                }
                None => problem,
            }
        }
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
        let place = decoder.place(node.span);
        Self::parse(&text).map_err(|reason| decoder.complain(complaint(&text, &reason, place))).ok()
    }
}

impl schemars::JsonSchema for WindowsRelease {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WindowsRelease".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names: Vec<&str> = RELEASES.iter().map(|(name, _)| *name).collect();
        schemars::json_schema!({
            "description": "The oldest release that must be supported, or a build number; optionally followed by an edition, such as \"11 23H2 Home\".",
            "anyOf": [{ "enum": names }, { "type": "string" }, { "type": "number" }],
            "examples": ["10 1803", 22621]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_can_have_an_edition() {
        let parse = |text| WindowsRelease::parse(text).map(|release| (release.build, release.edition));
        assert_eq!(parse("10 1803"), Ok((17134, None)));
        assert_eq!(parse("Windows 10 1803 Home"), Ok((17134, Some(Edition::Home))));
        assert_eq!(parse("11 Enterprise"), Ok((22000, Some(Edition::Enterprise))));
        assert_eq!(parse("11 24H2 IoT Enterprise LTSC"), Ok((26100, Some(Edition::IotEnterpriseLtsc))));
        assert_eq!(parse("22621 pro"), Ok((22621, Some(Edition::Pro))));
        assert_eq!(parse("10 1899"), Err(NoRelease::Release));
        assert_eq!(parse("11 24H2 Hme"), Err(NoRelease::Edition("Hme")));
    }
}
