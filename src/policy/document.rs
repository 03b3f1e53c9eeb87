//! A policy file.

use std::sync::Arc;

use schemars::JsonSchema;

use super::audience::Audiences;
use super::decode::{Decode, Decoder, Fields, word};
use super::key;
use super::name_or_id::WrittenNameOrId;
use super::values::{Mapping, RegistryBlock, SettingValue};
use super::windows::WindowsRelease;
use crate::diagnostic::{Code, Diagnostic};
use crate::setting::Delivery;
use crate::source::{Node, Place, Source, Span, Spanned};

#[derive(Debug, Clone)]
pub struct Policy {
    /// The key, unique for the owner.
    pub key: String,
    pub source: Arc<Source>,
    /// Copies of a policy share it.
    pub document: Arc<PolicyDocument>,
}

impl Policy {
    pub fn place(&self, span: Span) -> Place {
        Place::new(&self.source, span)
    }

    /// The oldest build that must be supported, if it says so.
    pub fn oldest_build(&self) -> Option<u32> {
        self.document.windows.as_ref().map(|windows| windows.build)
    }
}

/// A device policy for Windows: its settings, and who gets them.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "Policy")]
#[schemars(extend("anyOf" = [
    { "required": ["settings"], "properties": { "settings": { "minProperties": 1 } } },
    { "required": ["registry"], "properties": { "registry": { "minProperties": 1 } } }
]))]
pub struct PolicyDocument {
    /// The name of the profile in Intune. You can change it at any time.
    pub name: Spanned<String>,
    /// The description in Intune. If omitted, the description is not managed.
    #[schemars(default)]
    pub description: Option<Spanned<String>>,
    /// Identifies this policy; unique for the owner. Default: the path of the file under `policies/`.
    #[schemars(regex(pattern = r"^[a-z0-9._/-]{1,128}$"))]
    pub key: Option<Spanned<String>>,
    /// The oldest release of Windows that must be supported, such as "10 1803", or a build number; optionally an edition.
    pub windows: Option<Spanned<WindowsRelease>>,
    /// The settings, by `Area/Name` or by OMA-URI.
    #[schemars(default)]
    pub settings: Mapping<SettingValue>,
    /// Registry values. They are only exported, never sent to Intune.
    #[schemars(default)]
    pub registry: RegistryBlock,
    /// Who gets the policy: includes and excludes, or the name of a target. If omitted, assignments are not managed.
    pub assignments: Option<Spanned<Audiences>>,
    /// The type of profile to create in Intune.
    pub deliver: Option<Spanned<DeliverWord>>,
    /// Scope tags by name, or by ID as `{ id: "1" }`. If omitted, they are not managed; a new profile gets the default tag.
    pub scope_tags: Option<Vec<WrittenNameOrId>>,
    /// The environments that get the policy. If omitted, all of them.
    pub environments: Option<Vec<Spanned<String>>>,
    /// active; draft (checked, exported only if named, never sent to Intune); or retired (deleted from Intune).
    pub state: Option<Spanned<State>>,
    /// The IDs of existing profiles to adopt, by environment. No effect after the adoption.
    #[schemars(default, extend("additionalProperties" = {
        "type": "string", "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
    }))]
    pub adopt: Mapping<Spanned<String>>,
    /// Previous keys of this policy; needed after the file was renamed.
    #[schemars(default, inner(regex(pattern = r"^[a-z0-9._/-]{1,128}$")))]
    pub moved_from: Vec<Spanned<String>>,
    /// Accepted findings.
    #[schemars(default)]
    pub waive: Vec<Waiver>,
}

impl PolicyDocument {
    /// The state; active by default.
    pub fn state(&self) -> State {
        self.state.as_ref().map_or(State::Active, |state| state.value)
    }
}

/// The state of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum State {
    /// Sent to Intune and kept up to date.
    Active,
    /// Checked, exported only if named, never sent to Intune.
    Draft,
    /// Deleted from Intune; an exported `.reg` file deletes its registry values.
    Retired,
}

/// The type of profile to create in Intune.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename = "Delivery", rename_all = "kebab-case")]
pub enum DeliverWord {
    /// As a custom OMA-URI profile.
    Custom,
    /// As a settings catalog policy (not supported yet).
    SettingsCatalog,
}

