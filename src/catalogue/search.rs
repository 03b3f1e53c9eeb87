//! Finds settings by words. All words must occur in the names and labels of a setting; names count more than labels.

use std::cmp::Reverse;

use super::names::in_template;
use super::{Allowed, Catalogue, CatalogueEntry, CspNode, EnumValue, GroupPolicy, RegistryForm};
use crate::setting::OmaUri;

#[derive(Debug, Clone, Copy)]
pub struct Hit<'a> {
    pub entry: CatalogueEntry<'a>,
    /// How well it matches; higher is better.
    pub score: u32,
}

/// The weight of a word, by where it was found.
const NAME: u32 = 100;
const PATH: u32 = 20;
const LABEL: u32 = 5;

impl Catalogue {
    /// Nodes, and Group Policies without a node, that contain all words, the best match first. The beginning of a word
    /// is enough. Case, and an `s` at the end, are ignored.
    pub fn search(&self, text: &str) -> Vec<Hit<'_>> {
        let wanted: Vec<String> = parts(text).iter().map(|word| singular(word).to_string()).collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        // Skip parsing lines that lack a word. A line contains all names unchanged.
        let may_have = |line: &str| wanted.iter().all(|word| contains(line, word));
        let nodes = (0..self.nodes.len()).filter(|at| may_have(self.nodes.line(*at)));
        let nodes = nodes.filter_map(|at| self.nodes.get(at)).map(CatalogueEntry::Node);
        let policies = self.policies();
        let others = (0..policies.len()).filter(|at| may_have(policies.line(*at)));
        let others = others.filter_map(|at| policies.get(at)).map(CatalogueEntry::Policy);
        let score = |entry| score(entry, &wanted).map(|score| Hit { entry, score });
        let mut hits: Vec<Hit<'_>> = nodes.chain(others).filter_map(score).collect();
        // The sort is stable: equal matches stay in the order of addresses, nodes first.
        hits.sort_by_key(|hit| Reverse(hit.score));
        hits
    }
}

/// How well an entry matches; `None` if it lacks a word.
fn score(entry: CatalogueEntry<'_>, wanted: &[String]) -> Option<u32> {
    let short = match entry {
        CatalogueEntry::Node(node) => OmaUri::short_of(&node.uri),
        CatalogueEntry::Policy(_) => "",
    };
    let title = entry.group_policy().map_or("", |policy| policy.title.as_str());
    let texts: Vec<&str> = [short, title].into_iter().chain(other_names(entry)).collect();
    let names: Vec<Vec<String>> = texts.iter().map(|text| words(text)).collect();
    let path = entry.group_policy().map_or(Vec::new(), |policy| words(&policy.path));
    let mut total = 0;
    let mut labels: Option<Vec<String>> = None;
    for word in wanted {
        let in_names: u32 = names.iter().map(|name| fit(name, word)).max().unwrap_or(0) * NAME;
        let worth = if in_names > 0 {
            in_names
        } else if fit(&path, word) > 0 {
            fit(&path, word) * PATH
        } else {
            fit(labels.get_or_insert_with(|| labels_of(entry)), word) * LABEL
        };
        if worth == 0 {
            return None;
        }
        total += worth;
    }
    let best = texts.iter().map(|text| closeness(&parts(text), wanted)).max().unwrap_or(0);
    // People rarely search for deprecated or read-only nodes.
    let settable =
        u32::from(matches!(entry, CatalogueEntry::Node(node) if node.is_settable() && node.source.is_none()));
    // Words in both the area and the name count more than words in one of them.
    let short = parts(short);
    let times = |word: &String| short.iter().filter(|own| own.starts_with(word.as_str())).count().min(3) as u32;
    Some(total + best + 30 * settable + wanted.iter().map(times).sum::<u32>() * 10)
}

/// 2 for the whole word, 1 for its beginning.
fn fit(words: &[String], wanted: &str) -> u32 {
    words
        .iter()
        .map(|word| if singular(word) == wanted { 2 } else { u32::from(word.starts_with(wanted)) })
        .max()
        .unwrap_or(0)
}

/// How much of a name the words cover, and whether they are in its order.
fn closeness(name: &[String], wanted: &[String]) -> u32 {
    let hits = name.iter().filter(|word| wanted.iter().any(|wanted| word.starts_with(wanted.as_str()))).count();
    let covered = if name.is_empty() { 0 } else { (hits * 50 / name.len()) as u32 };
    let phrase = wanted.len() > 1
        && name
            .windows(wanted.len())
            .any(|part| part.iter().zip(wanted).all(|(word, wanted)| word.starts_with(wanted)));
    covered + if phrase { 60 } else { 0 }
}

/// Names in ADMX files, security templates and the registry.
fn other_names(entry: CatalogueEntry<'_>) -> Vec<&str> {
    let policy = entry.group_policy();
    let mut names: Vec<&str> = policy.map(|policy| policy.name.as_str()).into_iter().collect();
    names.extend(policy.into_iter().flat_map(in_template));
    if let Some(form) = entry.registry() {
        names.extend(form.value.as_deref());
        if let Some(admx) = form.admx() {
            names.extend(admx.value.as_deref());
            names.extend(admx.elements.iter().filter_map(|element| element.value.as_deref()));
        }
    }
    names
}

