//! One page of a collection, whose objects are converted as they arrive.

use std::collections::HashSet;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use super::body::{Body, from_json, without_mark};
use super::error::BadObject;
use super::split::Split;

/// A page that is arriving.
pub(super) struct Page<'p, T, U, M> {
    make: &'p M,
    /// The ids on the pages before.
    known: &'p HashSet<String>,
    split: Split,
    arrived: Arrived<U>,
    is_json: bool,
    object: PhantomData<T>,
}

/// The content of a page.
pub(super) struct Arrived<U> {
    pub items: Vec<U>,
    /// The ids of its objects.
    pub ids: HashSet<String>,
    /// Why the first unusable object cannot be used.
    pub refused: Option<BadObject>,
    /// The page without its objects.
    pub rest: Rest,
}

/// A page without its objects.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Rest {
    #[serde(default)]
    value: Value,
    #[serde(rename = "@odata.nextLink", default)]
    pub link: Value,
    #[serde(rename = "@odata.count", default)]
    pub count: Value,
}

impl Rest {
    pub fn is_list(&self) -> bool {
        self.value.is_array()
    }
}

#[derive(Deserialize)]
struct Identified {
    #[serde(default)]
    id: Value,
}

impl<'p, T, U, M> Page<'p, T, U, M> {
    pub fn new(make: &'p M, known: &'p HashSet<String>) -> Self {
        let (split, arrived) = (Split::default(), Arrived::default());
        Self { make, known, split, arrived, is_json: true, object: PhantomData }
    }

    pub fn arrived(self) -> Arrived<U> {
        self.arrived
    }
}

impl<U> Default for Arrived<U> {
    fn default() -> Self {
        Self { items: Vec::new(), ids: HashSet::new(), refused: None, rest: Rest::default() }
    }
}

impl<T: DeserializeOwned, U, M: Fn(T) -> Result<U, BadObject>> Body for Page<'_, T, U, M> {
    fn begin(&mut self) {
        (self.split, self.arrived, self.is_json) = (Split::default(), Arrived::default(), true);
    }

    fn push(&mut self, piece: &[u8]) {
        let Self { make, known, split, arrived, is_json, .. } = self;
        split.push(piece, |object| {
            if arrived.refused.is_some() || !*is_json {
                return;
            }
            match arrived.take(object, known, make) {
                Ok(item) => arrived.items.push(item),
                Err(_) if serde_json::from_slice::<IgnoredAny>(object).is_err() => *is_json = false,
                Err(refused) => arrived.refused = Some(refused),
            }
        });
    }

    fn is_json(&mut self) -> bool {
        let rest = without_mark(self.split.rest());
        let rest = if rest.is_empty() { Ok(Rest::default()) } else { rest_of(rest) };
        self.is_json &= rest.is_ok();
        self.arrived.rest = rest.unwrap_or_default();
        self.is_json
    }
}

/// Reads a page without its objects; returns an empty `Rest` for JSON that is not an object.
fn rest_of(text: &[u8]) -> serde_json::Result<Rest> {
    let value: Value = serde_json::from_slice(text)?;
    Ok(if value.is_object() { serde_json::from_value(value)? } else { Rest::default() })
}

impl<U> Arrived<U> {
    fn take<T: DeserializeOwned>(
        &mut self,
        object: &[u8],
        known: &HashSet<String>,
        make: &impl Fn(T) -> Result<U, BadObject>,
    ) -> Result<U, BadObject> {
        if let Ok(Identified { id: Value::String(id) }) = serde_json::from_slice(object)
            && (known.contains(&id) || !self.ids.insert(id))
        {
            // The server repeated a page, or the object moved between pages while the list was read.
            let text = "one object arrived twice, because the list changed while it was read: run again";
            return Err(BadObject::Incomplete(text.into()));
        }
        make(from_json(object).map_err(|error| BadObject::Incomplete(error.to_string()))?)
    }
}