/// An accepted finding.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Waiver {
    /// The name or code of the rule.
    pub rule: Spanned<String>,
    /// Why it is accepted.
    pub reason: Spanned<String>,
    /// The last day on which it is accepted, such as 2027-03-31.
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))]
    pub until: Spanned<String>,
}

impl Decode for PolicyDocument {
    fn expected() -> String {
        "a policy".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut fields = Fields::of(node, "policy", decoder)?;
        let name = fields.required("name", decoder);
        let document = Self {
            name: Spanned::default(),
            description: fields.optional("description", decoder),
            key: fields.optional("key", decoder),
            windows: fields.optional("windows", decoder),
            settings: fields.optional("settings", decoder).unwrap_or_default(),
            registry: fields.optional("registry", decoder).unwrap_or_default(),
            assignments: fields.optional("assignments", decoder),
            deliver: fields.optional("deliver", decoder),
            scope_tags: fields.optional("scope_tags", decoder),
            environments: fields.optional("environments", decoder),
            state: fields.optional("state", decoder),
            adopt: fields.optional("adopt", decoder).unwrap_or_default(),
            moved_from: fields.optional("moved_from", decoder).unwrap_or_default(),
            waive: fields.optional("waive", decoder).unwrap_or_default(),
        };
        fields.finish(decoder);
        document.complain(node, decoder);
        Some(Self { name: name?, ..document })
    }
}

impl PolicyDocument {
    /// How it is delivered. A delivery that is not supported yet is an error when the policy is read.
    pub fn delivery(&self) -> Delivery {
        match self.deliver.as_ref().map(|deliver| deliver.value) {
            None | Some(DeliverWord::Custom | DeliverWord::SettingsCatalog) => Delivery::Custom,
        }
    }

    fn complain(&self, node: &Node, decoder: &mut Decoder<'_>) {
        let first = Span::new(node.span.start(), node.span.start() + 1);
        if self.settings.is_empty() && self.registry.is_empty() && !decoder.found_errors() {
            decoder.complain(
                Diagnostic::error(Code::MissingPart, "the policy does not set anything")
                    .at(decoder.place(first), "add `settings:` or `registry:`"),
            );
        }
        for key in self.key.iter().chain(&self.moved_from) {
            if let Err(reason) = key::check_key(key) {
                decoder.complain(
                    Diagnostic::error(Code::InvalidKey, format!("`{}` cannot be used as a key", key.value))
                        .at(decoder.place(key.span), reason),
                );
            }
        }
        for (environment, id) in self.adopt.iter() {
            if uuid::Uuid::try_parse(id).is_err() {
                decoder.complain(
                    Diagnostic::error(
                        Code::WrongValue,
                        format!("this is not the ID of a profile in {}", environment.value),
                    )
                    .at(
                        decoder.place(id.span),
                        "expected the ID of the profile to adopt, as shown in the address bar of the portal",
                    ),
                );
            }
        }
        if let Some(deliver) = &self.deliver
            && deliver.value == DeliverWord::SettingsCatalog
        {
            decoder.complain(
                Diagnostic::error(Code::UnsupportedDelivery, "`deliver: settings-catalog` is not supported yet")
                    .at(decoder.place(deliver.span), "this version can only create custom OMA-URI profiles")
                    .help("write `custom`, or remove the line"),
            );
        }
    }
}

impl Decode for State {
    fn expected() -> String {
        "active, draft or retired".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        word(node, &[("active", Self::Active), ("draft", Self::Draft), ("retired", Self::Retired)], decoder)
    }
}

impl Decode for DeliverWord {
    fn expected() -> String {
        "custom".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        word(node, &[("custom", Self::Custom), ("settings-catalog", Self::SettingsCatalog)], decoder)
    }
}

impl Decode for Waiver {
    fn expected() -> String {
        "rule, reason and until".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut fields = Fields::of(node, "waiver", decoder)?;
        let (rule, reason) = (fields.required("rule", decoder), fields.required("reason", decoder));
        let until: Option<Spanned<String>> = fields.required("until", decoder);
        fields.finish(decoder);
        let until = until?;
        if until.parse::<jiff::civil::Date>().is_err() || until.len() != 10 {
            decoder.complain(
                Diagnostic::error(Code::WrongValue, format!("`{}` is not a valid date", until.value))
                    .at(decoder.place(until.span), "expected a date such as 2027-03-31"),
            );
        }
        Some(Self { rule: rule?, reason: reason?, until })
    }
}
