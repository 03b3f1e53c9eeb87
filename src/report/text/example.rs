//! Blocks to copy: what `check` takes, with everything that has to be filled in.

mod registry;

pub use registry::registry_block;

use crate::catalogue::{AdmxElement, Allowed, CspNode, ElementType, EnumValue};
use crate::formats::yaml::{WIDTH, bare, comment, plain_key, scalar};
use crate::setting::{OmaType, OmaUri};

/// The lines of one setting below `settings:`.
pub fn setting_block(node: &CspNode, uri: &OmaUri, name: &str) -> String {
    let FilledName { name, stands_for } = filled(name);
    let mut text = String::new();
    for ExampleName { example, placeholder } in stands_for {
        comment(&mut text, 6, &format!("{example} stands for {placeholder}"));
    }
    let key = plain_key(&name);
    let elements = node.admx().map_or(&[][..], |form| &form.elements);
    if node.allowed == Allowed::Admx && !elements.is_empty() {
        text.push_str(&format!("      {key}:\n        enabled:     # or write `disabled` after the name\n"));
        elements.iter().for_each(|element| element_lines(&mut text, element));
        return text;
    }
    let (value, choices) = match &node.allowed {
        Allowed::Admx if node.admx().is_none() => {
            comment(
                &mut text,
                6,
                "use enabled if it has no elements (the catalogue does not list them); otherwise write `raw:`",
            );
            ("disabled".into(), Vec::new())
        }
        Allowed::Admx => ("disabled".into(), vec!["enabled | disabled".to_string()]),
        Allowed::Enum(all) | Allowed::Flags(all) => {
            (chosen(node, all), all.iter().map(EnumValue::shown).collect::<Vec<_>>())
        }
        Allowed::Range([low, high]) => (within(node, *low, *high), vec![format!("{low} to {high}")]),
        _ => (free(node, uri), hint(node)),
    };
    let line = format!("      {key}: {value}");
    let beside = format!("{line}     # {}", choices.join(", "));
    if choices.is_empty() {
        text.push_str(&format!("{line}\n"));
    } else if beside.chars().count() <= WIDTH {
        text.push_str(&format!("{beside}\n"));
    } else {
        choices.iter().for_each(|choice| comment(&mut text, 6, choice));
        text.push_str(&format!("{line}\n"));
    }
    text
}

/// The default, by its label where that can only mean one value.
fn chosen(node: &CspNode, all: &[EnumValue]) -> String {
    let is_default = |value: &&EnumValue| node.default.as_ref().is_some_and(|is| value.0.eq_ignore_ascii_case(is));
    let Some(value) = all.iter().find(is_default).or(all.first()) else { return "0".into() };
    let same = |other: &&EnumValue| other.1.eq_ignore_ascii_case(&value.1) || other.0.eq_ignore_ascii_case(&value.1);
    let only = !value.1.is_empty() && all.iter().filter(same).count() == 1;
    if only { scalar(&value.1) } else { bare(&value.0) }
}

fn within(node: &CspNode, low: i64, high: i64) -> String {
    let default = node.default.as_ref().and_then(|text| text.parse::<i64>().ok());
    default.filter(|number| (low..=high).contains(number)).unwrap_or(low).to_string()
}

/// A value of a node that takes any of its type.
fn free(node: &CspNode, uri: &OmaUri) -> String {
    let default = node.default.as_deref().filter(|text| !text.trim().is_empty());
    match node.format.oma_type() {
        // Older files write 0 and 1.
        Some(OmaType::Boolean) => match default.map(str::to_lowercase).as_deref() {
            Some("false" | "0") => "false".into(),
            _ => "true".into(),
        },
        Some(OmaType::Integer) => {
            default.and_then(|text| text.parse::<i64>().ok()).map_or("0".into(), |number| number.to_string())
        }
        Some(OmaType::Float) => "1.0".into(),
        Some(OmaType::DateTime) => "'2027-03-31T08:00:00Z'".into(),
        Some(OmaType::Base64) => "{ base64: Q29udG9zbw== }".into(),
        Some(OmaType::Xml) => "'<Data/>'".into(),
        Some(OmaType::String) | None => text(node, uri, default),
    }
}

