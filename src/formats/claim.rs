//! What policies do to the registry, each with who says so; what formats for the registry are made of.

use super::Unsupported;
use crate::compile::{Compiled, CompiledSetting, RegistryChange, RegistryEntry};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::setting::{RegistryAction, RegistryData, RegistryKey, RegistryLocation};

/// One thing that a policy does to the registry.
#[derive(Debug, Clone)]
pub(super) struct Claim<'a> {
    /// Who does it.
    pub policy: &'a Compiled<'a>,
    /// The setting that comes to it; none in a `registry:` block.
    pub setting: Option<&'a CompiledSetting<'a>>,
    /// What is done.
    pub change: RegistryChange,
    /// Where it stands.
    pub place: Place,
}

impl Claim<'_> {
    /// What people call it.
    pub fn name(&self) -> String {
        match (self.setting, &self.change) {
            (Some(setting), _) => setting.uri.short().to_string(),
            (None, RegistryChange::DeleteKey(key)) => key.to_string(),
            (None, RegistryChange::Value(location, _)) => location.to_string(),
        }
    }
}

/// Collects claims, and what is in their way.
pub(super) struct Gathering<'p> {
    /// Whether what cannot be expressed is listed instead of being an error.
    pub skip_unsupported: bool,
    /// What is wrong.
    pub problems: &'p mut Vec<Diagnostic>,
    /// What cannot be expressed.
    pub unsupported: Vec<Unsupported>,
}

impl Gathering<'_> {
    /// Notes that something cannot be expressed.
    pub fn refuse(&mut self, policy: &Compiled<'_>, name: String, reason: String, place: &Place, help: &str) {
        if self.skip_unsupported {
            let (policy, place) = (policy.key.clone(), place.clone());
            self.unsupported.push(Unsupported { policy, name, reason, place });
        } else {
            self.problems.push(
                Diagnostic::error(Code::NotExportable, format!("{name} cannot be written in this format"))
                    .at(place.clone(), reason)
                    .help(format!("{help}, or leave it out with `--skip-unsupported`")),
            );
        }
    }

    /// What a setting does to the registry: the form that the policy states, or else the catalogue's exact one.
    pub fn setting<'a>(&mut self, policy: &'a Compiled<'a>, setting: &'a CompiledSetting<'a>) -> Vec<Claim<'a>> {
        let claims = match claims_of(policy, setting) {
            Ok(claims) => claims,
            Err(reason) => {
                let help = "state the registry value yourself with `registry:` in the long form";
                self.refuse(policy, setting.uri.short().to_string(), reason, &setting.name_place, help);
                return Vec::new();
            }
        };
        let stated = setting.stated_registry.iter().flatten();
        let written =
            claims.iter().any(|claim| matches!(claim.change, RegistryChange::Value(_, RegistryAction::Set(_))));
        if setting.stated_registry.is_none() && setting.shown.is_some() && written {
            self.problems.push(plain_text(&setting.value_place));
            return Vec::new();
        }
        if self.secrets(stated) { Vec::new() } else { claims }
    }

    /// What a policy's `registry:` block does.
    pub fn block<'a>(&mut self, policy: &'a Compiled<'a>) -> Vec<Claim<'a>> {
        if self.secrets(policy.registry.iter()) {
            return Vec::new();
        }
        let mut claims = Vec::new();
        for entry in &policy.registry {
            match writable(&entry.change) {
                Ok(change) => claims.push(Claim { policy, setting: None, change, place: entry.place.clone() }),
                Err(reason) => {
                    let claim =
                        Claim { policy, setting: None, change: entry.change.clone(), place: entry.place.clone() };
                    self.refuse(policy, claim.name(), reason.into(), &entry.place, "write another value");
                }
            }
        }
        claims
    }

    fn secrets<'e>(&mut self, entries: impl Iterator<Item = &'e RegistryEntry>) -> bool {
        let before = self.problems.len();
        let secret = entries.filter(|entry| entry.shown.is_some());
        self.problems.extend(secret.map(|entry| plain_text(&entry.place)));
        self.problems.len() > before
    }
}

fn plain_text(place: &Place) -> Diagnostic {
    Diagnostic::error(Code::SecretInExport, "a secret would be written to a file in plain text")
        .at(place.clone(), "this value holds a secret")
        .help("take it out of what is exported; Intune alone gets secrets")
}

/// What a setting comes to in the registry, without looking for secrets.
///
/// # Errors
/// Why there is nothing exact, in one line.
pub(super) fn claims_of<'a>(
    policy: &'a Compiled<'a>,
    setting: &'a CompiledSetting<'a>,
) -> Result<Vec<Claim<'a>>, String> {
    let claim = |change: &RegistryChange, place: &Place| {
        Ok(Claim { policy, setting: Some(setting), change: writable(change)?, place: place.clone() })
    };
    if let Some(stated) = &setting.stated_registry {
        return stated.iter().map(|entry| claim(&entry.change, &entry.place)).collect();
    }
    let node = setting.node.ok_or("no registry value is known that sets the same")?;
    let writes = node.registry_writes(setting.uri.scope(), &setting.value).map_err(|reason| reason.to_string())?;
    writes
        .into_iter()
        .map(|(location, action)| claim(&RegistryChange::Value(location, action), &setting.value_place))
        .collect()
}

