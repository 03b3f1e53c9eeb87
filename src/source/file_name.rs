//! Names of files that a repository must not contain where they are read: they are hidden, or Windows reads them as others.

/// Why a part of a path is not opened; `None` if it is fine.
///
/// The same names are refused on every system, so that a repository that works on one works on all (Microsoft, "Naming
/// Files, Paths, and Namespaces").
pub fn unusable_name(name: &str) -> Option<&'static str> {
    if name.starts_with('.') {
        // `.git` can hold tokens, `.env` and `.npmrc` secrets.
        return Some("names that begin with `.` are not read");
    }
    if name.ends_with(['.', ' ']) {
        return Some("Windows removes dots and blanks at the end of a name");
    }
    if name.contains(':') {
        return Some("on Windows, `:` in a name opens another stream or drive");
    }
    if name.split('~').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return Some("on Windows, `~` and a digit can be the short form of another name");
    }
    is_device(name).then_some("Windows reserves this name for a device")
}

/// Whether Windows opens a device by this name, whatever follows a dot.
pub fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| matches!(rest, "¹" | "²" | "³") || is_one_digit(rest))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul" | "conin$" | "conout$") || numbered("com") || numbered("lpt")
}

fn is_one_digit(text: &str) -> bool {
    text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_and_ambiguous_names_are_refused() {
        for name in [".git", ".env", "..", "a.", "a ", "a:b", "GIT~1", "a~1.txt", "con", "AUX.yaml", "com1", "lpt¹.txt"]
        {
            assert!(unusable_name(name).is_some(), "{name}");
        }
        for name in ["a", "a.yaml", "console", "com", "com10", "a~b", "größe.xml", "a b", "auxiliary.yaml"] {
            assert_eq!(unusable_name(name), None, "{name}");
        }
    }
}
