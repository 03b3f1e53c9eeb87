//! The content of a template, before it is written as XML.

use std::collections::BTreeSet;

use super::super::conversion::{Conversion, Converted};
use crate::catalogue::{Allowed, EnumValue};
use crate::setting::{Hive, OmaValue, RegistryAction, RegistryChange, RegistryData, RegistryKey, RegistryLocation};

pub(super) struct Template {
    pub owner: String,
    /// A folder for each policy.
    pub categories: Vec<TemplateCategory>,
    /// The Group Policies, one per registry value.
    pub policies: Vec<Offer>,
}

/// A folder in the editor.
pub(super) struct TemplateCategory {
    pub name: String,
    /// The title in the editor.
    pub title: String,
}

/// One Group Policy, which sets one registry value.
pub(super) struct Offer {
    pub name: String,
    /// The name of its category.
    pub category: String,
    /// The title in the editor.
    pub title: String,
    /// The explanation in the editor.
    pub explanation: String,
    /// The registry value. Its hive decides whether the policy is for computers or users.
    pub location: RegistryLocation,
    /// How the value is chosen.
    pub form: ValueChoice,
}

/// How a registry value is chosen in the editor.
pub(super) enum ValueChoice {
    /// By the state alone.
    State {
        /// What is written when it is enabled.
        on: Data,
        /// What is written when it is disabled; `None` deletes the value.
        off: Option<Data>,
    },
    /// By text in a box, which has a default.
    Text {
        /// The default.
        text: String,
        /// Whether it writes `REG_EXPAND_SZ` instead of `REG_SZ`.
        expand: bool,
    },
    /// By lines that the administrator types, because a box for several lines cannot have a default.
    Lines(Vec<String>),
}

/// The data that `Value` in the schema can contain.
#[derive(Debug, PartialEq)]
pub(super) enum Data {
    /// Deletes the value.
    Delete,
    /// `REG_DWORD`
    Decimal(u32),
    /// `REG_SZ` of at most 255 characters.
    Text(String),
}

impl Template {
    /// Creates a template from claims that do not contradict each other.
    pub fn new(owner: &str, claims: &[Converted<'_>], conversion: &mut Conversion<'_>) -> Self {
        let mut template = Self { owner: owner.into(), categories: Vec::new(), policies: Vec::new() };
        let (mut names, mut folders) = (UsedNames::default(), UsedNames::default());
        let mut category: Option<(&str, String)> = None;
        for claim in claims {
            let (location, form) = match offered(claim) {
                Ok(offered) => offered,
                Err(reason) => {
                    let help = "export it as a .reg file instead";
                    conversion.refuse(claim.policy, claim.name(), reason, &claim.place, help);
                    continue;
                }
            };
            let there = template.policies.iter_mut().find(|offer| offer.location == *location);
            if let Some(offer) = there {
                offer.explanation.push_str(&wanted(claim, &form));
                continue;
            }
            let key = claim.policy.key.as_str();
            let folder = match &category {
                Some((of, name)) if *of == key => name.clone(),
                _ => {
                    let name = folders.unique(key);
                    let title = visible(&claim.policy.name);
                    template.categories.push(TemplateCategory { name: name.clone(), title });
                    category = Some((key, name.clone()));
                    name
                }
            };
            let (name, title) = match claim.setting {
                Some(setting) => (setting.uri.short().to_string(), setting.uri.short().to_string()),
                None => (format!("{key}_{}", location.name), format!("{} ({})", location.name, tail(&location.key))),
            };
            let mut explanation = explain(claim, location, &form);
            explanation.push_str(&wanted(claim, &form));
            let (name, location) = (names.unique(&name), location.clone());
            template.policies.push(Offer { name, category: folder, title, explanation, location, form });
        }
        template
    }
}

/// Unique names as the schema requires them: `(\p{L}|\p{N}|_)+`, of which only ASCII is used.
#[derive(Default)]
pub(super) struct UsedNames(BTreeSet<String>);

impl UsedNames {
    pub(super) fn unique(&mut self, text: &str) -> String {
        let name = sanitized(text);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        // The editor is not case-sensitive.
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| self.0.insert(name.to_ascii_lowercase()));
        free.unwrap_or(name)
    }
}

