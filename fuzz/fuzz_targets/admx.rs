//! Any bytes as an ADMX file with its ADML file, divided at the first zero byte: a table that can be read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sspr_policy::catalogue::{Catalogue, SourceFile, Sources, import};

const DDF: &str = r#"<MgmtTree><Node><NodeName>WindowsLogon</NodeName><Path>./Device/Vendor/MSFT/Policy/Config</Path>
<Node><NodeName>DisableLockScreenAppNotifications</NodeName><DFProperties><AccessType><Add/><Get/></AccessType>
<DFFormat><chr/></DFFormat><AllowedValues ValueType="ADMX"><AdmxBacked Area="logon~AT~System" Name="a" File="fuzz.admx"/>
</AllowedValues></DFProperties></Node></Node></MgmtTree>"#;

fuzz_target!(|bytes: &[u8]| {
    let (admx, adml) = match bytes.iter().position(|byte| *byte == 0) {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &[][..]),
    };
    let file = |name: &str, bytes: &[u8]| SourceFile { name: name.into(), bytes: bytes.to_vec() };
    let sources = Sources {
        release: "fuzz".into(),
        ddf: vec![file("fuzz.xml", DDF.as_bytes())],
        admx: vec![file("fuzz.admx", admx), file("en-US/fuzz.adml", adml)],
    };
    let imported = import(&sources, Catalogue::embedded()).expect("broken ADMX files are warnings");
    // One policy is the overlay's: then nothing of this file is in the table.
    if imported.policies > 1 {
        Catalogue::parse(imported.text).expect("what is written can be read");
    }
});
