//! Changes parts of a YAML file and leaves the rest as it is: comments, order, blank lines, quotes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{Yaml, comment, entry, flow_key};
use crate::source::{Node, Source, Span, Spanned, Value};

/// Changes of one file, carried out together.
pub struct Edits<'s> {
    source: &'s Source,
    edits: Vec<(Range<usize>, String)>,
}

/// A new entry of a map.
pub struct NewEntry {
    pub key: String,
    pub value: Yaml,
    /// The meaning of the value, behind it.
    pub label: Option<String>,
    /// What people should know, above it.
    pub remarks: Vec<String>,
}

impl NewEntry {
    fn block(&self, indent: usize) -> String {
        let mut text = String::new();
        self.remarks.iter().for_each(|remark| comment(&mut text, indent, remark));
        let start = text.len();
        entry(&mut text, indent, &self.key, &self.value);
        if let Some(label) = self.label.as_ref().filter(|_| text[start..].matches('\n').count() == 1) {
            text.pop();
            text.push_str(&format!("     # {label}\n"));
        }
        text
    }
}

impl<'s> Edits<'s> {
    pub fn of(source: &'s Source) -> Self {
        Self { source, edits: Vec::new() }
    }

    /// The text after all changes, with the file's line ends and without its byte order mark.
    pub fn apply(mut self) -> String {
        let text = &self.source.text;
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let (mut after, mut at) = (String::new(), 0);
        let has_crlf = text.contains("\r\n");
        for (range, new) in self.edits.into_iter().filter(|(range, _)| range.end <= text.len()) {
            if range.start >= at {
                after.push_str(&text[at..range.start]);
                after.push_str(&if has_crlf { new.replace('\n', "\r\n") } else { new });
                at = range.end;
            }
        }
        after.push_str(&text[at..]);
        after
    }

    /// Replaces the value of a key that has its own line.
    pub fn set(&mut self, key: &Spanned<String>, value: &Node, new: &Yaml) {
        let (start, end) = (key.span.start(), self.end(value));
        let indent = self.column(start);
        let mut text = String::new();
        entry(&mut text, indent, "K", new);
        let own_key = format!("{}:", self.source.slice(key.span));
        let text = text.replacen(&format!("{}K:", " ".repeat(indent)), &own_key, 1);
        let text = text.trim_end_matches('\n');
        let line_end = self.line_end(end);
        let behind = self.source.text[end..line_end].trim();
        if text.contains('\n') && behind.starts_with('#') {
            // Behind a block, it would be part of the value.
            self.edits.push((start..line_end, format!("{behind}\n{}{text}", " ".repeat(indent))));
        } else {
            self.edits.push((start..end, text.to_string()));
        }
    }

    /// Changes and removes entries of a map by position, and adds others at its end.
    pub fn change_map(
        &mut self,
        map: &Node,
        changed: &BTreeMap<usize, Yaml>,
        removed: &BTreeSet<usize>,
        added: &[NewEntry],
    ) {
        let Value::Map(entries) = &map.value else { return };
        let spans: Vec<Span> =
            entries.iter().map(|(key, value)| Span::new(key.span.start(), self.end(value))).collect();
        if self.is_flow(&spans) {
            let own = |at: usize| {
                let (key, _) = &entries[at];
                let value = changed.get(&at)?;
                Some(format!("{}: {}", self.source.slice(key.span), value.flow()))
            };
            let new = added.iter().map(|one| format!("{}: {}", flow_key(&one.key), one.value.flow()));
            self.change_flow(&spans, removed, &own, new);
            return;
        }
        for (at, value) in changed {
            let (key, old) = &entries[*at];
            self.set(key, old, value);
        }
        let indent = spans.first().map_or(0, |first| self.column(first.start()));
        let text = added.iter().map(|one| one.block(indent)).collect();
        self.change_lines(&spans, removed, text);
    }

    /// Removes items of a list by position, and adds others at its end.
    pub fn change_list(&mut self, list: &Node, removed: &BTreeSet<usize>, added: &[Yaml]) {
        let Value::List(items) = &list.value else { return };
        let spans: Vec<Span> = items.iter().map(|item| Span::new(item.span.start(), self.end(item))).collect();
        if self.is_flow(&spans) {
            self.change_flow(&spans, removed, &|_| None, added.iter().map(Yaml::flow));
            return;
        }
        let indent = spans.first().map_or(0, |first| self.column(first.start())).saturating_sub(2);
        let text = added.iter().map(|item| format!("{}- {}\n", " ".repeat(indent), item.flow())).collect();
        self.change_lines(&spans, removed, text);
    }

    /// Entries with their own lines.
    fn change_lines(&mut self, spans: &[Span], removed: &BTreeSet<usize>, added: String) {
        for at in removed {
            let range = self.line_start(spans[*at].start())..self.next_line(spans[*at].end());
            self.edits.push((range, String::new()));
        }
        let Some(last) = spans.last().filter(|_| !added.is_empty()) else { return };
        let end = self.next_line(last.end());
        let is_last_line = end == self.source.text.len() && !self.source.text.ends_with('\n');
        self.edits.push((end..end, if is_last_line { format!("\n{added}") } else { added }));
    }

    /// Entries in brackets, such as `{ a: 1, b: 2 }`: they are written again, each as it was unless it changes.
    fn change_flow(
        &mut self,
        spans: &[Span],
        removed: &BTreeSet<usize>,
        changed: &dyn Fn(usize) -> Option<String>,
        added: impl Iterator<Item = String>,
    ) {
        let (Some(first), Some(last)) = (spans.first(), spans.last()) else { return };
        let kept = spans.iter().enumerate().filter(|(at, _)| !removed.contains(at));
        let kept = kept.map(|(at, span)| changed(at).unwrap_or_else(|| self.source.slice(*span).to_string()));
        let texts: Vec<String> = kept.chain(added).collect();
        self.edits.push((first.start()..last.end(), texts.join(", ")));
    }

