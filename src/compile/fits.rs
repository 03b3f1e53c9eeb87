//! Checks whether a node accepts a value.

use super::choice::{choices, truth};
use super::scalar::as_written;
use super::value::{Input, Read};
use crate::catalogue::{Allowed, CspNode, EnumValue};
use crate::setting::{OmaType, OmaValue};

impl Input<'_> {
    /// Windows' own default, which some nodes do not list among the values that they accept, such as 0 minutes until an
    /// external display locks.
    pub(super) fn by_default(&self) -> Option<OmaValue> {
        let written = as_written(self.yaml, self.source)?;
        let default = self.node?.default.as_ref().filter(|default| **default == written)?;
        match self.oma_type {
            OmaType::Integer => default.parse().ok().map(OmaValue::Integer),
            OmaType::String => Some(OmaValue::String(written.into())),
            _ => None,
        }
    }

    /// Returns the value if the node accepts it, or if it is Windows' own default. The content of a secret is unknown.
    pub(super) fn fitting(&self, value: OmaValue) -> Read {
        let Some(node) = self.node.filter(|_| !self.secret) else {
            return Ok(value);
        };
        let text = value.canonical();
        if node.default.as_ref() == Some(&text) {
            return Ok(value);
        }
        let fits = match &node.allowed {
            Allowed::Range([low, high]) => match text.trim().parse::<i64>() {
                Ok(number) if (*low..=*high).contains(&number) => Ok(()),
                _ => Err(format!("a number from {low} to {high}")),
            },
            Allowed::Regex(pattern) => {
                matches(node, pattern, &text).then_some(()).ok_or(format!("text that matches {pattern}"))
            }
            Allowed::Enum(values) if node.list.is_none() => {
                let same = |EnumValue(known, _): &EnumValue| match &value {
                    OmaValue::Boolean(flag) => truth(known) == Some(*flag),
                    _ => *known == text,
                };
                values.iter().any(same).then_some(()).ok_or_else(|| choices(values))
            }
            Allowed::Json => serde_json::from_str::<serde::de::IgnoredAny>(&text)
                .map(|_| ())
                .map_err(|reason| format!("JSON, but this is not valid JSON: {reason}")),
            Allowed::Xml => well_formed(&text).map_err(|reason| format!("XML, but this is not valid XML: {reason}")),
            _ if self.oma_type == OmaType::Xml => {
                well_formed(&text).map_err(|reason| format!("XML, but this is not valid XML: {reason}"))
            }
            _ => Ok(()),
        };
        fits.map(|()| value).map_err(|expected| self.not_allowed(&expected))
    }
}

/// Whether the whole value or each of its items matches. A pattern that Rust cannot parse matches everything.
fn matches(node: &CspNode, pattern: &str, text: &str) -> bool {
    let Ok(expression) = regex::Regex::new(&format!("^(?:{pattern})$")) else {
        return true;
    };
    let items = |separator: &String| text.split(separator.as_str()).all(|item| expression.is_match(item));
    expression.is_match(text) || node.list.as_ref().is_some_and(items)
}

/// Checks that a string is a single XML element.
fn well_formed(text: &str) -> Result<(), String> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut depth, mut roots) = (0usize, 0usize);
    loop {
        let at = |reason: String, reader: &quick_xml::Reader<&[u8]>| {
            let before = text.get(..usize::try_from(reader.error_position()).unwrap_or(0)).unwrap_or(text);
            format!("line {}: {reason}", before.matches('\n').count() + 1)
        };
        let event = reader.read_event().map_err(|error| at(error.to_string(), &reader))?;
        match event {
            Event::Start(tag) | Event::Empty(tag) if tag.attributes().any(|attribute| attribute.is_err()) => {
                let error = tag.attributes().find_map(Result::err).map(|error| error.to_string());
                return Err(error.unwrap_or_default());
            }
            Event::Start(_) => {
                roots += usize::from(depth == 0);
                depth += 1;
            }
            Event::Empty(_) => roots += usize::from(depth == 0),
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Text(text) if depth == 0 && !text.trim().is_empty() => {
                return Err("there is text outside the root element".into());
            }
            Event::Eof if depth > 0 => return Err("the last element is not closed".into()),
            Event::Eof => break,
            _ => {}
        }
    }
    match roots {
        0 => Err("it does not contain an element".into()),
        1 => Ok(()),
        many => Err(format!("there are {many} root elements, but only one is allowed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn most_patterns_of_the_catalogue_can_be_read() {
        let regex = |node: &&CspNode| match &node.allowed {
            Allowed::Regex(pattern) => Some(regex::Regex::new(&format!("^(?:{pattern})$")).is_err()),
            _ => None,
        };
        let all: Vec<&CspNode> = Catalogue::embedded().nodes().filter(|node| regex(node).is_some()).collect();
        let skipped: Vec<String> = all.iter().filter(|node| regex(node) == Some(true)).map(|n| n.short()).collect();
        assert_eq!(all.len(), 20);
        // Both begin with an unescaped literal brace.
        assert_eq!(skipped, ["PassportForWork/DeviceUnlock/GroupA", "PassportForWork/DeviceUnlock/GroupB"]);
    }

    #[test]
    fn xml_is_one_element_with_an_end() {
        let wrong = |text: &str| well_formed(text).err().unwrap_or_default();
        assert_eq!(well_formed("<?xml version=\"1.0\"?>\n<a b=\"c\"><d/>&amp;</a>\n"), Ok(()));
        assert_eq!(wrong("<a><b></a>"), "line 1: ill-formed document: expected `</b>`, but `</a>` was found");
        assert_eq!(wrong("<a>"), "the last element is not closed");
        assert_eq!(wrong("text"), "there is text outside the root element");
        assert_eq!(wrong("<a/><b/>"), "there are 2 root elements, but only one is allowed");
        assert_eq!(wrong(" "), "it does not contain an element");
    }
}
