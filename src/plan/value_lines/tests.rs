use proptest::prelude::*;

use super::*;
use crate::catalogue::Catalogue;
use crate::setting::OmaUri;

fn node(name: &str) -> &'static CspNode {
    let uri = OmaUri::parse(&format!("./Device/Vendor/MSFT/Policy/Config/{name}")).expect("an address");
    Catalogue::embedded().node(&uri).expect("a node")
}

fn shown(node: Option<&CspNode>, before: Option<&str>, after: Option<&str>) -> String {
    let line = |line: ValueLine| format!("{} {}\n", line.sign.map_or(' ', Sign::symbol), line.text);
    value_lines(node, before, after).into_iter().map(line).collect()
}

#[test]
fn each_difference_of_a_long_text_has_its_window() {
    let middle = "and much more text that did not change at all, word after word after word, ".repeat(3);
    let text = |one: &str, two: &str| format!("Welcome to {one}. {middle}Call {two} for help.");
    insta::assert_snapshot!(shown(None, Some(&text("Contoso", "4711")), Some(&text("Fabrikam", "4712"))), @"
    - Welcome to Contoso. and much more t…
    + Welcome to Fabrikam. and much more t…
    - …fter word, Call 4711 for help.
    + …fter word, Call 4712 for help.
    ");
}

#[test]
fn a_list_shows_its_items() {
    let node = node("UserRights/AllowLocalLogOn");
    let separator = node.list.as_deref().map(|separator| if separator == "\u{f000}" { "; " } else { separator });
    let list = |items: &[&str]| items.join(separator.expect("a separator"));
    let (before, after) =
        (list(&["*S-1-5-32-544", "*S-1-5-32-545"]), list(&["*S-1-5-32-544", "*S-1-5-11", "*S-1-1-0"]));
    insta::assert_snapshot!(shown(Some(node), Some(&before), Some(&after)), @"
    - *S-1-5-32-545
    + *S-1-5-11
    + *S-1-1-0
    ");
}

#[test]
fn a_payload_shows_its_elements_with_their_labels() {
    let node = node("InternetExplorer/AllowSiteToZoneAssignmentList");
    let sites = |zone: u8| {
        format!(
            "<enabled/><data id=\"IZ_ZonemapPrompt\" value=\"https://a.example\u{f000}1\u{f000}https://b.example\u{f000}{zone}\"/>"
        )
    };
    insta::assert_snapshot!(shown(Some(node), Some(&sites(1)), Some(&sites(2))), @"
    - Enter the zone assignments here. (IZ_ZonemapPrompt): https://b.example = 1
    + Enter the zone assignments here. (IZ_ZonemapPrompt): https://b.example = 2
    ");
    insta::assert_snapshot!(shown(Some(node), Some(&sites(1)), Some("disabled")), @"
    - enabled
    + disabled
    - Enter the zone assignments here. (IZ_ZonemapPrompt): https://a.example = 1
    - Enter the zone assignments here. (IZ_ZonemapPrompt): https://b.example = 1
    ");
}

#[test]
fn documents_are_laid_out() {
    let xml = |mode: &str, id: &str| {
        format!(
            "<A xmlns=\"x\"><Profiles><Profile Id=\"{id}\"><Mode>{mode}</Mode><Other>1</Other></Profile></Profiles></A>"
        )
    };
    insta::assert_snapshot!(shown(None, Some(&xml("on", "a")), Some(&xml("off", "b"))), @r#"
        <Profiles>
    -     <Profile Id="a">
    +     <Profile Id="b">
    -       <Mode>on</Mode>
    +       <Mode>off</Mode>
            <Other>1</Other>
    "#);
    let json = |pin: &str| format!(r#"{{"pinnedList":[{{"desktopAppLink":"a.lnk"}},{{"packagedAppId":"{pin}"}}]}}"#);
    insta::assert_snapshot!(shown(None, Some(&json("one")), Some(&json("two"))), @r#"
          {
    -       "packagedAppId": "one"
    +       "packagedAppId": "two"
          }
    "#);
}

/// A reader of JSON keeps the last of two equal keys, and a payload could have a comment.
#[test]
fn what_laying_out_would_lose_is_shown_as_text() {
    let json = |first: u8, last: u8| format!(r#"{{"a": {first}, "b": "{}", "a": {last}}}"#, "x".repeat(60));
    let lines = shown(None, Some(&json(1, 1)), Some(&json(2, 3)));
    assert!(lines.contains("+ {\"a\": 2,") && lines.contains("\"a\": 3}"), "{lines}");
    let node = node("InternetExplorer/AllowSiteToZoneAssignmentList");
    let payload = |note: &str, zone: u8| {
        format!("<enabled/><!-- {note} --><data id=\"IZ_ZonemapPrompt\" value=\"https://a.example\u{f000}{zone}\"/>")
    };
    let lines = shown(Some(node), Some(&payload("one", 1)), Some(&payload("two", 2)));
    assert!(lines.contains("<!-- two -->"), "{lines}");
}

#[test]
fn blanks_are_a_difference() {
    let (before, after) = (format!("<a>{}</a>", "<b/>".repeat(30)), format!("<a> {}</a>", "<b/>".repeat(30)));
    assert!(!shown(None, Some(&before), Some(&after)).is_empty());
}

/// Words that make long, multi-line and structured texts.
fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("<a>".to_owned()),
        Just("</a>".to_owned()),
        Just("{\"a\":".to_owned()),
        Just("1}".to_owned()),
        Just("\n".to_owned()),
        Just(" ".to_owned()),
        Just("ü;".to_owned()),
        "[a-z]{1,30}",
    ];
    proptest::collection::vec(word, 0..60).prop_map(|words| words.concat())
}

proptest! {
    /// Whatever differs is shown: removing the old lines and adding the new ones is never nothing.
    #[test]
    fn what_differs_is_shown(before in text(), after in text()) {
        let lines = value_lines(None, Some(&before), Some(&after));
        let is_short = |text: &str| text.chars().count() <= SHORT && !text.contains('\n');
        if before != after && !(is_short(&before) && is_short(&after)) {
            prop_assert!(lines.iter().any(|line| line.sign.is_some()), "{before:?} {after:?}");
        }
    }

    /// Every character that one of the two has and the other has not is in a line of its sign.
    #[test]
    fn a_mark_at_any_place_is_shown(text in "[a-z ]{70,400}", at in 0_usize..400) {
        let at = at.min(text.len());
        let marked = format!("{}#{}", &text[..at], &text[at..]);
        let lines = value_lines(None, Some(&text), Some(&marked));
        let added = lines.iter().filter(|line| line.sign == Some(Sign::Add));
        prop_assert_eq!(added.filter(|line| line.text.contains('#')).count(), 1);
    }
}
