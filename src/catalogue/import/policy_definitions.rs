//! Reads ADMX and ADML files: the Group Policies of a PolicyDefinitions folder.

mod categories;
mod elements;
mod texts;

use std::collections::HashMap;

use super::SourceFile;
use super::xml::{self, Element};
use crate::catalogue::AdmxForm;
use categories::Categories;
use texts::Texts;

/// One Group Policy of an ADMX file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AdmxPolicy {
    /// The name of the file, such as `Logon.admx`.
    pub file: String,
    /// Its name in the file.
    pub name: String,
    /// Its title in the editor.
    pub title: String,
    /// Its folder in the editor, with parts separated by ` > `.
    pub path: String,
    /// `Machine`, `User` or `Both`.
    pub class: String,
    /// The key below the hive.
    pub key: String,
    /// Its own value and its elements.
    pub form: AdmxForm,
    /// Whether it writes more than `form` can express: choices and check boxes with lists, 64-bit numbers, unknown
    /// element types, data that cannot be parsed.
    pub partial: bool,
}

/// An ADMX file with the texts of its ADML file.
struct Definitions<'a> {
    source: &'a SourceFile,
    root: Element,
    texts: Texts,
}

/// The policies of all ADMX files, in the order of the files; adds a warning for what cannot be read.
pub(super) fn read(files: &[SourceFile], warnings: &mut Vec<String>) -> Vec<AdmxPolicy> {
    let all = definitions(files, warnings);
    let categories = Categories::of(&all);
    let mut policies = Vec::new();
    for file in &all {
        let listed = file.root.child("policies").into_iter().flat_map(|list| list.all("policy"));
        for policy in listed {
            match self::policy(file, policy, &categories) {
                Ok(policy) => policies.push(policy),
                Err(reason) => warnings.push(format!("{}: {reason}", file.source.name)),
            }
        }
    }
    policies
}

fn policy<'a>(
    file: &'a Definitions<'_>,
    policy: &'a Element,
    categories: &Categories<'a>,
) -> Result<AdmxPolicy, String> {
    let name = policy.attribute("name").ok_or("a policy has no name")?;
    let attribute = |wanted: &str| policy.attribute(wanted).ok_or(format!("policy `{name}` has no {wanted}"));
    let (class, key) = (attribute("class")?, attribute("key")?);
    if !["Machine", "User", "Both"].contains(&class) {
        return Err(format!("policy `{name}` is of class `{class}`; `Machine`, `User` or `Both` is expected"));
    }
    let title = policy.attribute("displayName").and_then(|shown| file.texts.resolve(shown));
    let parent = policy.child("parentCategory").and_then(|parent| parent.attribute("ref"));
    let (form, partial) = elements::form(policy, key, &file.texts);
    Ok(AdmxPolicy {
        file: parts(file.source).1.to_string(),
        name: name.to_string(),
        title: title.unwrap_or_else(|| name.to_string()),
        path: parent.map(|parent| categories.path(&file.root, parent)).unwrap_or_default(),
        class: class.to_string(),
        key: key.to_string(),
        form,
        partial,
    })
}

/// The readable ADMX files, sorted by name, each with its texts.
fn definitions<'a>(files: &'a [SourceFile], warnings: &mut Vec<String>) -> Vec<Definitions<'a>> {
    let language_files = language_files(files);
    let mut sorted: Vec<&SourceFile> = files.iter().filter(|file| stem(file, "admx").is_some()).collect();
    sorted.sort_by_cached_key(|file| (file.name.to_lowercase(), file.name.clone()));
    let mut all = Vec::new();
    for file in sorted {
        match tree(file, "policyDefinitions") {
            Ok(root) => {
                let languages = stem(file, "admx").and_then(|stem| language_files.get(&stem));
                let texts = texts(file, languages.map_or(&[], Vec::as_slice), warnings);
                all.push(Definitions { source: file, root, texts });
            }
            Err(reason) => warnings.push(reason),
        }
    }
    all
}

/// The ADML files by their lower-case name without extension, which they share with their ADMX file.
fn language_files(files: &[SourceFile]) -> HashMap<String, Vec<&SourceFile>> {
    let mut by_stem: HashMap<String, Vec<&SourceFile>> = HashMap::new();
    for file in files {
        if let Some(stem) = stem(file, "adml") {
            by_stem.entry(stem).or_default().push(file);
        }
    }
    by_stem
}

/// The texts of the first readable ADML file: `en-US` before other languages, the nearest folder before others.
fn texts(admx: &SourceFile, languages: &[&SourceFile], warnings: &mut Vec<String>) -> Texts {
    let folder = parts(admx).0.to_lowercase();
    let mut sorted = languages.to_vec();
    sorted.sort_by_cached_key(|file| {
        let name = file.name.to_lowercase();
        let english = name.rsplit(['/', '\\']).nth(1) == Some("en-us");
        (!english, !name.starts_with(&folder), name)
    });
    for file in sorted {
        match tree(file, "policyDefinitionResources") {
            Ok(root) => return Texts::read(&root),
            Err(reason) => warnings.push(reason),
        }
    }
    Texts::default()
}

fn tree(file: &SourceFile, expected: &str) -> Result<Element, String> {
    let root = xml::decode(&file.bytes).and_then(|text| xml::read(&text));
    let root = root.map_err(|reason| format!("{}: {reason}", file.name))?;
    if root.name != expected {
        return Err(format!("{}: the root element is <{}>; <{expected}> is expected", file.name, root.name));
    }
    Ok(root)
}

/// The folder with its trailing `/`, and the file name.
fn parts(file: &SourceFile) -> (&str, &str) {
    file.name.split_at(file.name.rfind(['/', '\\']).map_or(0, |at| at + 1))
}

/// The lower-case name without this extension; `None` if the file has another one.
fn stem(file: &SourceFile, extension: &str) -> Option<String> {
    let name = parts(file).1.to_lowercase();
    let stem = name.strip_suffix(extension)?.strip_suffix('.')?;
    Some(stem.to_string())
}

#[cfg(test)]
mod tests;
