//! Any bytes as a zip file: its files, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = sspr_policy::catalogue::unpack(bytes);
});
