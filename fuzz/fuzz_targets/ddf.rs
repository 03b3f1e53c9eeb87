//! Any bytes as a DDF file: a table that can be read again, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sspr_policy::catalogue::{Catalogue, SourceFile, Sources, import};

fuzz_target!(|bytes: &[u8]| {
    let file = SourceFile { name: "fuzz.xml".into(), bytes: bytes.to_vec() };
    let sources = Sources { release: "fuzz".into(), ddf: vec![file], ..Sources::default() };
    if let Ok(imported) = import(&sources, Catalogue::embedded()) {
        Catalogue::parse(imported.text).expect("what is written can be read");
    }
});
