//! `catalogue import`: creates a table with one node per line from Microsoft's files; other files are clear errors.

use std::io::{Cursor, Write};

use insta::assert_snapshot;
use zip::write::SimpleFileOptions;

use crate::harness::Repository;

/// A DDF file with two settings: a switch in both scopes and an ADMX-backed one.
const DDF: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE MgmtTree PUBLIC " -//OMA//DTD-DM-DDF 1.2//EN" "http://www.openmobilealliance.org/tech/DTD/DM_DDF-V1_2.dtd"
  [<?oma-dm-ddf-ver supported-versions="1.2"?>]>
<MgmtTree xmlns:MSFT="http://schemas.microsoft.com/MobileDevice/DM"><VerDTD>1.2</VerDTD>SCOPES</MgmtTree>"#;

fn ddf() -> String {
    let area = |scope: &str| {
        format!(
            r#"<Node><NodeName>Printing</NodeName><Path>./{scope}/Vendor/MSFT/Policy/Config</Path>
  <DFProperties><AccessType><Get/></AccessType><DFFormat><node/></DFFormat>
    <MSFT:Applicability><MSFT:OsBuildVersion>10.0.22000, 10.0.19044.1806, 99.9.99999</MSFT:OsBuildVersion>
      <MSFT:EditionAllowList>0x4;0x30;0x79;</MSFT:EditionAllowList></MSFT:Applicability></DFProperties>
  <Node><NodeName>HideQueue</NodeName><DFProperties>
    <AccessType><Add/><Delete/><Get/><Replace/></AccessType><DFFormat><int/></DFFormat><DefaultValue>0</DefaultValue>
    <MSFT:AllowedValues ValueType="ENUM">
      <MSFT:Enum><MSFT:Value>0</MSFT:Value><MSFT:ValueDescription>Shown.</MSFT:ValueDescription></MSFT:Enum>
      <MSFT:Enum><MSFT:Value>1</MSFT:Value><MSFT:ValueDescription>Hidden.</MSFT:ValueDescription></MSFT:Enum>
    </MSFT:AllowedValues>
    <MSFT:GpMapping GpEnglishName="HideQueue" GpAreaPath="Printing~AT~Contoso"/></DFProperties></Node>
  <Node><NodeName>Servers</NodeName><DFProperties>
    <AccessType><Add/><Delete/><Get/><Replace/></AccessType><DFFormat><chr/></DFFormat>
    <MSFT:AllowedValues ValueType="ADMX"><MSFT:AdmxBacked Area="Printing~AT~Contoso" Name="Servers" File="PRINTING.admx"/>
    </MSFT:AllowedValues></DFProperties></Node></Node>"#
        )
    };
    DDF.replace("SCOPES", &(area("Device") + &area("User")))
}

const ADMX: &str = r#"<policyDefinitions><policyNamespaces><target prefix="p" namespace="Contoso.Printing"/></policyNamespaces>
<categories><category name="Contoso" displayName="$(string.Contoso)"/></categories>
<policies>
  <policy name="HideQueue" class="Both" displayName="$(string.Hide)" key="Software\Policies\Contoso" valueName="HideQueue">
    <parentCategory ref="Contoso"/></policy>
  <policy name="Servers" class="Both" displayName="$(string.Servers)" presentation="$(presentation.Servers)"
    key="Software\Policies\Contoso"><parentCategory ref="Contoso"/>
    <elements><text id="Server-Name" valueName="Server" required="true" maxLength="64"/></elements></policy>
  <policy name="Colour" class="Machine" displayName="$(string.Colour)" key="Software\Policies\Contoso" valueName="Colour">
    <parentCategory ref="Contoso"/></policy>
</policies></policyDefinitions>"#;

const ADML: &str = r#"<policyDefinitionResources><resources><stringTable>
  <string id="Contoso">Contoso</string><string id="Hide">Hide the print queue</string>
  <string id="Servers">Print servers</string><string id="Colour">Print in colour</string></stringTable>