fn text(node: &CspNode, uri: &OmaUri, default: Option<&str>) -> String {
    let pattern = match &node.allowed {
        Allowed::Xml => return "'<Data/>'".into(),
        Allowed::Json => return "'{}'".into(),
        Allowed::Regex(pattern) => Some(pattern.trim_start_matches('^').trim_end_matches('$')),
        _ => None,
    };
    let pattern = pattern.and_then(|pattern| regex::Regex::new(&format!("^(?:{pattern})$")).ok());
    let fits = |text: &&str| pattern.as_ref().is_none_or(|pattern| pattern.is_match(text));
    let usual = if uri.short().starts_with("UserRights/") { "Administrators" } else { "text" };
    let some = default.into_iter().chain([usual]).chain(EXAMPLES).find(fits).unwrap_or("text");
    match node.list.as_deref() {
        Some(separator) => {
            let items: Vec<String> = some.split(separator).filter(|item| !item.is_empty()).map(scalar).collect();
            format!("[{}]", items.join(", "))
        }
        None => scalar(some),
    }
}

/// What the patterns of the catalogue ask for.
const EXAMPLES: [&str; 9] = [
    "80",
    "00101",
    "1.0",
    "192.0.2.1",
    "https://www.contoso.com",
    "contoso.msix",
    "contoso.appinstaller",
    "{11111111-1111-1111-1111-111111111111}",
    "00000-00000-00000-00000",
];

fn hint(node: &CspNode) -> Vec<String> {
    let hint = match (node.format.oma_type(), &node.allowed) {
        (Some(OmaType::Base64), _) => "or { file: … }",
        (Some(OmaType::Xml), _) | (_, Allowed::Xml) => "an XML document, or { file: … }",
        (_, Allowed::Regex(pattern)) => return vec![format!("text that matches {pattern}")],
        (Some(OmaType::String), Allowed::Any) if node.list.is_some() => "a list",
        _ => return Vec::new(),
    };
    vec![hint.to_string()]
}

/// One element with its label, and its choices.
fn element_lines(text: &mut String, element: &AdmxElement) {
    let range = match (element.kind, element.min, element.max) {
        (ElementType::Decimal, low, Some(high)) => format!("{} to {high}", low.unwrap_or(0)),
        _ => String::new(),
    };
    let label = element.label.as_deref().unwrap_or_default();
    let said = [label, range.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
    let line = format!("          {}: {}", plain_key(&element.id), element_example(element));
    let choice = |(value, label): (String, String)| if label.is_empty() { value } else { format!("{value} = {label}") };
    let choices: Vec<String> = element.choices().into_iter().map(choice).collect();
    let listed = choices.join(", ");
    let beside = [said.as_str(), &listed].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
    let short = format!("{line}   # {beside}");
    if beside.is_empty() {
        text.push_str(&format!("{line}\n"));
    } else if short.chars().count() <= WIDTH && !short.contains(char::is_control) {
        text.push_str(&format!("{short}\n"));
    } else {
        if !said.is_empty() {
            comment(text, 10, &said);
        }
        choices.iter().for_each(|choice| comment(text, 10, &format!("  {choice}")));
        text.push_str(&format!("{line}\n"));
    }
}

fn element_example(element: &AdmxElement) -> String {
    match element.kind {
        ElementType::Decimal => element.min.unwrap_or(0).to_string(),
        ElementType::Boolean => "true".into(),
        ElementType::List if element.explicit => "{ name: value }".into(),
        ElementType::List | ElementType::MultiText => "[value]".into(),
        ElementType::Enum => element.choices().first().map_or("''".into(), |(value, _)| bare(value)),
        ElementType::Text => "text".into(),
    }
}

/// A name with examples for its placeholders.
struct FilledName {
    name: String,
    stands_for: Vec<ExampleName>,
}

/// An example, and the placeholder that it stands for, such as `{ProviderID}`.
#[derive(PartialEq)]
struct ExampleName {
    example: String,
    placeholder: String,
}

/// The name with examples for its placeholders, except the tenant's id, which is filled in for everyone.
fn filled(name: &str) -> FilledName {
    let mut stands_for = Vec::new();
    let fill = |part: &str| {
        if !part.starts_with('{') || part == "{TenantId}" {
            return part.to_string();
        }
        let lower = part.to_lowercase();
        let example = match lower.as_str() {
            _ if lower.contains("guid") => "11111111-1111-1111-1111-111111111111",
            _ if lower.contains("hash") => "0123456789abcdef0123456789abcdef01234567",
            "{packagefamilyname}" => "Contoso.App_8wekyb3d8bbwe",
            "{providerid}" => "MS DM Server",
            "{connxxx}" => "Conn001",
            _ => "Contoso",
        };
        stands_for.push(ExampleName { example: example.to_string(), placeholder: part.to_string() });
        example.to_string()
    };
    let name = name.split('/').map(fill).collect::<Vec<_>>().join("/");
    stands_for.dedup();
    FilledName { name, stands_for }
}
