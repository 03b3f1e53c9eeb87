//! Writes a template as XML, in the order of Microsoft's schema (PolicyDefinitionFiles.xsd).

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::template::{Data, Offer, Template, TemplateCategory, ValueChoice, sanitized, visible};
use crate::formats::ExportFile;
use crate::setting::Hive;

const XMLNS: &str = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions";
const ROOT: &str = "SsprPolicy";
const SUPPORTED: &str = "SUPPORTED_SsprPolicy";

/// The ID of the only box of a policy.
const BOX: &str = "Box";

type Xml = Writer<Vec<u8>>;

/// The files of a template; none if it is empty, which the schema does not allow.
pub(super) fn files(template: &Template, stem: Option<&str>) -> io::Result<Vec<ExportFile>> {
    if template.policies.is_empty() {
        return Ok(Vec::new());
    }
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' };
    let owner: String = template.owner.chars().map(plain).collect();
    let stem = stem.map_or_else(|| format!("sspr-policy-{owner}"), String::from);
    let admx = document("policyDefinitions", |xml| definitions(xml, template))?;
    let adml = document("policyDefinitionResources", |xml| resources(xml, template))?;
    Ok(vec![
        ExportFile { path: format!("{stem}.admx"), bytes: admx },
        ExportFile { path: format!("en-US/{stem}.adml"), bytes: adml },
    ])
}

