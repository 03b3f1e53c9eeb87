use super::*;

fn file(name: &str, text: &str) -> SourceFile {
    SourceFile { name: name.into(), bytes: text.as_bytes().to_vec() }
}

fn utf16(name: &str, text: &str) -> SourceFile {
    let bytes = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    SourceFile { name: name.into(), bytes }
}

fn loaded(files: &[SourceFile]) -> (Vec<AdmxPolicy>, Vec<String>) {
    let mut warnings = Vec::new();
    (read(files, &mut warnings), warnings)
}

/// A file with policies and categories in the namespace `c.<prefix>`, declared with this prefix.
fn admx(prefix: &str, categories: &str, policies: &str) -> String {
    format!(
        r#"<policyDefinitions revision="1.0" xmlns="http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions">
        <policyNamespaces><target prefix="{prefix}" namespace="c.{prefix}"/><using prefix="base" namespace="c.windows"/>
        </policyNamespaces><categories>{categories}</categories><policies>{policies}</policies></policyDefinitions>"#
    )
}

fn adml(strings: &[(&str, &str)], presentations: &str) -> String {
    let strings: String = strings.iter().map(|(id, text)| format!("<string id=\"{id}\">{text}</string>")).collect();
    format!(
        "<policyDefinitionResources><resources><stringTable>{strings}</stringTable>\
         <presentationTable>{presentations}</presentationTable></resources></policyDefinitionResources>"
    )
}

fn policy(name: &str, inside: &str) -> String {
    format!(
        r#"<policy name="{name}" class="Machine" key="Software\Policies\C" displayName="$(string.{name})"
            presentation="$(presentation.{name})">{inside}</policy>"#
    )
}

fn elements_of(elements: &str, strings: &[(&str, &str)], presentation: &str) -> serde_json::Value {
    let policies = policy("P", &format!("<elements>{elements}</elements>"));
    let presentation = format!("<presentation id=\"P\">{presentation}</presentation>");
    let files = [file("A.admx", &admx("a", "", &policies)), file("en-US/A.adml", &adml(strings, &presentation))];
    let (policies, warnings) = loaded(&files);
    assert_eq!((policies.len(), warnings), (1, Vec::new()));
    serde_json::to_value(&policies[0].form.elements).expect("JSON")
}

#[test]
fn a_policy_has_its_values_and_its_folder() {
    let inside = r#"<parentCategory ref="Lock"/><enabledValue><decimal value="01"/></enabledValue>
        <disabledValue><delete/></disabledValue>
        <enabledList defaultKey="Software\D"><item valueName="a"><value><string> x  y </string></value></item>
          <item key="Software\E" valueName="b"><value><decimal value="2"/></value></item></enabledList>
        <disabledList><item valueName="c"><value><longDecimal value="3"/></value></item></disabledList>"#;
    let own = policy("P", inside).replace("class=", "valueName=\"V\" class=");
    let category = r#"<category name="Lock" displayName="$(string.Lock)"/>"#;
    let texts = adml(&[("P", "Title\n of  it"), ("Lock", "Lock screen")], "");
    let (policies, warnings) =
        loaded(&[utf16("x/Logon.admx", &admx("a", category, &own)), utf16("x/en-US/LOGON.ADML", &texts)]);
    assert_eq!(warnings, Vec::<String>::new());
    let form = serde_json::json!({
        "value": "V", "on": "dword:1", "off": "delete",
        "on_list": [["Software\\D", "a", "sz:x  y"], ["Software\\E", "b", "dword:2"]],
        "off_list": [["Software\\Policies\\C", "c", "qword:3"]],
    });
    let expected = AdmxPolicy {
        file: "Logon.admx".into(),
        name: "P".into(),
        title: "Title of it".into(),
        path: "Lock screen".into(),
        class: "Machine".into(),
        key: r"Software\Policies\C".into(),
        form: serde_json::from_value(form).expect("a form"),
        partial: false,
    };
    assert_eq!(policies, [expected]);
}

#[test]
fn missing_facts_are_left_out() {
    let (policies, _) = loaded(&[file("A.admx", &admx("a", "", &policy("P", "<enabledValue/>")))]);
    assert_eq!(serde_json::to_value(&policies[0].form).expect("JSON"), serde_json::json!({}));
}

