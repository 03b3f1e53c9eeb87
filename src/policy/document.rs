//! A policy file.

use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Decode, Decoder, Fields, word};
use super::key;
use super::values::{Mapping, RegistryBlock, SettingValue};
use super::windows::WindowsRelease;
use crate::diagnostic::{Diagnostic, Place};
use crate::source::{Node, Source, Span, Spanned, Value};

/// A policy with the file that it stands in.
#[derive(Debug, Clone)]
pub struct Policy {
    /// What tells it from all others of this owner.
    pub key: String,
    /// The file.
    pub source: Arc<Source>,
    /// What is written in it.
    pub document: PolicyDocument,
}

impl Policy {
    /// A place in its file.
    pub fn place(&self, span: Span) -> Place {
        Place::new(&self.source, span)
    }
}

/// A device policy for Windows: settings, whom they reach, and how they are kept.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "Policy")]
#[schemars(extend("anyOf" = [
    { "required": ["settings"], "properties": { "settings": { "minProperties": 1 } } },
    { "required": ["registry"], "properties": { "registry": { "minProperties": 1 } } }
]))]
pub struct PolicyDocument {
    /// The profile's name in Intune; it may change freely.
    pub name: Spanned<String>,
    /// What administrators read in Intune. Absent: not managed.
    #[schemars(default)]
    pub description: Option<Spanned<String>>,
    /// What tells this policy from all others of the same owner; by default the file's path under `policies/`.
    #[schemars(regex(pattern = r"^[a-z0-9._/-]{1,128}$"))]
    pub key: Option<Spanned<String>>,
    /// The oldest release of Windows that must work, such as "10 1803", or a build number; an edition may follow it.
    pub windows: Option<Spanned<WindowsRelease>>,
    /// What is set, by `Area/Name` or by OMA-URI.
    #[schemars(default)]
    pub settings: Mapping<SettingValue>,
    /// Registry values that are exported, and never sent to Intune.
    #[schemars(default)]
    pub registry: RegistryBlock,
    /// Whom it reaches: includes and excludes, or the name of a target. Absent: not managed.
    pub assignments: Option<Spanned<Audiences>>,
    /// How Intune gets it.
    pub deliver: Option<Spanned<Delivery>>,
    /// Scope tags by name. Absent: not managed.
    pub scope_tags: Option<Vec<Spanned<String>>>,
    /// The environments that get it. Absent: all.
    pub environments: Option<Vec<Spanned<String>>>,
    /// active, draft (checked and exported when named, never sent) or retired (deleted from the tenant).
    pub state: Option<Spanned<State>>,
    /// The ids of portal-made profiles to take over, by environment; inert afterwards.
    #[schemars(default, extend("additionalProperties" = {
        "type": "string", "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
    }))]
    pub adopt: Mapping<Spanned<String>>,
    /// Former keys of this policy.
    #[schemars(default, inner(regex(pattern = r"^[a-z0-9._/-]{1,128}$")))]
    pub moved_from: Vec<Spanned<String>>,
    /// Accepted findings.
    #[schemars(default)]
    pub waive: Vec<Waiver>,
}

impl PolicyDocument {
    /// What is to become of it.
    pub fn state(&self) -> State {
        self.state.as_ref().map_or(State::Active, |state| state.value)
    }
}

/// What is to become of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum State {
    /// Sent and kept.
    Active,
    /// Checked, exported when named, never sent.
    Draft,
    /// Deleted from the tenant; its registry values are deleted by an exported `.reg`.
    Retired,
}

/// How Intune gets a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum Delivery {
    /// As a custom OMA-URI profile.
    Custom,
    /// As a settings catalog policy (not yet).
    SettingsCatalog,
}

/// An accepted finding.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Waiver {
    /// The rule's name or code.
    pub rule: Spanned<String>,
    /// Why it is accepted.
    pub reason: Spanned<String>,
    /// The last day on which it is accepted, as 2027-03-31.
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))]
    pub until: Spanned<String>,
}

/// Whom a policy reaches: written out, or the name of a target.
#[derive(Debug, Clone)]
pub enum Audiences {
    /// The name of a target in the configuration.
    Target(String),
    /// Written out.
    Written(Assignments),
}

/// Includes and excludes.
#[derive(Debug, Clone, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Assignments {
    /// Who gets it; an empty list: nobody.
    pub include: Vec<Include>,
    /// Who does not.
    #[schemars(default)]
    pub exclude: Vec<Exclude>,
}

/// One target: a group, or all devices or users.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["all"] }, { "anyOf": [{ "required": ["group"] }, { "required": ["id"] }] }]))]
pub struct Include {
    /// A group by its display name.
    pub group: Option<Spanned<String>>,
    /// The group's id, which decides; with `group`, a different name is an error.
    pub id: Option<Spanned<String>>,
    /// Every device or every licensed user.
    pub all: Option<Spanned<All>>,
    /// An assignment filter.
    pub filter: Option<Filter>,
    /// The whole, for messages.
    #[schemars(skip)]
    pub span: Span,
}

/// A group that does not get it.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(extend("anyOf" = [{ "required": ["group"] }, { "required": ["id"] }]))]
pub struct Exclude {
    /// A group by its display name.
    pub group: Option<Spanned<String>>,
    /// The group's id.
    pub id: Option<Spanned<String>>,
    /// The whole, for messages.
    #[schemars(skip)]
    pub span: Span,
}

/// Everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum All {
    /// Every device.
    Devices,
    /// Every licensed user.
    Users,
}

