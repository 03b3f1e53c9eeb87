//! `omaSettings`: what is accepted, how they are stored, and what is returned.
//!
//! Stored settings hold plain values. String, Base64 and XML values are shown masked, everything else as it is
//! (learn.microsoft.com, custom-settings-windows-10: "For settings created with string, base64 or XML data types the
//! stored value is masked").

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::sandbox::http::answer::Refusal;
use crate::sandbox::http::call::ApiVersion;
use crate::sandbox::tenant::ids;

/// "omaSettings … can contain a maximum of 1000 elements" (Graph documentation, windows10CustomConfiguration update).
const MOST: usize = 1000;
/// What is shown instead of a string or Base64.
const MASK: &str = "****";
/// What is shown instead of XML: Base64 of `<a/>`.
const XML_MASK: &str = "PGEvPg==";
const TYPE: &str = "#microsoft.graph.omaSetting";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    String,
    Base64,
    Xml,
    Integer,
    Boolean,
    FloatingPoint,
    DateTime,
}

impl Type {
    /// From what follows [`TYPE`].
    fn from_suffix(suffix: &str) -> Option<Type> {
        Some(match suffix {
            "String" => Type::String,
            "Base64" => Type::Base64,
            "StringXml" => Type::Xml,
            "Integer" => Type::Integer,
            "Boolean" => Type::Boolean,
            "FloatingPoint" => Type::FloatingPoint,
            "DateTime" => Type::DateTime,
            _ => return None,
        })
    }

    fn is_masked(self) -> bool {
        matches!(self, Type::String | Type::Base64 | Type::Xml)
    }

    /// Its property besides the common ones.
    fn extra_property(self) -> Option<&'static str> {
        match self {
            Type::Integer => Some("isReadOnly"),
            Type::Base64 | Type::Xml => Some("fileName"),
            Type::String | Type::Boolean | Type::FloatingPoint | Type::DateTime => None,
        }
    }

    /// A description of valid values.
    fn expected(self) -> &'static str {
        match self {
            Type::Integer => "a JSON integer of 32 bits",
            Type::Boolean => "true or false",
            Type::FloatingPoint => "a JSON number of single precision",
            Type::DateTime => "a date and time in RFC 3339 with an offset",
            Type::String => "a string that is not the mask ****",
            Type::Base64 => "a string in Base64, not the mask ****",
            Type::Xml => "Base64 of XML in UTF-8 that is not the mask PGEvPg==",
        }
    }
}

/// Checks the settings of a profile in a write, and converts them to the form in which they are stored.
pub(crate) fn accepted(settings: &Value, version: ApiVersion, profile: &str) -> Result<Value, Refusal> {
    let Value::Array(settings) = settings else {
        return Err(Refusal::bad("omaSettings has to be an array."));
    };
    if settings.len() > MOST {
        return Err(Refusal::bad(format!("omaSettings has {} elements; {MOST} are allowed.", settings.len())));
    }
    let mut seen = HashSet::new();
    let mut stored = Vec::with_capacity(settings.len());
    for setting in settings {
        let setting = one(setting, version, profile)?;
        let uri = setting.get("omaUri").cloned().unwrap_or_default();
        if !seen.insert(uri.to_string()) {
            return Err(Refusal::bad(format!("The OMA-URI {uri} is there more than once.")));
        }
        stored.push(Value::Object(setting));
    }
    Ok(Value::Array(stored))
}

fn one(setting: &Value, version: ApiVersion, profile: &str) -> Result<Map<String, Value>, Refusal> {
    let Value::Object(given) = setting else {
        return Err(Refusal::bad("An element of omaSettings is not an object."));
    };
    let kind = given.get("@odata.type").and_then(Value::as_str).unwrap_or_default();
    let suffix = kind.strip_prefix(TYPE).ok_or_else(|| {
        Refusal::bad(format!("An element of omaSettings needs an @odata.type that begins with {TYPE}, not '{kind}'."))
    })?;
    let uri = required(given, "omaUri")?;
    let at = |reason: String| Refusal::bad(format!("{reason} (omaUri {uri})"));
    let setting_type = Type::from_suffix(suffix).ok_or_else(|| at(format!("Unknown type '{kind}'.")))?;
    let extra = setting_type.extra_property();
    refuse_unknown(given, extra, version).map_err(at)?;
    let value = given.get("value").unwrap_or(&Value::Null);
    let value = accepted_value(setting_type, value).map_err(at)?;
    let secret = setting_type.is_masked().then(|| ids::secret(profile));
    let mut stored = Map::new();
    let mut put = |name: &str, value: Value| stored.insert(name.to_owned(), value);
    put("@odata.type", json!(kind));
    put("displayName", json!(required(given, "displayName")?));
    put("description", optional_text(given, "description").map_err(at)?);
    put("omaUri", json!(uri));
    put("secretReferenceValueId", json!(secret));
    put("isEncrypted", json!(setting_type.is_masked()));
    match extra {
        Some(name @ "isReadOnly") => put(name, json!(given.get(name) == Some(&Value::Bool(true)))),
        Some(name) => put(name, optional_text(given, name).map_err(at)?),
        None => None,
    };
    put("value", value);
    Ok(stored)
}

