//! How Intune gets a profile. Each delivery is one codec: a Graph body ⇄ a profile, the collection that it lives in, and
//! how its content is replaced. Nothing else in the program knows what a body looks like.

pub mod catalog;
pub mod custom;
mod target;

pub use target::{Assigned, read_assignment, write_assignments};

use std::ops::RangeInclusive;

use serde_json::Value;

use crate::profile::{LiveProfile, Marker, Profile, Revision};
use crate::setting::Delivery;

/// The version of Graph that has all collections (Microsoft Graph beta; `secretReferenceValueId` and filters of assignments
/// are in it alone).
const VERSION: &str = "/beta";

/// A request that changes one object.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Makes the object, assigned to nobody.
    Create(Value),
    /// Gives it this content; its assignments stay.
    Replace(Value),
    /// Gives it these assignments and no others.
    Assign(Value),
    Delete,
}

impl Request {
    /// The method, and the path of an object with this id.
    pub fn method_and_path(&self, delivery: Delivery, id: &str) -> (&'static str, String) {
        let all = path(delivery);
        match self {
            Self::Create(_) => ("POST", all),
            Self::Replace(_) => ("PATCH", format!("{all}/{id}")),
            Self::Assign(_) => ("POST", format!("{all}/{id}/assign")),
            Self::Delete => ("DELETE", format!("{all}/{id}")),
        }
    }

    /// What is sent.
    pub fn body(&self) -> Option<&Value> {
        match self {
            Self::Create(body) | Self::Replace(body) | Self::Assign(body) => Some(body),
            Self::Delete => None,
        }
    }
}

/// Where its objects are.
pub fn path(delivery: Delivery) -> String {
    let collection = match delivery {
        Delivery::Custom => custom::COLLECTION,
    };
    format!("{VERSION}{collection}")
}

/// The whole numbers that it can carry.
pub fn integers(delivery: Delivery) -> RangeInclusive<i64> {
    match delivery {
        Delivery::Custom => custom::INTEGERS,
    }
}

/// The body of a profile. `now` is the object right before (nothing for a new one): what no policy says stays as it is
/// there. With `blank`, secrets are replaced by what is shown for them.
pub fn write(delivery: Delivery, wanted: &Profile, now: Option<&LiveProfile>, marker: &Marker, blank: bool) -> Value {
    match delivery {
        Delivery::Custom => custom::write(wanted, now, marker, blank),
    }
}

/// The body that takes the marker off. Nothing but the description is sent: values that Intune masks cannot be.
pub fn without_marker(live: &LiveProfile) -> Value {
    let text = live.profile.description.clone().unwrap_or_default();
    match live.delivery {
        Delivery::Custom => custom::description(&text),
    }
}

/// The revision that the answer to a write says, where it says one.
pub fn answered_revision(delivery: Delivery, answer: &Value) -> Option<Revision> {
    match delivery {
        Delivery::Custom => answer["version"].as_i64().map(Revision::of_version),
    }
}
