//! x
use crate::diagnostic::*;
/// x
pub fn lacks_scope(place: &Place, name: &str) -> Diagnostic {
    let _ = name;
    Diagnostic::warning("R02", "x").at(place.clone(), "")
}
