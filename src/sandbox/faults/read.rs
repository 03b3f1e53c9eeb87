//! Reads a faults file: maps with known keys, and values that are validated.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::sandbox::error::Error;
use crate::sandbox::http::quota::RetryAfter;

/// A map with known keys only.
#[derive(Debug)]
pub(super) struct Table<'a> {
    /// Its key, such as `quota`; empty for the whole file.
    at: &'a str,
    entries: &'a Map<String, Value>,
}

impl<'a> Table<'a> {
    pub(super) fn new(value: &'a Value, at: &'a str, known: &[&str]) -> Result<Table<'a>, Error> {
        let Value::Object(entries) = value else {
            let at = if at.is_empty() { "the file" } else { at };
            return Err(Error::faults(at, value, &format!("a map of {}", known.join(", "))));
        };
        let table = Table { at, entries };
        match entries.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => {
                let key = table.path(key);
                let reason = format!("there is no `{key}`; known here: {}", known.join(", "));
                Err(Error::Faults { key, reason })
            }
            None => Ok(table),
        }
    }

    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        self.entries.get(name)
    }

    /// The value of a key as `read` returns it; `expected` describes valid values.
    pub(super) fn take<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Value) -> Option<T>,
        expected: &str,
    ) -> Result<Option<T>, Error> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        read(value).map(Some).ok_or_else(|| Error::faults(&self.path(name), value, expected))
    }

    fn path(&self, name: &str) -> String {
        if self.at.is_empty() { name.to_owned() } else { format!("{}.{name}", self.at) }
    }
}

pub(super) fn flag(value: &Value) -> Option<bool> {
    value.as_bool()
}

pub(super) fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A number from 1.
pub(super) fn count(value: &Value) -> Option<u64> {
    value.as_u64().filter(|n| *n > 0)
}

/// From 1 to 100,000 objects.
pub(super) fn size(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok().filter(|n| (1..=100_000).contains(n))
}

pub(super) fn status(value: &Value) -> Option<u16> {
    u16::try_from(value.as_u64()?).ok()
}

/// From 0 to 1.
pub(super) fn rate(value: &Value) -> Option<f64> {
    value.as_f64().filter(|rate| (0.0..=1.0).contains(rate))
}

pub(super) fn milliseconds(value: &Value) -> Option<Duration> {
    value.as_u64().map(Duration::from_millis)
}

/// A list with at least one element, or a single value.
pub(super) fn list<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    values.iter().map(read).collect::<Option<Vec<T>>>().filter(|all| !all.is_empty())
}

/// The form of a 429's `Retry-After`; whole seconds by default.
pub(super) fn retry_after(table: &Table) -> Result<RetryAfter, Error> {
    let read = |value: &Value| match value.as_str()? {
        "seconds" => Some(RetryAfter::Seconds),
        "date" => Some(RetryAfter::Date),
        "none" => Some(RetryAfter::Nothing),
        _ => None,
    };
    Ok(table.take("retry_after", read, "seconds, date or none")?.unwrap_or(RetryAfter::Seconds))
}
