//! `sspr-policy`: Windows device policies in git. YAML in; an updated tenant, a `.reg` file or an ADMX out.
//!
//! Data flows from `source`, `policy` and `catalogue` through `compile` to `plan` and `formats`. These modules are pure:
//! no files, no network, no clock, no environment. Edges depend on the pure modules, never the reverse.

// -- pure --
pub mod catalogue;
pub mod compile;
pub mod delivery;
pub mod diagnostic;
pub mod failure;
pub mod formats;
pub mod permissions;
pub mod plan;
pub mod policy;
pub mod profile;
pub mod report;
pub mod rules;
pub mod setting;
pub mod source;
// -- edges --
pub mod adoption;
pub mod apply;
pub mod cli;
pub mod clock;
pub mod folder;
pub mod graph;
pub mod planning;
pub mod readiness;
pub mod repository;
pub mod sandbox;
pub mod session;
pub mod tenant;
