//! Creates the payloads of ADMX-backed policies.

use std::ops::RangeInclusive;

use super::scalar::{as_written, yaml_1_1_flag};
use super::value_problem::ValueProblem;
use crate::catalogue::{AdmxElement, CspNode, ElementType, Payload, read_payload};
use crate::diagnostic::{Code, nearest};
use crate::source::{Node, Source, Span, Value};

const SEPARATOR: &str = "\u{f000}";
const EXAMPLE: &str = "<enabled/><data id=\"…\" value=\"…\"/>";

/// `enabled` or `disabled`, or a payload as Intune's portal accepts it.
pub(super) fn state(node: &CspNode, yaml: &Node, source: &Source) -> Result<String, ValueProblem> {
    let Value::Text(text) = &yaml.value else {
        let problem = ValueProblem::new(Code::WrongValueType, format!("{} is ADMX-backed", node.short()))
            .at(yaml.span, format!("this is {}; write `enabled` or `disabled`", yaml.value.kind()));
        return Err(with_meaning(problem, node, &yaml.value));
    };
    if text.trim_start().starts_with('<') {
        return check_raw(node, text, yaml.span);
    }
    match text.to_ascii_lowercase().as_str() {
        "enabled" => enabled(node, &Node::new(Value::Map(Vec::new()), yaml.span), source),
        "disabled" => Ok(Payload { enabled: false, data: Vec::new() }.write()),
        other => {
            let problem = ValueProblem::new(Code::ValueNotAllowed, "this value is not allowed".into())
                .at(yaml.span, format!("{} is ADMX-backed: write `enabled` or `disabled`", node.short()));
            let problem = with_meaning(problem, node, &yaml.value);
            if other.trim() == "not configured" {
                return Err(problem.note("for \"Not configured\", remove the setting"));
            }
            match nearest(other, ["enabled", "disabled"]).filter(|_| problem.fix.is_none()) {
                Some(near) => Err(problem.fix(near, other.trim() == near)),
                None => Err(problem),
            }
        }
    }
}

/// Suggests what `1`, `true` or `on` probably means; not `enabled` if the policy also needs elements.
fn with_meaning(problem: ValueProblem, node: &CspNode, value: &Value) -> ValueProblem {
    let elements = node.admx().map_or(&[][..], |form| &form.elements);
    let problem = match elements.first() {
        Some(first) => problem.note(format!("with its elements: `{{ enabled: {{ {}: … }} }}`", first.id)),
        None => problem,
    };
    let plain = elements.is_empty() && node.admx().is_some();
    match yaml_1_1_flag(value) {
        // Never certain: a 1 copied from the registry may mean the opposite if `enabled` writes 0.
        Some(true) if plain => problem.fix("enabled", false),
        Some(false) => problem.fix("disabled", false),
        _ => problem,
    }
}

/// Checks a complete payload against the elements, and converts it to canonical form.
pub(super) fn check_raw(node: &CspNode, text: &str, span: Span) -> Result<String, ValueProblem> {
    let wrong = |message: String| ValueProblem::new(Code::InvalidPayload, message).at(span, "");
    let payload = read_payload(text).map_err(wrong)?;
    if !payload.enabled && !payload.data.is_empty() {
        return Err(wrong("a disabled policy cannot have elements".into()));
    }
    if let Some(form) = node.admx()
        && payload.enabled
    {
        for (id, value) in &payload.data {
            let Some(element) = form.elements.iter().find(|element| element.id == *id) else {
                return Err(unknown_element(node, id, span));
            };
            if let Some(expected) = wanted_instead(element, value) {
                return Err(wrong(format!("`{id}` takes {expected}, not `{value}`")));
            }
        }
        for element in form.elements.iter().filter(|element| element.required) {
            if payload.data(&element.id).is_none() {
                return Err(missing(node, &[element], span));
            }
        }
    }
    Ok(payload.write())
}

/// What an element accepts, if the payload gives it something else. The format of text elements is not documented.
fn wanted_instead(element: &AdmxElement, value: &str) -> Option<String> {
    let (fits, expected) = match element.kind {
        ElementType::Decimal => {
            let range = range(element);
            (value.parse().is_ok_and(|number| range.contains(&number)), a_number(&range))
        }
        ElementType::List => {
            (value.split(SEPARATOR).count().is_multiple_of(2), "pairs of names and values, separated by U+F000".into())
        }
        ElementType::Boolean => (matches!(value, "true" | "false"), "true or false".into()),
        ElementType::Enum => {
            let choices = element.choices();
            let values: Vec<&str> = choices.iter().map(|(value, _)| value.as_str()).collect();
            (values.contains(&value), values.join(", "))
        }
        _ => return None,
    };
    (!fits).then_some(expected)
}

