//! Compresses the catalogue for the binary to a twelfth of its size. It is unpacked at the first lookup.

use std::io::Write;
use std::path::Path;

/// Nodes are always needed; Group Policies without a node only by `explain` and `search`.
const POLICIES: &str = "\n{\"policy\":";

fn main() -> std::io::Result<()> {
    let source = "schemas/catalogue.jsonl";
    println!("cargo::rerun-if-changed={source}");
    let text = std::fs::read_to_string(source)?;
    let (nodes, policies) = text.split_at(text.find(POLICIES).map_or(text.len(), |at| at + 1));
    pack("nodes", nodes)?;
    pack("policies", policies)
}

fn pack(name: &str, text: &str) -> std::io::Result<()> {
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(text.as_bytes())?;
    let out = std::env::var_os("OUT_DIR").unwrap_or_default();
    std::fs::write(Path::new(&out).join(format!("{name}.deflated")), packer.finish()?)
}
