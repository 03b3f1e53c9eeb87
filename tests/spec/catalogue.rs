//! The catalogue: whole nodes, and converting every node to registry values and back.

mod import;
mod names;
mod registry;
mod search;

use sspr_policy::catalogue::{Catalogue, CspNode};

fn node(name: &str) -> &'static CspNode {
    Catalogue::embedded().resolve(name).unwrap().node.unwrap()
}
