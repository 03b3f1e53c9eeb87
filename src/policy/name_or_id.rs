//! References to objects in the tenant by name, by ID, or by both, because names are not unique.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Decode, Decoder, Fields};
use crate::source::{Node, Span, Spanned, Value};

/// An assignment filter or a scope tag: its name, or a map with its ID. At least one of the two is set.
#[derive(Debug, Clone)]
pub struct WrittenNameOrId {
    pub name: Option<Spanned<String>>,
    /// The ID, which takes precedence. If the name is also given and differs from the one in the tenant, that is an
    /// error.
    pub id: Option<Spanned<String>>,
    /// The span of the name, or of the ID if there is no name.
    pub span: Span,
}

impl WrittenNameOrId {
    /// Reads a name or a map. `what` is the word for the object in messages.
    pub(super) fn read(node: &Node, what: &'static str, decoder: &mut Decoder<'_>) -> Option<Self> {
        if !matches!(node.value, Value::Map(_)) {
            let name = Spanned::<String>::decode(node, decoder)?;
            return Some(Self { name: Some(name), id: None, span: node.span });
        }
        let before = decoder.errors();
        let mut fields = Fields::of(node, what, decoder)?;
        let read = Self::take(&mut fields, node.span, decoder);
        fields.finish(decoder);
        match read {
            None if decoder.errors() == before => decoder.wrong(node, "`id:`, optionally with `name:`"),
            read => read,
        }
    }

    /// Reads `name:` and `id:` from a map; `None` if neither exists.
    pub(super) fn take(fields: &mut Fields<'_>, whole: Span, decoder: &mut Decoder<'_>) -> Option<Self> {
        let name: Option<Spanned<String>> = fields.optional("name", decoder);
        let id: Option<Spanned<String>> = fields.optional("id", decoder);
        let span = name.as_ref().or(id.as_ref()).map_or(whole, |text| text.span);
        (name.is_some() || id.is_some()).then_some(Self { name, id, span })
    }

    /// Its name or ID, for messages.
    pub fn shown(&self) -> &str {
        self.name.as_ref().or(self.id.as_ref()).map_or("", |text| &text.value)
    }
}

/// Lists contain scope tags.
impl Decode for WrittenNameOrId {
    fn expected() -> String {
        "a name, or `{ id: … }`".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Self::read(node, "scope tag", decoder)
    }
}

impl JsonSchema for WrittenNameOrId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NameOrId".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A name, or an ID if several have the same name.",
            "anyOf": [
                { "type": "string" },
                {
                    "type": "object", "additionalProperties": false,
                    "properties": {
                        "name": { "type": "string", "description": "Its name." },
                        "id": {
                            "type": "string",
                            "description": "The ID. If `name` is also given, it must match."
                        }
                    },
                    "anyOf": [{ "required": ["name"] }, { "required": ["id"] }]
                }
            ]
        })
    }
}
