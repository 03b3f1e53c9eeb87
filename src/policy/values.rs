//! The content of `settings:` and `registry:`.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Decode, Decoder, Fields, complain_of_equal_keys, word};
use crate::diagnostic::{Code, Diagnostic};
use crate::setting::OmaType;
use crate::source::{Node, Spanned, Value};

/// A map with arbitrary keys, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping<T>(pub Vec<(Spanned<String>, T)>);

impl<T> Default for Mapping<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Mapping<T> {
    pub fn get(&self, key: &str) -> Option<&T> {
        self.0.iter().find(|(name, _)| name.value == key).map(|(_, value)| value)
    }

    pub fn iter(&self) -> std::slice::Iter<'_, (Spanned<String>, T)> {
        self.0.iter()
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.value.as_str())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Decode> Decode for Mapping<T> {
    fn expected() -> String {
        "a map".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            return decoder.wrong(node, "a map");
        };
        complain_of_equal_keys(entries, decoder);
        let read = entries.iter().filter_map(|(key, node)| Some((key.clone(), T::decode(node, decoder)?)));
        let mut read: Vec<_> = read.collect();
        // Most maps have one or two entries; spare capacity for four would be half the memory of a large repository.
        read.shrink_to_fit();
        Some(Self(read))
    }
}

impl<T: JsonSchema> JsonSchema for Mapping<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("MapOf{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({ "type": "object", "additionalProperties": value })
    }
}

/// Any node, for the variables of an environment.
impl Decode for Value {
    fn expected() -> String {
        "text, a number, true, false or a list".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &node.value {
            Value::Null | Value::Map(_) => decoder.wrong(node, &<Self as Decode>::expected()),
            value => Some(value.clone()),
        }
    }
}

impl JsonSchema for Value {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Value".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean", "array"] })
    }
}

/// The value of one setting, in the plain or the long form.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingValue {
    pub input: SettingInput,
    /// The other parts of the long form, which most settings do not use.
    form: Option<Box<SettingForm>>,
    /// The span of the whole value, for messages.
    pub span: crate::source::Span,
}

impl SettingValue {
    /// The other parts of the long form.
    pub fn form(&self) -> &SettingForm {
        const NONE: &SettingForm = &SettingForm { is_unchecked: false, kind: None, oma_uri: None, registry: None };
        self.form.as_deref().unwrap_or(NONE)
    }
}

/// The parts of the long form other than the value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SettingForm {
    /// Whether `unchecked:` states why the setting is not checked against the catalogue. The reason is for readers of
    /// the file.
    pub is_unchecked: bool,
    /// The data type in Microsoft Graph, if the catalogue does not know it.
    pub kind: Option<Spanned<OmaType>>,
    /// The OMA-URI exactly as a profile in Intune has it, if that is another spelling of the name.
    pub oma_uri: Option<Spanned<String>>,
    /// A proven registry form.
    pub registry: Option<Box<RegistryBlock>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum SettingInput {
    /// A scalar or a list.
    Plain(Node),
    /// `enabled:` of an ADMX-backed policy, with its elements.
    Enabled(Node),
    /// The payload, unchanged.
    Raw(Spanned<String>),
    /// The path of a file with the value.
    File(Spanned<String>),
    /// Binary data in Base64.
    Base64(Spanned<String>),
}

const FORMS: [&str; 5] = ["value", "enabled", "raw", "file", "base64"];

impl Decode for SettingValue {
    fn expected() -> String {
        "a value".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &node.value {
            Value::Null => {
                decoder.complain(
                    Diagnostic::error(Code::WrongValue, "this setting has no value")
                        .at(decoder.place(node.span), "the value is missing")
                        .help("write a value, or remove the line"),
                );
                None
            }
            Value::Map(_) => long_form(node, decoder),
            _ => Some(Self { input: SettingInput::Plain(node.clone()), form: None, span: node.span }),
        }
    }
}

