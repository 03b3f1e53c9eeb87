//! The formats in which settings can be exported, one file per format.
//!
//! A format only uses `exact` relations. What it cannot express is an error, or is listed if the caller requests it
//! ([`Unsupported`]); it is never silently left out.

pub mod admx;
mod conversion;
mod export;
pub mod policy;
pub mod reg;
pub mod yaml;

pub use export::{Export, ExportFile, ExportRemark, Unsupported};
