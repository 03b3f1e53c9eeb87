//! Splits a page of a collection into its objects while it arrives, so that only one of them is in memory at a time.

/// Finds the objects in `value`, and keeps the rest of the page.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// The page with a `0` in place of each object.
    rest: Vec<u8>,
    /// The part of the current object that has arrived.
    object: Vec<u8>,
    depth: usize,
    /// Whether the current position is between the brackets of `value`.
    in_list: bool,
    in_text: bool,
    is_escaped: bool,
}

/// The depth of the list in `value`, which is directly below the page itself.
const LIST: usize = 2;

impl Split {
    /// Adds a piece of the page, and calls `each` with each object that it completes. The text between two commas is
    /// not checked, so it may be anything but the end of a list.
    pub fn push(&mut self, piece: &[u8], mut each: impl FnMut(&[u8])) {
        // The piece is not copied yet from this index on.
        let mut from = 0;
        for (at, byte) in piece.iter().enumerate() {
            if self.in_text {
                match byte {
                    _ if self.is_escaped => self.is_escaped = false,
                    b'\\' => self.is_escaped = true,
                    b'"' => self.in_text = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_text = true,
                b'{' | b'[' => {
                    self.depth += 1;
                    if *byte == b'[' && self.depth == LIST {
                        self.rest.extend_from_slice(&piece[from..=at]);
                        from = at + 1;
                        self.in_list = begins_list(&self.rest);
                    }
                }
                b',' | b'}' | b']' => {
                    if self.in_list && self.depth == LIST {
                        self.end_object(&piece[from..at], &mut each);
                        from = at;
                    }
                    if *byte != b',' {
                        self.in_list &= self.depth != LIST;
                        self.depth = self.depth.saturating_sub(1);
                    } else if self.in_list && self.depth == LIST {
                        self.rest.push(b',');
                        from = at + 1;
                    }
                }
                _ => {}
            }
        }
        let target = if self.in_list { &mut self.object } else { &mut self.rest };
        target.extend_from_slice(&piece[from..]);
    }

    fn end_object(&mut self, end: &[u8], each: &mut impl FnMut(&[u8])) {
        // Most objects arrive in one piece.
        let object = if self.object.is_empty() {
            end
        } else {
            self.object.extend_from_slice(end);
            &self.object
        };
        if !object.trim_ascii().is_empty() {
            each(object);
            self.rest.push(b'0');
        }
        self.object.clear();
    }

    /// The page with a `0` in place of each object.
    pub fn rest(&self) -> &[u8] {
        &self.rest
    }
}

/// Whether the bracket at the end opens the list of the page's objects.
fn begins_list(rest: &[u8]) -> bool {
    let name = rest.strip_suffix(b"[").map(<[u8]>::trim_ascii_end).and_then(|rest| rest.strip_suffix(b":"));
    let before = name.map(<[u8]>::trim_ascii_end).and_then(|rest| rest.strip_suffix(b"\"value\""));
    before.is_some_and(|before| !before.ends_with(b"\\"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// The objects and the rest of a page that arrives in pieces of this length.
    fn split(page: &str, length: usize) -> (Vec<String>, String) {
        let (mut split, mut objects) = (Split::default(), Vec::new());
        for piece in page.as_bytes().chunks(length) {
            split.push(piece, |object| objects.push(String::from_utf8_lossy(object).trim().to_string()));
        }
        (objects, String::from_utf8_lossy(split.rest()).into_owned())
    }

    #[test]
    fn objects_come_one_by_one_and_the_rest_stays() {
        let page = r#"{"a":[1,2],"\"value":[3],"value" : [ {"x":["]",{"value":[1]}]} , {"y":"\\\"},{"} ],"next":"u"}"#;
        for length in [1, 2, 7, 1000] {
            let (objects, rest) = split(page, length);
            assert_eq!(objects, [r#"{"x":["]",{"value":[1]}]}"#, r#"{"y":"\\\"},{"}"#]);
            assert_eq!(rest, r#"{"a":[1,2],"\"value":[3],"value" : [0,0],"next":"u"}"#);
        }
    }

    #[test]
    fn what_is_no_page_stays_what_it_is() {
        for page in ["", "null", r#"{"value":[]}"#, r#"{"value":{"value":[1]}}"#, "[{},{}]", r#"{"value":"["#] {
            assert_eq!(split(page, 3), (Vec::new(), page.to_string()));
        }
        // This is not JSON, and the rest shows it.
        for page in [r#"{"value":[{},]}"#, r#"{"value":[,]}"#, r#"{"value":[{}"#, r#"{"value":[{}}"#, "}]"] {
            let (_, rest) = split(page, 3);
            assert!(serde_json::from_str::<Value>(&rest).is_err(), "{rest}");
        }
    }

    proptest! {
        #[test]
        fn whatever_texts_hold_is_not_taken_for_structure(
            texts in prop::collection::vec(any::<String>(), 0..5),
            length in 1..40_usize,
        ) {
            let objects: Vec<Value> =
                texts.iter().map(|text| json!({ "id": text, text: [text, { "value": [text] }] })).collect();
            let page = json!({ "@odata.context": texts.concat(), "value": objects, "@odata.nextLink": texts.concat() });
            let (found, rest) = split(&page.to_string(), length);
            let found: Vec<Value> = found.iter().map(|one| serde_json::from_str(one).expect("an object")).collect();
            prop_assert_eq!(found, objects);
            let rest: Value = serde_json::from_str(&rest).expect("the rest");
            prop_assert_eq!(&rest["@odata.nextLink"], &page["@odata.nextLink"]);
            prop_assert_eq!(rest["value"].as_array().map(Vec::len), Some(texts.len()));
        }
    }
}
