//! The vocabulary: what a setting is called, what it holds, and whom it reaches.

mod audience;
mod edition;
mod oma_uri;
mod registry;
mod value;

pub use audience::{Audience, FilterMode, Inclusion, Overlap, Who};
pub use edition::Edition;
pub use oma_uri::{OmaUri, Scope, UriError};
pub use registry::{Hive, PathError, RegistryAction, RegistryData, RegistryKey, RegistryLocation};
pub use value::{OmaType, OmaValue};