#[test]
fn elements_of_every_type_are_read() {
    let elements = r#"
        <text id="T" valueName="t" key="SOFTWARE\policies\c" maxLength="9" required="true" expandable="1" soft="true"/>
        <decimal id="D" valueName="d" key="Software\D" minValue="0" maxValue="4294967295" storeAsText="true"/>
        <longDecimal id="L" valueName="l" maxValue="x"/>
        <boolean id="B" valueName="b"><trueValue><string>yes</string></trueValue><falseValue><delete/></falseValue></boolean>
        <enum id="E" valueName="e"><item displayName="$(string.One)"><value><decimal value="1"/></value></item>
          <item displayName="$(string.Gone)"><value><string>two</string></value></item>
          <item displayName="None"><value><delete/></value></item><item displayName="no value"/></enum>
        <list id="I" key="Software\I" valueName="i" additive="true" explicitValue="true" expandable="true"/>
        <list id="N" valuePrefix=""/>
        <multiText id="M-1" valueName="m" maxLength="3" maxStrings="2"/>"#;
    let found = elements_of(elements, &[("One", "The first")], "");
    assert_eq!(
        found,
        serde_json::json!([
            {"id": "T", "type": "text", "value": "t", "maxlen": 9, "required": true, "expand": true},
            {"id": "D", "type": "decimal", "value": "d", "key": "Software\\D", "min": 0, "max": 4_294_967_295_u32,
             "as_text": true},
            {"id": "L", "type": "decimal", "value": "l"},
            {"id": "B", "type": "boolean", "value": "b", "on": "sz:yes", "off": "delete"},
            {"id": "E", "type": "enum", "value": "e",
             "items": [["dword:1", "The first"], ["sz:two", ""], ["delete", "None"]]},
            {"id": "I", "type": "list", "key": "Software\\I", "expand": true, "explicit": true, "additive": true},
            {"id": "N", "type": "list", "prefix": ""},
            {"id": "M-1", "type": "multiText", "value": "m", "maxlen": 3},
        ])
    );
}