    /// Whether entries are in brackets: before the first one is a bracket, and not only blanks or a dash.
    fn is_flow(&self, spans: &[Span]) -> bool {
        let Some(first) = spans.first() else { return false };
        self.source.text[..first.start()].trim_end().ends_with(['{', '['])
    }

    /// The end of a value, with its closing bracket and without the line ends that belong to a block.
    fn end(&self, node: &Node) -> usize {
        let text = &self.source.text;
        let last = match &node.value {
            Value::Map(entries) => entries.last().map(|(key, value)| self.end(value).max(key.span.end())),
            Value::List(items) => items.last().map(|item| self.end(item)),
            _ => {
                let value = self.source.slice(node.span);
                return node.span.start() + value.trim_end().len();
            }
        };
        let start = node.span.start();
        let bracket = match text[start..].chars().next() {
            Some('{') => '}',
            Some('[') => ']',
            _ => return last.unwrap_or(start),
        };
        let from = last.unwrap_or(start + 1);
        text[from..].find(bracket).map_or(from, |at| from + at + 1)
    }

    fn line_start(&self, at: usize) -> usize {
        self.source.text[..at].rfind('\n').map_or(0, |at| at + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        let end = self.source.text[at..].find(['\r', '\n']);
        end.map_or(self.source.text.len(), |end| at + end)
    }

    fn next_line(&self, at: usize) -> usize {
        self.source.text[at..].find('\n').map_or(self.source.text.len(), |end| at + end + 1)
    }

    fn column(&self, at: usize) -> usize {
        self.source.text[self.line_start(at)..at].chars().count()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::source::parse;

    /// A map as people write it: on several lines with comments, or on one.
    fn written(entries: &[(String, Yaml)], is_flow: bool) -> String {
        if is_flow {
            let entries = entries.iter().map(|(key, value)| format!("{key}: {}", value.flow()));
            return format!(
                "name: A\nsettings: {{ {} }}   # the end\nlast: 1\n",
                entries.collect::<Vec<_>>().join(", ")
            );
        }
        let mut text = "name: A\nsettings:\n".to_string();
        for (key, value) in entries {
            text.push_str(&format!("  # about {key}\n"));
            entry(&mut text, 2, key, value);
            text.push('\n');
        }
        format!("{text}last: 1\n")
    }

    fn value() -> impl Strategy<Value = Yaml> {
        let text = select(vec!["a", "a: b", "two\nlines", "#no comment", "x }", "", "'quoted'", "ends with blank "]);
        let scalar =
            prop_oneof![text.prop_map(Yaml::text), any::<i16>().prop_map(|number| Yaml::Bare(number.to_string())),];
        scalar.prop_recursive(2, 6, 3, |inner| {
            prop_oneof![
                vec(inner.clone(), 1..3).prop_map(Yaml::List),
                btree_map("[a-d]", inner, 1..3).prop_map(|entries| Yaml::Map(entries.into_iter().collect())),
            ]
        })
    }

    /// The values by key, without places.
    fn values(text: &str) -> Vec<(String, String)> {
        let source = Source::new("a.yaml", text.as_bytes().to_vec()).expect("a source");
        let Value::Map(entries) = parse(&source).unwrap_or_else(|error| panic!("{error:?}\n{text}")).value else {
            panic!("{text}")
        };
        assert_eq!(entries.len(), 3, "{text}");
        let Value::Map(settings) = &entries[1].1.value else { return Vec::new() };
        settings.iter().map(|(key, value)| (key.value.clone(), format!("{:?}", value.value))).collect()
    }

    proptest! {
        #[test]
        fn what_does_not_change_keeps_its_text(
            old in btree_map("[k-p]", value(), 1..5),
            changes in vec((any::<bool>(), any::<bool>(), value()), 5),
            added in btree_map("[q-t]", value(), 0..3),
            is_flow in any::<bool>(),
        ) {
            let old: Vec<(String, Yaml)> = old.into_iter().collect();
            let (mut changed, mut removed, mut expected) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
            for (at, ((key, value), (is_changed, is_removed, new))) in old.iter().zip(&changes).enumerate() {
                // One entry has to remain.
                if *is_removed && at > 0 {
                    removed.insert(at);
                } else if *is_changed {
                    changed.insert(at, new.clone());
                    expected.push((key.clone(), new.clone()));
                } else {
                    expected.push((key.clone(), value.clone()));
                }
            }
            expected.extend(added.clone());
            let text = written(&old, is_flow);
            let source = Source::new("a.yaml", text.clone().into_bytes()).expect("a source");
            let root = parse(&source).expect("YAML");
            let Value::Map(parts) = &root.value else { panic!("{text}") };
            let added: Vec<NewEntry> = added
                .into_iter()
                .map(|(key, value)| NewEntry { key, value, label: None, remarks: Vec::new() })
                .collect();
            let mut edits = Edits::of(&source);
            edits.change_map(&parts[1].1, &changed, &removed, &added);
            let after = edits.apply();
            prop_assert_eq!(values(&after), values(&written(&expected, true)), "{}\n---\n{}", text, after);
            for (key, _) in old.iter().filter(|_| !is_flow) {
                let comment = format!("  # about {key}\n");
                prop_assert!(after.contains(&comment), "{}", after);
            }
        }
    }
}