/// The places that a retired policy may have set.
pub(super) fn places_of_retired(policy: &Compiled<'_>) -> Vec<RegistryLocation> {
    let mut places = Vec::new();
    for setting in &policy.settings {
        // What has no exact form was never exported, so there is nothing to take back.
        let Ok(claims) = claims_of(policy, setting) else { continue };
        places.extend(claims.into_iter().filter_map(|claim| set_at(claim.change)));
        if setting.stated_registry.is_none() {
            let known = setting.node.map(|node| node.registry_places(setting.uri.scope()));
            places.extend(known.into_iter().flatten());
        }
    }
    places.extend(policy.registry.iter().filter_map(|entry| set_at(entry.change.clone())));
    places
}

fn set_at(change: RegistryChange) -> Option<RegistryLocation> {
    match change {
        RegistryChange::Value(location, RegistryAction::Set(_)) => Some(location),
        _ => None,
    }
}

/// The change in a form that the registry can hold.
fn writable(change: &RegistryChange) -> Result<RegistryChange, &'static str> {
    let RegistryChange::Value(location, action) = change else {
        return Ok(change.clone());
    };
    if location.name.contains(char::is_control) || location.key.path.contains(char::is_control) {
        return Err("its name holds a control character");
    }
    let data = match action {
        RegistryAction::Set(RegistryData::Sz(text) | RegistryData::ExpandSz(text)) if text.contains('\0') => {
            return Err("a registry text holds no NUL");
        }
        RegistryAction::Set(RegistryData::MultiSz(texts)) => {
            // Splitting an empty value gives one empty text; the list that is meant has none.
            let empty = texts.iter().all(String::is_empty);
            if !empty && texts.iter().any(|text| text.is_empty() || text.contains('\0')) {
                return Err("REG_MULTI_SZ cannot hold an empty text: it ends the list");
            }
            RegistryAction::Set(RegistryData::MultiSz(if empty { Vec::new() } else { texts.clone() }))
        }
        other => other.clone(),
    };
    Ok(RegistryChange::Value(location.clone(), data))
}

/// Whether a key is this one or below it.
pub(super) fn holds(key: &RegistryKey, other: &RegistryKey) -> bool {
    key.hive == other.hive && {
        let (upper, lower) = (key.path.to_lowercase(), other.path.to_lowercase());
        lower.strip_prefix(&upper).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
    }
}

/// Complains where a value would get two contents, or where one policy deletes a key in which another sets one.
pub(super) fn contradictions(claims: &[Claim<'_>], problems: &mut Vec<Diagnostic>) {
    let mut values: Vec<(&RegistryLocation, &RegistryAction, &Claim<'_>)> = Vec::new();
    let mut deleted: Vec<(&RegistryKey, &Claim<'_>)> = Vec::new();
    for claim in claims {
        match &claim.change {
            RegistryChange::Value(location, action) => values.push((location, action, claim)),
            RegistryChange::DeleteKey(key) => deleted.push((key, claim)),
        }
    }
    // Stable: of two policies the later one is complained of.
    values.sort_by(|a, b| a.0.cmp(b.0));
    for same in values.chunk_by(|a, b| a.0 == b.0) {
        let (location, first, one) = same[0];
        for (_, _, other) in same.iter().skip(1).filter(|(_, action, _)| *action != first) {
            let message = format!("{location} gets two contents");
            problems.push(contradiction(message, (other, "another content here"), (one, "one content here")));
        }
    }
    for (key, deletes) in deleted {
        for (location, action, sets) in &values {
            let sets_it = matches!(action, RegistryAction::Set(_)) && holds(key, &location.key);
            // Within one policy the order is clear: the key goes first.
            if sets_it && !std::ptr::eq(deletes.policy, sets.policy) {
                let message = format!("{location} is set in a key that another policy deletes");
                problems.push(contradiction(message, (sets, "set here"), (deletes, "the key is deleted here")));
            }
        }
    }
}

fn contradiction(message: String, at: (&Claim<'_>, &str), and: (&Claim<'_>, &str)) -> Diagnostic {
    let said = |(claim, text): (&Claim<'_>, &str)| match claim.setting {
        Some(setting) => format!("{text}, by {}", setting.uri.short()),
        None => text.to_string(),
    };
    Diagnostic::error(Code::Contradiction, message)
        .at(at.0.place.clone(), said(at))
        .and(and.0.place.clone(), said(and))
        .help("one file can hold one of them: change one policy, or export them to two files")
}
