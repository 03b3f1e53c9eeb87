//! What a repository's own catalogue changes: a pull request could turn the meaning of labels upside down in it.

use std::collections::BTreeMap;

use super::{CONFIGURATION, Repository};
use crate::catalogue::{Catalogue, Fact, facts};
use crate::compile::Compiled;
use crate::diagnostic::{Code, Diagnostic, counted};
use crate::setting::OmaUri;
use crate::source::Place;

/// Facts that decide what a written value means on a device.
const MEANING: [&str; 6] = ["format", "allowed", "list", "default", "group policy", "registry"];

/// Settings that policies use, with the facts that differ from the built-in catalogue.
#[derive(Debug, Default)]
pub struct OtherMeanings(BTreeMap<String, Vec<Fact>>);

impl OtherMeanings {
    /// Adds the settings of a policy.
    pub fn add(&mut self, policy: &Compiled<'_>, repository: &Repository) {
        if let Some(own) = &repository.own_catalogue {
            policy.settings.iter().for_each(|setting| self.compare(setting.uri, own));
        }
    }

    fn compare(&mut self, uri: &OmaUri, own: &Catalogue) {
        if self.0.contains_key(uri.as_str()) {
            return;
        }
        let differing = match (Catalogue::embedded().node(uri), own.node(uri)) {
            (Some(built_in), Some(own)) => facts(built_in, own),
            _ => Vec::new(),
        };
        let differing = differing.into_iter().filter(|fact| MEANING.contains(&fact.fact)).collect();
        self.0.insert(uri.as_str().to_owned(), differing);
    }

    /// Says that the repository has its own catalogue, and what differs in it; `None` if it has none.
    pub fn notice(self, repository: &Repository) -> Option<Diagnostic> {
        let path = repository.configuration.catalogue.as_ref()?;
        let place = Place::new(&repository.configuration_source, path.span);
        let differing: Vec<_> = self.0.into_iter().filter(|(_, facts)| !facts.is_empty()).collect();
        let label = match differing.len() {
            0 => "every setting that is used here has the same values in it as in the built-in one".to_owned(),
            count => format!("{} that these policies use differ from the built-in one", counted(count, "setting")),
        };
        let message = format!("{CONFIGURATION} replaces the built-in catalogue");
        let mut notice = match differing.is_empty() {
            true => Diagnostic::info(Code::OwnCatalogue, message),
            false => Diagnostic::warning(Code::OwnCatalogue, message)
                .help("approve it only if you know why each of them differs; remove `catalogue:` to use the built-in one"),
        };
        notice = notice.at(place, label);
        for (uri, facts) in differing {
            for Fact { fact, before, after } in facts {
                notice = notice.note(format!("{uri}: {fact}: built-in: {}; here: {}", or_none(&before), or_none(&after)));
            }
        }
        Some(notice)
    }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}
