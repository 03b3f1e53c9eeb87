//! The device configurations of a tenant.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

/// A device configuration as it is stored: every property of the beta API, with plain values.
#[derive(Debug, Clone)]
pub(crate) struct StoredConfiguration {
    pub properties: Map<String, Value>,
    pub assignments: Vec<Value>,
}

impl StoredConfiguration {
    pub(crate) fn id(&self) -> &str {
        self.properties.get("id").and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "profile": self.properties, "assignments": self.assignments })
    }

    pub(crate) fn from_json(id: &str, mut value: Value) -> Result<StoredConfiguration, String> {
        let properties = match value["profile"].take() {
            Value::Object(properties) => properties,
            _ => return Err(format!("the device configuration {id} has no `profile`")),
        };
        let Value::Array(assignments) = value["assignments"].take() else {
            return Err(format!("the device configuration {id} has no `assignments`"));
        };
        if properties.get("id").and_then(Value::as_str) != Some(id) {
            return Err(format!("the device configuration {id} has another ID inside"));
        }
        let texts = ["@odata.type", "displayName"];
        if let Some(name) = texts.iter().find(|name| !properties.get(**name).is_some_and(Value::is_string)) {
            return Err(format!("the device configuration {id} has no `{name}`"));
        }
        Ok(StoredConfiguration { properties, assignments })
    }
}

/// The device configurations in the order of their creation, found by id.
#[derive(Debug, Default)]
pub(crate) struct DeviceConfigurations {
    in_order: BTreeMap<u64, StoredConfiguration>,
    order: HashMap<String, u64>,
}

impl DeviceConfigurations {
    pub(crate) fn get(&self, id: &str) -> Option<&StoredConfiguration> {
        self.in_order.get(self.order.get(id)?)
    }

    /// A device configuration and its place in the order.
    pub(crate) fn placed(&self, id: &str) -> Option<(u64, &StoredConfiguration)> {
        let order = *self.order.get(id)?;
        Some((order, self.in_order.get(&order)?))
    }

    /// Those created after `order`, oldest first, each with its own place.
    pub(crate) fn after(&self, order: u64) -> impl Iterator<Item = (u64, &StoredConfiguration)> {
        let range = (std::ops::Bound::Excluded(order), std::ops::Bound::Unbounded);
        self.in_order.range(range).map(|(n, one)| (*n, one))
    }

    pub(crate) fn has_order(&self, order: u64) -> bool {
        self.in_order.contains_key(&order)
    }

    /// Inserts or replaces one: in its old place, or at the end with `order`.
    pub(crate) fn put(&mut self, id: &str, order: u64, configuration: StoredConfiguration) {
        let order = *self.order.entry(id.to_owned()).or_insert(order);
        self.in_order.insert(order, configuration);
    }

    pub(crate) fn remove(&mut self, id: &str) {
        if let Some(order) = self.order.remove(id) {
            self.in_order.remove(&order);
        }
    }
}