/// The numbers of an element; 0 to 9999 if the ADMX file does not state them (Microsoft, "decimal element").
fn range(element: &AdmxElement) -> RangeInclusive<u64> {
    element.min.unwrap_or(0)..=element.max.unwrap_or(9999)
}

fn a_number(range: &RangeInclusive<u64>) -> String {
    format!("a number from {} to {}", range.start(), range.end())
}

/// A value that a policy gives to an element.
struct WrittenElement<'y> {
    id: &'y str,
    /// Where the id is, or the value if the id is not written.
    span: Span,
    value: &'y Node,
}

/// `{ enabled: … }`: the value of the only element, or elements by ID.
pub(super) fn enabled(node: &CspNode, yaml: &Node, source: &Source) -> Result<String, ValueProblem> {
    let Some(form) = node.admx() else {
        return Err(ValueProblem::new(Code::InvalidPayload, format!("the elements of {} are not known", node.short()))
            .at(yaml.span, "the catalogue does not describe its payload")
            .note(format!("write the payload: `{{ raw: '{EXAMPLE}', unchecked: the reason }}`")));
    };
    let written: Vec<WrittenElement<'_>> = match (&yaml.value, form.elements.as_slice()) {
        (Value::Map(entries), [only])
            if only.kind == ElementType::List && !names_an_element(entries, only) && !entries.is_empty() =>
        {
            vec![WrittenElement { id: &only.id, span: yaml.span, value: yaml }]
        }
        (Value::Map(entries), _) => {
            entries.iter().map(|(key, value)| WrittenElement { id: &key.value, span: key.span, value }).collect()
        }
        (Value::Bool(true), []) => Vec::new(),
        (_, [only]) => vec![WrittenElement { id: &only.id, span: yaml.span, value: yaml }],
        (_, elements) => {
            let ids: Vec<&str> = elements.iter().map(|element| element.id.as_str()).collect();
            let message = format!("{} has {} elements", node.short(), ids.len());
            return Err(ValueProblem::new(Code::InvalidPayload, message)
                .at(yaml.span, "expected a map of elements by ID")
                .note(format!("elements: {}", ids.join(", "))));
        }
    };
    let is_unknown = |one: &&WrittenElement<'_>| !form.elements.iter().any(|element| element.id == one.id);
    if let Some(unknown) = written.iter().find(is_unknown) {
        return Err(unknown_element(node, unknown.id, unknown.span));
    }
    let mut data = Vec::new();
    let mut absent = Vec::new();
    for element in &form.elements {
        match written.iter().find(|one| one.id == element.id) {
            Some(one) => data.push((element.id.clone(), element_value(element, one.value, source)?)),
            None => absent.push(element),
        }
    }
    if absent.is_empty() {
        return Ok(Payload { enabled: true, data }.write());
    }
    // Every element in the editor is required; devices reject a payload without one.
    Err(missing(node, &absent, yaml.span))
}

fn names_an_element(entries: &[(crate::source::Spanned<String>, Node)], element: &AdmxElement) -> bool {
    entries.iter().any(|(key, _)| key.value == element.id)
}

fn unknown_element(node: &CspNode, id: &str, span: Span) -> ValueProblem {
    let ids: Vec<&str> =
        node.admx().iter().flat_map(|form| &form.elements).map(|element| element.id.as_str()).collect();
    let mut problem =
        ValueProblem::new(Code::InvalidPayload, format!("{} has no element `{id}`", node.short())).at(span, "");
    problem = problem.note(if ids.is_empty() {
        "it has no elements".to_string()
    } else {
        format!("elements: {}", ids.join(", "))
    });
    match nearest(id, ids.iter().copied()) {
        Some(near) => problem.fix(near, near.eq_ignore_ascii_case(id)),
        None => problem,
    }
}

fn missing(node: &CspNode, elements: &[&AdmxElement], span: Span) -> ValueProblem {
    let ids: Vec<String> = elements.iter().map(|element| format!("`{}`", element.id)).collect();
    let form: Vec<String> = elements.iter().map(|element| format!("{}: …", element.id)).collect();
    ValueProblem::new(Code::InvalidPayload, format!("{} needs {}", node.short(), ids.join(", ")))
        .at(span, "an enabled policy needs a value for every element")
        .note(format!("write `{{ enabled: {{ {} }} }}`", form.join(", ")))
}

