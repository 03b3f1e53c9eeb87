//! Finds claims that set something to a bad value.

use std::collections::HashMap;

use super::{Bad, Check, RULES, Rule, Way};
use crate::catalogue::read_payload;
use crate::setting::{Claim, OmaUri, OmaValue, RegistryAction, RegistryChange, RegistryKey, RegistryLocation, Subject};

/// Ways to set something, by what they set, so that a claim needs only one lookup for all rules.
#[derive(Default)]
pub(super) struct Ways {
    /// By the short name of the node.
    nodes: HashMap<&'static str, Vec<NodeWay>>,
    registry: HashMap<RegistryLocation, Vec<RegistryWay>>,
}

struct NodeWay {
    scope: &'static str,
    bad: Bad,
    /// The number that the caller chose.
    number: usize,
}

struct RegistryWay {
    bad: Bad,
    /// The number that the caller chose.
    number: usize,
}

impl Ways {
    /// Adds ways under a number that the caller chooses.
    pub fn add(&mut self, ways: &'static [Way], number: usize) {
        for way in ways {
            match way {
                Way::Node(name, bad) => {
                    let Some((scope, short)) = name.split_once('/') else { continue };
                    self.nodes.entry(short).or_default().push(NodeWay { scope, bad: *bad, number });
                }
                Way::Registry(key, name, bad) => {
                    let Some(location) = location(key, name) else { continue };
                    self.registry.entry(location).or_default().push(RegistryWay { bad: *bad, number });
                }
            }
        }
    }

    /// The numbers of the ways in which a claim sets something to a bad value.
    pub fn of(&self, claim: &Claim) -> Vec<usize> {
        match &claim.subject {
            Subject::Node(uri, value) => {
                let known = self.nodes.get(uri.short()).into_iter().flatten();
                let bad = known.filter(|way| is_scope(way.scope, uri) && way.bad.holds_for(value));
                bad.map(|way| way.number).collect()
            }
            Subject::Registry(change) => {
                let RegistryChange::Value(location, action) = &**change else { return Vec::new() };
                let known = self.registry.get(location).into_iter().flatten();
                known.filter(|way| way.bad.holds_for_registry(action)).map(|way| way.number).collect()
            }
            Subject::Definition { .. } | Subject::Security(_) | Subject::Typed(_) => Vec::new(),
        }
    }
}

fn location(key: &str, name: &str) -> Option<RegistryLocation> {
    RegistryKey::parse(key).ok().map(|key| RegistryLocation { key, name: name.to_string() })
}

/// Whether a way sets this node.
pub(super) fn is_at(way: &Way, uri: &OmaUri) -> bool {
    let Way::Node(name, _) = way else { return false };
    name.split_once('/').is_some_and(|(scope, short)| is_scope(scope, uri) && uri.short() == short)
}

fn is_scope(scope: &str, uri: &OmaUri) -> bool {
    scope.eq_ignore_ascii_case(uri.scope().word())
}

impl Bad {
    fn holds_for(self, value: &OmaValue) -> bool {
        match self {
            Self::Number(number) => value.canonical() == number.to_string(),
            Self::Enabled => read_payload(&value.canonical()).is_ok_and(|payload| payload.enabled),
            Self::OtherThan(_) if matches!(value, OmaValue::Masked(_)) => false,
            Self::OtherThan(good) => match read_payload(&value.canonical()) {
                Ok(payload) => payload.enabled && !payload.data.iter().any(|(_, text)| text.eq_ignore_ascii_case(good)),
                Err(_) => !value.canonical().eq_ignore_ascii_case(good),
            },
            Self::Set => !matches!(value, OmaValue::Masked(_)),
        }
    }

    fn holds_for_registry(self, action: &RegistryAction) -> bool {
        let RegistryAction::Set(data) = action else { return false };
        match self {
            Self::Number(number) => data.number() == u64::try_from(number).ok(),
            Self::Enabled => data.number() == Some(1),
            Self::OtherThan(good) => !data.to_string().eq_ignore_ascii_case(good),
            Self::Set => true,
        }
    }
}

/// The rules that check a node.
pub fn explain(uri: &OmaUri) -> Vec<&'static Rule> {
    about(Some(uri), &[])
}

/// The rules that check a node, or one of these registry values.
pub fn about(uri: Option<&OmaUri>, places: &[RegistryLocation]) -> Vec<&'static Rule> {
    let matters = |way: &Way| match way {
        Way::Node(..) => uri.is_some_and(|uri| is_at(way, uri)),
        Way::Registry(key, name, _) => location(key, name).is_some_and(|wanted| places.contains(&wanted)),
    };
    let looks = |rule: &&Rule| matches!(&rule.check, Check::Values { bad, .. } if bad.iter().any(matters));
    RULES.iter().copied().filter(looks).collect()
}