fn document(root: &str, content: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<Vec<u8>> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    xml.create_element(root)
        .with_attributes([("xmlns", XMLNS), ("revision", "1.0"), ("schemaVersion", "1.0")])
        .write_inner_content(content)?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn empty(xml: &mut Xml, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    xml.create_element(name).with_attributes(attributes.iter().copied()).write_empty().map(drop)
}

fn text(xml: &mut Xml, name: &str, attributes: &[(&str, &str)], text: &str) -> io::Result<()> {
    let element = xml.create_element(name).with_attributes(attributes.iter().copied());
    element.write_text_content(BytesText::new(text)).map(drop)
}

fn parent(
    xml: &mut Xml,
    name: &str,
    attributes: &[(&str, &str)],
    content: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    xml.create_element(name).with_attributes(attributes.iter().copied()).write_inner_content(content).map(drop)
}

fn string(id: &str) -> String {
    format!("$(string.{id})")
}

fn definitions(xml: &mut Xml, template: &Template) -> io::Result<()> {
    // The templates of several owners can be in one store, so each has its own namespace.
    let owner = sanitized(&template.owner);
    let target = [("prefix", &*format!("{ROOT}_{owner}")), ("namespace", &*format!("{ROOT}.{owner}"))];
    parent(xml, "policyNamespaces", &[], |xml| empty(xml, "target", &target))?;
    empty(xml, "resources", &[("minRequiredRevision", "1.0")])?;
    parent(xml, "supportedOn", &[], |xml| {
        let definition = [("name", SUPPORTED), ("displayName", &*string(SUPPORTED))];
        parent(xml, "definitions", &[], |xml| empty(xml, "definition", &definition))
    })?;
    parent(xml, "categories", &[], |xml| {
        empty(xml, "category", &[("name", ROOT), ("displayName", &string(ROOT))])?;
        template.categories.iter().try_for_each(|category| {
            let id = format!("Category_{}", category.name);
            let attributes = [("name", &*id), ("displayName", &*string(&id))];
            parent(xml, "category", &attributes, |xml| empty(xml, "parentCategory", &[("ref", ROOT)]))
        })
    })?;
    parent(xml, "policies", &[], |xml| template.policies.iter().try_for_each(|offer| policy(xml, offer)))
}

fn policy(xml: &mut Xml, offer: &Offer) -> io::Result<()> {
    let id = format!("Policy_{}", offer.name);
    let class = if offer.location.key.hive == Hive::CurrentUser { "User" } else { "Machine" };
    let (title, explanation) = (string(&id), string(&format!("{id}_Explain")));
    let presentation = format!("$(presentation.{id})");
    let mut attributes =
        vec![("name", &*id), ("class", class), ("displayName", &*title), ("explainText", &*explanation)];
    if !matches!(offer.form, ValueChoice::State { .. }) {
        attributes.push(("presentation", &presentation));
    }
    attributes.push(("key", &offer.location.key.path));
    if matches!(offer.form, ValueChoice::State { .. }) {
        attributes.push(("valueName", &offer.location.name));
    }
    parent(xml, "policy", &attributes, |xml| {
        empty(xml, "parentCategory", &[("ref", &format!("Category_{}", offer.category))])?;
        empty(xml, "supportedOn", &[("ref", SUPPORTED)])?;
        match &offer.form {
            ValueChoice::State { on, off } => {
                parent(xml, "enabledValue", &[], |xml| data(xml, on))?;
                off.iter().try_for_each(|off| parent(xml, "disabledValue", &[], |xml| data(xml, off)))
            }
            form => parent(xml, "elements", &[], |xml| element(xml, &offer.location.name, form)),
        }
    })
}

fn data(xml: &mut Xml, data: &Data) -> io::Result<()> {
    match data {
        Data::Delete => empty(xml, "delete", &[]),
        Data::Decimal(number) => empty(xml, "decimal", &[("value", &number.to_string())]),
        Data::Text(content) => text(xml, "string", &[], content),
    }
}

/// The schema's limit of 1,023 characters is only a default.
fn element(xml: &mut Xml, name: &str, form: &ValueChoice) -> io::Result<()> {
    let limit = |length: usize| length.max(1023).to_string();
    match form {
        ValueChoice::State { .. } => Ok(()),
        ValueChoice::Text { text, expand } => {
            let limit = limit(text.encode_utf16().count());
            let mut attributes = vec![("id", BOX), ("valueName", name), ("required", "true"), ("maxLength", &limit)];
            if *expand {
                attributes.push(("expandable", "true"));
            }
            empty(xml, "text", &attributes)
        }
        ValueChoice::Lines(lines) => {
            let limit = limit(lines.iter().map(|line| line.encode_utf16().count() + 2).sum());
            empty(xml, "multiText", &[("id", BOX), ("valueName", name), ("required", "true"), ("maxLength", &limit)])
        }
    }
}

fn resources(xml: &mut Xml, template: &Template) -> io::Result<()> {
    let owner = format!("sspr-policy: {}", visible(&template.owner));
    text(xml, "displayName", &[], &owner)?;
    text(
        xml,
        "description",
        &[],
        "Policies that the templates of Windows do not contain. Generated by sspr-policy: do not edit.",
    )?;
    parent(xml, "resources", &[], |xml| {
        parent(xml, "stringTable", &[], |xml| {
            text(xml, "string", &[("id", SUPPORTED)], "Windows releases that read the value: see the explanation")?;
            text(xml, "string", &[("id", ROOT)], &owner)?;
            for TemplateCategory { name, title } in &template.categories {
                text(xml, "string", &[("id", &format!("Category_{name}"))], title)?;
            }
            template.policies.iter().try_for_each(|offer| {
                text(xml, "string", &[("id", &format!("Policy_{}", offer.name))], &offer.title)?;
                text(xml, "string", &[("id", &format!("Policy_{}_Explain", offer.name))], &offer.explanation)
            })
        })?;
        let mut boxes = template.policies.iter().filter(|o| !matches!(o.form, ValueChoice::State { .. })).peekable();
        if boxes.peek().is_none() {
            return Ok(());
        }
        parent(xml, "presentationTable", &[], |xml| boxes.try_for_each(|offer| presentation(xml, offer)))
    })
}

fn presentation(xml: &mut Xml, offer: &Offer) -> io::Result<()> {
    let label = offer.location.name.as_str();
    parent(xml, "presentation", &[("id", &format!("Policy_{}", offer.name))], |xml| match &offer.form {
        ValueChoice::Text { text: content, .. } => parent(xml, "textBox", &[("refId", BOX)], |xml| {
            text(xml, "label", &[], label)?;
            text(xml, "defaultValue", &[], content)
        }),
        _ => text(xml, "multiTextBox", &[("refId", BOX)], label),
    })
}