fn refuse_unknown(given: &Map<String, Value>, extra: Option<&str>, version: ApiVersion) -> Result<(), String> {
    for (name, value) in given {
        match name.as_str() {
            "displayName" | "description" | "omaUri" | "value" => {}
            // Leaving it true makes the write fail (Microsoft365DSC#4084).
            "isEncrypted" if version == ApiVersion::Beta && *value == false => {}
            "isEncrypted" if version == ApiVersion::Beta => {
                return Err("isEncrypted is read-only.".to_owned());
            }
            "secretReferenceValueId" if version == ApiVersion::Beta => {
                return Err(format!("{name} is read-only."));
            }
            "isReadOnly" if extra == Some(name) && version == ApiVersion::Beta && value.is_boolean() => {}
            "fileName" if extra == Some(name) => {}
            name if name.contains("@odata.") => {}
            _ => {
                return Err(format!("The property '{name}' does not exist on this type."));
            }
        }
    }
    Ok(())
}

fn required(given: &Map<String, Value>, name: &str) -> Result<String, Refusal> {
    match given.get(name).and_then(Value::as_str) {
        Some(text) if !text.trim().is_empty() => Ok(text.to_owned()),
        _ => Err(Refusal::bad(format!("An element of omaSettings needs a {name}."))),
    }
}

fn optional_text(given: &Map<String, Value>, name: &str) -> Result<Value, String> {
    match given.get(name) {
        None => Ok(Value::Null),
        Some(value @ (Value::Null | Value::String(_))) => Ok(value.clone()),
        Some(_) => Err(format!("{name} has to be a string or null.")),
    }
}

/// Checks a value and converts it to the form in which it is stored.
fn accepted_value(setting_type: Type, value: &Value) -> Result<Value, String> {
    let stored = match (setting_type, value) {
        (Type::Integer, Value::Number(n)) => n.as_i64().and_then(|n| i32::try_from(n).ok()).map(|n| json!(n)),
        (Type::Boolean, Value::Bool(_)) => Some(value.clone()),
        (Type::FloatingPoint, Value::Number(n)) => n.as_f64().and_then(single),
        (Type::DateTime, Value::String(text)) => date_time(text),
        (Type::String, Value::String(text)) => (text != MASK).then(|| value.clone()),
        (Type::Base64, Value::String(text)) => STANDARD.decode(text).ok().map(|_| value.clone()),
        (Type::Xml, Value::String(text)) => (text != XML_MASK && xml(text).is_some()).then(|| value.clone()),
        _ => None,
    };
    stored.ok_or_else(|| format!("The value has to be {}.", setting_type.expected()))
}

/// An Edm.Single: what single precision keeps, in its shortest spelling.
fn single(number: f64) -> Option<Value> {
    #[expect(clippy::cast_possible_truncation, reason = "losing precision is what a single does")]
    let single = number as f32;
    let shortest: f64 = single.to_string().parse().ok()?;
    single.is_finite().then(|| json!(shortest))
}

/// An Edm.DateTimeOffset, answered in UTC. Whether Intune keeps the offset is not documented; a client that compares
/// points in time is right either way; one that compares text fails here.
fn date_time(text: &str) -> Option<Value> {
    let moment: Timestamp = text.parse().ok().filter(|_| text.contains('T'))?;
    Some(json!(moment.to_string()))
}

fn xml(base64: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(base64).ok()?).ok()
}

/// Stored settings as a client sees them.
pub(crate) fn seen(settings: &mut Value, version: ApiVersion, masking: bool) {
    for setting in settings.as_array_mut().into_iter().flatten() {
        let Value::Object(setting) = setting else {
            continue;
        };
        let xml = setting.get("@odata.type").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("StringXml"));
        if !masking {
            setting.insert("isEncrypted".to_owned(), json!(false));
            setting.insert("secretReferenceValueId".to_owned(), Value::Null);
        } else if setting.get("isEncrypted") == Some(&Value::Bool(true)) {
            setting.insert("value".to_owned(), json!(if xml { XML_MASK } else { MASK }));
        }
        if version == ApiVersion::V1 {
            setting.retain(|name, _| !matches!(name.as_str(), "isEncrypted" | "secretReferenceValueId" | "isReadOnly"));
        }
    }
}

/// Gives every secret value a new id, as each write of the profile does.
pub(crate) fn renew_secrets(settings: &mut Value, profile: &str) {
    for setting in settings.as_array_mut().into_iter().flatten() {
        if setting["isEncrypted"] == true {
            setting["secretReferenceValueId"] = json!(ids::secret(profile));
        }
    }
}

/// The plain text of a secret value: XML as XML, Base64 as it was written.
pub(crate) fn plain_text(settings: &Value, secret: &str) -> Option<String> {
    let mut all = settings.as_array()?.iter();
    let setting = all.find(|setting| setting["secretReferenceValueId"] == secret)?;
    let value = setting["value"].as_str()?;
    match setting["@odata.type"].as_str()?.ends_with("StringXml") {
        true => xml(value),
        false => Some(value.to_owned()),
    }
}

/// The settings of a profile made in the portal, known to be valid, with the same ids in every sandbox.
pub(crate) fn portal(settings: &Value, profile: &str) -> Value {
    let mut stored = accepted(settings, ApiVersion::Beta, profile).unwrap_or_else(|_| json!([]));
    for setting in stored.as_array_mut().into_iter().flatten() {
        if setting["isEncrypted"] == true {
            let uri = setting["omaUri"].to_string();
            let [first, last] = ["first", "last"].map(|part| ids::fixed(part, &format!("{profile}\n{uri}")));
            setting["secretReferenceValueId"] = json!(format!("{first}_{profile}_{last}"));
        }
    }
    stored
}
