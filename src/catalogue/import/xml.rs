//! Parses XML files into small trees, with only what Microsoft's DDF and ADMX files need, so that hostile files cannot
//! use more.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// The maximum nesting of elements; Microsoft's files stay under 30.
const DEEPEST: usize = 64;
/// The maximum size of a file in bytes; Microsoft's largest is under 1 MB.
const LARGEST: usize = 32 << 20;

/// An element. Names are without prefixes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// Its texts, joined.
    pub text: String,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first child with this name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children with this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The trimmed text of a child; `None` if it is empty.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }
}

/// Text in UTF-8 or UTF-16, with or without a byte order mark.
///
/// # Errors
/// Which encoding the bytes do not have.
pub(super) fn decode(bytes: &[u8]) -> Result<String, String> {
    if bytes.len() > LARGEST {
        return Err(format!("the file is larger than {} MB", LARGEST >> 20));
    }
    let units = |pair: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|bytes| pair(*bytes)).collect();
        match String::from_utf16(&units) {
            Ok(text) if rest.is_empty() => Ok(text),
            _ => Err("the file has a byte order mark of UTF-16, but it is not valid UTF-16".to_string()),
        }
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => units(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => units(u16::from_be_bytes, rest),
        [b'<', 0, ..] => units(u16::from_le_bytes, bytes),
        [0, b'<', ..] => units(u16::from_be_bytes, bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "the file is neither UTF-8 nor UTF-16".to_string())
}

/// Returns the root element. A document type is skipped and never resolved; entities other than those of XML are
/// errors.
///
/// # Errors
/// What is wrong, with the line number.
pub(super) fn read(text: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event = reader.read_event().map_err(|error| error.to_string());
        let at = reader.buffer_position();
        let event = event.map_err(|reason| located(text, at, &reason))?;
        let wrong = |reason: &str| located(text, at, reason);
        let closed = match event {
            Event::Start(tag) => {
                if open.len() >= DEEPEST {
                    return Err(wrong(&format!("elements are nested deeper than {DEEPEST}")));
                }
                open.push(element(&tag).map_err(|reason| wrong(&reason))?);
                None
            }
            Event::Empty(tag) => Some(element(&tag).map_err(|reason| wrong(&reason))?),
            Event::End(_) => open.pop(),
            Event::Text(piece) => {
                append(&mut open, &piece);
                None
            }
            Event::CData(piece) => {
                append(&mut open, &piece);
                None
            }
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|error| wrong(&error.to_string()))?;
                match (character, quick_xml::escape::resolve_xml_entity(&reference)) {
                    (Some(character), _) => append(&mut open, character.encode_utf8(&mut [0; 4])),
                    (None, Some(known)) => append(&mut open, known),
                    (None, None) => {
                        return Err(wrong(&format!("the entity `&{};` is not resolved", &*reference)));
                    }
                }
                None
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => None,
        };
        if let Some(element) = closed {
            match open.last_mut() {
                Some(parent) => parent.children.push(element),
                None if root.is_none() => root = Some(element),
                None => return Err(wrong("the file has a second root element")),
            }
        }
    }
    match (root, open.last()) {
        (Some(root), None) => Ok(root),
        (_, Some(unclosed)) => Err(format!("the file ends within <{}>", unclosed.name)),
        (None, None) => Err("the file does not contain an element".to_string()),
    }
}

fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn element(tag: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element { name: tag.local_name().as_ref().to_string(), ..Element::default() };
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|error| error.to_string())?;
        element.attributes.push((attribute.key.local_name().as_ref().to_string(), value.into_owned()));
    }
    Ok(element)
}

fn located(text: &str, at: u64, reason: &str) -> String {
    let before = text.as_bytes().get(..usize::try_from(at).unwrap_or(usize::MAX)).unwrap_or(text.as_bytes());
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    format!("line {line}: {reason}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_prefix_and_texts_are_joined() {
        let root = read("<a:x xmlns:a='u' a:b='1 &lt; 2'>one <c/>two &#65;&amp;<![CDATA[<B>]]></a:x>").expect("a tree");
        assert_eq!((root.name.as_str(), root.attribute("b")), ("x", Some("1 < 2")));
        assert_eq!((root.text.as_str(), root.children.len()), ("one two A&<B>", 1));
    }

    #[test]
    fn a_document_type_is_skipped_and_its_entities_are_refused() {
        let kept =
            read("<!DOCTYPE x PUBLIC \"-//OMA\" \"http://x\" [<?oma-dm-ddf-ver supported-versions=\"1.2\"?>]><x>1</x>");
        assert_eq!(kept.map(|root| root.text), Ok("1".into()));
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\n<x>&b;</x>";
        assert_eq!(read(bomb), Err("line 2: the entity `&b;` is not resolved".into()));
        let outside = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><x b='&a;'/>";
        assert!(read(outside).is_err());
    }

    #[test]
    fn invalid_documents_are_errors() {
        for (text, reason) in [
            ("", "the file does not contain an element"),
            ("<a><b>", "the file ends within <b>"),
            ("<a/><b/>", "line 1: the file has a second root element"),
        ] {
            assert_eq!(read(text), Err(reason.to_string()));
        }
        assert!(read("<a>\n</b>").is_err_and(|reason| reason.starts_with("line 2:")));
        let deep = "<a>".repeat(100);
        assert_eq!(read(&deep), Err("line 1: elements are nested deeper than 64".into()));
    }

    #[test]
    fn text_is_utf_8_or_utf_16() {
        let little: Vec<u8> = [0xfeff].into_iter().chain("<é/>".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = [0xfeff].into_iter().chain("<é/>".encode_utf16()).flat_map(u16::to_be_bytes).collect();
        for bytes in [little.as_slice(), &big, "\u{feff}<é/>".as_bytes(), "<é/>".as_bytes()] {
            assert_eq!(decode(bytes).as_deref(), Ok("<é/>"));
        }
        assert!(decode(b"<\xe9/>").is_err());
        assert!(decode(&[0xff, 0xfe, 0x3c]).is_err());
    }
}
