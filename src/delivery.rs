//! How profiles are sent to Intune. A delivery converts between Graph bodies and profiles, and has a collection and a
//! way to replace content. No other part of the program knows the form of a body.

pub mod catalog;
pub mod custom;
mod target;

pub use target::{Assigned, read_assignment, write_assignments};

use std::ops::RangeInclusive;

use serde_json::Value;

use crate::profile::{LiveProfile, Marker, Profile, Revision};
use crate::setting::Delivery;

/// The version of Graph that has everything that is needed: `secretReferenceValueId` and assignment filters exist in
/// beta only (Microsoft Graph beta).
const VERSION: &str = "/beta";

/// A request that changes one profile.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Creates the profile, without assignments.
    Create(Value),
    /// Replaces the content; the assignments stay.
    Replace(Value),
    /// Replaces all assignments with these.
    Assign(Value),
    Delete,
}

impl Request {
    /// The HTTP method, and the path for a profile with this id.
    pub fn method_and_path(&self, delivery: Delivery, id: &str) -> (&'static str, String) {
        let all = path(delivery);
        match self {
            Self::Create(_) => ("POST", all),
            Self::Replace(_) => ("PATCH", format!("{all}/{id}")),
            Self::Assign(_) => ("POST", format!("{all}/{id}/assign")),
            Self::Delete => ("DELETE", format!("{all}/{id}")),
        }
    }

    pub fn body(&self) -> Option<&Value> {
        match self {
            Self::Create(body) | Self::Replace(body) | Self::Assign(body) => Some(body),
            Self::Delete => None,
        }
    }
}

/// The path of the collection, with the version of Graph.
pub fn path(delivery: Delivery) -> String {
    let collection = match delivery {
        Delivery::Custom => custom::COLLECTION,
    };
    format!("{VERSION}{collection}")
}

/// The integers that it can deliver.
pub fn integers(delivery: Delivery) -> RangeInclusive<i64> {
    match delivery {
        Delivery::Custom => custom::INTEGERS,
    }
}

/// The body of a profile. `now` is the profile right before the request, or `None` for a new one; what the policy does
/// not manage is taken from it. With `blank`, secrets are replaced by what is shown for them.
pub fn write(delivery: Delivery, wanted: &Profile, now: Option<&LiveProfile>, marker: &Marker, blank: bool) -> Value {
    match delivery {
        Delivery::Custom => custom::write(wanted, now, marker, blank),
    }
}

/// The body of a request that removes the marker. It only has the description, because masked values cannot be sent
/// back.
pub fn without_marker(live: &LiveProfile) -> Value {
    let text = live.profile.description.clone().unwrap_or_default();
    match live.delivery {
        Delivery::Custom => custom::description(&text),
    }
}

/// The revision in the answer to a write, if it has one.
pub fn answered_revision(delivery: Delivery, answer: &Value) -> Option<Revision> {
    match delivery {
        Delivery::Custom => answer["version"].as_i64().map(Revision::of_version),
    }
}
