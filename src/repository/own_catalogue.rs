//! What a repository's own catalogue changes: a pull request could turn the meaning of labels upside down in it.

use std::collections::BTreeMap;

use super::{CONFIGURATION, Repository};
use crate::catalogue::{Allowed, Catalogue, CspNode, Fact, facts};
use crate::compile::Compiled;
use crate::diagnostic::{Code, Diagnostic};
use crate::setting::OmaUri;
use crate::source::Place;

/// Facts that decide what a written value means on a device.
const MEANING: [&str; 4] = ["format", "allowed", "list", "registry"];

/// Settings that policies use, and what differs from the built-in catalogue.
#[derive(Debug, Default)]
pub struct OtherMeanings {
    facts: BTreeMap<String, Vec<Fact>>,
    /// Whether a value that both catalogues know means something else. A newer release only adds values.
    is_contrary: bool,
}

impl OtherMeanings {
    /// Adds the settings of a policy.
    pub fn add(&mut self, policy: &Compiled<'_>, repository: &Repository) {
        if let Some(own) = &repository.own_catalogue {
            policy.settings.iter().for_each(|setting| self.compare(setting.uri, own));
        }
    }

    fn compare(&mut self, uri: &OmaUri, own: &Catalogue) {
        if self.facts.contains_key(uri.as_str()) {
            return;
        }
        let differing = match (Catalogue::embedded().node(uri), own.node(uri)) {
            (Some(built_in), Some(own)) => {
                self.is_contrary |= are_contrary(built_in, own);
                facts(built_in, own)
            }
            _ => Vec::new(),
        };
        // A catalogue that was made without templates has no registry forms.
        let differs = |fact: &Fact| MEANING.contains(&fact.fact) && (fact.fact != "registry" || !fact.after.is_empty());
        let differing = differing.into_iter().filter(differs).collect();
        self.facts.insert(uri.as_str().to_owned(), differing);
    }

    /// Says that the repository has its own catalogue, and what differs in it; `None` if it has none.
    pub fn notice(self, repository: &Repository) -> Option<Diagnostic> {
        let path = repository.configuration.catalogue.as_ref()?;
        let place = Place::new(&repository.configuration_source, path.span);
        let differing: Vec<_> = self.facts.into_iter().filter(|(_, facts)| !facts.is_empty()).collect();
        let label = match differing.len() {
            0 => "in it, all settings of these policies have the same values as in the built-in one".to_owned(),
            1 => "in it, a setting of these policies has other values than in the built-in one".to_owned(),
            count => format!("in it, {count} settings of these policies have other values than in the built-in one"),
        };
        let message = format!("{CONFIGURATION} replaces the built-in catalogue");
        let mut notice = match self.is_contrary {
            false => Diagnostic::info(Code::OwnCatalogue, message),
            true => Diagnostic::warning(Code::OwnCatalogue, message).help(
                "approve it only if you know why a value means something else here; remove `catalogue:` to use the \
                 built-in one",
            ),
        };
        notice = notice.at(place, label);
        for (uri, facts) in differing {
            for Fact { fact, before, after } in facts {
                notice =
                    notice.note(format!("{uri}: {fact}: built-in: {}; here: {}", or_none(&before), or_none(&after)));
            }
        }
        Some(notice)
    }
}

/// Whether the type differs, or a value has one label here and another there.
fn are_contrary(built_in: &CspNode, own: &CspNode) -> bool {
    let labels = |node: &CspNode| -> Vec<(String, String)> {
        match &node.allowed {
            Allowed::Enum(values) | Allowed::Flags(values) => {
                values.iter().map(|value| (value.0.clone(), value.1.to_lowercase())).collect()
            }
            _ => Vec::new(),
        }
    };
    let own_labels = labels(own);
    let differs = |(value, label): &(String, String)| own_labels.iter().any(|(v, l)| v == value && l != label);
    built_in.format != own.format || labels(built_in).iter().any(differs)
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}
