//! Converts values as people write them: numbers, labels in any case, lists, ADMX states.

use std::sync::Arc;

use base64::Engine;

use super::scalar::{as_written, yaml_1_1_flag};
use super::value_problem::ValueProblem;
use super::{accounts, admx};
use crate::catalogue::{Allowed, CspNode};
use crate::delivery;
use crate::diagnostic::Code;
use crate::setting::{Delivery, OmaType, OmaValue};
use crate::source::{Node, Source, Value};

/// A value and its node.
pub(super) struct Input<'a> {
    /// `None` for unknown and unchecked nodes.
    pub node: Option<&'a CspNode>,
    pub oma_type: OmaType,
    pub yaml: &'a Node,
    pub source: &'a Arc<Source>,
    /// How the policy is delivered.
    pub delivery: Delivery,
    /// Whether the value contains a secret. Then a placeholder is in its place, which cannot be checked.
    pub secret: bool,
}

/// The converted value, or the problem.
pub(super) type Read = Result<OmaValue, ValueProblem>;

impl Input<'_> {
    /// A scalar or a list.
    pub fn plain(&self) -> Read {
        let Some(node) = self.node else {
            return self.typed();
        };
        match &node.allowed {
            Allowed::Admx if self.secret => {
                Err(ValueProblem::new(Code::SecretNotAllowed, "a secret cannot be used here".into())
                    .at(self.yaml.span, "the state of an ADMX-backed policy is `enabled`, `disabled` or a payload"))
            }
            Allowed::Admx => admx::state(node, self.yaml, self.source).map(|text| OmaValue::String(text.into())),
            Allowed::Enum(values) if !self.secret => match &node.list {
                Some(separator) => self.some_of(values, separator),
                None => self.one_of(values),
            },
            Allowed::Flags(values) if !self.secret => self.flags(values),
            _ => self.typed().and_then(|value| self.fitting(value)),
        }
    }

    /// `{ enabled: … }`
    pub fn enabled(&self) -> Read {
        match self.node {
            Some(node) if node.allowed == Allowed::Admx => {
                admx::enabled(node, self.yaml, self.source).map(|text| OmaValue::String(text.into()))
            }
            Some(node) => Err(ValueProblem::new(Code::WrongValueType, format!("{} is not ADMX-backed", node.short()))
                .at(self.yaml.span, "`enabled:` is for ADMX-backed policies only")),
            None => Err(ValueProblem::new(Code::WrongValueType, "the elements of this setting are not known".into())
                .at(self.yaml.span, "write the whole payload as `raw:`")),
        }
    }

    /// `{ raw: … }`
    pub fn raw(&self) -> Read {
        if let (Some(node), Value::Text(text), false) = (self.node, &self.yaml.value, self.secret)
            && node.allowed == Allowed::Admx
        {
            return admx::check_raw(node, text, self.yaml.span).map(|text| OmaValue::String(text.into()));
        }
        self.typed().and_then(|value| self.fitting(value))
    }

    /// `{ base64: … }`
    pub fn base64(&self) -> Read {
        let Value::Text(text) = &self.yaml.value else {
            return Err(self.wrong_type("Base64"));
        };
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        match base64::engine::general_purpose::STANDARD.decode(&digits) {
            // A placeholder is not Base64, so its own bytes are used.
            _ if self.secret && text.contains("${") => Ok(OmaValue::Base64(text.as_bytes().into())),
            Ok(bytes) if self.oma_type == OmaType::Base64 => Ok(OmaValue::Base64(bytes.into())),
            Ok(_) => Err(ValueProblem::new(
                Code::WrongValueType,
                format!("this node takes {}, not Base64", self.oma_type.word()),
            )
            .at(self.yaml.span, "")),
            Err(error) => Err(ValueProblem::new(Code::WrongValueType, "this is not valid Base64".into())
                // The error quotes a character, which may be one of a secret.
                .at(self.yaml.span, if self.secret { String::new() } else { error.to_string() })),
        }
    }

    /// `{ file: … }`. In text, line endings become LF and a byte order mark is removed.
    pub fn file(&self, bytes: &[u8]) -> Read {
        if self.oma_type == OmaType::Base64 {
            return Ok(OmaValue::Base64(bytes.into()));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| {
            ValueProblem::new(Code::UnreadableValueFile, "the file is not UTF-8".into())
                .at(self.yaml.span, "expected text")
        })?;
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        match self.oma_type {
            OmaType::Xml => self.fitting(OmaValue::Xml(text.into())),
            OmaType::String => self.fitting(OmaValue::String(text.into())),
            other => Err(ValueProblem::new(
                Code::WrongValueType,
                format!("a setting of type {} cannot be read from a file", other.word()),
            )
            .at(self.yaml.span, "")),
        }
    }

    /// Converts the value by its type alone.
    fn typed(&self) -> Read {
        let yaml = &self.yaml.value;
        let whole = |number: i64| self.deliverable(number).map(OmaValue::Integer).ok_or_else(|| self.beyond_intune());
        match (self.oma_type, yaml) {
            (OmaType::Integer, Value::Integer(number)) => whole(*number),
            (OmaType::Integer, Value::Text(text)) => match text.trim().parse() {
                Ok(number) => whole(number),
                Err(_) => Err(self.wrong_type("a whole number")),
            },
            (OmaType::Boolean, Value::Bool(flag)) => Ok(OmaValue::Boolean(*flag)),
            (OmaType::Boolean, Value::Text(text)) => match text.to_ascii_lowercase().as_str() {
                "true" => Ok(OmaValue::Boolean(true)),
                "false" => Ok(OmaValue::Boolean(false)),
                _ => Err(self.no_truth()),
            },
            (OmaType::String, _) => self.text().map(|text| OmaValue::String(text.into())),
            (OmaType::Xml, _) => self.text().map(|text| OmaValue::Xml(text.into())),
            (OmaType::Float, Value::Float(number)) if (*number as f32).is_finite() => {
                Ok(OmaValue::Float(*number as f32))
            }
            (OmaType::Float, Value::Integer(number)) => Ok(OmaValue::Float(*number as f32)),
            (OmaType::DateTime, Value::Text(text)) => match text.parse::<jiff::Timestamp>() {
                Ok(instant) => Ok(OmaValue::DateTime(instant.to_string().into())),
                Err(_) => Err(self.wrong_type("a date and time with its time zone, such as 2027-03-31T08:00:00Z")),
            },
            (OmaType::Base64, _) => Err(self.wrong_type("`{ base64: … }` or `{ file: … }`")),
            (OmaType::Integer, _) => Err(self.wrong_type("a whole number")),
            (OmaType::Boolean, _) => Err(self.no_truth()),
            (OmaType::Float, _) => Err(self.wrong_type("a single-precision number")),
            (OmaType::DateTime, _) => {
                Err(self.wrong_type("a date and time with its time zone, such as 2027-03-31T08:00:00Z"))
            }
        }
    }

    /// Suggests true or false for `1`, `yes` or `on`, which is unambiguous only if a boolean is expected.
    fn no_truth(&self) -> ValueProblem {
        let problem = self.wrong_type("true or false");
        match yaml_1_1_flag(&self.yaml.value) {
            Some(flag) => problem.fix(flag.to_string(), true),
            None => problem,
        }
    }

    fn text(&self) -> Result<String, ValueProblem> {
        match &self.yaml.value {
            Value::List(items) => self.list(items),
            // A single name is a list with one item; a joined payload is split.
            Value::Text(text) if self.is_user_right() => {
                if let Some(problem) = accounts::complaint(text, self.yaml.span).filter(|_| !self.secret) {
                    return Err(problem);
                }
                let separator = self.node.and_then(|node| node.list.as_deref()).unwrap_or("\u{f000}");
                Ok(text.split(separator).map(accounts::account).collect::<Vec<_>>().join(separator))
            }
            other => as_written(self.yaml, self.source)
                .ok_or_else(|| self.wrong_type(&format!("text, not {}", other.kind()))),
        }
    }

    fn list(&self, items: &[Node]) -> Result<String, ValueProblem> {
        let separator = self.node.and_then(|node| node.list.as_deref());
        let Some(separator) = separator else {
            return Err(ValueProblem::new(Code::WrongValueType, "this setting does not accept a list".into())
                .at(self.yaml.span, "expected a single value"));
        };
        let rights = self.is_user_right();
        let mut texts = Vec::new();
        for item in items {
            let Some(text) = as_written(item, self.source) else {
                return Err(ValueProblem::new(Code::WrongValueType, format!("an item is {}", item.value.kind()))
                    .at(item.span, "expected text"));
            };
            if text.is_empty() && !rights {
                return Err(ValueProblem::new(Code::InvalidListItem, "an item is empty".into())
                    .at(item.span, "Windows would read it as a value: remove it"));
            }
            if text.contains(separator) {
                let shown = if separator == "\u{f000}" { "U+F000" } else { separator };
                return Err(ValueProblem::new(
                    Code::InvalidListItem,
                    format!("an item contains `{shown}`, which is the separator of the list"),
                )
                .at(item.span, "Windows would read it as two items"));
            }
            if let Some(problem) = accounts::complaint(&text, item.span).filter(|_| rights && !self.secret) {
                return Err(problem);
            }
            texts.push(if rights { accounts::account(&text) } else { text });
        }
        Ok(texts.join(separator))
    }

    fn is_user_right(&self) -> bool {
        self.node.is_some_and(|node| node.short().starts_with("UserRights/"))
    }

    /// Intune may accept fewer integers than Windows, depending on the delivery.
    pub(super) fn beyond_intune(&self) -> ValueProblem {
        let integers = delivery::integers(self.delivery);
        self.not_allowed(integers.word).note(integers.limit)
    }

    fn subject(&self) -> String {
        self.node.map_or_else(|| "this node".to_string(), CspNode::short)
    }

    fn wrong_type(&self, expected: &str) -> ValueProblem {
        ValueProblem::new(Code::WrongValueType, format!("{} takes {expected}", self.subject()))
            .at(self.yaml.span, format!("this is {}", self.yaml.value.kind()))
    }

    pub(super) fn not_allowed(&self, expected: &str) -> ValueProblem {
        ValueProblem::new(Code::ValueNotAllowed, "this value is not allowed".into())
            .at(self.yaml.span, format!("{} takes {expected}", self.subject()))
    }

    /// A whole number, if the policy's delivery can send it.
    pub(super) fn deliverable(&self, number: i64) -> Option<i64> {
        delivery::integers(self.delivery).range.contains(&number).then_some(number)
    }
}