/// A string as a valid name.
pub(super) fn sanitized(text: &str) -> String {
    let name: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.is_empty() { "_".into() } else { name }
}

/// Text to show, without characters that XML does not allow.
pub(super) fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || !is_xml(c) { '\u{fffd}' } else { c }).collect()
}

/// XML 1.0, production 2, without the control characters, which would all need special handling.
fn is_xml(c: char) -> bool {
    !matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// The last two parts of a key.
fn tail(key: &RegistryKey) -> &str {
    let start = key.path.rmatch_indices('\\').nth(1).map_or(0, |(at, _)| at + 1);
    &key.path[start..]
}

/// The registry value of a claim and how a template sets it.
fn offered<'c>(claim: &'c Converted<'_>) -> Result<(&'c RegistryLocation, ValueChoice), String> {
    let (location, action) = match &*claim.change {
        RegistryChange::Value(location, action) => (location, action),
        RegistryChange::DeleteKey(_) => return Err("a template cannot delete a key".into()),
        RegistryChange::DeleteValues(_) => return Err("a template cannot delete all values of a key".into()),
    };
    if !matches!(location.key.hive, Hive::LocalMachine | Hive::CurrentUser) {
        return Err(format!("Group Policy can write to HKLM and HKCU only, not to {}", location.key.hive.short()));
    }
    // Limits of Registry.pol, which transports values to devices: a value without a name means only the key, names with
    // two stars are commands, and names have at most 259 characters (MS-GPREG 2.2.1).
    let name = &location.name;
    if name.is_empty() {
        return Err("Group Policy cannot set the default value of a key".into());
    }
    if name.starts_with("**") || name.encode_utf16().count() > 259 {
        return Err("Group Policy does not support this value name".into());
    }
    if !location.key.path.chars().chain(name.chars()).all(is_xml) {
        return Err("its name cannot be written in XML".into());
    }
    let form = match action {
        RegistryAction::Delete => ValueChoice::State { on: Data::Delete, off: None },
        RegistryAction::Set(data) => form(data)?,
    };
    Ok((location, two_states(claim, location).unwrap_or(form)))
}

fn form(data: &RegistryData) -> Result<ValueChoice, String> {
    let typed = |text: &str| {
        if text.contains(char::is_control) || !text.chars().all(is_xml) {
            return Err("a template cannot contain line breaks or other control characters".to_string());
        }
        // XML parsers may treat it as indentation.
        if !text.is_empty() && text.trim().is_empty() {
            return Err("a template cannot contain text that is only spaces".to_string());
        }
        // Registry.pol, as above: at most 65,535 bytes.
        if text.encode_utf16().count() > 32_766 { Err("the text is too long for Group Policy".into()) } else { Ok(()) }
    };
    match data {
        RegistryData::Dword(number) => Ok(ValueChoice::State { on: Data::Decimal(*number), off: Some(Data::Delete) }),
        RegistryData::Sz(text) => {
            typed(text)?;
            Ok(if text.encode_utf16().count() > 255 {
                ValueChoice::Text { text: text.clone(), expand: false }
            } else {
                ValueChoice::State { on: Data::Text(text.clone()), off: Some(Data::Delete) }
            })
        }
        // The effect of an empty box is not documented.
        RegistryData::ExpandSz(text) if text.is_empty() => Err("a template cannot set an empty REG_EXPAND_SZ".into()),
        RegistryData::ExpandSz(text) => {
            typed(text)?;
            Ok(ValueChoice::Text { text: text.clone(), expand: true })
        }
        RegistryData::MultiSz(lines) if lines.is_empty() => Err("a template cannot set an empty list".into()),
        RegistryData::MultiSz(lines) => {
            lines.iter().try_for_each(|line| typed(line))?;
            typed(&lines.join(" "))?;
            Ok(ValueChoice::Lines(lines.clone()))
        }
        other => Err(format!("a template cannot set a {}", other.type_name())),
    }
}

