//! The folders of the Group Policy editor: each category names its parent, often in another file.

use std::collections::HashMap;

use super::{Definitions, Element};

/// The maximum nesting; Microsoft's folders stay under 10. It also ends cycles.
const DEEPEST: usize = 32;

/// The categories of all files, by namespace and name.
#[derive(Debug, Default)]
pub(super) struct Categories<'a> {
    known: HashMap<(&'a str, &'a str), Category<'a>>,
    /// Namespaces by the prefix in their own file, for files that use a prefix without declaring it.
    prefixes: HashMap<&'a str, &'a str>,
}

#[derive(Debug)]
struct Category<'a> {
    title: String,
    parent: Option<&'a str>,
    /// The root element of its file, which defines the prefix of the parent.
    root: &'a Element,
}

impl<'a> Categories<'a> {
    pub fn of(files: &'a [Definitions<'_>]) -> Self {
        let mut categories = Self::default();
        for file in files {
            let namespace = target(&file.root);
            if let Some(prefix) = namespaces(&file.root, "target").find_map(|target| target.attribute("prefix")) {
                categories.prefixes.entry(prefix).or_insert(namespace);
            }
            let listed = file.root.child("categories").into_iter().flat_map(|list| list.all("category"));
            for category in listed {
                let Some(name) = category.attribute("name") else {
                    continue;
                };
                let title = category.attribute("displayName").and_then(|shown| file.texts.resolve(shown));
                let parent = category.child("parentCategory").and_then(|parent| parent.attribute("ref"));
                let found = Category { title: title.unwrap_or_else(|| name.to_string()), parent, root: &file.root };
                categories.known.entry((namespace, name)).or_insert(found);
            }
        }
        categories
    }

    /// The titles from the outermost folder on. An unknown category is shown by its name, and ends the path.
    pub fn path(&self, root: &'a Element, reference: &'a str) -> String {
        let mut titles = Vec::new();
        let mut next = Some((root, reference));
        while let Some((root, reference)) = next
            && titles.len() < DEEPEST
        {
            let found = self.find(root, reference);
            titles.push(found.map_or_else(|| local(reference), |category| &category.title));
            next = found.and_then(|category| Some((category.root, category.parent?)));
        }
        titles.reverse();
        titles.join(" > ")
    }

    fn find(&self, root: &'a Element, reference: &'a str) -> Option<&Category<'a>> {
        let namespace = match reference.split_once(':') {
            None => target(root),
            Some((prefix, _)) => {
                let declared = namespaces(root, "target").chain(namespaces(root, "using"));
                let mut matching = declared.filter(|entry| entry.attribute("prefix") == Some(prefix));
                let namespace = matching.find_map(|entry| entry.attribute("namespace"));
                namespace.or_else(|| self.prefixes.get(prefix).copied())?
            }
        };
        self.known.get(&(namespace, local(reference)))
    }
}

/// A reference without its prefix.
fn local(reference: &str) -> &str {
    reference.split_once(':').map_or(reference, |(_, name)| name)
}

fn namespaces<'a>(root: &'a Element, kind: &'a str) -> impl Iterator<Item = &'a Element> {
    root.child("policyNamespaces").into_iter().flat_map(move |list| list.all(kind))
}

/// The namespace of the categories that a file defines.
fn target(root: &Element) -> &str {
    namespaces(root, "target").find_map(|target| target.attribute("namespace")).unwrap_or_default()
}