fn element_value(element: &AdmxElement, yaml: &Node, source: &Source) -> Result<String, ValueProblem> {
    let wrong = |expected: String| {
        ValueProblem::new(Code::InvalidPayload, format!("`{}` takes {expected}", element.id))
            .at(yaml.span, format!("this is {}", yaml.value.kind()))
    };
    match element.kind {
        ElementType::Text => {
            let text = as_written(yaml, source).ok_or_else(|| wrong("text".into()))?;
            let most = element.maxlen.unwrap_or(1023);
            let length = text.encode_utf16().count();
            // The length of a secret is unknown while it is a reference.
            if length > most && !text.contains("${") {
                return Err(wrong(format!("at most {most} characters, not {length}")));
            }
            Ok(text)
        }
        ElementType::Decimal => {
            let range = range(element);
            let fits = |number: &u64| range.contains(number);
            let expected = a_number(&range);
            match &yaml.value {
                Value::Integer(number) if u64::try_from(*number).is_ok_and(|number| fits(&number)) => {
                    Ok(number.to_string())
                }
                Value::Text(text) => match text.trim().parse().ok().filter(fits) {
                    Some(number) => Err(wrong(expected).fix(number.to_string(), true)),
                    None => Err(wrong(expected)),
                },
                _ => Err(wrong(expected)),
            }
        }
        ElementType::Boolean => match &yaml.value {
            Value::Bool(flag) => Ok(flag.to_string()),
            Value::Integer(number @ (0 | 1)) => Ok((*number == 1).to_string()),
            other => match yaml_1_1_flag(other) {
                Some(flag) => Err(wrong("true or false".into()).fix(flag.to_string(), true)),
                None => Err(wrong("true or false".into())),
            },
        },
        ElementType::Enum => choice(element, yaml).ok_or_else(|| not_among(element, yaml, wrong)),
        ElementType::MultiText => match &yaml.value {
            Value::List(items) => Ok(texts(items, source, &wrong)?.join(SEPARATOR)),
            Value::Text(text) => Ok(text.clone()),
            _ => Err(wrong("a list of strings".into())),
        },
        ElementType::List => list(element, yaml, source, &wrong),
    }
}

fn choice(element: &AdmxElement, yaml: &Node) -> Option<String> {
    let written = match &yaml.value {
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        _ => return None,
    };
    let choices = element.choices();
    if let Some((value, _)) = choices.iter().find(|(value, _)| *value == written) {
        return Some(value.clone());
    }
    // Some labels occur twice; then only the value is unambiguous.
    let mut labeled = choices.iter().filter(|(_, label)| !label.is_empty() && label.eq_ignore_ascii_case(&written));
    labeled.next().filter(|_| labeled.next().is_none()).map(|(value, _)| value.clone())
}

fn not_among(element: &AdmxElement, yaml: &Node, wrong: impl Fn(String) -> ValueProblem) -> ValueProblem {
    let choices = element.choices();
    let shown = choices.iter().map(|(value, label)| match label.as_str() {
        "" => value.clone(),
        label => format!("{value} ({label})"),
    });
    let problem = wrong(shown.collect::<Vec<_>>().join(", "));
    let labels = choices.iter().map(|(_, label)| label.as_str()).filter(|label| !label.is_empty());
    match &yaml.value {
        Value::Text(text) if labels.clone().any(|label| label.eq_ignore_ascii_case(text)) => {
            problem.note("several values have this label: write the value itself")
        }
        Value::Text(text) => match nearest(text, choices.iter().map(|(value, _)| value.as_str()).chain(labels)) {
            Some(near) => problem.fix(near, false),
            None => problem,
        },
        _ => problem,
    }
}

/// Names and values in pairs. If the policy generates the names, they are numbered from 1, because the policy manager
/// does not number them (Microsoft, "Understanding ADMX-backed policies").
fn list(
    element: &AdmxElement,
    yaml: &Node,
    source: &Source,
    wrong: &dyn Fn(String) -> ValueProblem,
) -> Result<String, ValueProblem> {
    let pairs: Vec<(String, String)> = match &yaml.value {
        Value::Map(entries) if element.explicit => entries
            .iter()
            .map(|(key, value)| {
                if key.value.is_empty() || key.value.contains(SEPARATOR) {
                    return Err(wrong("names that are not empty and do not contain U+F000".into()));
                }
                Ok((key.value.clone(), texts(std::slice::from_ref(value), source, wrong)?.remove(0)))
            })
            .collect::<Result<_, ValueProblem>>()?,
        Value::List(items) if !element.explicit => texts(items, source, wrong)?
            .into_iter()
            .enumerate()
            .map(|(at, text)| ((at + 1).to_string(), text))
            .collect(),
        _ if element.explicit => return Err(wrong("a map of names and values".into())),
        _ => return Err(wrong("a list of strings".into())),
    };
    Ok(pairs.into_iter().flat_map(|(name, value)| [name, value]).collect::<Vec<_>>().join(SEPARATOR))
}

fn texts(items: &[Node], source: &Source, wrong: &dyn Fn(String) -> ValueProblem) -> Result<Vec<String>, ValueProblem> {
    items
        .iter()
        .map(|item| match as_written(item, source) {
            Some(text) if text.contains(SEPARATOR) => Err(wrong("text without U+F000".into())),
            Some(text) => Ok(text),
            None => Err(wrong("texts".into())),
        })
        .collect()
}
