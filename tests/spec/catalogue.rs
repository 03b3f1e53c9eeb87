//! What the catalogue knows: whole nodes, and the registry form of every node there and back.

mod import;
mod names;
mod registry;
mod search;

use sspr_policy::catalogue::{Catalogue, Node};

fn node(name: &str) -> &'static Node {
    Catalogue::embedded().resolve(name).unwrap().node.unwrap()
}
