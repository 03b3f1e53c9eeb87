//! The assignments in a policy file.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Decode, Decoder, Fields, word};
use super::name_or_id::WrittenNameOrId;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Node, Span, Spanned, Value};

/// Who gets a policy: includes and excludes, or the name of a target.
#[derive(Debug, Clone)]
pub enum Audiences {
    /// The name of a target in the configuration.
    Target(String),
    /// Written out.
    Written(WrittenAssignments),
}

/// Includes and excludes.
#[derive(Debug, Clone, Default, JsonSchema)]
#[schemars(rename = "Assignments", deny_unknown_fields)]
pub struct WrittenAssignments {
    /// Who gets the policy. An empty list means nobody.
    pub include: Vec<Include>,
    /// Groups that do not get the policy.
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
    /// The ID of the group. If `group` is also given, the name must match.
    pub id: Option<Spanned<String>>,
    /// Every device or every licensed user.
    pub all: Option<Spanned<All>>,
    /// An assignment filter.
    pub filter: Option<Filter>,
    /// The span of the whole map, for messages.
    #[schemars(skip)]
    pub span: Span,
}

/// A group that does not get the policy.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(extend("anyOf" = [{ "required": ["group"] }, { "required": ["id"] }]))]
pub struct Exclude {
    /// A group by its display name.
    pub group: Option<Spanned<String>>,
    /// The ID of the group. If `group` is also given, the name must match.
    pub id: Option<Spanned<String>>,
    /// The span of the whole map, for messages.
    #[schemars(skip)]
    pub span: Span,
}

/// All devices or all users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum All {
    /// Every device.
    Devices,
    /// Every licensed user.
    Users,
}

/// An assignment filter: directly, or under `include:` or `exclude:`.
#[derive(Debug, Clone)]
pub enum Filter {
    /// Only devices that match.
    Include(WrittenNameOrId),
    /// Only devices that do not match.
    Exclude(WrittenNameOrId),
}

impl Decode for Audiences {
    fn expected() -> String {
        "the name of a target, or `include:` and `exclude:`".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &node.value {
            Value::Text(name) => Some(Self::Target(name.clone())),
            Value::Map(_) => WrittenAssignments::decode(node, decoder).map(Self::Written),
            _ => decoder.wrong(node, &Self::expected()),
        }
    }
}

impl JsonSchema for Audiences {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Audiences".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let written = generator.subschema_for::<WrittenAssignments>();
        json_schema!({ "anyOf": [{ "type": "string", "description": "The name of a target." }, written] })
    }
}

impl Decode for WrittenAssignments {
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

/// Reports a bare name where a map is needed, and suggests what it probably means. Only groups can be excluded.
fn complain_of_bare_name(node: &Node, name: &str, excluded: bool, decoder: &mut Decoder<'_>) {
    let written = match name.trim().to_ascii_lowercase().as_str() {
        "all devices" if !excluded => "{ all: devices }".to_string(),
        "all users" if !excluded => "{ all: users }".to_string(),
        _ => format!("{{ group: {} }}", decoder.written(node.span)),
    };
    decoder.complain(
        Diagnostic::error(Code::WrongValue, "expected a map for the target, found text")
            .at(decoder.place(node.span), "this is text")
            .help(format!("write `{written}`"))
            .fix(decoder.place(node.span), written, false),
    );
}

impl Decode for Include {
    fn expected() -> String {
        "a target".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        if let Value::Text(name) = &node.value {
            complain_of_bare_name(node, name, false, decoder);
            return None;
        }
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
                Diagnostic::error(Code::WrongValue, "a target is either a group or `all:`")
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
        if let Value::Text(name) = &node.value {
            complain_of_bare_name(node, name, true, decoder);
            return None;
        }
        let before = decoder.errors();
        let mut fields = Fields::of(node, "excluded group", decoder)?;
        let exclude =
            Self { group: fields.optional("group", decoder), id: fields.optional("id", decoder), span: node.span };
        if let Some(filter) = fields.node("filter", decoder) {
            decoder.complain(
                Diagnostic::error(Code::FilterOnExclusion, "an excluded group cannot have a filter")
                    .at(decoder.place(filter.span), "Microsoft Graph does not support filters on exclusions")
                    .help("put the filter on an included target, as `filter: { exclude: … }`"),
            );
        }
        fields.finish(decoder);
        if exclude.group.is_none() && exclude.id.is_none() && decoder.errors() == before {
            decoder.complain(
                Diagnostic::error(Code::WrongValue, "only groups can be excluded")
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
        "a filter's name, `{ id: … }` or `{ exclude: … }`".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &node.value {
            Value::Text(_) => return WrittenNameOrId::read(node, "filter", decoder).map(Self::Include),
            Value::Map(_) => {}
            _ => return decoder.wrong(node, &Self::expected()),
        }
        let before = decoder.errors();
        let mut fields = Fields::of(node, "filter", decoder)?;
        let (include, exclude) = (fields.node("include", decoder), fields.node("exclude", decoder));
        let include = include.map(|node| WrittenNameOrId::read(node, "filter", decoder));
        let exclude = exclude.map(|node| WrittenNameOrId::read(node, "filter", decoder));
        let itself = WrittenNameOrId::take(&mut fields, node.span, decoder);
        fields.finish(decoder);
        if decoder.errors() > before {
            return None;
        }
        match (include, exclude, itself) {
            (Some(filter), None, None) => filter.map(Self::Include),
            (None, Some(filter), None) => filter.map(Self::Exclude),
            (None, None, Some(filter)) => Some(Self::Include(filter)),
            _ => decoder.wrong(node, "one of `id:` (with `name:`), `include:` and `exclude:`"),
        }
    }
}

impl JsonSchema for Filter {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Filter".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<WrittenNameOrId>();
        json_schema!({
            "description": "An assignment filter: only devices that match it, or with `exclude:` only devices that do not.",
            "anyOf": [
                { "type": "string", "description": "The name of the filter." },
                {
                    "type": "object", "additionalProperties": false,
                    "properties": {
                        "name": { "type": "string", "description": "The name of the filter." },
                        "id": {
                            "type": "string",
                            "description": "The ID of the filter. If `name` is also given, it must match."
                        },
                        "include": one, "exclude": one
                    },
                    "oneOf": [
                        { "required": ["include"] },
                        { "required": ["exclude"] },
                        { "anyOf": [{ "required": ["name"] }, { "required": ["id"] }] }
                    ]
                }
            ]
        })
    }
}
