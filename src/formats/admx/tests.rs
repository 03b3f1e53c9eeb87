//! UsedNames for arbitrary text, and XML for arbitrary titles.

use proptest::prelude::*;

use super::template::{Data, Offer, Template, TemplateCategory, UsedNames, ValueChoice, visible};
use super::write::files;
use crate::setting::{RegistryKey, RegistryLocation};

#[test]
fn names_are_used_once() {
    let mut names = UsedNames::default();
    assert_eq!(["a-b", "A_b", "", "ß", "a/b"].map(|text| names.unique(text)), ["a_b", "A_b_2", "_", "__2", "a_b_3"]);
}

/// All values of an attribute.
fn attributes(xml: &str, name: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut found = Vec::new();
    loop {
        match reader.read_event().expect("well-formed") {
            quick_xml::events::Event::Eof => return found,
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                found.extend(
                    tag.attributes()
                        .map(|a| a.expect("an attribute"))
                        .filter(|a| a.key.0 == name)
                        .map(|a| a.value.to_string()),
                );
            }
            _ => {}
        }
    }
}

proptest! {
    #[test]
    fn any_title_gives_valid_xml(titles in proptest::collection::vec((".*", "(?s).{0,40}", "[^\\p{Cc}]{1,9}"), 1..5)) {
        let (mut names, mut folders) = (UsedNames::default(), UsedNames::default());
        let mut template = Template { owner: titles[0].0.clone(), categories: Vec::new(), policies: Vec::new() };
        for (key, title, name) in &titles {
            let category = folders.unique(key);
            template.categories.push(TemplateCategory { name: category.clone(), title: visible(title) });
            let key = RegistryKey::parse(r"HKCU\Software\A&B").expect("a key");
            template.policies.push(Offer {
                name: names.unique(title), category, title: visible(title), explanation: visible(title),
                location: RegistryLocation { key, name: name.clone() },
                form: ValueChoice::State { on: Data::Text(visible(title)), off: None },
            });
        }
        let mut texts = files(&template, None).expect("written").into_iter().map(|file| String::from_utf8(file.bytes).expect("UTF-8"));
        let (admx, adml) = (texts.next().expect("an ADMX"), texts.next().expect("an ADML"));
        let ids = attributes(&adml, "id");
        for name in attributes(&admx, "name") {
            prop_assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.is_empty());
            prop_assert!(ids.contains(&name), "{name} has no string");
        }
        let mut once = ids.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), ids.len());
    }
}