/// The words in the labels of elements and choices.
fn labels_of(entry: CatalogueEntry<'_>) -> Vec<String> {
    let mut found = Vec::new();
    if let CatalogueEntry::Node(node) = entry
        && let Allowed::Enum(values) | Allowed::Flags(values) = &node.allowed
    {
        found.extend(values.iter().flat_map(|EnumValue(_, label)| words(label)));
    }
    for element in entry.registry().and_then(RegistryForm::admx).into_iter().flat_map(|form| &form.elements) {
        found.extend(words(element.label.as_deref().unwrap_or_default()));
        found.extend(words(&element.id));
        found.extend(element.items.iter().flat_map(|(_, label)| words(label)));
    }
    found
}

/// The words of a string in lower case. `HideFastUserSwitching` gives four words and the whole name.
fn words(text: &str) -> Vec<String> {
    let mut found = parts(text);
    found.extend(runs(text).filter(|run| humps(run).len() > 1).map(str::to_lowercase));
    found
}

/// The words without the whole names, in the order of the text.
fn parts(text: &str) -> Vec<String> {
    runs(text).flat_map(humps).map(str::to_lowercase).collect()
}

fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty())
}

/// `HideFastUserSwitching` → Hide, Fast, User, Switching; `AADPasswordReset` → AAD, Password, Reset.
fn humps(run: &str) -> Vec<&str> {
    let letters: Vec<(usize, char)> = run.char_indices().collect();
    let (mut parts, mut start) = (Vec::new(), 0);
    for at in 1..letters.len() {
        let (before, here) = (letters[at - 1].1, letters[at]);
        let after_is_small = letters.get(at + 1).is_some_and(|(_, c)| c.is_lowercase());
        let border = here.1.is_uppercase() && (!before.is_uppercase() || after_is_small);
        if border {
            parts.push(&run[start..here.0]);
            start = here.0;
        }
    }
    parts.push(&run[start..]);
    parts
}

/// Removes the `s` of a plural.
fn singular(word: &str) -> &str {
    word.strip_suffix('s').filter(|rest| rest.len() > 2 && !rest.ends_with('s')).unwrap_or(word)
}

impl Catalogue {
    /// The nodes nearest to a Group Policy without a node: in the same folder or file, or with a similar title.
    pub fn neighbors(&self, policy: &GroupPolicy) -> Vec<&CspNode> {
        let title = parts(&policy.title);
        let likeness = |other: &GroupPolicy| {
            let others = parts(&other.title);
            let shared = title.iter().filter(|word| others.contains(word)).count();
            let place = u32::from(!policy.path.is_empty() && policy.path == other.path) * 10;
            let file = u32::from(policy.file.is_some() && policy.file == other.file) * 5;
            let same = (shared * 100 / title.len().max(others.len()).max(1)) as u32;
            if same >= 60 || place > 0 && same >= 20 { same + place + file } else { 0 }
        };
        let mut near: Vec<(u32, &CspNode)> = self
            .nodes()
            .filter_map(|node| Some((likeness(node.group_policy.as_ref()?), node)))
            .filter(|(likeness, _)| *likeness > 0)
            .collect();
        near.sort_by_key(|(likeness, _)| Reverse(*likeness));
        near.into_iter().map(|(_, node)| node).take(3).collect()
    }
}

/// Whether a string contains a lower-case word, ignoring case.
fn contains(text: &str, word: &str) -> bool {
    if !word.is_ascii() {
        return text.to_lowercase().contains(word);
    }
    let Some(first) = word.bytes().next() else { return true };
    let starts = [first, first.to_ascii_uppercase()];
    let bytes = text.as_bytes();
    let mut starting = bytes.iter().enumerate().filter(|(_, byte)| starts.contains(byte)).map(|(at, _)| at);
    starting.any(|at| bytes.get(at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str, count: usize) -> Vec<String> {
        let name = |hit: &Hit<'_>| match hit.entry {
            CatalogueEntry::Node(node) => node.short(),
            CatalogueEntry::Policy(policy) => format!("({})", policy.policy),
        };
        Catalogue::embedded().search(text).iter().take(count).map(name).collect()
    }

    #[test]
    fn names_are_split_into_words() {
        let split = |text| words(text).join(" ");
        assert_eq!(split("HideFastUserSwitching"), "hide fast user switching hidefastuserswitching");
        assert_eq!(split("AllowAADPasswordReset"), "allow aad password reset allowaadpasswordreset");
        assert_eq!(split("Turn off all Windows spotlight features"), "turn off all windows spotlight features");
        assert_eq!(split("VPNv2/{ProfileName}"), "vp nv2 profile name vpnv2 profilename");
        assert_eq!(
            [singular("switches"), singular("access"), singular("OS"), singular("policies")].join(" "),
            "switche access OS policie"
        );
    }

    #[test]
    fn the_best_match_is_first() {
        assert_eq!(first("fast user switching", 1), ["WindowsLogon/HideFastUserSwitching"]);
        assert_eq!(first("Password Resets", 1), ["Authentication/AllowAadPasswordReset"]);
        assert_eq!(first("lock screen notif", 1), ["WindowsLogon/DisableLockScreenAppNotifications"]);
        let banner = first("legal notice", 2);
        assert!(banner.iter().all(|name| name.contains("InteractiveLogon_Message")), "{banner:?}");
        let proxy = first("proxy", 6);
        assert!(proxy.iter().filter(|name| name.starts_with("NetworkProxy/")).count() >= 2, "{proxy:?}");
    }

    #[test]
    fn every_word_must_match() {
        assert!(first("camera unicorn", 1).is_empty());
        assert!(first("", 1).is_empty());
        assert!(first("…", 1).is_empty());
        assert_eq!(first("mapproxy ignore", 5).len(), first("ignore mapproxy", 5).len());
    }
}