/// A node with the values 0 and 1 corresponds to disabled and enabled.
fn two_states(claim: &Converted<'_>, location: &RegistryLocation) -> Option<ValueChoice> {
    let setting = claim.setting.filter(|setting| setting.stated_registry.is_none())?;
    let node = setting.node?;
    let Allowed::Enum(values) = &node.allowed else {
        return None;
    };
    let mut values: Vec<&str> = values.iter().map(|value| value.0.as_str()).collect();
    values.sort_unstable();
    if values != ["0", "1"] || !matches!(setting.value, OmaValue::Integer(_)) {
        return None;
    }
    let written = |value: i64| {
        let writes = node.registry_writes(setting.uri.scope(), &OmaValue::Integer(value)).ok()?;
        match writes.as_slice() {
            [(place, RegistryAction::Delete)] if place == location => Some(Data::Delete),
            [(place, RegistryAction::Set(RegistryData::Dword(number)))] if place == location => {
                Some(Data::Decimal(*number))
            }
            _ => None,
        }
    };
    Some(ValueChoice::State { on: written(1)?, off: Some(written(0)?) })
}

/// What each state does.
fn explain(claim: &Converted<'_>, location: &RegistryLocation, form: &ValueChoice) -> String {
    let does = |data: &Data| match data {
        Data::Delete => "the value is deleted".to_string(),
        Data::Decimal(number) => format!("REG_DWORD {number} (0x{number:x}) is written"),
        Data::Text(text) => format!("REG_SZ \"{text}\" is written"),
    };
    let (enabled, disabled) = match form {
        ValueChoice::State { on, off } => (does(on), does(off.as_ref().unwrap_or(&Data::Delete))),
        ValueChoice::Text { expand, .. } => {
            let kind = if *expand { "REG_EXPAND_SZ" } else { "REG_SZ" };
            (format!("the text in the box is written as {kind}"), does(&Data::Delete))
        }
        ValueChoice::Lines(_) => ("the lines in the box are written as REG_MULTI_SZ".into(), does(&Data::Delete)),
    };
    let mut text = format!("Registry key: {}\nValue: {}\n\n", location.key, location.name);
    text.push_str(&format!("Enabled: {enabled}.\nDisabled: {disabled}.\nNot configured: the value is not changed.\n"));
    if let Some(first) = claim.setting.and_then(|setting| setting.node?.first_build()) {
        text.push_str(&format!("\nAvailable since build {first}.\n"));
    }
    text
}

/// The state that the policy in YAML requires.
fn wanted(claim: &Converted<'_>, form: &ValueChoice) -> String {
    let policy = visible(&claim.policy.name);
    let mut text = format!("\nThe policy \"{policy}\" ({}) asks for: ", visible(&claim.policy.key));
    let disabled = match (form, &*claim.change) {
        (ValueChoice::State { off: Some(Data::Delete), .. }, RegistryChange::Value(_, RegistryAction::Delete)) => true,
        (
            ValueChoice::State { off: Some(Data::Decimal(off)), .. },
            RegistryChange::Value(_, RegistryAction::Set(data)),
        ) => *data == RegistryData::Dword(*off),
        _ => false,
    };
    text.push_str(if disabled { "Disabled" } else { "Enabled" });
    match form {
        ValueChoice::State { .. } => text.push('.'),
        ValueChoice::Text { .. } => text.push_str(", with the text in the box."),
        ValueChoice::Lines(lines) => {
            text.push_str(", with these lines:");
            lines.iter().for_each(|line| text.push_str(&format!("\n{line}")));
        }
    }
    if let Some(setting) = claim.setting {
        let value = setting.value.canonical();
        let shown = match setting.node.map(|node| &node.allowed) {
            Some(Allowed::Enum(values)) => values.iter().find(|known| known.0 == value).map(EnumValue::shown),
            _ => None,
        };
        // A setting with a stated registry form may have a secret value, and text may be long, so only labels are
        // shown.
        if let Some(shown) = shown {
            text.push_str(&format!("\nIn Intune it is {} = {shown}.", setting.uri.short()));
        }
    }
    text.push('\n');
    text
}
