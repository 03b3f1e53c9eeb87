//! How profiles are sent to Intune. A delivery converts between Graph bodies and profiles, and has a collection and a
//! way to replace content. No other part of the program knows the form of a body.

pub mod catalog;
pub mod custom;
mod target;

pub use target::{Assigned, read_assignment, write_assignments};

use std::ops::RangeInclusive;

use serde_json::Value;

use crate::profile::{LiveProfile, Marker, Profile, Revision};
use crate::setting::{Delivery, OmaType, OmaValue};

/// The version of Graph that has everything that is needed: `secretReferenceValueId` and assignment filters exist in
/// beta only (Microsoft Graph beta).
pub const VERSION: &str = "beta";

/// A path with the version of Graph. `below` begins with a slash.
pub fn with_version(below: &str) -> String {
    format!("/{VERSION}{below}")
}

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
    with_version(collection(delivery))
}

/// The path of the collection below the version of Graph.
fn collection(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Custom => custom::COLLECTION,
    }
}

/// The URL of one profile with its assignments, below the version of Graph.
pub fn url_by_id(delivery: Delivery, id: &str) -> String {
    format!("{}/{id}?$expand=assignments", collection(delivery))
}

/// The URL of all profiles with this name and their assignments, below the version of Graph. `literal` is the name as
/// an OData literal.
pub fn url_by_name(delivery: Delivery, literal: &str) -> String {
    let name = match delivery {
        Delivery::Custom => custom::NAME,
    };
    format!("{}?$filter={name}%20eq%20{literal}&$expand=assignments", collection(delivery))
}

/// The URL of a masked value, below the version of Graph. `literal` is the reference to it as an OData literal.
pub fn url_of_masked_value(delivery: Delivery, id: &str, literal: &str) -> String {
    match delivery {
        Delivery::Custom => custom::url_of_masked_value(id, literal),
    }
}

/// Converts the answer to a request for a masked value.
pub fn read_masked_value(delivery: Delivery, kind: OmaType, text: &str) -> Option<OmaValue> {
    match delivery {
        Delivery::Custom => custom::read_plain(kind, text),
    }
}

/// The integers that a delivery can send.
#[derive(Debug)]
pub struct Integers {
    pub range: RangeInclusive<i64>,
    /// Such an integer, as in "takes a 32-bit whole number".
    pub word: &'static str,
    /// The limit, with its source.
    pub limit: &'static str,
}

pub fn integers(delivery: Delivery) -> &'static Integers {
    match delivery {
        Delivery::Custom => &custom::INTEGERS,
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

/// How one revision relates to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    Earlier,
    Same,
    /// One change later.
    Next,
    Later,
}

/// How a revision relates to an earlier one of the same profile.
pub fn since(delivery: Delivery, now: Revision, then: Revision) -> Since {
    match delivery {
        Delivery::Custom => custom::since(now, then),
    }
}

/// The revision of a new profile, if the answer does not have it.
pub fn first_revision(delivery: Delivery) -> Revision {
    match delivery {
        Delivery::Custom => custom::FIRST,
    }
}

/// The revision that the next write will most likely produce.
pub fn next_revision(delivery: Delivery, now: Revision) -> Revision {
    match delivery {
        Delivery::Custom => custom::next(now),
    }
}

/// The revision in the answer to a write, if it has one.
pub fn answered_revision(delivery: Delivery, answer: &Value) -> Option<Revision> {
    match delivery {
        Delivery::Custom => answer["version"].as_i64().map(Revision::of_token),
    }
}

/// Whether a profile is at the revision of its marker, so that no one changed it since the last apply.
pub fn is_as_marked(live: &LiveProfile) -> bool {
    live.last_applied().is_some_and(|last| since(live.delivery, live.revision, last.revision) == Since::Same)
}
