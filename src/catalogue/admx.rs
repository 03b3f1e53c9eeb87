//! The registry values that an ADMX-backed policy writes, and the elements of its payload.

use serde::{Deserialize, Serialize};

/// An ADMX policy's own value and its elements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdmxForm {
    /// The name of the policy's own registry value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Its data when the policy is enabled: `dword:1`, `sz:yes`, `delete`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// Its data when the policy is disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off: Option<String>,
    /// More values that are written when the policy is enabled: key, value, data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_list: Vec<[String; 3]>,
    /// More values that are written when the policy is disabled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off_list: Vec<[String; 3]>,
    /// The inputs of the policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<AdmxElement>,
}

/// One element of an ADMX policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdmxElement {
    /// The ID that the payload uses.
    pub id: String,
    #[serde(rename = "type")]
    pub kind: ElementType,
    /// The label in the Group Policy editor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The name of the registry value that it writes; a list writes one value per item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Its key, if it is not the policy's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The smallest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<u64>,
    /// The largest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    /// The maximum length in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maxlen: Option<usize>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Whether it writes `REG_EXPAND_SZ` instead of `REG_SZ`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expand: bool,
    /// Whether the items of a list have names.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub explicit: bool,
    /// Whether a list keeps the other values of its key.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub additive: bool,
    /// Whether a number is stored as text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_text: bool,
    /// The prefix of the names of a list's values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The data that is written when the check box is selected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// The data that is written when the check box is cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off: Option<String>,
    /// The choices of an enum: registry data and label.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<(serde_json::Value, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ElementType {
    /// One line of text.
    Text,
    Decimal,
    /// A check box.
    Boolean,
    /// One of several choices.
    Enum,
    /// Any number of registry values.
    List,
    /// Several lines of text.
    MultiText,
}

impl AdmxElement {
    /// The choices as value and label. In the table, a value is `dword:7`, `sz:x` or a bare number.
    pub fn choices(&self) -> Vec<(String, String)> {
        let bare = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => text.split_once(':').map_or(text.as_str(), |(_, rest)| rest).to_string(),
            other => other.to_string(),
        };
        self.items.iter().map(|(value, label)| (bare(value), label.clone())).collect()
    }
}

/// An ADMX-backed policy's payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// `<enabled/>` or `<disabled/>`.
    pub enabled: bool,
    /// The elements in the order of the payload: ID and value.
    pub data: Vec<(String, String)>,
}

impl Payload {
    /// The value of one element.
    pub fn data(&self, id: &str) -> Option<&str> {
        self.data.iter().find(|(name, _)| name == id).map(|(_, value)| value.as_str())
    }

    /// The payload on a single line, escaped, in the form that Windows returns (Microsoft, "Understanding ADMX-backed
    /// policies"; line breaks between tags made devices report 0x87D1FDE8, IntuneManagement#380).
    pub fn write(&self) -> String {
        let mut text = String::from(if self.enabled { "<enabled/>" } else { "<disabled/>" });
        for (id, value) in &self.data {
            let (id, value) = (quick_xml::escape::escape(id), quick_xml::escape::escape(value));
            text.push_str(&format!("<data id=\"{id}\" value=\"{value}\"/>"));
        }
        text
    }
}

/// Parses a payload.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn read_payload(text: &str) -> Result<Payload, String> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut state, mut data, mut open) = (None, Vec::<(String, String)>::new(), 0_usize);
    loop {
        match reader.read_event().map_err(|error| format!("the payload is not valid XML: {error}"))? {
            Event::Eof if open > 0 => return Err("a tag of the payload is not closed".into()),
            Event::Eof => break,
            Event::End(_) => open = open.saturating_sub(1),
            event @ (Event::Empty(_) | Event::Start(_)) => {
                open += usize::from(matches!(event, Event::Start(_)));
                let (Event::Empty(tag) | Event::Start(tag)) = event else { continue };
                match tag.local_name().as_ref().to_ascii_lowercase().as_str() {
                    "enabled" | "disabled" if state.is_some() => {
                        return Err("the payload has more than one of <enabled/> and <disabled/>".into());
                    }
                    "enabled" => state = Some(true),
                    "disabled" => state = Some(false),
                    "data" => {
                        let (id, value) = read_data(&tag)?;
                        if data.iter().any(|(known, _)| *known == id) {
                            return Err(format!("the payload has `{id}` twice"));
                        }
                        data.push((id, value));
                    }
                    _ => return Err("the payload contains more than <enabled/>, <disabled/> and <data/>".into()),
                }
            }
            Event::Text(text) if !text.trim().is_empty() => {
                return Err("the payload contains text between its tags".into());
            }
            _ => {}
        }
    }
    let enabled = state.ok_or("the payload contains neither <enabled/> nor <disabled/>")?;
    Ok(Payload { enabled, data })
}

fn read_data(tag: &quick_xml::events::BytesStart<'_>) -> Result<(String, String), String> {
    let attribute = |name: &str| {
        let found = tag.try_get_attribute(name).ok().flatten().ok_or(format!("<data/> does not have {name}"))?;
        quick_xml::escape::unescape(&found.value).map(|text| text.into_owned()).map_err(|error| error.to_string())
    };
    Ok((attribute("id")?, attribute("value")?))
}
