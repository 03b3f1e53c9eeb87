//! Short spellings for what almost every line of the table repeats.

/// Builds in one string: `16299 19041.1202` means `10.0.16299`, `10.0.19041.1202`.
pub(super) mod builds {
    use serde::{Deserialize, Deserializer, Serializer};

    const USUAL: &str = "10.0.";

    pub fn serialize<S: Serializer>(builds: &[String], serializer: S) -> Result<S::Ok, S::Error> {
        let short: Vec<&str> = builds.iter().map(|build| build.strip_prefix(USUAL).unwrap_or(build)).collect();
        serializer.serialize_str(&short.join(" "))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        // A full build has two or three dots; a short one has one or none.
        let full =
            |build: &str| if build.matches('.').count() > 1 { build.to_string() } else { format!("{USUAL}{build}") };
        Ok(text.split(' ').map(full).collect())
    }
}

/// Editions as one string of their letters.
pub(super) mod editions {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::setting::Edition;

    pub fn serialize<S: Serializer>(editions: &[Edition], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&editions.iter().map(|edition| edition.letter()).collect::<String>())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Edition>, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.chars()
            .map(|letter| {
                Edition::of_letter(letter).ok_or_else(|| D::Error::custom(format!("unknown edition `{letter}`")))
            })
            .collect()
    }
}