#[test]
fn what_a_form_cannot_express_makes_it_partial() {
    let enumeration =
        r#"<enum id="E" valueName="e"><item><value><decimal value="1"/></value><valueList/></item></enum>"#;
    for (elements, partial) in [
        (r#"<text id="T" valueName="t"/>"#, false),
        (r#"<text valueName="t"/>"#, true),
        (r#"<colour id="C" valueName="c"/>"#, true),
        (r#"<longDecimal id="L" valueName="l"/>"#, true),
        (r#"<boolean id="B" valueName="b"><trueList/></boolean>"#, true),
        (enumeration, true),
        ("</elements><enabledValue><decimal value='0'/></enabledValue><elements>", false),
        ("</elements><disabledValue><decimal value='-1'/></disabledValue><elements>", true),
        ("</elements><enabledList><item valueName='a'/></enabledList><elements>", true),
    ] {
        let policies = policy("P", &format!("<elements>{elements}</elements>"));
        let (policies, warnings) = loaded(&[file("A.admx", &admx("a", "", &policies))]);
        assert_eq!((policies[0].partial, warnings.len()), (partial, 0), "{elements}");
    }
}

#[test]
fn labels_of_choices_are_short() {
    let choice = |label: &str| {
        let item = format!("<item displayName=\"{label}\"><value><decimal value=\"1\"/></value></item>");
        let found = elements_of(&format!("<enum id=\"E\" valueName=\"e\">{item}</enum>"), &[], "");
        found[0]["items"][0][1].as_str().map(String::from)
    };
    for (label, shown) in [
        ("Only ISAKMP is exempt.", "Only ISAKMP is exempt"),
        ("Disable (Default)", "Disable"),
        ("Manual start (default for Windows 7 and Server 2008)", "Manual start"),
        ("one two three four five six", "one two three four five six"),
        ("one two three four five six seven", ""),
        ("forty-characters-are-the-longest-of-them", "forty-characters-are-the-longest-of-them"),
        ("forty-one-characters-are-longer-than-them", ""),
    ] {
        assert_eq!(choice(label).as_deref(), Some(shown), "{label}");
    }
}

#[test]
fn labels_are_the_text_of_a_control_or_the_line_above() {
    let long = "A label that goes on for more than sixty characters, as few should do";
    let elements: String = "ABCDEFG".chars().map(|id| format!("<text id=\"{id}\" valueName=\"v\"/>")).collect();
    let presentation = format!(
        "<text>Above</text><text/><textBox refId=\"A\"><label>\n Own :\n</label><defaultValue>x</defaultValue></textBox>
         <textBox refId=\"B\"/><text>For C:</text><text> </text><multiTextBox refId=\"C\"/><listBox refId=\"D\"/>
         <checkBox refId=\"E\" defaultChecked=\"true\">Tick me</checkBox><comboBox refId=\"F\"><label>Pick</label></comboBox>
         <decimalTextBox refId=\"G\">{long}</decimalTextBox>"
    );
    let found = elements_of(&elements, &[], &presentation);
    let labels: Vec<Option<&str>> = found.as_array().expect("elements").iter().map(|e| e["label"].as_str()).collect();
    let cut = "A label that goes on for more than sixty characters, as few…";
    assert_eq!(labels, [Some("Own"), None, Some("For C"), None, Some("Tick me"), Some("Pick"), Some(cut)]);
}

#[test]
fn folders_are_found_across_files() {
    let outer = r#"<category name="System" displayName="$(string.S)"/>
        <category name="A" displayName="a"><parentCategory ref="B"/></category>
        <category name="B" displayName="b"><parentCategory ref="A"/></category>"#;
    let inner = r#"<category name="Own" displayName="Own folder"><parentCategory ref="base:System"/></category>
        <category name="Lost" displayName="Lost"><parentCategory ref="base:Gone"/></category>"#;
    let references = ["Own", "x:Own", "base:System", "windows:System", "Lost", "None", "no:No", ""];
    let policies: String =
        references.iter().map(|name| policy("P", &format!("<parentCategory ref=\"{name}\"/>"))).collect();
    let (found, warnings) = loaded(&[
        file("Base.admx", &admx("windows", outer, &policy("Q", "<parentCategory ref=\"A\"/>"))),
        file("en-US/Base.adml", &adml(&[("S", "The system")], "")),
        file("X.admx", &admx("x", inner, &policies)),
    ]);
    assert_eq!(warnings, Vec::<String>::new());
    // A cycle must end.
    assert!(found[0].path.starts_with("b > a > ") || found[0].path.starts_with("a > b > "));
    let paths: Vec<&str> = found[1..].iter().map(|policy| policy.path.as_str()).collect();
    let own = "The system > Own folder";
    assert_eq!(paths, [own, own, "The system", "The system", "Gone > Lost", "None", "No", ""]);
}

#[test]
fn english_is_preferred_and_any_language_is_better_than_none() {
    let own = admx("a", "", &policy("P", ""));
    let text = |title: &str| adml(&[("P", title)], "");
    let title = |languages: &[(&str, &str)]| {
        let mut files = vec![file("p/A.admx", &own)];
        files.extend(languages.iter().map(|(name, title)| file(name, &text(title))));
        loaded(&files).0[0].title.clone()
    };
    assert_eq!(title(&[]), "P");
    assert_eq!(title(&[("p/B.adml", "other file")]), "P");
    assert_eq!(title(&[("p/de-DE/a.adml", "deutsch")]), "deutsch");
    assert_eq!(title(&[("p/de-DE/a.adml", "deutsch"), ("p/EN-us/a.adml", "english")]), "english");
    assert_eq!(title(&[("o/en-US/a.adml", "far"), ("p/en-US/A.adml", "near")]), "near");
}

#[test]
fn unreadable_files_are_reported_and_skipped() {
    let nameless = policy("P", "").replace("name=\"P\"", "");
    let classless = policy("Odd", "").replace("Machine", "Device");
    let (found, warnings) = loaded(&[
        file("Z.admx", &admx("z", "", &policy("Last", ""))),
        file("broken.admx", "<policyDefinitions>"),
        file("en-US/a.adml", "\u{1}"),
        file("de-DE/a.adml", &adml(&[("P", "deutsch")], "")),
        file("p/A.admx", &admx("a", "", &(nameless + &classless + &policy("P", "")))),
        file("html.admx", "<html/>"),
        SourceFile { name: "bytes.admx".into(), bytes: vec![0xff, 0xfe, 0] },
        file("readme.txt", "no policies"),
    ]);
    let names: Vec<_> = found.iter().map(|policy| (policy.name.as_str(), policy.title.as_str())).collect();
    assert_eq!(names, [("P", "deutsch"), ("Last", "Last")]);
    assert_eq!(
        warnings,
        [
            "broken.admx: the file ends within <policyDefinitions>",
            "bytes.admx: the file has a byte order mark of UTF-16, but it is not valid UTF-16",
            "html.admx: the root element is <html>; <policyDefinitions> is expected",
            "en-US/a.adml: the file does not contain an element",
            "p/A.admx: a policy has no name",
            "p/A.admx: policy `Odd` is of class `Device`; `Machine`, `User` or `Both` is expected",
        ]
    );
}

#[test]
fn a_namespace_may_have_a_prefix_or_be_absent() {
    let plain = admx("a", "", &policy("P", "<elements><text id=\"T\" valueName=\"t\"/></elements>"));
    let absent = plain.replace(" xmlns=", " title=");
    let prefixed =
        plain.replace("xmlns=", "xmlns:pd=").replace("</", "\u{1}").replace('<', "<pd:").replace('\u{1}', "</pd:");
    let expected = loaded(&[file("A.admx", &plain)]);
    assert_eq!((expected.0.len(), expected.0[0].form.elements.len()), (1, 1));
    for text in [absent, prefixed, format!("<?xml version=\"1.0\" encoding=\"utf-16\"?><!-- c -->{plain}")] {
        assert_eq!(loaded(&[file("A.admx", &text)]), expected);
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let admx = admx("a", "<category name=\"C\"/>", &policy("P", "<elements><enum id=\"E\"><item/></enum></elements>"));
    let adml = adml(&[("P", "t")], "<presentation id=\"P\"><text>é</text><textBox refId=\"E\"/></presentation>");
    for text in [&admx, &adml] {
        for at in 0..text.len() {
            let mut changed = text.as_bytes().to_vec();
            changed[at] ^= 0x15;
            let cut = text.as_bytes()[..at].to_vec();
            for bytes in [cut, changed] {
                let named = |name: &str| SourceFile { name: name.into(), bytes: bytes.clone() };
                loaded(&[named("A.admx"), named("A.adml"), file("B.admx", &admx), named("B.adml")]);
            }
        }
    }
}