/// An assignment filter: its name, or `{ exclude: name }`.
#[derive(Debug, Clone)]
pub enum Filter {
    /// Only devices that match.
    Include(Spanned<String>),
    /// Only devices that do not match.
    Exclude(Spanned<String>),
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
    fn complain(&self, node: &Node, decoder: &mut Decoder<'_>) {
        let first = Span { start: node.span.start, end: node.span.start + 1 };
        if self.settings.is_empty() && self.registry.is_empty() && !decoder.found_errors() {
            decoder.complain(
                Diagnostic::error("SP0106", "the policy sets nothing")
                    .at(decoder.place(first), "neither `settings:` nor `registry:` is here"),
            );
        }
        for key in self.key.iter().chain(&self.moved_from) {
            if let Err(reason) = key::check_key(key) {
                decoder.complain(
                    Diagnostic::error("SP0108", format!("`{}` is no key", key.value))
                        .at(decoder.place(key.span), reason),
                );
            }
        }
        for (environment, id) in self.adopt.iter() {
            if uuid::Uuid::try_parse(id).is_err() {
                decoder.complain(
                    Diagnostic::error("SP0105", format!("this is no id of a profile in {}", environment.value)).at(
                        decoder.place(id.span),
                        "expected the id of the profile to take over, as the portal's address has it",
                    ),
                );
            }
        }
        if let Some(deliver) = &self.deliver
            && deliver.value == Delivery::SettingsCatalog
        {
            decoder.complain(
                Diagnostic::error("SP0109", "not yet: `deliver: settings-catalog`")
                    .at(decoder.place(deliver.span), "this version writes custom OMA-URI profiles only")
                    .help("write `custom`, or take the line out"),
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

impl Decode for Delivery {
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
                Diagnostic::error("SP0105", format!("`{}` is no date", until.value))
                    .at(decoder.place(until.span), "expected a date such as 2027-03-31"),
            );
        }
        Some(Self { rule: rule?, reason: reason?, until })
    }
}

impl Decode for Audiences {
    fn expected() -> String {
        "the name of a target, or `include:` and `exclude:`".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &node.value {
            Value::Text(name) => Some(Self::Target(name.clone())),
            Value::Map(_) => Assignments::decode(node, decoder).map(Self::Written),
            _ => decoder.wrong(node, &Self::expected()),
        }
    }
}

impl JsonSchema for Audiences {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Audiences".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let written = generator.subschema_for::<Assignments>();
        json_schema!({ "anyOf": [{ "type": "string", "description": "The name of a target." }, written] })
    }
}

impl Decode for Assignments {
    fn expected() -> String {
        "`include:` and `exclude:`".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut fields = Fields::of(node, "assignments", decoder)?;
        let include = fields.required("include", decoder);
        let exclude: Option<Vec<Exclude>> = fields.optional("exclude", decoder);
        fields.finish(decoder);
        Some(Self { include: include?, exclude: exclude.unwrap_or_default() })
    }
}

impl Decode for Include {
    fn expected() -> String {
        "a target".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let before = decoder.errors();
        let mut fields = Fields::of(node, "target", decoder)?;
        let include = Self {
            group: fields.optional("group", decoder),
            id: fields.optional("id", decoder),
            all: fields.optional("all", decoder),
            filter: fields.optional("filter", decoder),
            span: node.span,
        };
        fields.finish(decoder);
        let group = include.group.is_some() || include.id.is_some();
        if group == include.all.is_some() && decoder.errors() == before {
            decoder.complain(
                Diagnostic::error("SP0105", "a target is either a group or `all:`")
                    .at(decoder.place(node.span), "write `group: NAME`, `id: …`, `all: devices` or `all: users`"),
            );
        }
        Some(include)
    }
}

impl Decode for Exclude {
    fn expected() -> String {
        "a group".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let before = decoder.errors();
        let mut fields = Fields::of(node, "excluded group", decoder)?;
        let exclude =
            Self { group: fields.optional("group", decoder), id: fields.optional("id", decoder), span: node.span };
        if let Some(filter) = fields.node("filter", decoder) {
            decoder.complain(
                Diagnostic::error("SP0405", "an excluded group takes no filter")
                    .at(decoder.place(filter.span), "Microsoft Graph has no filter on exclusions")
                    .help("put the filter on an included target, as `filter: { exclude: … }`"),
            );
        }
        fields.finish(decoder);
        if exclude.group.is_none() && exclude.id.is_none() && decoder.errors() == before {
            decoder.complain(
                Diagnostic::error("SP0105", "only groups can be excluded")
                    .at(decoder.place(node.span), "write `group: NAME` or `id: …`"),
            );
        }
        Some(exclude)
    }
}

impl Decode for All {
    fn expected() -> String {
        "devices or users".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        word(node, &[("devices", Self::Devices), ("users", Self::Users)], decoder)
    }
}

impl Decode for Filter {
    fn expected() -> String {
        "a filter's name, or `{ exclude: name }`".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &node.value {
            Value::Text(_) => return Spanned::decode(node, decoder).map(Self::Include),
            Value::Map(_) => {}
            _ => return decoder.wrong(node, &Self::expected()),
        }
        let before = decoder.errors();
        let mut fields = Fields::of(node, "filter", decoder)?;
        let (include, exclude) = (fields.optional("include", decoder), fields.optional("exclude", decoder));
        fields.finish(decoder);
        match (include, exclude) {
            (Some(name), None) => Some(Self::Include(name)),
            (None, Some(name)) => Some(Self::Exclude(name)),
            _ if decoder.errors() > before => None,
            _ => decoder.wrong(node, "one of `include:` and `exclude:`"),
        }
    }
}

impl JsonSchema for Filter {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Filter".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An assignment filter by name.",
            "anyOf": [
                { "type": "string" },
                {
                    "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
                    "properties": { "include": { "type": "string" }, "exclude": { "type": "string" } }
                }
            ]
        })
    }
}
