//! Values of nodes that accept one of several values, or a sum of them.

use base64::Engine;

use super::scalar::{as_written, yaml_1_1_flag};
use super::value::{Input, Read};
use super::value_problem::ValueProblem;
use crate::catalogue::EnumValue;
use crate::diagnostic::{Code, nearest};
use crate::setting::{OmaType, OmaValue};
use crate::source::Value;

impl Input<'_> {
    /// One of the values, or its label.
    pub(super) fn one_of(&self, values: &[EnumValue]) -> Read {
        let Some(chosen) = self.chosen(&self.yaml.value, values) else {
            return self.by_default().ok_or_else(|| self.not_among(values));
        };
        let value = &chosen.0;
        let wrong = || {
            let value = format!("{}, which Intune does not accept as {}", value, self.oma_type.word());
            ValueProblem::new(Code::ValueNotAllowed, format!("this value is {value}"))
                .at(self.yaml.span, "the catalogue allows this value, but lists another data type for the setting")
                .note("write it as `{ type: integer, value: …, unchecked: … }` with the reason")
        };
        match self.oma_type {
            OmaType::Integer => {
                chosen.number().and_then(|number| self.deliverable(number)).map(OmaValue::Integer).ok_or_else(wrong)
            }
            OmaType::Boolean => truth(value).map(OmaValue::Boolean).ok_or_else(wrong),
            OmaType::Xml => Ok(OmaValue::Xml(value.as_str().into())),
            OmaType::Base64 => {
                let bytes = base64::engine::general_purpose::STANDARD.decode(value);
                bytes.map(|bytes| OmaValue::Base64(bytes.into())).map_err(|_| wrong())
            }
            _ => Ok(OmaValue::String(value.as_str().into())),
        }
    }

    /// Several of the values, if the node has a separator.
    pub(super) fn some_of(&self, values: &[EnumValue], separator: &str) -> Read {
        let items: Vec<Value> = match &self.yaml.value {
            Value::List(items) => items.iter().map(|item| item.value.clone()).collect(),
            Value::Text(text) if text.contains(separator) => {
                text.split(separator).map(|item| Value::Text(item.to_string())).collect()
            }
            other => vec![other.clone()],
        };
        let chosen: Option<Vec<&str>> =
            items.iter().map(|item| self.chosen(item, values).map(|value| value.0.as_str())).collect();
        match chosen {
            Some(texts) if !texts.is_empty() => Ok(OmaValue::String(texts.join(separator).into())),
            _ => Err(self.not_among(values)),
        }
    }

    fn chosen<'v>(&self, written: &Value, values: &'v [EnumValue]) -> Option<&'v EnumValue> {
        let by = |same: &dyn Fn(&EnumValue) -> bool| values.iter().find(|value| same(value));
        match written {
            Value::Integer(number) => by(&|value| value.number() == Some(*number)),
            Value::Bool(flag) => {
                let word = flag.to_string();
                by(&|value| value.0.eq_ignore_ascii_case(&word) || value.1.eq_ignore_ascii_case(&word))
                    .or_else(|| by(&|value| self.oma_type == OmaType::Boolean && truth(&value.0) == Some(*flag)))
            }
            Value::Text(text) => by(&|value| value.0 == *text)
                .or_else(|| by(&|value| !value.1.is_empty() && value.1.eq_ignore_ascii_case(text)))
                .or_else(|| by(&|value| value.0.eq_ignore_ascii_case(text))),
            _ => None,
        }
    }

    /// A sum of the values: a number, a label, or a list of either.
    pub(super) fn flags(&self, values: &[EnumValue]) -> Read {
        let bits = |value: &EnumValue| value.number().unwrap_or(0);
        let all = values.iter().map(bits).fold(0, |sum, bit| sum | bit);
        let one = |written: &Value| match written {
            Value::Integer(number) => Some(*number),
            Value::Text(text) => {
                let labeled = values.iter().find(|value| !value.1.is_empty() && value.1.eq_ignore_ascii_case(text));
                labeled.map(bits)
            }
            _ => None,
        };
        let number = match &self.yaml.value {
            Value::List(items) => items.iter().try_fold(0, |sum, item| Some(sum | one(&item.value)?)),
            written => one(written),
        };
        let Some(number) = number.filter(|number| *number >= 0 && number & !all == 0) else {
            return Err(self.not_among(values).note("to combine several of them, add the numbers or write a list"));
        };
        match self.oma_type {
            OmaType::String => Ok(OmaValue::String(number.to_string().into())),
            _ => self.deliverable(number).map(OmaValue::Integer).ok_or_else(|| self.beyond_intune()),
        }
    }

    pub(super) fn not_among(&self, values: &[EnumValue]) -> ValueProblem {
        let mut problem = self.not_allowed(&choices(values));
        let flag = yaml_1_1_flag(&self.yaml.value).filter(|_| self.oma_type == OmaType::Boolean);
        if let Some(flag) = flag {
            return problem.fix(flag.to_string(), true);
        }
        let Some(text) = as_written(self.yaml, self.source) else { return problem };
        let tidy = text.trim();
        if tidy != text && self.chosen(&Value::Text(tidy.to_string()), values).is_some() {
            return problem.fix(tidy, true);
        }
        if matches!(self.yaml.value, Value::Text(_)) {
            let words = values.iter().map(|value| if value.1.is_empty() { value.0.as_str() } else { value.1.as_str() });
            if let Some(near) = nearest(&text, words) {
                problem = problem.fix(near, false);
            }
        }
        problem
    }
}

/// `true` and `false`, which some nodes of type `bool` list as `1` and `0`.
pub(super) fn truth(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// `0 = "Not allowed" or 1 = "Allowed"`
pub(super) fn choices(values: &[EnumValue]) -> String {
    let plain = |value: &EnumValue| value.1.is_empty() || value.1 == value.0;
    let label =
        |value: &EnumValue| if plain(value) { value.0.clone() } else { format!("{} = \"{}\"", value.0, value.1) };
    let choices: Vec<String> = values.iter().map(label).collect();
    match choices.as_slice() {
        [] => "nothing".into(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}