fn long_form(node: &Node, decoder: &mut Decoder<'_>) -> Option<SettingValue> {
    let before = decoder.errors();
    let mut fields = Fields::of(node, "setting", decoder)?;
    let mut inputs = Vec::new();
    for name in FORMS {
        let Some(node) = fields.node(name, decoder) else {
            continue;
        };
        let text = |decoder: &mut Decoder<'_>| Spanned::<String>::decode(node, decoder);
        inputs.push(match name {
            "value" if matches!(node.value, Value::Map(_)) => SettingValue::decode(node, decoder)?.input,
            "value" => SettingInput::Plain(node.clone()),
            "enabled" => SettingInput::Enabled(node.clone()),
            "raw" if matches!(node.value, Value::Integer(_) | Value::Float(_) | Value::Bool(_)) => {
                decoder.complain(
                    Diagnostic::error(Code::WrongValue, format!("expected text, found {}", node.value.kind()))
                        .at(decoder.place(node.span), "`raw:` is text that is sent unchanged")
                        .help(format!("write `value: {}`", decoder.written(node.span))),
                );
                return None;
            }
            "raw" => SettingInput::Raw(text(decoder)?),
            "file" => SettingInput::File(text(decoder)?),
            _ => SettingInput::Base64(text(decoder)?),
        });
    }
    let form = Box::new(SettingForm {
        is_unchecked: fields.optional::<Spanned<String>>("unchecked", decoder).is_some(),
        kind: fields.optional("type", decoder),
        oma_uri: fields.optional("oma_uri", decoder),
        registry: fields.optional("registry", decoder).map(Box::new),
    });
    fields.finish(decoder);
    if inputs.len() == 1 {
        return inputs.pop().map(|input| SettingValue { input, form: Some(form), span: node.span });
    }
    if decoder.errors() > before {
        return None;
    }
    let many = if inputs.is_empty() { "none" } else { "more than one" };
    decoder.complain(
        Diagnostic::error(Code::WrongValue, "the long form of a setting needs exactly one value")
            .at(decoder.place(node.span), format!("found {many} of `value`, `enabled`, `raw`, `file` and `base64`")),
    );
    None
}

impl JsonSchema for SettingValue {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SettingValue".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let form = generator.subschema_for::<SettingForm>();
        json_schema!({
            "description": "The value: a number, a label (not case-sensitive), true or false, or a list; or the long form.",
            "anyOf": [
                { "type": ["string", "number", "boolean"] },
                { "type": "array", "items": { "type": ["string", "number", "boolean"] } },
                form
            ]
        })
    }
}

/// The long form, including the value.
impl JsonSchema for SettingForm {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SettingForm".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let registry = generator.subschema_for::<RegistryBlock>();
        let kind = generator.subschema_for::<OmaType>();
        // Anything but null. With a plain type, editors would offer true and false for every value.
        let value = |description: &str| {
            let types = ["string", "number", "boolean", "array", "object"];
            json_schema!({ "description": description, "if": { "type": "null" }, "then": { "type": types } })
        };
        json_schema!({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "value": value("The value."),
                "enabled": value("Enables an ADMX-backed policy: its elements by ID, or the value of its only element."),
                "raw": { "type": "string", "description": "The payload exactly as it is sent to devices." },
                "file": { "type": "string", "description": "A file whose content is the value; the path is relative to this policy. Do not use it for secrets: plans show the content." },
                "base64": { "type": "string", "description": "Binary data in Base64." },
                "unchecked": { "type": "string", "description": "Why the setting is not checked against the catalogue." },
                "type": kind,
                "oma_uri": { "type": "string", "description": "The OMA-URI exactly as an adopted profile has it, if it is another spelling of this setting's." },
                "registry": registry
            },
            "oneOf": [
                { "required": ["value"] }, { "required": ["enabled"] }, { "required": ["raw"] },
                { "required": ["file"] }, { "required": ["base64"] }
            ]
        })
    }
}

impl Decode for OmaType {
    fn expected() -> String {
        "a type".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let types = [Self::Integer, Self::String, Self::Boolean, Self::Xml, Self::Base64, Self::Float, Self::DateTime];
        word(node, &types.map(|kind| (kind.word(), kind)), decoder)
    }
}

/// Registry keys with their values; `null` deletes a key.
pub type RegistryBlock = Mapping<RegistryValues>;

/// The values of one registry key.
#[derive(Debug, Clone, PartialEq)]
pub enum RegistryValues {
    /// Deletes the key with its content.
    DeleteKey,
    /// Values by name, `(Default)` for the default value; `null` deletes one. Types are checked after variables are
    /// replaced.
    Values(Vec<(Spanned<String>, Node)>),
}

impl Decode for RegistryValues {
    fn expected() -> String {
        "values by name, or null".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &node.value {
            Value::Null => Some(Self::DeleteKey),
            Value::Map(entries) => {
                complain_of_equal_keys(entries, decoder);
                Some(Self::Values(entries.clone()))
            }
            _ => decoder.wrong(node, "values by name, or null to delete the key"),
        }
    }
}

impl JsonSchema for RegistryValues {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RegistryValues".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let number = json_schema!({ "type": ["integer", "string"] });
        let text = json_schema!({ "type": "string" });
        json_schema!({
            "description": "Values by name; `(Default)` is the default value of the key. null deletes a value or the whole key.",
            "type": ["object", "null"],
            "additionalProperties": {
                "anyOf": [
                    { "type": ["integer", "string", "null"] },
                    { "type": "array", "items": { "type": "string" } },
                    {
                        "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
                        "properties": {
                            "sz": text, "expand_sz": text, "dword": number, "dword_big_endian": number, "qword": number,
                            "multi_sz": { "type": "array", "items": { "type": "string" } },
                            "binary": { "type": "string", "description": "Hexadecimal digits." },
                            "none": { "type": "string", "description": "Hexadecimal digits." }
                        }
                    }
                ]
            }
        })
    }
}