<presentationTable><presentation id="Servers"><textBox refId="Server-Name"><label>Server:</label></textBox></presentation>
</presentationTable></resources></policyDefinitionResources>"#;

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The lines of a table for the files of this test; the overlay adds others.
fn contoso(said: &str) -> String {
    said.lines()
        .filter(|line| line.contains("Printing") && !line.contains("./Device/Vendor/MSFT/Printer"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_bundle_and_a_folder_of_templates_become_a_table() {
    let repository = Repository::empty()
        .with_bytes("ddf.zip", &zip(&[("drop/Printing.xml", ddf().as_bytes()), ("drop/read.me", b"no")]))
        .with_bytes("admx/Printing.admx", ADMX.as_bytes())
        .with_bytes("admx/en-US/Printing.adml", ADML.as_bytes());
    let table = repository.succeeds("catalogue import ddf.zip --admx admx");
    assert_snapshot!(contoso(&table));
    assert_eq!(table, repository.succeeds("catalogue import ddf.zip --admx admx"), "the same files, the same bytes");
    let unpacked = repository.with_bytes("ddf/Printing.xml", ddf().as_bytes());
    assert_eq!(contoso(&table), contoso(&unpacked.succeeds("catalogue import ddf --admx admx --release ddf")));
}

#[test]
fn templates_in_utf_16_and_with_a_namespace_are_the_same() {
    let utf_16 = |text: &str| -> Vec<u8> {
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let named = ADMX.replace(
        "<policyDefinitions>",
        "<policyDefinitions xmlns=\"http://www.microsoft.com/GroupPolicy/PolicyDefinitions\">",
    );
    let plain = Repository::empty()
        .with_bytes("ddf/a.xml", ddf().as_bytes())
        .with_bytes("admx/Printing.admx", ADMX.as_bytes())
        .with_bytes("admx/en-US/Printing.adml", ADML.as_bytes())
        .with_bytes("other/Printing.admx", &utf_16(&named))
        .with_bytes("other/en-US/Printing.adml", &utf_16(ADML));
    let table = |folder: &str| plain.succeeds(&format!("catalogue import ddf --admx {folder}"));
    assert_eq!(table("admx"), table("other"));
}

#[test]
fn without_templates_facts_about_group_policies_are_kept() {
    let ddf = ddf().replace("Printing", "WindowsLogon").replace("HideQueue", "HideFastUserSwitching");
    let repository = Repository::empty().with_bytes("ddf/a.xml", ddf.as_bytes());
    let table = repository.succeeds("catalogue import ddf");
    let line = table.lines().find(|line| line.contains("WindowsLogon/HideFastUserSwitching")).unwrap();
    assert!(line.contains("CurrentVersion\\\\Policies\\\\System"), "{line}");
}

#[test]
fn files_that_are_not_a_bundle_are_errors() {
    let whole = zip(&[("a.xml", ddf().as_bytes())]);
    let entity =
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n<MgmtTree><VerDTD>&b;</VerDTD></MgmtTree>";
    let outside = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><MgmtTree><Node><NodeName>&a;</NodeName></Node></MgmtTree>";
    let repository = Repository::empty()
        .with_bytes("truncated.zip", &whole[..whole.len() / 2])
        .with_bytes("empty.zip", &zip(&[]))
        .with_bytes("text.zip", b"hello")
        .with_bytes("root.zip", &zip(&[("a.xml", b"<policyDefinitions/>")]))
        .with_bytes("entity.zip", &zip(&[("a.xml", entity.as_bytes())]))
        .with_bytes("outside.zip", &zip(&[("a.xml", outside.as_bytes())]))
        .with_bytes("deep.zip", &zip(&[("a.xml", "<a>".repeat(100_000).as_bytes())]))
        .with_bytes("bytes.zip", &zip(&[("a.xml", b"<a>\xff\xfe\xfd</a>")]))
        .with_bytes("nothing.zip", &zip(&[("a.xml", b"<MgmtTree/>")]))
        .with("folder/readme.txt", "nothing to read");
    let said: String = [
        "missing.zip",
        "truncated.zip",
        "empty.zip",
        "text.zip",
        "root.zip",
        "entity.zip",
        "outside.zip",
        "deep.zip",
        "bytes.zip",
        "nothing.zip",
        "folder",
    ]
    .map(|name| repository.run(&format!("catalogue import {name}")))
    .concat();
    assert_snapshot!(said);
}

#[test]
fn a_node_without_a_valid_address_is_skipped() {
    let ddf = ddf().replace("<NodeName>HideQueue</NodeName>", "<NodeName>Hide&quot;\\Queue</NodeName>");
    let repository = Repository::empty().with_bytes("ddf/a.xml", ddf.as_bytes());
    let said = repository.succeeds("-v catalogue import ddf --out table.jsonl");
    let told = said.lines().find(|line| line.contains("Hide")).unwrap();
    assert_eq!(
        told,
        r#"warning: ./Device/Vendor/MSFT/Policy/Config/Printing/Hide\"\\Queue: this is not a valid node address"#
    );
    assert!(!repository.read("table.jsonl").contains("Hide\\\"\\\\Queue"));
}

#[test]
fn a_bomb_and_a_large_file_are_not_unpacked() {
    let large = vec![b' '; 100 << 20];
    let many: Vec<String> = (0..6000).map(|number| format!("{number}.xml")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b"<a/>"[..])).collect();
    let once = zip(&[("a.xml", &large)]);
    let mut bomb = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["a.xml", "b.xml", "c.xml"] {
        let mut packed = zip::ZipArchive::new(Cursor::new(&once)).unwrap();
        bomb.raw_copy_file_rename(packed.by_index_raw(0).unwrap(), name).unwrap();
    }
    let repository = Repository::empty()
        .with_bytes("large.zip", &once)
        .with_bytes("bomb.zip", &bomb.finish().unwrap().into_inner())
        .with_bytes("many.zip", &zip(&many))
        .with_bytes("large/a.xml", &large);
    let said: String = ["large.zip", "bomb.zip", "many.zip", "large"]
        .map(|name| repository.run(&format!("catalogue import {name}")))
        .concat();
    assert_snapshot!(said);
}

#[test]
fn unreadable_templates_are_reported_and_skipped() {
    let repository = Repository::empty()
        .with_bytes("ddf/a.xml", ddf().as_bytes())
        .with_bytes("admx/Printing.admx", &ADMX.as_bytes()[..300])
        .with_bytes("admx/Other.admx", b"<html/>");
    let said = repository.succeeds("-v catalogue import ddf --admx admx --out table.jsonl");
    let ours: Vec<&str> = said.lines().filter(|line| !line.contains("the overlay knows this node")).collect();
    assert_snapshot!(ours.join("\n"));
}
