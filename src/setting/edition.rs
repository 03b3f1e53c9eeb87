//! Editions of Windows.

use std::fmt;

/// An edition, as a family of Microsoft's product codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Edition {
    Home,
    Pro,
    Enterprise,
    Education,
    Se,
    Ltsc,
    MultiSession,
    IotEnterprise,
    IotEnterpriseLtsc,
    HoloLens,
    SurfaceHub,
    Lite,
    Wnc,
}

/// The letter in the table, the name, and the codes of `GetProductInfo` that identify the family. If a node lists a
/// code that is missing here, it also lists another code of the same family that is present (source: the 49 lists of
/// the DDF of February 2026, and Microsoft, "GetProductInfo function").
const EDITIONS: [(Edition, char, &str, &[&str]); 13] = [
    (Edition::Home, 'H', "Home", &["0x62", "0x63", "0x64", "0x65"]),
    (Edition::Pro, 'P', "Pro", &["0x30"]),
    (Edition::Enterprise, 'E', "Enterprise", &["0x4"]),
    (Edition::Education, 'D', "Education", &["0x79"]),
    (Edition::Se, 'S', "SE", &["0xca", "0xcb"]),
    (Edition::Ltsc, 'L', "LTSC", &["0x7d", "0x7e"]),
    (Edition::MultiSession, 'M', "Multi-session", &["0xaf"]),
    (Edition::IotEnterprise, 'I', "IoTEnterprise", &["0xbc"]),
    (Edition::IotEnterpriseLtsc, 'T', "IoTEnterpriseLTSC", &["0xbf", "0xcd", "0xcf"]),
    (Edition::HoloLens, 'O', "HoloLens", &["0x87", "0x88", "0x88*"]),
    (Edition::SurfaceHub, 'U', "SurfaceHub", &["0x77", "0xb4"]),
    (Edition::Lite, 'Q', "Lite", &["0xbd"]),
    (Edition::Wnc, 'W', "WNC", &["0xd2"]),
];

impl Edition {
    /// Every edition, in the order of the table's letters.
    pub fn all() -> impl Iterator<Item = Self> {
        EDITIONS.iter().map(|(edition, ..)| *edition)
    }

    pub fn name(self) -> &'static str {
        EDITIONS.iter().find(|(edition, ..)| *edition == self).map_or("", |(_, _, name, _)| name)
    }

    /// The letter in the table.
    pub(crate) fn letter(self) -> char {
        EDITIONS.iter().find(|(edition, ..)| *edition == self).map_or('?', |(_, letter, ..)| *letter)
    }

    /// The edition with a letter in the table.
    pub(crate) fn of_letter(letter: char) -> Option<Self> {
        EDITIONS.iter().find(|(_, known, ..)| *known == letter).map(|(edition, ..)| *edition)
    }

    /// The edition with a name, ignoring case, spaces and hyphens; also `Enterprise multi session`.
    pub fn of_name(name: &str) -> Option<Self> {
        let plain = |text: &str| text.replace([' ', '-'], "").to_lowercase();
        let name = plain(name);
        // Microsoft uses both "Enterprise LTSC" and "LTSC", and likewise for multi-session.
        let long =
            |edition| matches!(edition, Self::Ltsc | Self::MultiSession).then_some(name.strip_prefix("enterprise"));
        let is = |edition, known: &str| plain(known) == name || long(edition).flatten() == Some(&plain(known));
        EDITIONS.iter().find(|(edition, _, known, _)| is(*edition, known)).map(|(edition, ..)| *edition)
    }

    /// The editions in a DDF's list of product codes, such as `0x4;0x30;0xCA;`.
    pub(crate) fn of_codes(list: &str) -> Vec<Self> {
        let codes: Vec<String> = list.split(';').map(|code| code.trim().to_lowercase()).collect();
        let listed =
            |known: &&(Edition, char, &str, &[&str])| known.3.iter().any(|code| codes.iter().any(|c| c == code));
        EDITIONS.iter().filter(listed).map(|(edition, ..)| *edition).collect()
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_codes_name_families() {
        let names = |list: &str| Edition::of_codes(list).iter().map(|edition| edition.name()).collect::<Vec<_>>();
        assert_eq!(names("0x4;0x1B;0x30;0xCA;"), ["Pro", "Enterprise", "SE"]);
        assert_eq!(names("0x88*;0xBF"), ["IoTEnterpriseLTSC", "HoloLens"]);
    }

    #[test]
    fn letters_and_names_go_both_ways() {
        for edition in Edition::all() {
            assert_eq!(Edition::of_letter(edition.letter()), Some(edition));
            assert_eq!(Edition::of_name(&edition.name().to_uppercase()), Some(edition));
        }
        assert_eq!(Edition::of_name("IoT Enterprise LTSC"), Some(Edition::IotEnterpriseLtsc));
        assert_eq!(Edition::of_name("Enterprise LTSC"), Some(Edition::Ltsc));
        assert_eq!(Edition::of_name("Enterprise multi-session"), Some(Edition::MultiSession));
        assert_eq!(Edition::of_name("EnterprisePro"), None);
    }
}
