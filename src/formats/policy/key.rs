//! File names for profiles: the same for the same tenant, and valid on every system.

use std::collections::BTreeMap;

/// The maximum length of a name: with a folder, keys have at most 128 characters.
const LONGEST: usize = 80;

/// Names that Windows reserves for devices, also before an extension (Microsoft, "Naming Files, Paths, and
/// Namespaces").
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// A file name without extension for each profile, by ID: its name, reduced to the characters of keys. Names that would
/// be equal get the beginning of the ID appended.
pub fn file_names<'p>(profiles: impl IntoIterator<Item = (&'p str, &'p str)>) -> BTreeMap<String, String> {
    let named: Vec<(&str, String)> = profiles.into_iter().map(|(id, name)| (id, slug(name))).collect();
    let name = |(id, slug): &(&str, String)| {
        let others = named.iter().filter(|(other, same)| same == slug && other != id).count();
        let first: String = id.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
        let name = match (slug.as_str(), others) {
            ("", _) => format!("profile-{}", first.to_lowercase()),
            (slug, 0) => slug.to_string(),
            (slug, _) => format!("{slug}-{}", first.to_lowercase()),
        };
        (id.to_string(), name)
    };
    unique(named.iter().map(name).collect())
}

/// Appends the whole ID to names that are still equal.
fn unique(names: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    names.values().for_each(|name| *count.entry(name.clone()).or_default() += 1);
    let alone = |name: &String| count.get(name) == Some(&1);
    let name = |(id, name): (String, String)| {
        let name = if alone(&name) { name } else { slug(&format!("profile {id}")) };
        (id, name)
    };
    names.into_iter().map(name).collect()
}

/// Text in the characters of keys: a-z, 0-9, dots inside, and a dash for everything else.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            '.' if !slug.is_empty() && !slug.ends_with(['.', '-']) => slug.push('.'),
            other => match latin(other) {
                Some(letters) => slug.push_str(letters),
                None if slug.ends_with('.') => {
                    slug.pop();
                    slug.push('-');
                }
                None if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
                None => {}
            },
        }
    }
    slug.truncate(LONGEST);
    let slug = slug.trim_matches(['-', '.']).to_string();
    let device = slug.split('.').next().unwrap_or_default();
    let port = |name: &str| {
        device.strip_prefix(name).is_some_and(|rest| rest.len() == 1 && rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    if RESERVED.contains(&device) || port("com") || port("lpt") { format!("profile-{slug}") } else { slug }
}

/// Replaces letters of European languages, as people do.
fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'ä' | 'æ' => "ae",
        'ö' | 'ø' | 'œ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'ı' => "i",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' => "o",
        'ù' | 'ú' | 'û' | 'ů' => "u",
        'ý' | 'ÿ' => "y",
        'ś' | 'š' | 'ş' => "s",
        'ź' | 'ż' | 'ž' => "z",
        'ł' => "l",
        'ř' => "r",
        'ť' => "t",
        'ď' | 'đ' => "d",
        'ğ' => "g",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_valid_file_names_on_every_system() {
        let names = [
            "Portal - Camera",
            "Bob's PCs",
            "R&D #1 100% + A/B",
            "Größe Ölmühle",
            "con",
            "NUL.txt",
            "LPT1",
            "com10",
            "..hidden..",
            "日本語",
            "a. b",
            "v1.0",
            " - ",
        ];
        let slugs: Vec<String> = names.iter().map(|name| slug(name)).collect();
        let expected = [
            "portal-camera",
            "bob-s-pcs",
            "r-d-1-100-a-b",
            "groesse-oelmuehle",
            "profile-con",
            "profile-nul.txt",
            "profile-lpt1",
            "com10",
            "hidden",
            "",
            "a-b",
            "v1.0",
            "",
        ];
        assert_eq!(slugs, expected);
        assert_eq!(slug(&"x".repeat(200)).len(), LONGEST);
    }

    #[test]
    fn profiles_with_the_same_file_name_get_their_ids() {
        let names = file_names([
            ("11111111-aa", "Camera"),
            ("22222222-bb", "CAMERA!"),
            ("33333333-cc", "語"),
            ("44444444-dd", "Camera 11111111"),
        ]);
        let of = |id: &str| names.get(id).cloned().unwrap_or_default();
        assert_eq!(of("11111111-aa"), "profile-11111111-aa");
        assert_eq!(of("22222222-bb"), "camera-22222222");
        assert_eq!(of("33333333-cc"), "profile-33333333");
        assert_eq!(of("44444444-dd"), "profile-44444444-dd");
    }
}
