//! What a policy writes: its own value, its lists, and its elements.

use super::Element;
use super::texts::Texts;
use crate::catalogue::{AdmxElement, AdmxForm, ElementType};

/// Longer labels of choices are sentences, and the value is enough.
const MOST_WORDS: usize = 6;
const MOST_CHARACTERS: usize = 40;

/// What the policy writes below `key`, and whether it writes more than the form can express.
pub(super) fn form(policy: &Element, key: &str, texts: &Texts) -> (AdmxForm, bool) {
    let list = |name: &str| policy.child(name).map(|list| values(list, key)).unwrap_or_default();
    let mut form = AdmxForm {
        value: policy.attribute("valueName").map(String::from),
        on: policy.child("enabledValue").and_then(value),
        off: policy.child("disabledValue").and_then(value),
        on_list: list("enabledList"),
        off_list: list("disabledList"),
        elements: Vec::new(),
    };
    let lost = |list: &str, kept: usize| policy.child(list).is_some_and(|list| list.all("item").count() > kept);
    let mut partial = lost("enabledList", form.on_list.len()) || lost("disabledList", form.off_list.len());
    partial |= policy.child("enabledValue").is_some() && form.on.is_none();
    partial |= policy.child("disabledValue").is_some() && form.off.is_none();
    for source in policy.all("elements").flat_map(|list| &list.children) {
        partial |= writes_more(source);
        if let Some(mut element) = element(source, key, texts) {
            element.label = texts.label(policy, &element.id).cloned();
            form.elements.push(element);
        } else {
            partial = true;
        }
    }
    (form, partial)
}

/// One element; `None` if its type is unknown, or if it lacks the ID that the payload needs.
fn element(source: &Element, policy_key: &str, texts: &Texts) -> Option<AdmxElement> {
    let kind = match source.name.as_str() {
        "text" => ElementType::Text,
        "decimal" | "longDecimal" => ElementType::Decimal,
        "boolean" => ElementType::Boolean,
        "enum" => ElementType::Enum,
        "list" => ElementType::List,
        "multiText" => ElementType::MultiText,
        _ => return None,
    };
    let text = |name: &str| source.attribute(name).map(String::from);
    let number = |name: &str| source.attribute(name).and_then(|text| text.trim().parse().ok());
    let flag = |name: &str| source.attribute(name).is_some_and(|text| matches!(text.trim(), "true" | "1"));
    let is = |wanted: ElementType| kind == wanted;
    Some(AdmxElement {
        id: text("id")?,
        kind,
        label: None,
        // Three lists in Windows' nca.admx have a `valueName`, which the schema does not allow: items name their
        // values.
        value: text("valueName").filter(|_| !is(ElementType::List)),
        key: text("key").filter(|key| !key.eq_ignore_ascii_case(policy_key)),
        min: number("minValue").filter(|_| is(ElementType::Decimal)),
        max: number("maxValue").filter(|_| is(ElementType::Decimal)),
        maxlen: number("maxLength").and_then(|most| usize::try_from(most).ok()),
        required: flag("required"),
        expand: flag("expandable"),
        explicit: flag("explicitValue"),
        additive: flag("additive"),
        as_text: flag("storeAsText"),
        prefix: text("valuePrefix"),
        on: source.child("trueValue").and_then(value),
        off: source.child("falseValue").and_then(value),
        items: source.all("item").filter_map(|item| choice(item, texts)).collect(),
    })
}

/// A choice of an enum: its data, and a short label.
fn choice(item: &Element, texts: &Texts) -> Option<(serde_json::Value, String)> {
    let written = item.child("value").and_then(value)?;
    let label = item.attribute("displayName").and_then(|shown| texts.resolve(shown)).unwrap_or_default();
    Some((serde_json::Value::String(written), short(&label)))
}

/// A choice's label without its final period and `(default)`, which depends on the release; empty if it is long.
fn short(label: &str) -> String {
    let label = match label.to_ascii_lowercase().find("(default") {
        Some(at) if label.ends_with(')') => &label[..at],
        _ => label,
    };
    let label = label.trim_end_matches(['.', ' ']);
    let fits = label.split(' ').count() <= MOST_WORDS && label.chars().count() <= MOST_CHARACTERS;
    String::from(if fits { label } else { "" })
}

/// Whether an element writes more than its form can express: several values, or a `REG_QWORD`.
fn writes_more(source: &Element) -> bool {
    let choices = source.all("item").any(|item| item.child("valueList").is_some());
    choices || source.name == "longDecimal" || ["trueList", "falseList"].iter().any(|list| source.child(list).is_some())
}

/// The items of an `enabledList` or `disabledList`: key, value, data.
fn values(list: &Element, policy_key: &str) -> Vec<[String; 3]> {
    let default = list.attribute("defaultKey").unwrap_or(policy_key);
    list.all("item")
        .filter_map(|item| {
            let key = item.attribute("key").unwrap_or(default);
            let data = item.child("value").and_then(value)?;
            Some([key.to_string(), item.attribute("valueName")?.to_string(), data])
        })
        .collect()
}

/// `dword:1`, `sz:text` or `delete`.
fn value(holder: &Element) -> Option<String> {
    holder.children.iter().find_map(|child| match child.name.as_str() {
        "decimal" => Some(format!("dword:{}", number(child)?)),
        "longDecimal" => Some(format!("qword:{}", number(child)?)),
        "string" => Some(format!("sz:{}", child.text.trim())),
        "delete" => Some("delete".to_string()),
        _ => None,
    })
}

/// The number without leading zeros.
fn number(decimal: &Element) -> Option<u64> {
    decimal.attribute("value")?.trim().parse().ok()
}
