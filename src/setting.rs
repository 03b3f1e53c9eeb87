//! The basic types: settings, their names and values, who gets them, and where they come from.

mod audience;
mod claim;
mod delivery;
mod edition;
mod members;
mod oma_uri;
mod registry;
mod value;

pub use audience::{Audience, FilterMode, Inclusion, Overlap, Who};
pub use claim::{Claim, Entry, InFile, Knob, Origin, ProfileKind, SecurityLine, Subject, TypedProperty};
pub use delivery::{Delivery, ObjectKey};
pub use edition::Edition;
pub use members::{CountedMembers, MemberKind, Members, Membership, UnknownMembers};
pub use oma_uri::{OmaUri, Scope, UriError};
pub use registry::{
    Hive, PathError, RegistryAction, RegistryChange, RegistryData, RegistryEntry, RegistryKey, RegistryLocation,
};
pub use value::{OmaType, OmaValue};
